"""The whole matrix, played: every case in the house that it needs, as many side by side as a house has slots."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from providers.gemini.client import GeminiClient
from providers.gemini.embedder import GeminiEmbedder
from providers.index import ChromaKnowledge
from providers.indexing import build_index
from providers.offline.reader import OfflineReader
from providers.pages import OUR_PAGES
from tests.gemini.running import fake_gemini
from tests.matrix.cases import Case
from tests.matrix.house import AT_ONCE, House, Met, house
from tests.running import local_server, skipping_server
from worker.equipment import EMBED_WITHIN

Played = dict[Case, Met | BaseException]
ALIKE = 0.5  # the fake's vectors are alike only for the very same words


@contextlib.asynccontextmanager
async def paid_index(root: Path) -> AsyncIterator[ChromaKnowledge]:
    """Our pages, embedded by a fake Gemini."""
    async with fake_gemini() as gemini:
        client = GeminiClient(SecretStr("a-key"), gemini.url)
        embedder = GeminiEmbedder(client, seconds=EMBED_WITHIN)
        await build_index(OUR_PAGES, root, GeminiEmbedder(client))
        knowledge = ChromaKnowledge(root, embedder, floor=ALIKE)
        yield knowledge
        knowledge.close()
        await client.close()


async def side_by_side(house: House, cases: Sequence[Case]) -> Played:
    """Those that last longest first, since they hold their slots longest."""
    longest_first = sorted(cases, key=lambda case: (case.fault.silent, case.times is None, case.times or 0), reverse=True)
    met = await asyncio.gather(*(house.meet(case) for case in longest_first), return_exceptions=True)
    return dict(zip(longest_first, met, strict=True))


async def half_hours(house: House, env: WorkflowEnvironment, cases: Sequence[Case]) -> Played:
    async def passes(so_long: timedelta) -> None:
        await env.sleep(so_long)
        house.clock.ahead = (await env.get_current_time()).timestamp() - time.time()

    played: Played = {}
    for start in range(0, len(cases), AT_ONCE):
        some = cases[start : start + AT_ONCE]
        try:
            played |= zip(some, await house.sit_out(some, passes), strict=True)
        except Exception as error:
            played |= dict.fromkeys(some, error)
    return played


async def play(cases: Sequence[Case], work: Path, reader: OfflineReader, knowledge: ChromaKnowledge, say: Callable[[str], None]) -> Played:
    """Each case with what was met; an exception where even that can't be said."""
    played: Played = {}
    async with paid_index(work / "paid-index") as paid:
        for index in (None, paid):
            of_it = [case for case in cases if (case.call == "embedding") == (index is not None)]
            lasting = [case for case in of_it if case.lasting == "for 30 minutes"]
            passing = [case for case in of_it if case.lasting != "for 30 minutes"]
            if passing:
                say(f"  {len(passing)} cases{' of embeddings' if index else ''}, once, three times and for ever")
                home = work / f"real-{index is not None}"
                async with local_server() as env, house(env, home, reader, knowledge, paid=index) as there:
                    played |= await side_by_side(there, passing)
            if lasting:
                say(f"  {len(lasting)} cases{' of embeddings' if index else ''} for 30 minutes of the server's time")
                home = work / f"skipping-{index is not None}"
                async with skipping_server() as env, house(env, home, reader, knowledge, paid=index) as there:
                    played |= await half_hours(there, env, lasting)
    return played


async def play_emulated(cases: Sequence[Case], work: Path, reader: OfflineReader, knowledge: ChromaKnowledge) -> Played:
    """The same, by llmock."""
    async with local_server() as env, house(env, work / "emulated", reader, knowledge, emulated=True) as there:
        played = await side_by_side(there, [case for case in cases if case.lasting != "for 30 minutes"])
    async with skipping_server() as env, house(env, work / "emulated-skipping", reader, knowledge, emulated=True) as there:
        return played | await half_hours(there, env, [case for case in cases if case.lasting == "for 30 minutes"])
