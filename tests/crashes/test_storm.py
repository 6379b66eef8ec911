"""Storms (tests/crashes/storm.py): a short one always, and a longer one where asked for. `HOMEVIEW_KILLS`, `HOMEVIEW_STORM_SECONDS` and
`HOMEVIEW_STORM_SEED` make them longer, or other ones."""

import os
from pathlib import Path

import pytest

from tests.crashes.storm import Storm, a_gemini, brewing

pytestmark = pytest.mark.anyio
KILLS = int(os.environ.get("HOMEVIEW_KILLS", "1"))
SECONDS = float(os.environ.get("HOMEVIEW_STORM_SECONDS", "15"))
SEED = int(os.environ.get("HOMEVIEW_STORM_SEED", "1"))


async def weathered(storm: Storm) -> None:
    found = await storm.tally(replayed=8)
    print(f"\n{storm.summary(found)}")
    assert (found.lost, found.doubled, found.wrong) == (0, 0, [])


@pytest.mark.slow
async def test_no_turn_in_flight_is_lost_or_doubled_when_kills_fall(tmp_path: Path, index_root: Path) -> None:
    async with brewing(tmp_path, index_root, SEED) as storm:
        await storm.rage(KILLS)
        assert storm.in_flight >= 50 * KILLS
        await weathered(storm)


@pytest.mark.long
async def test_turns_that_wait_for_a_model_are_not_lost_doubled_or_paid_for_twice(tmp_path: Path, index_root: Path) -> None:
    async with a_gemini() as gemini, brewing(tmp_path, index_root, SEED, gemini=gemini) as storm:
        await storm.rage(KILLS)
        assert storm.in_flight >= 50 * KILLS and storm.open_calls
        await weathered(storm)


@pytest.mark.long
async def test_nothing_answered_is_lost_in_a_storm(tmp_path: Path, index_root: Path) -> None:
    async with brewing(tmp_path, index_root, SEED, journeys=8) as storm:
        await storm.rage_for(SECONDS, calm=(1.0, 4.0))
        await weathered(storm)
