"""Knowledge: does it find what answers, is it silent where nothing does, and how long a question takes among many passages.

The questions of `knowledge_questions.yaml` were in view when the floor was chosen; those of `retrieval_questions.yaml` were written by
somebody who had not seen the pages, and passages were assigned to them by reading. What is got wrong is listed, not counted away.
"""

import math
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from providers.base import Passage, Where
from providers.index import ChromaKnowledge
from providers.indexing import build_index, write_index
from providers.offline.embeddings import MiniLM
from providers.pages import OUR_PAGES
from tests.bench.cells import Report
from tests.bench.table import table

APART = Path(__file__).parents[1] / "providers" / "retrieval_questions.yaml"
DEEP = 10
SIZES = (1_000, 10_000, 100_000)


@dataclass(frozen=True)
class Figures:
    """Shares (0 to 1) over the questions that have an answer; `false` of those that have none. `missed`: no answer among three."""

    questions: int
    recall_3: float
    recall_10: float
    mrr: float
    ndcg_10: float
    unanswerable: int
    false: Mapping[str, str]
    silent: Sequence[str]
    missed: Mapping[str, Sequence[str]]


def recall(found: Sequence[str], good: Collection[str], depth: int) -> float:
    """1 where one of the good is among the first `depth`: a person needs one answer, not all of them."""
    return float(any(id_ in good for id_ in found[:depth]))


def reciprocal_rank(found: Sequence[str], good: Collection[str]) -> float:
    return next((1 / rank for rank, id_ in enumerate(found, 1) if id_ in good), 0.0)


def ndcg(found: Sequence[str], good: Collection[str], depth: int) -> float:
    """Discounted gain of the good among the first `depth`, as a share of the best order there could be."""
    gain = sum(1 / math.log2(rank + 1) for rank, id_ in enumerate(found[:depth], 1) if id_ in good)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(good), depth) + 1))
    return gain / best if best else 0.0


def questions(file: Path) -> dict[str, Any]:
    read: dict[str, Any] = YAML(typ="safe").load(file)
    return read


async def measured(knowledge: ChromaKnowledge, asked: Mapping[str, Any]) -> Figures:
    """Ranks are those of the ten nearest, floor or not; recall@3 and the false answers are what a person gets, above the floor."""
    below = ChromaKnowledge(knowledge.root, knowledge.embedder, floor=0.0)
    given: list[tuple[str, Sequence[str], list[str], list[str]]] = []
    for question in asked["answerable"]:
        told = [passage.id for passage in await knowledge.search(question["ask"], limit=3)]
        ranked = [passage.id for passage in await below.search(question["ask"], limit=DEEP)]
        given.append((question["ask"], question["ids"], told, ranked))
    false = {q["ask"]: found[0].id for q in asked["unanswerable"] if (found := await knowledge.search(q["ask"], limit=3))}
    below.close()
    return Figures(
        questions=len(given),
        recall_3=mean(recall(told, good, 3) for _, good, told, _ in given),
        recall_10=mean(recall(ranked, good, DEEP) for _, good, _, ranked in given),
        mrr=mean(reciprocal_rank(ranked, good) for _, good, _, ranked in given),
        ndcg_10=mean(ndcg(ranked, good, DEEP) for _, good, _, ranked in given),
        unanswerable=len(asked["unanswerable"]),
        false=false,
        silent=[ask for ask, _, told, _ in given if not told],
        missed={ask: told for ask, good, told, _ in given if not recall(told, good, 3)},
    )


async def run(report: Report, work: Path, *, quick: bool) -> None:
    model = MiniLM()
    built = await build_index(OUR_PAGES, work / "retrieval", model)
    knowledge = ChromaKnowledge(work / "retrieval", model)
    report.say(f"retrieval: {built.passages} passages of our pages")
    found = await measured(knowledge, questions(APART))
    report.add("retrieval", **{name: value for name, value in vars(found).items() if isinstance(value, float | int)})
    _tell(report, found)
    asked = await model.embed([question["ask"] for question in questions(APART)["answerable"]])
    for name, where in (("all our pages", None), ("those for a homeowner in Washington", Where(region="US-WA", persona="homeowner"))):
        middle, nearly_all = _times(knowledge, asked, where)
        report.add("retrieval_query", pages=name, p50=middle, p95=nearly_all)
        report.say(f"a query among {name}, without its embedding: p50 {middle} ms, p95 {nearly_all} ms")
    rows = [await _speed(work, model, size) for size in SIZES[: 2 if quick else 3]]
    for row in rows:
        report.add("retrieval_speed", **row)
    body = [[f"{row['passages']:,}", f"{row['build_s']:.1f}", f"{row['p50']:.2f}", f"{row['p95']:.2f}"] for row in rows]
    report.say(table(["passages", "built in s", "query p50 ms", "p95 ms"], body))
    knowledge.close()


def _tell(report: Report, found: Figures) -> None:
    report.say(
        f"{found.questions} questions: recall@3 {found.recall_3:.3f}, recall@10 {found.recall_10:.3f}, MRR {found.mrr:.3f}, "
        f"nDCG@10 {found.ndcg_10:.3f}; {len(found.silent)} without an answer; "
        f"{len(found.false)} of {found.unanswerable} others answered falsely"
    )
    for ask, told in found.missed.items():
        report.say(f"  missed: {ask}  → {', '.join(told) or 'nothing'}")
    for ask, id_ in found.false.items():
        report.say(f"  false:  {ask}  → {id_}")


async def _speed(work: Path, model: MiniLM, size: int) -> dict[str, Any]:
    """Passages that stand around real ones like more pages of the same kind; a question's own embedding is not counted."""
    chance = np.random.default_rng(7)
    real = np.array(await model.embed([question["ask"] for question in questions(APART)["answerable"]]), dtype=np.float32)
    near = real[chance.integers(len(real), size=size)] + chance.normal(0, 0.04, (size, real.shape[1])).astype(np.float32)
    vectors = near / np.linalg.norm(near, axis=1, keepdims=True)
    passages = [Passage(id=f"p{n}", title="-", text="-", source="-", date_read="2026-11-22", region="general") for n in range(size)]
    root, began = work / f"speed-{size}", time.perf_counter()
    write_index(root, "0" * 16, OUR_PAGES, model.model_id, passages, vectors.tolist())
    built = time.perf_counter() - began
    knowledge = ChromaKnowledge(root, model)
    await knowledge.load()
    p50, p95 = _times(knowledge, real.tolist() * (1 if len(real) > 100 else 2))
    knowledge.close()
    return {"passages": size, "build_s": round(built, 1), "p50": p50, "p95": p95}


def _times(knowledge: ChromaKnowledge, vectors: Sequence[Sequence[float]], where: Where | None = None) -> tuple[float, float]:
    """The median and the 95th percentile of a query, in milliseconds."""
    times = []
    for vector in vectors:
        began = time.perf_counter()
        knowledge._nearest(vector, 3, where)
        times.append((time.perf_counter() - began) * 1e3)
    ranked = sorted(times)
    return round(median(ranked), 2), round(ranked[int(len(ranked) * 0.95)], 2)
