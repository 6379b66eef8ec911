"""Replies and results as pages for a terminal: Markdown, its tables and lists, the list of sources."""

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, ClassVar, Final

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import ListElement, Markdown, MarkdownElement, TableElement
from rich.table import Table
from rich.text import Text

from journeys.result_page import as_text

LIST_KEPT: Final = 3  # of a list that is longer than LIST_WHOLE; the rest is in /results
LIST_WHOLE: Final = 5


class _Figures(TableElement):
    """A table whose totals stand out."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, border_style="dim", padding=(0, 1))
        if self.header is not None and self.header.row is not None:
            for cell in self.header.row.cells:
                table.add_column(Text(cell.content.plain, style="dim"), justify=cell.content.justify or "default")
        for row in self.body.rows if self.body is not None else ():
            first = row.cells[0].content.plain
            bold = first in ("Total", "Subtotal")
            table.add_row(*(cell.content for cell in row.cells), style="bold" if bold else "")
        yield table


class _Points(ListElement):
    """A list right under the line that announces it."""

    new_line = False


class _Page(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {**Markdown.elements, "table_open": _Figures, "bullet_list_open": _Points}


def page(text: str) -> Markdown:
    """Markdown as we write it: a line break is a line break, and nothing is HTML."""
    return _Page(_hard_breaks(text.replace("<", r"\<")))


def _hard_breaks(text: str) -> str:
    return re.sub(r"(?m)^(?![|\-*] ?|\s*$)(.*\S)\n(?!\s*$|[|] ?|[-*] )", "\\1  \n", text)


def folded(text: str, kept: int = LIST_KEPT) -> str:
    """The text with its long lists cut to their first items."""
    lines: list[str] = []
    for is_item, run in groupby(text.split("\n"), key=lambda line: line.startswith("- ")):
        items = list(run)
        if is_item and len(items) > LIST_WHOLE:
            items = [*items[:kept], f"- … and {len(items) - kept} more: /results shows all"]
        lines += items
    return "\n".join(lines)


def answer(reply: Mapping[str, Any]) -> str:
    """The reply's text without what is shown apart: its question, and the list of its citations."""
    text = str(reply.get("text", "")).strip()
    for question in reply.get("questions") or []:
        text = text.removesuffix(question).strip()
    if reply.get("citations"):
        text = re.sub(r"\n\nSources: \[1\][^\n]*", "", text)
    return text


def sources(citations: Iterable[Mapping[str, Any]]) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(style="dim")
    for source, run in groupby(enumerate(citations, 1), key=lambda numbered: numbered[1]["source"]):
        for number, cited in run:
            grid.add_row(Text(f"[{number}]"), Text(cited["title"]))
        grid.add_row("", Text(source))
    return grid


def result_text(result: Mapping[str, Any]) -> str:
    return as_text(result["skill"], {"headline": result["headline"], **result["body"]})
