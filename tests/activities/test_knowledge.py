"""Which pages speak to a journey."""

from collections.abc import Sequence
from typing import Any

import pytest

from activities.briefing import Briefing
from activities.knowledge import pages_for
from journeys.inputs import Place, Text
from journeys.memory import Recollection
from journeys.work import OpenTurn, Turn
from providers.base import Passage, Where
from tests.factories import NOW, a_state, a_template
from tests.running import Stack

pytestmark = pytest.mark.anyio

OF_AMERICA = "Do water saving loos actually flush properly?"  # words of a page of the US, to the letter
FOR_LANDLORDS = "Should I put carpet or vinyl in my rental bedrooms?"


class Noting:
    """Memory and Knowledge of nothing, which note where was searched."""

    def __init__(self) -> None:
        self.searched: list[Where | None] = []

    async def recall(self, *_: Any, **__: Any) -> Recollection:
        return Recollection()

    async def keep(self, *_: Any) -> None: ...

    async def search(
        self, question: str, *, limit: int = 3, where: Where | None = None, vector: Sequence[float] | None = None
    ) -> list[Passage]:
        self.searched.append(where)
        return []

    async def passages(self, ids: Sequence[str]) -> list[Passage]:
        return []


@pytest.mark.parametrize(
    ("inputs", "region"),
    [
        ({}, None),
        ({"place": Place(country="US", subdivision="WA", postcode="98101")}, "US-WA"),
        ({"place": Place(country="GB", postcode="SW1A 1AA")}, "GB"),
        ({"place": Text(text="by the sea")}, None),
    ],
)
def test_a_journey_is_told_what_is_for_its_persona_and_for_where_its_home_is(inputs, region):
    assert pages_for(a_state(persona="investor", inputs=inputs)) == Where(region=region, persona="investor")


def test_a_journey_may_ask_ahead_of_its_step():
    assert pages_for(a_state(focus="room")).step is None


async def test_a_model_is_handed_pages_for_the_journey() -> None:
    noting, place = Noting(), Place(country="CA", subdivision="ON")
    state = a_state(persona="investor", inputs={"place": place})
    turn = Turn(operation="converse", key="k", body_hash="h", turn_id="t", seq=2, at=NOW)
    ledger: Any = None  # a first call keeps nothing
    briefing = Briefing(["a model"], ledger, noting, noting)
    await briefing.to_answer(OpenTurn(turn=turn, template=a_template(), state=state, text="which floor?"), 2)
    assert noting.searched == [Where(region="CA-ON", persona="investor")]


async def cited(homeview: Stack, journey: str, question: str) -> set[str]:
    """The pages that the answer quotes."""
    turn = await homeview.say(journey, question)
    return {citation["id"].partition("#")[0] for citation in turn["reply"]["citations"]}


async def test_a_home_in_canada_is_not_told_what_holds_in_the_united_states(homeview: Stack) -> None:
    journey = await homeview.start()
    assert "toilets-and-vanities" in await cited(homeview, journey, OF_AMERICA)
    await homeview.say(journey, "A new kitchen in Toronto, ON")
    assert (await homeview.view(journey))["inputs"]["place"]["country"] == "CA"
    assert "toilets-and-vanities" not in await cited(homeview, journey, OF_AMERICA)


async def test_a_homeowner_is_not_told_what_is_for_landlords(homeview: Stack) -> None:
    everybody = await homeview.providers.knowledge.search(FOR_LANDLORDS)
    assert everybody[0].id == "rental-durability#floors"
    assert "rental-durability" not in await cited(homeview, await homeview.start(), FOR_LANDLORDS)
