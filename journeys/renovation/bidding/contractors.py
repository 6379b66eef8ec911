"""How well a contractor matches a project, from facts that somebody looked up; never more than 0.7 without a licence seen to be active.

Weights are house figures: specialty 0.35, overlap of budgets 0.25, ratings 0.25, active licence 0.15. What is not known earns nothing.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from journeys.inputs import Frozen, Money, Slug

WEIGHTS = {"specialty": Decimal("0.35"), "budget": Decimal("0.25"), "rating": Decimal("0.25"), "licence": Decimal("0.15")}
UNVERIFIED_AT_MOST = Decimal("0.7")
RATING_FLOOR, RATING_TOP = Decimal(4), Decimal(5)
ENOUGH = 3  # of verified contractors, to choose among


class Contractor(Frozen):
    """`ratings` are stars of five by source; `licence` is what a register said, unverified where none was asked."""

    name: str
    specialties: tuple[Slug, ...] = ()
    usual: Money | None = None
    ratings: dict[str, Annotated[Decimal, Field(ge=0, le=5)]] = {}
    licence: Literal["active", "expired", "not_found", "unverified"] = "unverified"


class Ranked(Frozen):
    """`score` 0-1; `mean_rating` None without ratings; `capped` where the licence held it down; `why` in sentences."""

    contractor: Contractor
    score: Decimal
    mean_rating: Decimal | None
    parts: dict[str, Decimal]
    capped: bool
    why: tuple[str, ...]


def mean_rating(ratings: dict[str, Decimal]) -> Decimal | None:
    """The mean over sources, to a tenth: 4.8, 4.5 and 4.9 are 4.7."""
    if not ratings:
        return None
    return (sum(ratings.values(), Decimal(0)) / len(ratings)).quantize(Decimal("0.1"))


def overlap(wanted: Money, usual: Money) -> Decimal:
    """The share of the wanted range that the usual one covers, 0-1; of a single sum: whether it is covered. Nothing across currencies."""
    if wanted.currency and usual.currency and wanted.currency != usual.currency:
        return Decimal(0)
    low, high = max(wanted.low_cents, usual.low_cents), min(wanted.high_cents, usual.high_cents)
    if high < low:
        return Decimal(0)
    if wanted.high_cents == wanted.low_cents:
        return Decimal(1)
    return Decimal(high - low) / (wanted.high_cents - wanted.low_cents)


def score(contractor: Contractor, specialty: str, budget: Money | None) -> Ranked:
    mean = mean_rating(contractor.ratings)
    parts = {
        "specialty": Decimal(specialty in contractor.specialties),
        "budget": overlap(budget, contractor.usual) if budget and contractor.usual else Decimal(0),
        "rating": mean / RATING_TOP if mean is not None and mean >= RATING_FLOOR else Decimal(0),
        "licence": Decimal(contractor.licence == "active"),
    }
    whole = sum((WEIGHTS[name] * part for name, part in parts.items()), Decimal(0))
    verified = contractor.licence == "active"
    held = whole if verified else min(whole, UNVERIFIED_AT_MOST)
    return Ranked(
        contractor=contractor,
        score=held,
        mean_rating=mean,
        parts=parts,
        capped=held < whole,
        why=tuple(_why(contractor, specialty, mean, parts, budget)),
    )


def ranked(contractors: Sequence[Contractor], specialty: str, budget: Money | None = None) -> tuple[Ranked, ...]:
    """Best first; of equals, by name."""
    scored = [score(contractor, specialty, budget) for contractor in contractors]
    return tuple(sorted(scored, key=lambda one: (-one.score, one.contractor.name)))


def enough_verified(found: Sequence[Ranked]) -> bool:
    """Whether there are three with an active licence; else the search should go wider."""
    return sum(one.contractor.licence == "active" for one in found) >= ENOUGH


def _why(contractor: Contractor, specialty: str, mean: Decimal | None, parts: dict[str, Decimal], budget: Money | None) -> list[str]:
    said = [f"{'Does' if parts['specialty'] else 'Is not known to do'} {specialty.replace('_', ' ')}."]
    if budget and contractor.usual:
        said.append(f"Usual projects cover {parts['budget'] * 100:.0f} % of the budget's range.")
    elif budget:
        said.append("The size of usual projects is not known.")
    if mean is None:
        said.append("No ratings are known.")
    else:
        floor = "" if mean >= RATING_FLOOR else f", below the {RATING_FLOOR} that count"
        said.append(f"Rated {mean} over {len(contractor.ratings)} {'source' if len(contractor.ratings) == 1 else 'sources'}{floor}.")
    licence = {
        "active": "Licence active, by the register.",
        "expired": "The register says the licence has expired.",
        "not_found": "The register has no such licence.",
        "unverified": "The licence is unverified: ask for its number and look it up.",
    }
    return [*said, licence[contractor.licence]]
