"""What a person meets when the money for language models is spent, over HTTP and Gemini's own wire; and that it is never overspent."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from temporalio.testing import WorkflowEnvironment

from providers.gemini.client import GeminiClient
from providers.gemini.model import GeminiModel
from providers.store.alerts import alerts_page
from providers.store.budgets import Caps
from providers.store.calls import SqlLedger, calls_of
from providers.store.tables import budgets
from tests.api.test_events import events
from tests.api.test_templates import draft, ok, version
from tests.gemini.fake import FakeGemini
from tests.gemini.homeview import SensibleGemini
from tests.gemini.running import fake_gemini
from tests.providers.test_budgets import guarded
from tests.running import SHORT_KITCHEN, Stack, replays, stack
from tests.worker.test_chat import Seen

pytestmark = pytest.mark.anyio
MODELS = ("gemini-3.8-flash", "gemini-3.5-flash-lite")
QUESTION = "how long does a kitchen renovation take?"
SPENT = "The budget for language models of this journey is spent"
CAPS = Caps(day=Decimal(50), tenant=Decimal(100), journey=Decimal("1.00"))


@dataclass
class Asking:
    homeview: Stack
    gemini: FakeGemini

    async def calls(self, journey: str) -> list[dict[str, Any]]:
        return await self.homeview.store.read(lambda db: calls_of(db, journey))

    async def begun(self, spending: str) -> str:
        """A journey of a template with these lines under `spending:`."""
        name = f"kitchen_{len((await ok(self.homeview, 'GET', ''))['items'])}"
        text = version(1, template=name).replace("version: 1\n", f"version: 1\nspending: {{{spending}}}\n", 1)
        await draft(self.homeview, text)
        await ok(self.homeview, "POST", f"/{name}/versions/1/publish")
        return await self.homeview.start(template=name)

    async def set_budget(self, journey: str, cap: str, key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return await self.homeview.http.post(f"/v1/journeys/{journey}/budget", json={"cap": cap}, headers=headers)


@pytest.fixture(scope="module")
async def running(
    temporal: WorkflowEnvironment, mind: tuple[Any, Any, Any], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Asking]:
    async with fake_gemini(rule=SensibleGemini(mind[0])) as gemini:
        client = GeminiClient(SecretStr("a-key"), gemini.url)
        models = [GeminiModel(client, name) for name in MODELS]

        def tight(providers: Any) -> Any:
            return replace(providers, ledger=SqlLedger(providers.ledger.store, CAPS))

        async with stack(temporal, tmp_path_factory.mktemp("spending"), mind, models=models, through=tight, journey_spend=1) as homeview:
            await guarded(homeview.store)
            yield Asking(homeview, gemini)
        await client.close()


@pytest.fixture
def asking(running: Asking) -> Asking:
    running.gemini.forget()
    return running


async def test_without_budget_rules_and_pages_answer_and_the_reply_says_so(asking: Asking) -> None:
    journey = await asking.begun("cap: 0.01")
    turn = await asking.homeview.say(journey, QUESTION)
    assert turn["reply"]["text"].startswith(f"{SPENT}, so I answer from my own rules and pages.")
    assert turn["reply"]["citations"] and turn["engine"] == "offline"
    assert turn["degraded"] == ["over_budget", "over_budget"] and asking.gemini.calls == []
    assert "set_budget" not in [action["action"] for action in turn["reply"]["actions"]]
    await replays(await asking.homeview.history(journey))


async def test_asked_to_ask_it_offers_to_raise_the_budget_and_goes_on_with_a_model_then(asking: Asking) -> None:
    journey = await asking.begun("cap: 0.01, on_limit: ask")
    turn = await asking.homeview.say(journey, QUESTION)
    [offer] = [action for action in turn["reply"]["actions"] if action["action"] == "set_budget"]
    assert "You can raise it." in turn["reply"]["text"] and offer["params"] == {"cap": "1.00"}
    raised = await asking.homeview.http.post(f"/v1/journeys/{journey}/budget", json=offer["params"])
    assert raised.json()["turn"]["reply"]["text"].startswith("From now on the language models of this journey may cost 1.00 US dollars")
    turn = await asking.homeview.say(journey, QUESTION)
    assert (turn["degraded"], turn["engine"]) == ([], f"gemini:{MODELS[0]}")
    await replays(await asking.homeview.history(journey))


async def test_told_to_stop_it_keeps_the_message_and_reads_nothing_in_it(asking: Asking) -> None:
    journey = await asking.begun("cap: 0.01, on_limit: stop")
    turn = await asking.homeview.say(journey, "We have about $50k to spend")
    assert turn["reply"]["text"].startswith(f"{SPENT}. Your message is kept, and nothing more is done by models until it is raised.")
    assert (turn["text"], turn["inputs"], turn["engine"]) == ("We have about $50k to spend", {}, "none")
    assert turn["reply"]["actions"][0]["action"] == "set_budget"
    assert (await asking.homeview.view(journey))["inputs"] == {}


async def test_the_cheaper_route_is_asked_where_its_dearest_answer_still_fits(asking: Asking) -> None:
    for policy, engine in (("cheaper", f"gemini:{MODELS[1]}"), ("degrade", "offline")):
        journey = await asking.begun(f"cap: 0.0150, on_limit: {policy}")
        turn = await asking.homeview.say(journey, QUESTION)
        assert turn["engine"] == engine, [(call["name"], call["status"], call["why"]) for call in await asking.calls(journey)]
    view = await asking.homeview.view(journey)
    assert view["budget"] == {"cap": "0.015", "left": "0.015", "on_limit": "degrade"}


async def test_a_budget_is_not_set_below_what_is_spent_and_the_view_says_what_is(asking: Asking) -> None:
    journey = await asking.homeview.start()
    turn = await asking.homeview.say(journey, QUESTION)
    view = await asking.homeview.view(journey)
    assert view["costs"] == {"spent": turn["cost"], "reserved": "0"} and Decimal(turn["cost"]) > 0
    assert view["budget"] == {"cap": "1", "left": str(Decimal(1) - Decimal(turn["cost"])), "on_limit": "degrade"}
    refused = await asking.set_budget(journey, "0.0001")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/BelowSpent")
    assert "the budget can't be lower than that" in refused.json()["detail"]
    first, again = [await asking.set_budget(journey, "3.50", key="more") for _ in range(2)]
    assert first.json() == again.json() and first.status_code == 200
    assert (await asking.set_budget(journey, "4", key="more")).status_code == 409
    assert (await asking.homeview.view(journey))["budget"]["cap"] == "3.5"
    assert (await asking.set_budget(journey, "-1")).status_code == 422


async def test_a_budget_can_be_named_at_the_start_and_belongs_to_the_key(asking: Asking) -> None:
    http, body = asking.homeview.http, {"template": SHORT_KITCHEN, "budget": "0.01"}
    headers = {"Idempotency-Key": "a-small-one"}
    first, again = [await http.post("/v1/journeys", json=body, headers=headers) for _ in range(2)]
    assert (first.status_code, first.json()["budget"]) == (201, {"cap": "0.01", "left": "0.01", "on_limit": "degrade"})
    assert again.json()["journey_id"] == first.json()["journey_id"]
    turn = await asking.homeview.say(first.json()["journey_id"], QUESTION)
    assert turn["reply"]["text"].startswith(SPENT) and asking.gemini.calls == []
    for other in ({**body, "budget": "0.02"}, {"template": SHORT_KITCHEN}):
        assert (await http.post("/v1/journeys", json=other, headers=headers)).json()["type"] == "/problems/KeyReused"
    assert (await http.post("/v1/journeys", json={**body, "budget": "-1"})).status_code == 422


async def test_a_paused_journey_takes_a_budget_and_stays_paused(asking: Asking) -> None:
    journey = await asking.homeview.start()
    await asking.homeview.http.post(f"/v1/journeys/{journey}/pause", json={})
    raised = await asking.set_budget(journey, "3")
    assert (raised.status_code, raised.json()["turn"]["status"]) == (200, "done")
    view = await asking.homeview.view(journey)
    assert (view["status"], view["budget"]["cap"]) == ("paused", "3")
    refused = await asking.homeview.http.post(f"/v1/journeys/{journey}/messages", json={"text": QUESTION})
    assert refused.json()["type"] == "/problems/JourneyPaused"
    await asking.homeview.http.post(f"/v1/journeys/{journey}/resume", json={})
    assert (await asking.homeview.say(journey, QUESTION))["engine"] == f"gemini:{MODELS[0]}"
    await replays(await asking.homeview.history(journey))


async def test_the_stream_tells_what_a_turn_cost_also_to_who_comes_back(asking: Asking) -> None:
    journey = await asking.homeview.start()
    turns = [await asking.homeview.say(journey, QUESTION) for _ in range(2)]
    told: list[tuple[int, str, dict[str, Any]]] = []
    async with asyncio.timeout(60):
        async for event in events(asking.homeview.http, journey, 0):
            told.append(event)
            if event[1] == "reply" and event[2]["turn_id"] == turns[-1]["turn_id"]:
                break
    costs = [(seq, data) for seq, kind, data in told if kind == "cost"]
    assert [(data["turn_id"], data["cost"], data["in_doubt"]) for _, data in costs] == [(t["turn_id"], t["cost"], "0") for t in turns]
    assert costs[-1][1]["spent"] == str(sum(Decimal(turn["cost"]) for turn in turns))
    stream = events(asking.homeview.http, journey, costs[-1][0] - 1)  # as Last-Event-ID
    async with asyncio.timeout(60):
        assert await anext(stream) == (costs[-1][0], "cost", costs[-1][1])
    assert [kind for _, kind, data in told if data["turn_id"] == turns[-1]["turn_id"]][-2:] == ["cost", "reply"]


async def test_a_call_that_went_out_and_brought_no_answer_stays_spent_and_stands_apart(asking: Asking) -> None:
    journey = await asking.homeview.start()
    asking.gemini.fault("reset", times=None)
    turn = await asking.homeview.say(journey, QUESTION)
    assert turn["degraded"] and turn["cost"] == "0"
    view = await asking.homeview.view(journey)
    doubt = sum(call["doubtful"] for call in await asking.calls(journey))
    assert doubt > 0 and Decimal(view["costs"]["spent"]) == doubt and view["costs"]["reserved"] == "0"
    rows = (await asking.homeview.http.get("/v1/costs", params={"by": "journey", "limit": 200})).json()["items"]
    [row] = [row for row in rows if row["key"] == journey]
    assert (row["cost"], row["estimated"], Decimal(row["in_doubt"])) == ("0", "0", doubt)
    asking.gemini.forget()
    asking.homeview.providers.breakers._of.clear()


async def test_a_call_that_was_refused_in_good_order_costs_nothing(asking: Asking) -> None:
    journey = await asking.homeview.start()
    for fault in ("overloaded", "invalid_argument"):
        asking.gemini.fault(fault)
    await asking.homeview.say(journey, QUESTION)
    assert [call["doubtful"] for call in await asking.calls(journey)] == [0] * len(await asking.calls(journey))


async def test_the_chat_tells_what_was_spent_and_raises_the_budget_by_command_and_by_choice(asking: Asking) -> None:
    journey = await asking.begun("cap: 0.01, on_limit: ask")
    seen = Seen(asking.homeview, "/cost", "/budget much", "/budget 0.0100", QUESTION, "1", QUESTION, "/cost", "/budget")
    text = await seen.run(journey)
    assert seen.chat.troubles == 0
    cost = (await asking.homeview.view(journey))["costs"]["spent"]
    for line in (
        "Language models have cost nothing here so far; they may cost 0.01 US dollars.",
        "Say an amount in US dollars, as in /budget 2.50",
        "From now on the language models of this journey may cost 0.01 US dollars",
        "  1  Raise the budget for language models to 1.00 US dollars",
        "From now on the language models of this journey may cost 1.00 US dollars",
        f"Language models have cost {cost} of 1.00 US dollars here;",
    ):
        assert " ".join(line.split()) in " ".join(text.split()), line
    assert [turn["engine"] for turn in await seen.chat.talk.conversation(journey) if turn["text"]] == ["offline", f"gemini:{MODELS[0]}"]


async def test_a_model_whose_answers_are_broken_for_ever_ends_at_the_budget(asking: Asking) -> None:
    journey = await asking.begun("cap: 0.20")
    asking.gemini.fault("wrong_schema", times=None)
    texts = [(await asking.homeview.say(journey, QUESTION))["reply"]["text"] for _ in range(40)]
    assert texts[0].startswith("The language model gave no answer that I can use")
    assert texts[-1].startswith(SPENT)
    rows = await asking.homeview.store.read(lambda db: db.execute(select(budgets).where(budgets.c.key == journey)).mappings().all())
    assert Decimal("0.15") < rows[0]["spent"] <= Decimal("0.20") and rows[0]["reserved"] == 0
    assert rows[0]["spent"] == sum(call["cost"] for call in await asking.calls(journey))
    raised = {row["key"] for row in await asking.homeview.store.read(lambda db: alerts_page(db, limit=99))}
    assert {f"budget:journey:{journey}:{step}" for step in (50, 80, 100)} <= raised


async def test_sixty_four_turns_at_once_on_one_day_spend_no_more_than_it_has(asking: Asking) -> None:
    """The database itself refuses a statement that would leave more than the cap (guarded): then a turn would have failed."""
    ledger = asking.homeview.providers.ledger
    assert isinstance(ledger, SqlLedger)
    cap = sum((day["spent"] for day in await the_days(asking)), Decimal("0.08"))  # enough for some forty of them
    ledger.caps = replace(CAPS, day=cap)
    journeys = await asyncio.gather(*(asking.homeview.start() for _ in range(64)))
    turns = await asyncio.gather(*(asking.homeview.say(journey, QUESTION) for journey in journeys))
    ends = {turn["degraded"][-1] if turn["degraded"] else "answered" for turn in turns}
    days = await the_days(asking)
    assert ends == {"answered", "over_budget"}
    assert all(day["spent"] <= cap and day["reserved"] == 0 for day in days)
    told = [turn["reply"]["text"] for turn in turns if turn["degraded"]]
    assert all(text.startswith("Today's budget for language models is spent, so I answer") for text in told)


async def the_days(asking: Asking) -> list[dict[str, Any]]:
    rows = await asking.homeview.store.read(lambda db: db.execute(select(budgets).where(budgets.c.scope == "day")).mappings().all())
    return [dict(row) for row in rows]
