"""The whole fault matrix over HTTP: every fault by every call, once, three times, for half an hour and for ever; by llmock what it offers.

Some minutes on two cores. tests/test_model_faults.py looks closer at the part that `make test` runs.
"""

from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from tests import reliability
from tests.matrix import emulator
from tests.matrix.cases import ALL, Case
from tests.matrix.house import Met
from tests.matrix.play import Played, play, play_emulated
from tests.matrix.shares import SHARES, Share, Verdicts, failed, verdicts, written
from tests.matrix.verdicts import end_met

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.long]
IN_ONE_TURN = [case for case in ALL if case.lasting != "for 30 minutes"]
EMULATED_IN_ONE_TURN = [case for case in emulator.CASES if case.lasting != "for 30 minutes"]


@pytest.fixture(scope="module")
async def played(mind: Any, tmp_path_factory: pytest.TempPathFactory) -> Played:
    return await play(ALL, tmp_path_factory.mktemp("matrix"), mind[0], mind[1], print)


@pytest.fixture(scope="module")
async def emulated(mind: Any, tmp_path_factory: pytest.TempPathFactory) -> Played:
    return await play_emulated(emulator.CASES, tmp_path_factory.mktemp("emulated"), mind[0], mind[1])


def met(played: Played, case: Case) -> Met:
    found = played[case]
    if isinstance(found, BaseException):
        raise found
    return found


@pytest.mark.parametrize("case", IN_ONE_TURN, ids=attrgetter("id"))
async def test_a_turn_that_meets_a_fault_ends_as_the_table_says(played: Played, case: Case) -> None:
    [seen] = met(played, case).turns
    assert end_met(case, seen) == case.end


@pytest.mark.parametrize("case", EMULATED_IN_ONE_TURN, ids=attrgetter("id"))
async def test_it_ends_in_the_same_way_where_the_emulator_is_not_ours(emulated: Played, case: Case) -> None:
    [seen] = met(emulated, case).turns
    assert end_met(case, seen) == case.end


async def test_every_case_heals_and_nothing_is_lost_or_doubled(played: Played, emulated: Played) -> None:
    assert failed(verdicts(played)) + failed(verdicts(emulated)) == []


@pytest.mark.parametrize("share", SHARES, ids=attrgetter("name"))
async def test_the_aims_are_reached(played: Played, emulated: Played, share: Share) -> None:
    for found in (verdicts(played), verdicts(emulated)):
        assert share.is_reached(found), share.told(found)


async def test_the_page_on_reliability_tells_what_was_measured(played: Played, emulated: Played) -> None:
    page = Path(reliability.PAGE).read_text(encoding="utf-8")
    found: list[Verdicts] = [verdicts(played), verdicts(emulated)]
    assert page == written(page, *found), "python -m tests.bench --only faults writes it anew"
