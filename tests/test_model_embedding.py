"""Passages by a paid embedder: asked once a turn, booked, and missed by nobody when it fails."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from activities.retrieval import PaidRetrieval
from providers.breaker import FAILURES, LONG_REST, REST, Breakers
from providers.gemini.client import GeminiClient
from providers.gemini.embedder import GeminiEmbedder
from providers.gemini.model import GeminiModel
from providers.index import ChromaKnowledge
from providers.indexing import build_index
from providers.pages import OUR_PAGES, read_passages
from providers.store.calls import calls_of
from tests import reliability
from tests.gemini.fake import FakeGemini
from tests.gemini.homeview import SensibleGemini
from tests.gemini.running import fake_gemini
from tests.matrix.cases import befalls
from tests.running import Stack, stack
from worker.build import Providers

pytestmark = pytest.mark.anyio
EMBED = "batchEmbedContents"
ASKED = next(passage for passage in read_passages(OUR_PAGES) if passage.region == "general" and passage.asked)
CAN_BEFALL = [fault for fault in reliability.FAULTS if fault.name != reliability.NO_CONNECTION and befalls(fault, "embedding")]
ENGINE = "gemini:gemini-embedding-001"
CLOCK = [1_800_000_000.0]
BREAKERS = Breakers(now=lambda: CLOCK[0])  # of the embedder alone
HOW_LONG = "how long does a kitchen renovation take?"


@pytest.fixture(scope="module")
async def running(
    temporal: WorkflowEnvironment, mind: tuple[Any, Any, Any], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Stack, FakeGemini]]:
    async with fake_gemini(rule=SensibleGemini(mind[0])) as gemini:
        client = GeminiClient(SecretStr("a-key"), gemini.url)
        embedder = GeminiEmbedder(client, seconds=1.0)
        root = tmp_path_factory.mktemp("paid-index")
        await build_index(OUR_PAGES, root, GeminiEmbedder(client))
        knowledge = ChromaKnowledge(root, embedder, floor=0.5)  # the fake's vectors are alike only for the very same words

        def through(providers: Providers) -> Providers:
            return replace(providers, retrieval=PaidRetrieval(providers.ledger, embedder, knowledge, BREAKERS))

        async with stack(temporal, tmp_path_factory.mktemp("paid"), mind, models=[GeminiModel(client)], through=through) as homeview:
            yield homeview, gemini
        knowledge.close()
        await client.close()


@pytest.fixture
async def paid(running: tuple[Stack, FakeGemini]) -> tuple[Stack, FakeGemini]:
    """With the embedder well: what an earlier test left open is over."""
    running[1].forget()
    CLOCK[0] += 2 * LONG_REST
    async with BREAKERS.admitted(ENGINE) as permit:
        BREAKERS.of(ENGINE).answered(permit)
    return running


async def calls(homeview: Stack, journey: str) -> list[dict[str, Any]]:
    return await homeview.store.read(lambda db: calls_of(db, journey))


async def test_what_it_finds_is_what_the_model_is_told_and_what_it_cost_is_booked(paid: tuple[Stack, FakeGemini]) -> None:
    homeview, gemini = paid
    journey = await homeview.start()
    turn = await homeview.say(journey, ASKED.asked[0])
    assert turn["reply"]["citations"][0]["id"] == ASKED.id
    kept = {call["name"]: call for call in await calls(homeview, journey)}
    # A worker that is starved for three seconds is taken for dead, and its call is made again; so the ledger says how often.
    assert [call.name for call in gemini.calls] == [EMBED, *["streamGenerateContent"] * kept["answer"]["attempts"]]
    assert (kept["embed"]["status"], kept["embed"]["attempts"]) == ("answered", 1)
    assert kept["embed"]["cost"] > 0
    assert float(turn["cost"]) == pytest.approx(float(kept["embed"]["cost"] + kept["answer"]["cost"]))


async def test_a_repair_or_another_try_does_not_pay_for_it_again(paid: tuple[Stack, FakeGemini]) -> None:
    homeview, gemini = paid
    journey = await homeview.start()
    gemini.fault("overloaded", call="streamGenerateContent")
    turn = await homeview.say(journey, ASKED.asked[0])
    assert [call.name for call in gemini.calls].count(EMBED) == 1
    assert turn["reply"]["citations"][0]["id"] == ASKED.id


@pytest.mark.parametrize("fault", CAN_BEFALL, ids=lambda fault: fault.id)
async def test_whatever_befalls_it_the_passages_of_the_free_index_stand_and_it_is_asked_once(
    paid: tuple[Stack, FakeGemini], fault: reliability.Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    homeview, gemini = paid
    journey = await homeview.start()
    paid_retrieval = homeview.providers.retrieval
    assert paid_retrieval
    monkeypatch.setattr(paid_retrieval.embedder, "seconds", 1.0 if fault.silent else 20.0)  # a busy machine is no fault
    gemini.fault(fault.name, call=EMBED, times=None, seconds=fault.seconds)
    turn = await homeview.say(journey, HOW_LONG)
    assert (turn["engine"], turn["degraded"]) == ("gemini:gemini-3.8-flash", [])
    assert [call.name for call in gemini.calls].count(EMBED) == 1
    kept = {call["name"]: call for call in await calls(homeview, journey)}
    late = fault.way is reliability.LATE
    assert (kept["embed"]["status"], kept["embed"]["attempts"], kept["embed"]["in_doubt"]) == ("answered" if late else "failed", 1, 0)
    assert kept["embed"]["error"] == fault.word
    if not late:
        assert turn["reply"]["citations"]


async def test_one_that_fails_rests_and_passages_come_from_the_free_index_with_nothing_asked_or_booked(
    paid: tuple[Stack, FakeGemini],
) -> None:
    homeview, gemini = paid
    journey = await homeview.start()
    gemini.fault("overloaded", call=EMBED, times=None)
    for _ in range(FAILURES):
        await homeview.say(journey, HOW_LONG)
    assert BREAKERS.of(ENGINE).state == "open"
    asked, booked = len(gemini.calls), len([call for call in await calls(homeview, journey) if call["name"] == "embed"])
    turn = await homeview.say(journey, HOW_LONG)
    assert (turn["degraded"], [call.name for call in gemini.calls[asked:]]) == ([], ["streamGenerateContent"])
    assert turn["reply"]["citations"]
    assert len([call for call in await calls(homeview, journey) if call["name"] == "embed"]) == booked == FAILURES
    gemini.forget()
    CLOCK[0] += REST
    await homeview.say(journey, HOW_LONG)
    assert (gemini.calls[0].name, BREAKERS.of(ENGINE).state) == (EMBED, "closed")


def test_every_way_a_fault_can_go_is_told_of_the_embedder_too() -> None:
    befall = {fault.way for fault in CAN_BEFALL}
    assert befall == {way for way, told in reliability.EMBEDDING.items() if told != "can't befall it"}
    assert set(reliability.EMBEDDING) == set(reliability.WAYS)
