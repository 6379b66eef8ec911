"""How a journey looks in a terminal: steps, replies, sources, choices. It prints; it decides nothing."""

import codecs
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final, TextIO

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from worker.markdown import answer, folded, page, result_text, sources
from worker.talk import Json, Refused
from worker.words import DOABLE, happening, moment

WIDEST: Final = 96  # columns: longer lines are hard to read

# status: mark, the same where there is no Unicode, style, and what the mark means where it doesn't say so itself
_MARKS: Final = {
    "done": ("✓", "x", "green", ""),
    "here": ("●", ">", "bold cyan", ""),
    "pending": ("○", ".", "dim", ""),
    "skipped": ("–", "-", "dim", "skipped"),
    "stale": ("↻", "~", "yellow", "to look at again"),
    "blocked": ("✗", "!", "red", "can't go on"),
}
_PLAIN: Final = str.maketrans(
    dict(zip("“”‘’„—–−→←·…•✓●○↻✗›×━─│", '""\'\'"---><-.*x>.~!>x--|', strict=True)) | {"½": "1/2", "²": "2", "°": " "}
)


@dataclass(frozen=True)
class Choice:
    """Something to choose by its mark. `what` and `body` are the write it stands for; an empty `what` is the chat's own `command`."""

    mark: str
    label: str
    what: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    aside: bool = False  # shown on the quiet line, beneath the others
    several: bool = False  # an option of a list: others of it may be chosen with it


def a_console(file: TextIO | None = None, **more: Any) -> Console:
    """As wide as the terminal, up to a readable width; on a terminal without Unicode the nearest plain characters."""
    console = Console(file=file, highlight=False, emoji=False, **more)
    if not console.is_terminal and "width" not in more:
        console = Console(file=file, highlight=False, emoji=False, width=80, **more)
    elif console.width > WIDEST:
        console.width = WIDEST
    codecs.register_error("plainly", _plainly)
    if hasattr(console.file, "reconfigure"):
        console.file.reconfigure(errors="plainly")
    return console


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_PLAIN)
    return "".join(letter if letter.isascii() else "?" for letter in text), error.end


