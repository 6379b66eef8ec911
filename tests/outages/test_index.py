"""The knowledge index is gone, named wrongly, damaged or empty: a question gets a plain statement, everything else its answer as always."""

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.crashes.asking import say
from tests.outages.house import House
from tests.outages.striking import at_its_start, damaged_in_place, points_at_damage, points_nowhere, until_mended, without_passages
from tests.outages.table import NOTHING_THERE, named

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
QUESTION = "What is the difference between quartz and granite counters?"
STRIKES: dict[str, tuple[str, Callable[[Path], None]]] = {
    "gone": ("index_gone", shutil.rmtree),
    "pointer": ("index_elsewhere", points_nowhere),
    "another, damaged": ("index_garbage", points_at_damage),
    "damaged where it stands": ("index_garbage", damaged_in_place),
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
    name = "index_at_start" if when == "at its start" else name

    async def ask() -> None:
        told = await reply(home)
        assert named(name).told in told["text"] or told["citations"], told["text"]  # mended already, or still in memory

    async def is_well() -> bool:
        return bool((await reply(home))["citations"])

    struck = until_mended(home, strike, is_well)
    called = f"{name}.{fault} {when}".replace(" ", "-")
    await home.through(called, struck if when != "at its start" else at_its_start(home, struck), ask)


@pytest.mark.long
@WHEN
async def test_a_question_to_an_index_of_no_passages_is_told_that_there_is_nothing(home: House, when: str) -> None:
    async def ask() -> None:
        told = await reply(home)
        assert NOTHING_THERE in told["text"], told["text"]

    if when == "at its start":
        await home.through("index_empty_at_start", at_its_start(home, without_passages(home)), ask)
    else:
        await home.through("index_empty", without_passages(home), ask)
    assert (await reply(home))["citations"]
