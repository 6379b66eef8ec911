"""The knowledge index is gone, named wrongly, damaged or empty: a question gets a plain statement, everything else its answer as always."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.crashes.asking import say
from tests.outages.house import House
from tests.outages.striking import at_its_start, damage, damaged_where_it_stands, empty, pointing_at, pointing_nowhere, without_index
from tests.outages.table import CANT_SEARCH, NOTHING_THERE, named

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
QUESTION = "What is the difference between quartz and granite counters?"
Fault = Callable[[Path], AbstractAsyncContextManager[None]]
FAULTS: dict[str, tuple[str, Fault, str]] = {
    "gone": ("index_gone", without_index, CANT_SEARCH),
    "pointer": ("index_elsewhere", pointing_nowhere, CANT_SEARCH),
    "another, damaged": ("index_garbage", lambda root: pointing_at(root, damage), CANT_SEARCH),
    "damaged where it stands": ("index_garbage", damaged_where_it_stands, ""),
    "empty": ("index_empty", lambda root: pointing_at(root, empty), NOTHING_THERE),
}
ALWAYS = ("pointer", "damaged where it stands")  # the others with the long tests


async def reply(home: House, key: str) -> dict[str, Any]:
    answer = await home.caller.ask(home.journeys[2], say(QUESTION), key)
    assert answer.status == 200, answer
    told: dict[str, Any] = answer.body["turn"]["reply"]
    assert told["actions"]
    return told


@pytest.mark.parametrize("fault", [pytest.param(name, marks=[] if name in ALWAYS else pytest.mark.long) for name in FAULTS])
@pytest.mark.parametrize("when", ["while the worker runs", pytest.param("at its start", marks=pytest.mark.long)])
async def test_a_question_is_told_that_the_pages_cant_be_searched(home: House, fault: str, when: str) -> None:
    name, make, said = FAULTS[fault]
    if when == "at its start":
        name = "index_empty_at_start" if fault == "empty" else "index_at_start"
        said = named(name).told
    struck = make(home.processes.settings.index_root)

    async def ask() -> None:
        told = await reply(home, f"{fault} {when}".replace(" ", "-"))
        assert said in told["text"], told["text"]

    await home.through(f"{name}.{fault} {when}".replace(" ", "-"), struck if when != "at its start" else at_its_start(home, struck), ask)
    healed = await reply(home, f"{fault} {when} healed".replace(" ", "-"))
    assert healed["citations"], healed
