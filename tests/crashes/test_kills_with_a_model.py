"""Kill -9 at every await of a turn that asks a language model: what was answered is not asked again, what is in doubt is counted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from providers.offline.reader import OfflineReader
from tests.crashes.asking import MODEL_KINDS
from tests.crashes.fleet import Fleet, fleet
from tests.gemini.homeview import SensibleGemini
from tests.gemini.running import fake_gemini

pytestmark = [pytest.mark.anyio, pytest.mark.long]


@pytest.fixture(scope="module")
async def asking(
    tmp_path_factory: pytest.TempPathFactory, index_root: Path, mind: tuple[OfflineReader, object, object]
) -> AsyncIterator[Fleet]:
    async with fake_gemini(rule=SensibleGemini(mind[0])) as gemini:
        settings = {"gemini_api_key": SecretStr("a-key"), "gemini_base_url": gemini.url}
        async with fleet(tmp_path_factory.mktemp("model-kills"), index_root, MODEL_KINDS, **settings) as running:
            yield running


async def test_a_killed_worker_makes_no_call_again_whose_answer_was_kept(asking: Fleet) -> None:
    await asking.disturb(["worker"])


async def test_a_power_cut_loses_and_repeats_nothing(asking: Fleet) -> None:
    await asking.disturb(["worker", "api", "temporal"], asking.writing())
