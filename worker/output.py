"""What a child process prints: all of it to a file, the last lines kept for its obituary, its warnings handed on."""

import contextlib
import re
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

LINES_KEPT: Final = 20
LARGEST_LOG: Final = 10 * 1024 * 1024  # bytes; then the log moves to NAME.log.1, so that weeks of running can't fill a disk
LONGEST_LINE: Final = 64 * 1024

# Only decides what is worth a line on the terminal: the levels of logging and structlog, as text or JSON, and the ends of a traceback.
WARNING: Final = re.compile(
    rb"""\b(WARN|WARNING|ERROR|CRITICAL)\b | \[(\x1b\[[\d;]*m)*(warning|error|critical)\b | "level":\s*"(warning|error|critical)"
    | ^Traceback | ^[\w.]*(Error|Exception)\b""",
    re.VERBOSE,
)


class Output:
    """Writes to `path`; what an earlier start wrote there is kept beside it as `NAME.log.1`."""

    def __init__(self, path: Path, warn: Callable[[str], None] | None = None) -> None:
        self.path, self.last = path, deque[str](maxlen=LINES_KEPT)
        self._warn = warn
        self._rest = b""
        self._file: BinaryIO | None = None
        self._rotate()

    def feed(self, chunk: bytes) -> None:
        """Takes what a pipe gave, in pieces of any size."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._take(line)
        if len(self._rest) >= LONGEST_LINE:
            self.end_line()

    def end_line(self) -> None:
        """What was fed last was the end of a line, with or without a newline."""
        if self._rest:
            self._take(self._rest)
            self._rest = b""

    def close(self) -> None:
        if self._file:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None

    def _take(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        self.last.append(text)
        with contextlib.suppress(OSError):  # a full disk must not end the children too
            self._write(line + b"\n")
        if self._warn and WARNING.search(line):
            self._warn(text)

    def _write(self, line: bytes) -> None:
        if self._file is None or self._file.tell() > LARGEST_LOG:
            self._rotate()
        if self._file:
            self._file.write(line)
            self._file.flush()

    def _rotate(self) -> None:
        self.close()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            self.path.replace(self.path.with_name(self.path.name + ".1"))
        self._file = self.path.open("wb")
