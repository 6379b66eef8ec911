"""The money skills' results as text for people: one page for each of a home's and a contractor's; the investor's stand beside."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from journeys.inputs import Frozen
from journeys.renovation.bidding.choosing import ChangeOrder, ValueChoices
from journeys.renovation.bidding.contractor import ContractorEstimate
from journeys.renovation.bidding.proposal import Proposal
from journeys.renovation.bidding.quotes import QuoteComparison
from journeys.renovation.building.bath_costs import BathroomEstimate
from journeys.renovation.building.energy import EnergyPlan
from journeys.renovation.building.maintenance import MaintenancePlan
from journeys.renovation.building.priorities import Planned, PriorityPlan
from journeys.renovation.building.weekend import WeekendBudget
from journeys.renovation.investment_pages import INVESTMENT_PAGES, told
from journeys.renovation.layout import listed, table
from journeys.renovation.pricing.allocation import BudgetPart
from journeys.renovation.pricing.costing import RollUp
from journeys.renovation.pricing.lines import SectionTotal
from journeys.renovation.pricing.regions import Region
from journeys.renovation.pricing.rough import RoughAnswer
from journeys.renovation.pricing.sums import usd, usd_range
from journeys.renovation.pricing.verdicts import BudgetVerdict

A = TypeVar("A", bound=Frozen)
Page = Callable[[Mapping[str, Any]], str]


def _of(shape: type[A], write: Callable[[A], str]) -> Page:
    return lambda result: write(shape.model_validate(result))


def _contractor_estimate(one: ContractorEstimate) -> str:
    options = [
        f"{o.title}: saves {usd(o.save_low_cents)}-{usd(o.save_high_cents)} of the total. {o.impact} ({o.id})" for o in one.value_options
    ]
    return told(
        one,
        _bid(one.sections, one.roll_up),
        f"{_where(one.region)} Contingency {one.contingency_rule}. Valid for {one.valid_days} days.",
        listed("What could cost less", options),
        listed("Not in it", one.exclusions),
    )


def _bathroom_estimate(one: BathroomEstimate) -> str:
    return told(
        one,
        _bid(one.sections, one.roll_up),
        f"{_where(one.region)} Contingency {one.contingency_rule}. {one.weeks[0]}-{one.weeks[1]} weeks on site.",
        _shares(one.budget_split),
    )


def _shares(parts: Sequence[BudgetPart]) -> str:
    rows = [("Part of the budget", "Share", "Sum"), *((part.name.capitalize(), f"{part.pct} %", usd(part.cents)) for part in parts)]
    return table(rows) if parts else ""


def _where(region: Region) -> str:
    return "National prices." if region.id == "national" else f"Prices for {region.basis}."


def _bid(sections: Sequence[SectionTotal], rolled: RollUp) -> str:
    rows = [("Section", "Low", "Best", "High")]
    rows += [(one.name, usd(one.low_cents), usd(one.best_cents), usd(one.high_cents)) for one in sections]
    rows.append(("Subtotal", "", usd(rolled.subtotal_cents), ""))
    if rolled.overhead_profit_cents:
        rows.append((f"Overhead and profit {rolled.overhead_profit_pct.normalize():f} %", "", usd(rolled.overhead_profit_cents), ""))
    rows.append((f"Contingency {rolled.contingency_pct.normalize():f} %", "", usd(rolled.contingency_cents), ""))
    rows.append(("Total", "", usd(rolled.total_cents), ""))
    return table(rows)


def _value_options(one: ValueChoices) -> str:
    options = [("Option", "Saves at least", "At most"), *((o.title, usd(o.save_low_cents), usd(o.save_high_cents)) for o in one.options)]
    titles = {option.id: option.title for option in one.options}
    smallest = [" + ".join(titles[name] for name in names) for names in one.smallest]
    every = one.subsets[-1] if one.subsets else None
    total = f"All together leave {usd(every.low_cents)}-{usd(every.high_cents)} of {usd(one.total_cents)}." if every else ""
    return told(one, table(options), total, listed(f"The fewest options that reach {usd(one.maximum_cents)}", smallest))


def _change_order(one: ChangeOrder) -> str:
    titles = {change.id: change.title for change in one.changes}
    rows = [("Together", "Adds", "New total", "Days")]
    for combined in one.combinations:
        days = f"{combined.days[0]}-{combined.days[1]}"
        rows.append(
            (" + ".join(titles[name] for name in combined.changes), usd(combined.cost.best_cents), usd(combined.total.best_cents), days)
        )
    return told(one, table(rows))


def _proposal(one: Proposal) -> str:
    rows = [("Payment", "Share", "Sum")]
    rows += [(due.milestone, f"{due.pct} %", f"${due.amount_cents // 100:,}.{due.amount_cents % 100:02d}") for due in one.payments]
    until = one.valid_until.isoformat() if one.valid_until else f"{one.valid_days} days after it is sent"
    return told(
        one,
        f"Estimate {usd(one.estimate_cents)}, savings {usd(one.saved_cents)}, changes {usd(one.added_cents)}: {usd(one.price_cents)}.",
        table(rows),
        listed("Accepted savings", [option.title for option in one.savings]),
        listed("Accepted changes", [change.title for change in one.changes]),
        listed("Included", one.included),
        listed("Not included", one.excluded),
        f"Valid until {until}. Warranty {one.warranty_years} year.",
    )


def _quotes(one: QuoteComparison) -> str:
    rows = [("Quote", "Sum", "Beside the best estimate", "Its range")]
    rows += [(quote.name, usd(quote.high_cents), usd(quote.difference_cents), quote.place) for quote in one.quotes]
    asks = [f"{quote.name}: {quote.ask}" for quote in one.quotes]
    return told(one, table(rows), listed("What to ask", asks), listed("From each of them in writing", one.ask_all))


def _rough(one: RoughAnswer) -> str:
    rows = [("Scope", "From", "To")]
    rows += [(r.title, usd(r.low_cents), "open" if r.high_cents is None else usd(r.high_cents)) for r in one.ranges]
    return told(one, table(rows), listed("What would narrow it", one.questions))


def _verdict(one: BudgetVerdict) -> str:
    ways = [f"{route.title}: {route.sentence}" for route in one.routes]
    return told(one, listed("Three ways on", ways), listed("To know", one.flags), _shares(one.allocation))


def _weekend(one: WeekendBudget) -> str:
    rows = [("To buy", "Count", "Low", "Mid", "High")]
    rows += [(p.title, str(p.count), usd(p.low_cents), usd(p.mid_cents), usd(p.high_cents)) for p in one.purchases]
    rows.append(("Together", "", usd(one.range.low_cents), usd(one.range.best_cents), usd(one.range.high_cents)))
    days = [f"{block.day}: {block.work}" + (f", {_hours(block.hours)}." if block.hours[1] else ".") for block in one.days]
    return told(
        one,
        table(rows),
        f"Counted at {one.tier} prices: {usd(one.total_cents)} of {usd(one.budget_cents)}.",
        listed("Days", days),
        listed("More than a weekend, and not in it", one.not_in_a_weekend),
    )


def _hours(hours: tuple[int, int]) -> str:
    return f"{hours[0]} hours" if hours[0] == hours[1] else f"{hours[0]}-{hours[1]} hours"


def _priorities(one: PriorityPlan) -> str:
    def row(planned: Planned) -> tuple[str, ...]:
        if planned.months is None:
            when = "waits"
        else:
            when = f"{planned.months[0]}-{planned.months[1]}" if planned.months[1] else f"from {planned.months[0]}"
        return planned.title, usd(planned.cost.best_cents), usd_range(planned.cost), when

    rows = [("Project", "Planned at", "Range", "Months"), *map(row, (*one.planned, *one.waiting))]
    planned, reserve, left = usd(one.planned_cents), usd(one.reserve_cents), usd(one.left_cents)
    sums = f"Budget {usd(one.budget_cents)} = planned {planned} + reserve {reserve} + left {left}."
    return told(one, table(rows), sums, listed("Why", [f"{p.title}: {p.why}" for p in (*one.planned, *one.waiting)]))


def _maintenance(one: MaintenancePlan) -> str:
    windows = [("System", "Age", "Years left", "Cost", "Set aside a year")]
    windows += [
        (w.title, f"{w.age_years} years", f"{w.years_left[0]}-{w.years_left[1]}", usd_range(w.cost), usd_range(w.yearly))
        for w in one.windows
    ]
    tasks = [("Care", "Every", "Next")]
    tasks += [(due.title, _every(due.every_months), due.due_on.isoformat() if due.due_on else "not known yet") for due in one.tasks]
    reserve = [f"{name}: {usd_range(span)} a year" for name, span in one.reserve_parts.items()]
    return told(
        one, table(windows) if one.windows else "", table(tasks), listed("Yearly reserve", reserve), listed("Please tell me", one.asked)
    )


def _every(months: int) -> str:
    return "month" if months == 1 else "year" if months == 12 else f"{months} months"


def _energy(one: EnergyPlan) -> str:
    rows = [("Upgrade", "Cost", "Saves a year", "Paid back in years")]
    rows += [
        (up.title, usd_range(up.cost), usd_range(up.saving), f"{up.payback.low_years}-{up.payback.high_years}")
        for up in (*one.upgrades, *([one.bundle] if one.bundle else []), one.total)
    ]
    return told(one, table(rows), listed("Notes", [f"{up.title}: {up.note}" for up in one.upgrades if up.note]))


PAGES: dict[str, Page] = {
    "contractor_estimate": _of(ContractorEstimate, _contractor_estimate),
    "value_options": _of(ValueChoices, _value_options),
    "change_order": _of(ChangeOrder, _change_order),
    "proposal": _of(Proposal, _proposal),
    "quote_comparison": _of(QuoteComparison, _quotes),
    "rough_range": _of(RoughAnswer, _rough),
    "budget_check": _of(BudgetVerdict, _verdict),
    "bathroom_estimate": _of(BathroomEstimate, _bathroom_estimate),
    "diy_budget": _of(WeekendBudget, _weekend),
    "priorities": _of(PriorityPlan, _priorities),
    "maintenance_plan": _of(MaintenancePlan, _maintenance),
    "energy_plan": _of(EnergyPlan, _energy),
    **INVESTMENT_PAGES,
}
