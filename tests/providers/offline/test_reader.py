from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.messages import Understanding
from providers.base import Reader
from providers.offline.embeddings import MiniLM
from providers.offline.reader import MOST_BYTES, OfflineReader, cut
from tests.providers.offline.kitchen import KITCHEN, brief

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def reader(embedder: MiniLM) -> Reader:
    return OfflineReader(embedder, today=lambda: date(2026, 11, 22))


def values(understood: Understanding) -> dict[str, str]:
    return {found.need: brief(found.value) for found in understood.found}


async def test_a_first_message_gives_its_intent_and_its_inputs(reader: Reader) -> None:
    understood = await reader.understand("I want to remodel my kitchen in Seattle, 14.5 x 12 ft, for $40-60K", KITCHEN, None)
    assert (understood.engine, understood.intents[0].name) == ("offline", "start_project")
    assert values(understood) == {"place": "US WA", "room_size": "14.5 x 12", "budget": "40000-60000"}


async def test_probabilities_fall_and_never_exceed_one(reader: Reader) -> None:
    chances = [intent.p for intent in (await reader.understand("can we skip this and go back?", KITCHEN, None)).intents]
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) <= 1.001


@pytest.mark.parametrize(
    "move", ["skip this", "go back", "no idea, next question", "I'd rather not say", "cancel everything", "where are we?"]
)
async def test_a_move_in_the_talk_is_no_answer_to_a_question_for_words(reader: Reader, move: str) -> None:
    assert values(await reader.understand(move, KITCHEN, "goal")) == {}


@pytest.mark.parametrize("goal", ["more light and storage", "we want an open kitchen for cooking together", "The layout is cramped"])
async def test_an_answer_in_words_is_kept_whole(reader: Reader, goal: str) -> None:
    assert values(await reader.understand(goal, KITCHEN, "goal")) == {"goal": goal}


@pytest.mark.parametrize(
    ("said", "torn"),
    [
        ("modern, but farmhouse too", {"style": ["modern", "farmhouse"]}),
        ("We love industrial and my wife wants traditional.", {"style": ["industrial", "traditional"]}),
        ("modern, please, not farmhouse", {}),
        ("Farmhouse.", {}),
    ],
)
async def test_two_answers_to_one_question_are_told_apart_from_none(reader: Reader, said: str, torn: dict[str, list[str]]) -> None:
    understood = await reader.understand(said, KITCHEN, "style")
    assert understood.torn == torn
    assert ("style" in values(understood)) == (not torn)


async def test_a_message_is_embedded_once_also_for_a_search_that_follows(embedder: MiniLM, reader: Reader) -> None:
    before = embedder.remembered.cache_info().misses
    await reader.understand("how long does grout take to dry, roughly?", KITCHEN, None)
    await embedder.embed(["how long does grout take to dry, roughly?"])
    assert embedder.remembered.cache_info().misses == before + 1


@pytest.mark.parametrize("text", ["", "   ", "\ud800", "\x00\x01", "🏠" * 5000, "12 x 14 " * 5000])
async def test_no_text_makes_it_fail(reader: Reader, text: str) -> None:
    understood = await reader.understand(text, KITCHEN, "goal")
    assert all(found.end <= len(text) for found in understood.found)


@given(text=st.text(st.characters(), min_size=0, max_size=40), times=st.integers(1, 400))
def test_a_long_message_is_cut_between_characters(text: str, times: int) -> None:
    short = cut(text * times)
    size = len(short.encode("utf-8", "surrogatepass"))
    assert (text * times).startswith(short)
    assert short == text * times or MOST_BYTES - 4 < size <= MOST_BYTES
