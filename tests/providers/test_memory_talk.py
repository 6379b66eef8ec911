"""Sixty turns of talk: what was said at the beginning comes back where a reply needs it, and what a model reads grows no longer.

The weights and the database are the real ones. `-s` prints the figures and what did not come back.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from ruamel.yaml import YAML

from journeys.memory import EXCHANGES, MOST_CHARACTERS, RECALLED, Recollection, as_text, is_standing, summary
from providers.memory import SqlMemory
from providers.offline.embeddings import MiniLM
from providers.store.journeys import SqlRecords
from providers.store.migrate import migrate
from providers.store.store import Store
from tests.factories import NOW, Play, kitchen
from tests.providers.test_memory import told

pytestmark = pytest.mark.anyio
TALK: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("memory_talk.yaml"))
REPLIES = [
    "Noted. What is the size of the room?",
    "The aisle in front of a counter is 42 inches where one person cooks, 48 where two do. [1]\n\nSources: [1] Layouts, trade page.",
    "| Item | Net | With waste |\n|---|---|---|\n" + "| Floor | 143 sq ft | 157.3 sq ft |\n" * 30 + "\nDo you accept it?",
]


@dataclass
class Talk:
    """A conversation that was held, in a journey of its name."""

    name: str
    memory: SqlMemory

    async def recall(self, text: str, at: int, limit: int = RECALLED) -> Recollection:
        return await self.memory.recall(self.name, text, before=at, limit=limit)

    async def missed(self, limit: int) -> list[dict[str, Any]]:
        """The pairs whose fact did not come back."""
        lost = []
        for pair in TALK[self.name]["pairs"]:
            recollection = await self.recall(pair["ask"], pair["at"], limit)
            if not any(pair["fact"] in old.text for old in recollection.recalled):
                lost.append(pair)
        return lost


@pytest.fixture(scope="module")
async def talks(embedder: MiniLM, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, Talk]]:
    url = f"sqlite:///{tmp_path_factory.mktemp('talk') / 'homeview.db'}"
    migrate(url)
    store = Store(url)
    records, memory = SqlRecords(store), SqlMemory(store, embedder)
    for name, talk in TALK.items():
        for seq, text in enumerate(talk["turns"], 1):
            await told(records, name, f"{name}-{seq}", seq, text, REPLIES[seq % len(REPLIES)])
            await memory.keep(name, f"{name}-{seq}", seq, text, NOW)
    yield {name: Talk(name, memory) for name in TALK}
    store.close()


@pytest.mark.parametrize("name", sorted(TALK))
def test_the_talks_are_long_and_their_facts_old(name: str) -> None:
    turns, pairs = TALK[name]["turns"], TALK[name]["pairs"]
    assert (len(turns), len(set(turns)), len(pairs) >= 20) == (60, 60, True)
    for pair in pairs:
        said = [seq for seq, text in enumerate(turns, 1) if pair["fact"] in text]
        assert len(said) == 1 and said[0] < pair["at"] - EXCHANGES, pair


async def test_what_was_said_at_the_beginning_comes_back_after_ten_thirty_and_sixty_turns(talks: dict[str, Talk]) -> None:
    early = [pair for pair in TALK["held_out"]["pairs"] if pair["fact"] in TALK["held_out"]["turns"][1]]
    assert {pair["at"] for pair in early} == {10, 30, 60}
    assert len({pair["fact"] for pair in early}) == 5
    assert [pair for pair in await talks["held_out"].missed(RECALLED) if pair in early] == []


@pytest.mark.parametrize(("name", "limit", "share"), [("tuning", RECALLED, 0.75), ("held_out", RECALLED, 0.70), ("held_out", 8, 0.65)])
async def test_what_a_reply_needs_comes_back(talks: dict[str, Talk], name: str, limit: int, share: float) -> None:
    """Measured 2026-11-22: .86, .79 and .76; by likeness alone .64, .53 and .53. Held to less, as other weights of the same model would
    differ by a pair or two. What is missed takes knowledge of the world ("how does the slab get up here?" and a tiny elevator)."""
    missed, pairs = await talks[name].missed(limit), TALK[name]["pairs"]
    print(f"{name}: recall@{limit} {1 - len(missed) / len(pairs):.3f} of {len(pairs)}")
    for pair in missed:
        print(f"  at {pair['at']}: {pair['ask']} ← {pair['fact']}")
    assert len(missed) <= (1 - share) * len(pairs)


@pytest.mark.parametrize("text", TALK["held_out"]["plain"])
async def test_a_message_about_nothing_is_answered_knowing_who_lives_there(talks: dict[str, Talk], text: str) -> None:
    recollection = await talks["held_out"].recall(text, 60)
    assert any(old.seq == 2 and is_standing(old.text) for old in recollection.recalled)


async def test_from_the_twentieth_turn_on_a_prompt_grows_no_longer(talks: dict[str, Talk]) -> None:
    play, sizes = Play(kitchen()), list[int]()
    for at, text in enumerate(TALK["held_out"]["turns"], 1):
        if fact := play.way_on():
            play.tell(fact)
        recollection = await talks["held_out"].recall(text, at)
        sizes.append(len(summary(play.template, play.state)) + len(as_text(recollection)))
    print(f"characters at turns 20, 40, 60: {sizes[19]}, {sizes[39]}, {sizes[59]}; at most {max(sizes)}")
    assert max(sizes) <= MOST_CHARACTERS
    assert mean(sizes[50:]) <= 1.1 * mean(sizes[19:30])
