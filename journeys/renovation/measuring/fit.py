"""Whether a product fits a space with room to use it, what smaller one would, and how well it does among others.

Inches. Clearances are house figures of what people need around things; a maker's sheet overrules them.
"""

from decimal import Decimal
from typing import Literal, get_args

from journeys.inputs import Frozen
from journeys.renovation.errors import BadMeasure, UnknownChoice
from journeys.renovation.measuring.quantities import plain

FixtureKind = Literal["appliance", "furniture", "bed", "dining_table", "built_in"]
KINDS: tuple[str, ...] = get_args(FixtureKind)
CLEARANCE_IN: dict[str, Decimal] = {
    "walkway": Decimal(36),
    "doorway": Decimal(32),
    "front_of_furniture": Decimal(18),
    "front_of_appliance": Decimal(48),
    "bed_side": Decimal(24),
    "dining_chair": Decimal(36),
}
# For each kind: how many times which clearance goes beside it, and before (and behind) it.
_AROUND: dict[str, tuple[tuple[int, str], tuple[int, str]]] = {
    "appliance": ((0, "walkway"), (1, "front_of_appliance")),
    "furniture": ((0, "walkway"), (1, "front_of_furniture")),
    "bed": ((2, "bed_side"), (1, "walkway")),
    "dining_table": ((2, "dining_chair"), (2, "dining_chair")),
    "built_in": ((0, "walkway"), (0, "walkway")),
}
SMALLER = Decimal("0.8")
WEIGHTS = {"fit": Decimal("0.5"), "style": Decimal("0.3"), "price": Decimal("0.2")}


class Size(Frozen):
    """Inches; the height None where it doesn't matter or nobody measured it."""

    width_in: Decimal
    depth_in: Decimal
    height_in: Decimal | None = None


class Side(Frozen):
    """One direction, inches: the product, the clearance it needs, the space there is; `spare_in` below zero is what is missing."""

    name: Literal["width", "depth", "height"]
    product_in: Decimal
    clearance_in: Decimal
    space_in: Decimal
    spare_in: Decimal


class Fit(Frozen):
    """`alternative` is a product of 0.8 times the width and depth, where the product doesn't fit; `largest` is what would just do."""

    headline: str
    kind: FixtureKind
    fits: bool
    sides: tuple[Side, ...]
    through_doorway: bool
    fit_score: Decimal
    score: Decimal
    scored_on: tuple[str, ...]
    alternative: Size | None
    alternative_fits: bool
    largest: Size | None
    assumptions: tuple[str, ...]
    citation: str = "HomeView clearances, house figures"


def fixture_fit(
    kind: FixtureKind,
    product: Size,
    space: Size,
    *,
    style: Decimal | None = None,
    price_cents: int | None = None,
    budget_cents: int | None = None,
) -> Fit:
    """Raises UnknownChoice for a kind without clearances, BadMeasure for a size of nothing. `style` is 0-1."""
    if kind not in KINDS:
        raise UnknownChoice("fixture_kind", kind, KINDS)
    _check(product, space)
    sides = sides_of(kind, product, space)
    fits = all(side.spare_in >= 0 for side in sides)
    smaller = product.model_copy(update={"width_in": product.width_in * SMALLER, "depth_in": product.depth_in * SMALLER})
    smaller_fits = not fits and all(side.spare_in >= 0 for side in sides_of(kind, smaller, space))
    fit_score = min(min(Decimal(1), max(Decimal(0), side.space_in - side.clearance_in) / side.product_in) for side in sides)
    parts = {"fit": fit_score, "style": style, "price": _price_score(price_cents, budget_cents)}
    known = {name: part for name, part in parts.items() if part is not None}
    score = sum((WEIGHTS[name] * part for name, part in known.items()), Decimal(0)) / sum(WEIGHTS[name] for name in known)
    largest = None if fits else _largest(sides)
    return Fit(
        headline=_headline(kind, fits, sides, smaller if smaller_fits else None, largest),
        kind=kind,
        fits=fits,
        sides=tuple(sides),
        through_doorway=_second_smallest(product) <= CLEARANCE_IN["doorway"],
        fit_score=fit_score,
        score=score,
        scored_on=tuple(known),
        alternative=None if fits else smaller,
        alternative_fits=smaller_fits,
        largest=largest,
        assumptions=tuple(_said(kind, product, space)),
    )


def sides_of(kind: str, product: Size, space: Size) -> list[Side]:
    (across, beside), (deep, before) = _AROUND[kind]
    needed: list[tuple[Literal["width", "depth", "height"], Decimal | None, Decimal, Decimal | None]] = [
        ("width", product.width_in, across * CLEARANCE_IN[beside], space.width_in),
        ("depth", product.depth_in, deep * CLEARANCE_IN[before], space.depth_in),
        ("height", product.height_in, Decimal(0), space.height_in),
    ]
    return [
        Side(name=name, product_in=size, clearance_in=clear, space_in=free, spare_in=free - clear - size)
        for name, size, clear, free in needed
        if size is not None and free is not None
    ]


def _check(*sizes: Size) -> None:
    if any(side is not None and side <= 0 for size in sizes for side in (size.width_in, size.depth_in, size.height_in)):
        raise BadMeasure("Width, depth and height have to be more than nothing; please check the measures.")


def _price_score(price_cents: int | None, budget_cents: int | None) -> Decimal | None:
    """1 within the budget, then falling as the price rises."""
    if price_cents is None or budget_cents is None:
        return None
    return min(Decimal(1), Decimal(budget_cents) / price_cents) if price_cents else Decimal(1)


def _largest(sides: list[Side]) -> Size | None:
    room = {side.name: side.space_in - side.clearance_in for side in sides}
    if min(room.values()) <= 0:
        return None
    return Size(width_in=room["width"], depth_in=room["depth"], height_in=room.get("height"))


def _second_smallest(product: Size) -> Decimal:
    """A thing goes through a doorway on its smallest end, as high as the doorway lets it: its second smallest side has to pass."""
    measured = sorted(side for side in (product.width_in, product.depth_in, product.height_in) if side is not None)
    return measured[1] if len(measured) > 2 else measured[0]


def _said(kind: str, product: Size, space: Size) -> list[str]:
    (across, beside), (deep, before) = _AROUND[kind]
    said = [
        f"{number * CLEARANCE_IN[name]} in are kept free {where} it: {number} x {name.replace('_', ' ')}."
        for number, name, where in ((across, beside, "beside"), (deep, before, "before and behind" if deep > 1 else "before"))
        if number
    ]
    if kind == "built_in":
        said.append("It is built in, so no clearance is added; the maker's sheet may ask for some.")
    if product.height_in is None or space.height_in is None:
        said.append("The height isn't known, so it is not checked.")
    return said


def _headline(kind: str, fits: bool, sides: list[Side], smaller: Size | None, largest: Size | None) -> str:
    tight = min(sides, key=lambda side: side.spare_in)
    what = f"The {'built-in' if kind == 'built_in' else kind.replace('_', ' ')}"
    if fits:
        return f"{what} fits, with {plain(tight.spare_in)} in to spare in {tight.name} beside the room it needs around it."
    short = f"{what} is {plain(-tight.spare_in)} in too large in {tight.name}, with the room it needs around it"
    if smaller is not None:
        return f"{short}; one of {plain(smaller.width_in)} x {plain(smaller.depth_in)} in would fit."
    if largest is not None:
        return f"{short}; at most {plain(largest.width_in)} x {plain(largest.depth_in)} in would fit."
    return f"{short}, and the space leaves none for such a thing at all."
