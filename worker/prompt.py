"""Where a person's lines come from: a terminal, with a line editor that steps aside when something else is to be shown, or a pipe.

The editor is our own because lines arrive (a reminder, another window) while somebody types: what was typed must stay, below them.
"""

import asyncio
import codecs
import contextlib
import os
import re
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol, TextIO

from rich.cells import cell_len, chop_cells

_KEY: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Z]|\x1b[^\[O]|[^\x1b]", re.DOTALL)
_NAMES: Final = {
    "\x1b[D": "left", "\x1bOD": "left", "\x02": "left", "\x1b[C": "right", "\x1bOC": "right", "\x06": "right",
    "\x1b[H": "home", "\x1bOH": "home", "\x1b[1~": "home", "\x01": "home", "\x1b[F": "end", "\x1bOF": "end", "\x1b[4~": "end",
    "\x05": "end",
    "\x1b[A": "up", "\x1bOA": "up", "\x10": "up", "\x1b[B": "down", "\x1bOB": "down", "\x0e": "down",
    "\x7f": "backspace", "\x08": "backspace", "\x1b[3~": "delete", "\x15": "clear", "\x0b": "cut", "\x17": "word", "\x1b\x7f": "word",
    "\n": "enter", "\r": "enter", "\x04": "leave", "\x1b[200~": "paste", "\x1b[201~": "pasted",
}  # fmt: skip
_PASTE_ON, _PASTE_OFF = "\x1b[?2004h", "\x1b[?2004l"


class Lines(Protocol):
    """`next` gives a line, None when there are no more; `aside` makes room to print while a line may be half typed."""

    echoes: bool  # whether what is typed is on the screen already

    async def next(self) -> str | None: ...
    def aside(self) -> contextlib.AbstractContextManager[None]: ...
    def clear(self) -> bool: ...


class Edited:
    """One line being typed: text, cursor, the lines before it."""

    def __init__(self) -> None:
        self.text, self.cursor = "", 0
        self.history: list[str] = []
        self._place, self._draft, self._pasting = 0, "", False

    def press(self, key: str) -> str | None:
        """Takes one key or one escape sequence; gives the line at Enter. Raises EOFError at Ctrl-D on an empty line."""
        name = _NAMES.get(key)
        if self._pasting and name != "pasted":
            self._insert(" " if name == "enter" else key if key.isprintable() else "")
            return None
        match name:
            case "enter":
                return self._entered()
            case "leave" if not self.text:
                raise EOFError
            case None:
                self._insert(key if key.isprintable() else "")
            case _:
                self._edit(name)
        return None

    def put(self, text: str) -> None:
        self.text, self.cursor = text, len(text)

    def _insert(self, text: str) -> None:
        self.text = self.text[: self.cursor] + text + self.text[self.cursor :]
        self.cursor += len(text)

    def _entered(self) -> str:
        line, self._draft = self.text, ""
        if line.strip() and self.history[-1:] != [line]:
            self.history.append(line)
        self._place = len(self.history)
        self.put("")
        return line

    def _edit(self, name: str) -> None:
        before, after = self.text[: self.cursor], self.text[self.cursor :]
        match name:
            case "left":
                self.cursor = max(0, self.cursor - 1)
            case "right":
                self.cursor = min(len(self.text), self.cursor + 1)
            case "home":
                self.cursor = 0
            case "end":
                self.cursor = len(self.text)
            case "backspace":
                self.text, self.cursor = before[:-1] + after, max(0, self.cursor - 1)
            case "delete" | "leave":
                self.text = before + after[1:]
            case "clear":
                self.text, self.cursor = after, 0
            case "cut":
                self.text = before
            case "word":
                kept = re.sub(r"\S*\s*$", "", before)
                self.text, self.cursor = kept + after, len(kept)
            case "up" | "down":
                self._recall(-1 if name == "up" else 1)
            case "paste" | "pasted":
                self._pasting = name == "paste"

    def _recall(self, way: int) -> None:
        if self._place == len(self.history):
            self._draft = self.text
        place = self._place + way
        if 0 <= place <= len(self.history):
            self._place = place
            self.put(self.history[place] if place < len(self.history) else self._draft)


class Typed:
    """Lines typed at a terminal. Hold it open (`with`): the terminal gives each key at once, and is put back afterwards."""

    echoes = True

    def __init__(self, mark: str, columns: Callable[[], int], stdin: TextIO = sys.stdin, stdout: TextIO = sys.stdout) -> None:
        self._mark, self._columns, self._fd, self._out = mark, columns, stdin.fileno(), stdout
        self._line = Edited()
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._unread, self._row = "", 0
        self._asked: asyncio.Future[str | None] | None = None
        self._before: list[Any] = []

    def __enter__(self) -> "Typed":
        self._before = termios.tcgetattr(self._fd)
        self.awake()
        return self

    def __exit__(self, *_: object) -> None:
        termios.tcsetattr(self._fd, termios.TCSADRAIN, self._before)
        self._write(_PASTE_OFF)

    def awake(self) -> None:
        """Also after a stop (Ctrl-Z), when the shell had the terminal."""
        mode = termios.tcgetattr(self._fd)
        mode[3] &= ~(termios.ICANON | termios.ECHO | termios.IEXTEN)  # signals stay: Ctrl-C is one
        termios.tcsetattr(self._fd, termios.TCSADRAIN, mode)
        self._write(_PASTE_ON)
        self.redraw()

    async def next(self) -> str | None:
        loop = asyncio.get_running_loop()
        asked: asyncio.Future[str | None] = loop.create_future()
        self._asked = asked
        self._draw()
        loop.add_reader(self._fd, self._read)
        self._press_all()
        try:
            return await asked
        finally:
            loop.remove_reader(self._fd)
            self._asked = None

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        if self._asked is None:
            yield
            return
        self._wipe()
        yield
        self._draw()

    def clear(self) -> bool:
        """Ctrl-C: forgets what is typed; False where there was nothing."""
        had = self._asked is not None and bool(self._line.text)
        if had:
            self._line.put("")
            self.redraw()
        return had

    def redraw(self) -> None:
        if self._asked is not None:
            self._wipe()
            self._draw()

    def _read(self) -> None:
        try:
            data = os.read(self._fd, 4096)
        except OSError:  # the terminal is gone
            data = b""
        if not data and self._asked is not None and not self._asked.done():
            self._asked.set_result(None)
        self._unread += self._decoder.decode(data)
        self._press_all()

    def _press_all(self) -> None:
        """Keys up to the end of a line; what was typed ahead waits for the next one."""
        while self._asked is not None and not self._asked.done() and (found := _KEY.match(self._unread)):
            self._unread = self._unread[found.end() :]
            with contextlib.suppress(EOFError):
                shown = (self._line.text, self._line.cursor)
                line = self._line.press(found.group())
                if line is not None:
                    self._wipe()
                    self._write("\n".join(self._rows(line)) + "\n")
                    self._asked.set_result(line)
                elif shown != (self._line.text, self._line.cursor) and not self._unread:
                    self.redraw()
                continue
            self._wipe()
            self._asked.set_result(None)

    def _rows(self, text: str) -> list[str]:
        """Cut by us, one cell short of the edge, so that no terminal's own idea of wrapping matters."""
        width = max(10, self._columns() - 1 - len(self._mark))
        pieces = chop_cells(text, width) or [""]
        return [self._mark + pieces[0], *(" " * len(self._mark) + piece for piece in pieces[1:])]

    def _draw(self) -> None:
        rows = self._rows(self._line.text)
        upto = self._rows(self._line.text[: self._line.cursor])
        self._row = len(upto) - 1
        up = len(rows) - len(upto)
        self._write("\n".join(rows) + (f"\x1b[{up}A" if up else "") + f"\r\x1b[{cell_len(upto[-1])}C")

    def _wipe(self) -> None:
        self._write((f"\x1b[{self._row}A" if self._row else "") + "\r\x1b[J")
        self._row = 0

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._out.write(text)
            self._out.flush()


class Piped:
    """Lines of a pipe, a file or a plain terminal: read by a thread of its own, which nobody has to wait for at the end."""

    def __init__(self, stdin: TextIO = sys.stdin, mark: str = "") -> None:
        self.echoes = bool(mark)
        self._mark, self._stdin = mark, stdin
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._reading: threading.Thread | None = None

    async def next(self) -> str | None:
        if self._reading is None:
            loop = asyncio.get_running_loop()
            self._reading = threading.Thread(target=self._read, args=(loop,), daemon=True)
            self._reading.start()
        if self._mark:
            print(self._mark, end="", flush=True)
        return await self._lines.get()

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        yield

    def clear(self) -> bool:
        return False

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        with contextlib.suppress(RuntimeError, ValueError):  # the loop or the file was closed meanwhile
            for line in self._stdin:
                loop.call_soon_threadsafe(self._lines.put_nowait, line.rstrip("\r\n"))
            loop.call_soon_threadsafe(self._lines.put_nowait, None)
