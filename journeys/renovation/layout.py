"""How a page for people is laid out: Markdown whose tables also line up in a terminal."""

from collections.abc import Sequence


def page(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def listed(title: str, sentences: Sequence[str]) -> str:
    return f"{title}:\n" + "\n".join(f"- {sentence}" for sentence in sentences) if sentences else ""


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """First column to the left, the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]

    def row(cells: Sequence[str]) -> str:
        padded = [cells[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))]
        return f"| {' | '.join(padded)} |"

    rule = f"| {'-' * widths[0]} | {' | '.join('-' * (width - 1) + ':' for width in widths[1:])} |"
    return "\n".join([row(rows[0]), rule, *map(row, rows[1:])])
