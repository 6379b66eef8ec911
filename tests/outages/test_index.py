"""The knowledge index is gone, named wrongly, damaged or empty: a question gets a plain statement, everything else its answer as always."""

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.crashes.asking import say
from tests.outages.house import House
from tests.outages.striking import at_its_start, damaged_in_place, points_at_damage, points_at_nothing, points_nowhere, until_mended
from tests.outages.table import named

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
QUESTION = "What is the difference between quartz and granite counters?"
STRIKES: dict[str, tuple[str, Callable[[Path], None]]] = {
    "gone": ("index_gone", shutil.rmtree),
    "pointer": ("index_elsewhere", points_nowhere),
    "another, damaged": ("index_garbage", points_at_damage),
    "damaged where it stands": ("index_garbage", damaged_in_place),
    "empty": ("index_empty", points_at_nothing),
}
ALWAYS = ("pointer",)  # the others with the long tests
WHEN = pytest.mark.parametrize("when", ["while the worker runs", pytest.param("at its start", marks=pytest.mark.long)])
keys = itertools.count()


async def reply(home: House) -> dict[str, Any]:
    answer = await home.caller.ask(home.journeys[2], say(QUESTION), f"about-counters-{next(keys)}")
    assert answer.status == 200, answer
    told: dict[str, Any] = answer.body["turn"]["reply"]
    assert told["actions"]
    return told


@pytest.mark.parametrize("fault", [pytest.param(name, marks=[] if name in ALWAYS else pytest.mark.long) for name in STRIKES])
@WHEN
async def test_a_question_is_told_that_the_pages_cant_be_searched_until_the_worker_has_mended_them(
    home: House, fault: str, when: str
) -> None:
    name, strike = STRIKES[fault]
    if when == "at its start":
        name = "index_empty_at_start" if name == "index_empty" else "index_at_start"

    async def ask() -> None:
        told = await reply(home)
        assert named(name).told in told["text"] or told["citations"], told["text"]  # mended already, or still in memory

    async def is_well() -> bool:
        return bool((await reply(home))["citations"])

    struck = until_mended(home, strike, is_well)
    called = f"{name}.{fault} {when}".replace(" ", "-")
    await home.through(called, struck if when != "at its start" else at_its_start(home, struck), ask)
