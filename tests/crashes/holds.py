"""Where a process is told to stand still, so that it can be killed there. Only test processes have holds; the product has none.

The driver writes a plan (journey → place) into a folder; a process that comes to its place leaves a marker there and waits
until the plan no longer says so. Every place that was passed is written to one log, to which all processes append: it is
also how a test finds out which places a turn has.
"""

import asyncio
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from journeys.messages import AskModel

_LOOK_EVERY = 0.05  # seconds between looks at the plan while held
FOLDER = "HOLDS"  # the environment variable that names the folder
OUR_BUG = "a message that meets a bug of ours"  # the holding worker's reader raises at it


@dataclass(frozen=True)
class Passed:
    """One line of the log: a place that was come to, or a call to the reader that was asked, answered or booked."""

    journey: str
    turn: str
    place: str
    pid: int
    at: float


class Holds:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self._plan_file, self._log_file = folder / "plan.json", folder / "passed.log"
        self._log = os.open(self._log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._read_at, self._plan = 0, dict[str, str]()

    # --- in the process that is held -----------------------------------------------------------------------------------------
    async def at(self, journey: str, turn: str, place: str) -> None:
        self.log(journey, turn, place)
        while self._is_held(journey, place):  # another process lets go
            self._mark(journey, place)  # at each look: a new plan that names the same place has taken the old marker away
            await asyncio.sleep(_LOOK_EVERY)

    def block(self, journey: str, turn: str, place: str) -> None:
        """The same in workflow code, where nothing may be awaited: its thread stands still."""
        self.log(journey, turn, place)
        while self._is_held(journey, place):
            self._mark(journey, place)
            time.sleep(_LOOK_EVERY)

    def log(self, journey: str, turn: str, place: str) -> None:
        line = json.dumps({"journey": journey, "turn": turn, "place": place, "pid": os.getpid(), "at": time.time()})
        os.write(self._log, line.encode() + b"\n")  # one write to a file opened for appending: lines of two processes never mix

    def _is_held(self, journey: str, place: str) -> bool:
        try:
            changed = self._plan_file.stat().st_mtime_ns
        except FileNotFoundError:
            return False
        if changed != self._read_at:
            self._read_at, self._plan = changed, json.loads(self._plan_file.read_text())
        return self._plan.get(journey) == place

    def _mark(self, journey: str, place: str) -> None:
        (self.folder / f"{journey}.{place}.held").touch()

    # --- in the driver -------------------------------------------------------------------------------------------------------
    def plan(self, places: Mapping[str, str]) -> None:
        """From now on these journeys stop at these places, and all others go on."""
        for marker in self.folder.glob("*.held"):
            marker.unlink()
        draft = self._plan_file.with_suffix(".new")
        draft.write_text(json.dumps(dict(places)))
        draft.replace(self._plan_file)

    def held(self) -> set[str]:
        """The journeys that have come to their place."""
        return {marker.name.partition(".")[0] for marker in self.folder.glob("*.held")}

    def passed(self) -> Iterator[Passed]:
        with self._log_file.open() as log:
            for line in log:
                yield Passed(**json.loads(line))


def from_environment() -> Holds:
    return Holds(Path(os.environ[FOLDER]))


def turn_of(argument: Any) -> str:
    """The turn an activity of ours works for."""
    return str(argument.turn_id if isinstance(argument, AskModel) else argument.turn.turn_id)
