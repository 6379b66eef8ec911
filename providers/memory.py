"""What a person said, kept sentence by sentence in SQL and found again by likeness: on this machine, with no call to a chat model.

What is kept, what is chosen and how long it may be is decided in journeys/memory.py.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from journeys.memory import EXCHANGES, Exchange, Recalled, Recollection, exchange, recalled, worth_recalling
from providers.base import Embedder
from providers.store.journeys import unless_there
from providers.store.store import Store
from providers.store.tables import memories, turns

NEWEST = 1_000  # sentences that are looked at: some 700 turns as people write, read and compared in 12 ms with no index of vectors
_FLOAT = "<f2"  # float16: half the bytes of float32, and a cosine that differs in the fourth digit

_OF_JOURNEY: Any = bindparam("of_journey")
_BEFORE: Any = bindparam("before")
_RECENT = (
    select(turns.c.seq, turns.c.text, turns.c.reply, turns.c.problem)
    .where(turns.c.journey_id == _OF_JOURNEY, turns.c.seq >= 0, turns.c.seq < _BEFORE, turns.c.text.is_not(None))  # below 0: taken back
    .order_by(turns.c.seq.desc())
    .limit(EXCHANGES)
)
_OLDER = (
    select(memories.c.seq, memories.c.text, memories.c.made_with, memories.c.vector)
    .where(memories.c.journey_id == _OF_JOURNEY, memories.c.seq < _BEFORE)
    .order_by(memories.c.seq.desc(), memories.c.n.desc())
    .limit(NEWEST)
)


class SqlMemory:
    """`providers.base.Memory` on a Store. Raises what the store and the embedder raise, StoreUnavailable and WeightsMissing among it."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self.store, self.embedder = store, embedder

    async def keep(self, journey_id: str, turn_id: str, seq: int, text: str, at: datetime) -> None:
        sentences = worth_recalling(text)
        if not sentences:
            return
        vectors = _packed(await self.embedder.embed(sentences))
        common = {"journey_id": journey_id, "turn_id": turn_id, "seq": seq, "made_with": self.embedder.model_id, "at": at}
        rows = [{**common, "n": n, "text": said, "vector": vectors[n]} for n, said in enumerate(sentences)]
        await self.store.write(lambda db: _put(db, rows))

    async def recall(self, journey_id: str, text: str, *, before: int, limit: int) -> Recollection:
        """One read transaction: the exchanges and what is older than they are do not overlap, whatever is written meanwhile."""
        [wanted] = await self.embedder.embed([text])
        return await self.store.read(lambda db: _recollection(db, journey_id, self.embedder.model_id, wanted, before, limit))


def _packed(vectors: Sequence[Sequence[float]]) -> list[bytes]:
    import numpy as np  # loaded by now: the embedder did so in its thread

    return [vector.tobytes() for vector in np.asarray(vectors, _FLOAT)]


def _put(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    db.execute(unless_there(db.dialect.name, memories), rows)


def _recollection(db: Connection, journey_id: str, model_id: str, wanted: Sequence[float], before: int, limit: int) -> Recollection:
    recent = [_exchange(row) for row in reversed(db.execute(_RECENT, {"of_journey": journey_id, "before": before}).all())]
    older = db.execute(_OLDER, {"of_journey": journey_id, "before": recent[0].seq if recent else before}).all()
    said = [Recalled(row.seq, row.text) for row in older]
    return Recollection(recalled(said, _likeness(older, model_id, wanted), limit), tuple(recent))


def _exchange(row: Any) -> Exchange:
    """A turn that failed was answered by its problem's sentence."""
    return exchange(row.seq, row.text, (row.reply or {}).get("text") or (row.problem or {}).get("detail") or "")


def _likeness(rows: Sequence[Any], model_id: str, wanted: Sequence[float]) -> list[float]:
    """Cosine similarity of each row's sentence to the vector; 0 where another model made the row's."""
    import numpy as np

    unlike = bytes(len(wanted) * np.dtype(_FLOAT).itemsize)
    packed = b"".join(row.vector if row.made_with == model_id else unlike for row in rows)
    vectors = np.frombuffer(packed, _FLOAT).reshape(len(rows), len(wanted))
    likeness: list[float] = (vectors.astype(np.float32) @ np.asarray(wanted, np.float32)).tolist()
    return likeness
