"""Whether a model was asked for what the ledger holds already, by what the fake saw."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.gemini.asked import GENERATING, text_of
from tests.gemini.fake import Call

Asking = tuple[str, bool]  # what the person said, and whether an answer to it is repaired: one call of one turn, as the fake can tell them


def by_asking(calls: Iterable[Call]) -> dict[Asking, list[Call]]:
    """Where no two turns say the same."""
    found: dict[Asking, list[Call]] = {}
    for call in calls:
        if call.request and call.name in GENERATING:
            brief = json.loads(text_of(call.request["contents"][-1]))
            found.setdefault((brief["message"], "problem" in brief), []).append(call)
    return found


def faults_in_asking(asked: Sequence[Call], kept: Sequence[Mapping[str, Any]]) -> list[str]:
    """As sentences. `kept`: the rows of the ledger for it. It is asked no oftener than was written down, answered again only where nobody
    knew of an answer, and not asked at all once it had ended."""
    tries, in_doubt, lost = (sum(row[count] for row in kept) for count in ("attempts", "in_doubt", "lost"))
    answered, booked = sum(call.gave == "answer" for call in asked), sum(row["status"] in ("answered", "broken") for row in kept)
    faults = []
    if not kept or len(asked) > tries or tries > len(kept) + in_doubt + lost:
        faults.append(f"asked {len(asked)} times; kept are {len(kept)} calls of {tries} tries, {in_doubt} in doubt and {lost} lost")
    if answered > booked + in_doubt + lost:
        faults.append(f"answered {answered} times; {booked} answers are booked, {in_doubt} in doubt and {lost} lost")
    if kept and max(call.when for call in asked) > max(row["ended_at"] for row in kept):
        faults.append("asked again when it had ended")
    return faults