class Screen:
    def __init__(self, console: Console) -> None:
        self.console = console
        self.unicode = console.encoding.lower().startswith("utf")

    # --- the conversation -------------------------------------------------------------------------------------------------
    def heading(self, title: str, note: str = "") -> None:
        self.console.print()
        self.console.print(Text.assemble((title, "bold"), (f"  {note}" if note else "", "dim")))

    def said(self, text: str, where: str = "") -> None:
        """What the person wrote; `where` it was written, if not here."""
        if where:
            self.note(where)
        line = Table.grid()
        line.add_row(Text("› " if self.unicode else "> ", style="bold cyan"), Text(text, style="bold"))
        self.show(line, indent=0)

    def reply(self, turn: Json, *, whole: bool = False) -> None:
        """The answer without its question, then its sources. Long lists are folded unless `whole`."""
        reply = turn["reply"] or {}
        text = answer(reply)
        self.console.print()
        if text:
            self.show(page(text if whole else folded(text)))
        cited = reply.get("citations") or []
        if cited:
            self.console.print()
            self.show(sources(cited))
        if text or cited:
            self.console.print()

    def rail(self, view: Json) -> None:
        self.show(self.steps(view["steps"], view["step"]))

    def steps(self, steps: Sequence[Json], here: str | None) -> Text:
        """Every step with its mark, on as few lines as it takes."""
        return self._flow([self._item(step, here) for step in steps], "  ")

    def _flow(self, items: Sequence[Text], between: str) -> Text:
        """One after the other, a new line only between two of them."""
        lines, width = [Text()], self.console.width - 4
        for item in items:
            if lines[-1] and cell_len(lines[-1].plain + between + item.plain) > width:
                lines.append(Text())
            lines[-1].append_text(Text.assemble((between, "dim"), item) if lines[-1] else item)
        return Text("\n").join(lines)

    def _item(self, step: Json, here: str | None) -> Text:
        status = step["status"]
        if status in ("open", "waiting"):
            status = "here" if step["id"] == here or status == "waiting" else "pending"
        mark, plain, style, meaning = _MARKS.get(status, _MARKS["pending"])
        told = f" ({meaning})" if meaning and status != "skipped" else ""
        if status == "stale" and step["id"] == here:
            style = f"bold {style}"
        label = Text(step["title"] + told, style=style if status in ("here", "stale", "blocked") else "dim" if status != "done" else "")
        return Text.assemble((mark if self.unicode else plain, style), " ", label)

    def ask(self, view: Json, choices: Sequence[Choice]) -> None:
        """What is asked, and what can be chosen: main choices one a line, the others on a quiet line."""
        if view["question"]:
            self.console.print()
            self.show(Text(view["question"], style="bold"))
        main, quiet = [c for c in choices if not c.aside], [c for c in choices if c.aside]
        if main:
            grid = Table.grid(padding=(0, 2, 0, 0))
            grid.add_column(justify="right", style="bold cyan")
            grid.add_column()
            for choice in main:
                grid.add_row(choice.mark, Text(choice.label))
            self.console.print()
            self.show(grid)
            if any(choice.several for choice in main):
                self.note("Choose one or more, as in 1 3, or say it in your own words.")
        if quiet:
            self.console.print()
            self.show(self._flow([Text(f"{c.mark} {c.label}", style="dim") for c in quiet], "  ·  "))
        self.console.print()

    # --- sentences ---------------------------------------------------------------------------------------------------------
    def note(self, sentence: str) -> None:
        self.show(Text(sentence, style="dim"))

    def attention(self, sentence: str) -> None:
        self.show(Text(sentence, style="yellow"))

    def trouble(self, refused: Refused) -> None:
        self.console.print()
        self.show(Text(refused.detail, style="yellow"))
        doable = [told for action in refused.actions if (told := DOABLE.get(action["action"]))]
        if doable:
            self.show(Text(f"You can {' or '.join(doable)}.", style="dim"))
        self.console.print()

    def pairs(self, rows: Iterable[tuple[str, str]]) -> None:
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column()
        for name, text in rows:
            grid.add_row(name, Text(text))
        self.show(grid)

    def promise(self, sentence: str, kept: bool) -> None:
        """Something that was checked, and whether it held."""
        mark, plain, style, _ = _MARKS["done" if kept else "blocked"]
        self.show(Text.assemble((mark if self.unicode else plain, style), " ", (sentence, "" if kept else "bold red")))

    def results(self, step: Json, found: Sequence[Json]) -> None:
        """The newest version of each skill in full, the older ones by their headline."""
        if not found:
            return self.note(f"{step['title']} has no results yet.")
        newest = {skill: next(r for r in found if r["skill"] == skill) for skill in dict.fromkeys(r["skill"] for r in found)}
        for result in newest.values():
            self.heading(step["title"], f"version {result['version']}, made {moment(result['made_at'])}")
            self.console.print()
            self.show(page(result_text(result)))
        older = [result for result in found if result is not newest[result["skill"]]]
        if older:
            self.note("Earlier versions")
            for result in older:
                self.show(Text(f"{result['version']}  {result['headline']}", style="dim"), indent=4)
        return None

    def timeline(self, entries: Sequence[Json], titles: Mapping[str, str]) -> None:
        """One line a turn: when, and what happened in it."""
        rows = []
        for _, of_turn in groupby(entries, key=lambda entry: entry["turn_id"]):
            turn = list(of_turn)
            happened = "; ".join(happening(entry, titles) for entry in turn)
            rows.append((moment(turn[0]["at"]), happened[:1].upper() + happened[1:]))
        self.pairs(rows)

    def show(self, shown: RenderableType, indent: int = 2) -> None:
        self.console.print(_Indented(shown, indent))


class _Indented:
    """With a margin on the left and nothing on the right, so that what is copied has no blanks at its ends."""

    def __init__(self, shown: RenderableType, indent: int) -> None:
        self.shown, self.indent = shown, indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in console.render_lines(self.shown, options.update(width=options.max_width - self.indent), pad=False):
            while line and not line[-1].text.strip():
                line.pop()
            if line:
                yield Segment(" " * self.indent)
                yield from line[:-1]
                yield Segment(line[-1].text.rstrip(), line[-1].style, line[-1].control)
            yield Segment.line()
