"""Which of several changes together reach a sum: every combination is added up, so no list merely seems to suffice."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Literal, TypeVar

from journeys.inputs import Frozen
from journeys.renovation.bidding.contractor import ValueOption
from journeys.renovation.errors import BadSum
from journeys.renovation.pricing.sums import Answer, Span, usd

MOST_OPTIONS = 8  # 255 combinations
T = TypeVar("T")


class Subset(Frozen):
    """Options together. `low_cents` is the total after their high savings, `high_cents` after their low ones.

    Fits: surely where even the low savings reach the maximum, perhaps where only the high ones do."""

    options: tuple[str, ...]
    save_low_cents: int
    save_high_cents: int
    low_cents: int
    high_cents: int
    fits: Literal["surely", "perhaps", "no"]


class ValueChoices(Answer):
    """All subsets, smallest first; `smallest` are those with the fewest options that surely fit, else that perhaps fit."""

    total_cents: int
    maximum_cents: int
    over_cents: int
    options: tuple[ValueOption, ...]
    subsets: tuple[Subset, ...]
    smallest: tuple[tuple[str, ...], ...]


class Change(Frozen):
    """One item of a change order: its cost in cents, and what it does to floor space and working days."""

    id: str
    title: str
    cost: Span
    space_sqft: int = 0
    days: tuple[int, int] = (0, 0)


class Combination(Frozen):
    """Changes together, on top of the price so far; days add up since the changes follow one another."""

    changes: tuple[str, ...]
    cost: Span
    total: Span
    space_sqft: int
    days: tuple[int, int]


class ChangeOrder(Answer):
    base_cents: int
    changes: tuple[Change, ...]
    combinations: tuple[Combination, ...]


def subsets_of(items: Sequence[T]) -> Iterator[tuple[T, ...]]:
    """All of them but the empty one, smallest first. Raises BadSum for more than eight items."""
    if len(items) > MOST_OPTIONS:
        raise BadSum(f"I compare at most {MOST_OPTIONS} changes at a time; please name fewer.")
    for size in range(1, len(items) + 1):
        yield from combinations(items, size)


def value_choices(total_cents: int, maximum_cents: int, options: Sequence[ValueOption], currency: str) -> ValueChoices:
    """What each combination of options leaves of a total, and which ones reach the maximum."""
    subsets = tuple(_subset(chosen, total_cents, maximum_cents) for chosen in subsets_of(options))
    fitting = [one for one in subsets if one.fits == "surely"] or [one for one in subsets if one.fits == "perhaps"]
    fewest = min((len(one.options) for one in fitting), default=0)
    over = total_cents - maximum_cents
    return ValueChoices(
        headline=_said(over, maximum_cents, subsets, options),
        currency=currency,
        total_cents=total_cents,
        maximum_cents=maximum_cents,
        over_cents=over,
        options=tuple(options),
        subsets=subsets,
        smallest=tuple(one.options for one in fitting if len(one.options) == fewest) if over > 0 else (),
        assumptions=("Savings are of the total, with overhead, profit and contingency; each is a range, and only its low end is sure.",),
    )


def change_order(base_cents: int, changes: Sequence[Change], currency: str) -> ChangeOrder:
    """Every combination of the changes, priced on top of the price so far."""
    combined = tuple(_combination(chosen, base_cents) for chosen in subsets_of(changes))
    if not combined:
        raise BadSum("Tell me which change you would like priced.")
    everything = combined[-1]
    count = {1: "The change", 2: "Both changes"}.get(len(changes), f"All {len(changes)} changes")
    return ChangeOrder(
        headline=f"{count} would add {usd(everything.cost.best_cents)} and make it {usd(everything.total.best_cents)}.",
        currency=currency,
        base_cents=base_cents,
        changes=tuple(changes),
        combinations=combined,
        assumptions=("Nothing changes until the change order is signed.", "The changes are done one after another, so their days add up."),
    )


def _subset(chosen: Sequence[ValueOption], total: int, maximum: int) -> Subset:
    save_low, save_high = sum(one.save_low_cents for one in chosen), sum(one.save_high_cents for one in chosen)
    at_best: Literal["perhaps", "no"] = "perhaps" if total - save_high <= maximum else "no"
    return Subset(
        options=tuple(one.id for one in chosen),
        save_low_cents=save_low,
        save_high_cents=save_high,
        low_cents=total - save_high,
        high_cents=total - save_low,
        fits="surely" if total - save_low <= maximum else at_best,
    )


def _combination(chosen: Sequence[Change], base: int) -> Combination:
    low, best, high = (sum(getattr(one.cost, end) for one in chosen) for end in ("low_cents", "best_cents", "high_cents"))
    return Combination(
        changes=tuple(one.id for one in chosen),
        cost=Span(low_cents=low, best_cents=best, high_cents=high),
        total=Span(low_cents=base + low, best_cents=base + best, high_cents=base + high),
        space_sqft=sum(one.space_sqft for one in chosen),
        days=(sum(one.days[0] for one in chosen), sum(one.days[1] for one in chosen)),
    )


def _said(over: int, maximum: int, subsets: Sequence[Subset], options: Sequence[ValueOption]) -> str:
    if over <= 0:
        return f"The total is already {usd(-over)} under {usd(maximum)}; nothing has to be cut."
    if not options:
        return f"The total is {usd(over)} over {usd(maximum)}, and I know no option that would bring it down."
    sure = [one for one in subsets if one.fits == "surely"]
    every = subsets[-1]
    if sure:
        count = len(sure[0].options)
        return f"The total is {usd(over)} over {usd(maximum)}; {count} of {len(options)} options would surely bring it down to that."
    reach = f"all {len(options)} options together leave {usd(every.low_cents)}-{usd(every.high_cents)}"
    verdict = "which fits only if they save at their best" if every.fits == "perhaps" else "which is still over it"
    return f"The total is {usd(over)} over {usd(maximum)}; {reach}, {verdict}."
