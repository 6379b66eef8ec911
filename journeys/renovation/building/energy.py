"""Upgrades that save energy: cost, saving a year and payback as ranges. House figures for US homes; nothing is known of incentives."""

from collections.abc import Sequence
from decimal import Decimal

from journeys.inputs import Frozen
from journeys.renovation.errors import BadSum, UnknownChoice
from journeys.renovation.pricing.pricebook import BOOK
from journeys.renovation.pricing.sums import Answer, Span, between, together, usd_range, years


class Upgrade(Frozen):
    title: str
    cost: Span
    saving: Span
    note: str = ""


UPGRADES: dict[str, Upgrade] = {
    "insulation": Upgrade(title="Attic insulation", cost=between(1_500_00, 3_000_00), saving=between(300_00, 500_00)),
    "air_sealing": Upgrade(title="Air sealing", cost=between(300_00, 800_00), saving=between(200_00, 350_00)),
    "smart_thermostat": Upgrade(title="Smart thermostat", cost=between(200_00, 300_00), saving=between(100_00, 200_00)),
    "windows": Upgrade(
        title="New windows", cost=between(8_000_00, 20_000_00), saving=between(300_00, 600_00), note="Comfort and noise, more than savings."
    ),
    "tankless_heater": Upgrade(
        title="Tankless water heater",
        cost=between(800_00, 1_500_00),
        saving=between(100_00, 150_00),
        note="What it costs more than a tank, when the old one is due anyway.",
    ),
}
BUNDLE = ("insulation", "air_sealing", "smart_thermostat")


class Payback(Frozen):
    """Years, one decimal: at best (cheap, saving much), in the middle, at worst."""

    low_years: Decimal
    best_years: Decimal
    high_years: Decimal


class Ranked(Frozen):
    id: str
    title: str
    cost: Span
    saving: Span
    payback: Payback
    note: str


class EnergyPlan(Answer):
    """`upgrades` with the shortest payback first; `bundle` are the cheap three where all of them are asked for."""

    upgrades: tuple[Ranked, ...]
    total: Ranked
    bundle: Ranked | None


def energy_plan(chosen: Sequence[str], *, currency: str) -> EnergyPlan:
    """Raises UnknownChoice for an upgrade without figures, BadSum for none, UnpricedCurrency for all but USD."""
    BOOK.require(currency)
    for name in chosen:
        if name not in UPGRADES:
            raise UnknownChoice("upgrades", name, tuple(UPGRADES))
    if not chosen:
        raise BadSum("Tell me which upgrades you have in mind.")
    ranked = sorted((_ranked(name, [name], UPGRADES[name].title) for name in chosen), key=lambda one: (one.payback.best_years, one.id))
    bundle = _ranked("bundle", BUNDLE, "Insulation, sealing and thermostat together") if set(BUNDLE) <= set(chosen) else None
    first = ranked[0]
    span = f"{first.payback.low_years}-{first.payback.high_years} years"
    return EnergyPlan(
        headline=f"{first.title} pays back first, in {span}: {usd_range(first.cost)} that save {usd_range(first.saving)} a year.",
        currency=currency,
        upgrades=tuple(ranked),
        total=_ranked("total", chosen, "All of them"),
        bundle=bundle,
        assumptions=(
            "Savings depend on climate, fuel and prices; these are of usual US homes, and those of several upgrades overlap a little.",
            "Incentives and rebates are not in it: ask your utility and your state's energy office before you sign.",
            "Energy prices are taken as they are; interest is not counted.",
        ),
        citation="House figures for energy upgrades, illustrative, undated USD",
    )


def payback(cost: Span, saving: Span) -> Payback:
    """Cost / saving; the saving is above zero."""
    low, best, high = (
        years(cost.low_cents, saving.high_cents),
        years(cost.best_cents, saving.best_cents),
        years(cost.high_cents, saving.low_cents),
    )
    if low is None or best is None or high is None:
        raise BadSum("What saves nothing pays nothing back.")
    return Payback(low_years=low, best_years=best, high_years=high)


def _ranked(name: str, parts: Sequence[str], title: str) -> Ranked:
    cost, saving = together(UPGRADES[part].cost for part in parts), together(UPGRADES[part].saving for part in parts)
    note = UPGRADES[parts[0]].note if len(parts) == 1 else ""
    return Ranked(id=name, title=title, cost=cost, saving=saving, payback=payback(cost, saving), note=note)
