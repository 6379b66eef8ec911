"""How the same kitchen could cost less: each change priced again from the price book, so that every saving is exact.

Changes are priced one at a time and then the cheapest of each kind together: savings that overlap don't add up, and a list that
seems to reach the budget may not.
"""

from journeys.inputs import Frozen
from journeys.renovation.pricing.costing import Job, priced
from journeys.renovation.pricing.work import OLD_HOME_YEAR, OPTIONS, SCOPES

_APPLIANCES = {"low": "basic", "mid": "mid-range", "high": "premium"}
_IMPACT = {
    "cabinet_tier": "Fewer sizes and finishes to choose from.",
    "counter_material": "Another look, and other care.",
    "floor_material": "Another look underfoot.",
    "appliance_tier": "Plainer models.",
}


class Saving(Frozen):
    """One change, what it saves (cents, of the best total, contingency included), and what it means for the kitchen."""

    change: str
    save_cents: int
    total_cents: int
    impact: str


class Savings(Frozen):
    """`together_cents` is the best total with the cheapest change of each kind in the same scope; `enough`: it fits the budget."""

    options: tuple[Saving, ...]
    together_cents: int
    enough: bool
    sentence: str


def savings(job: Job, budget_cents: int) -> Savings:
    """The options, biggest saving first; of each choice the next step down and the cheapest."""
    now = _total(job)
    options: list[Saving] = []
    together = job
    for name in OPTIONS:
        chosen = getattr(job.selections, name)
        others = [(_total(_with(job, name, option)), option) for option in OPTIONS[name] if chosen is not None]
        cheaper = sorted((total, option) for total, option in others if total < now)
        steps = cheaper[-1:] if name == "scope" else (*cheaper[-1:], *cheaper[:1])
        for total, option in dict.fromkeys(steps):
            options.append(_saving(_change(name, chosen, option), now, total, _impact(name, option)))
        if cheaper and name != "scope":
            together = _with(together, name, cheaper[0][1])
    for change, impact, changed in _other_ways(job):
        if (total := _total(changed)) < now:
            options.append(_saving(change, now, total, impact))
            together = together._replace(
                painted_cabinets=together.painted_cabinets or changed.painted_cabinets,
                own_sections=together.own_sections | changed.own_sections,
            )
    least = _total(together)
    enough = least <= budget_cents
    says = f"The cheapest of each kind together, in the same scope, come to about {dollars(least)}"
    says += (
        ", which fits your budget."
        if enough
        else f": still about {dollars(least - budget_cents)} over, so the work would have to come in phases."
    )
    options.sort(key=lambda option: (-option.save_cents, option.change))
    return Savings(options=tuple(options), together_cents=least, enough=enough, sentence=says)


def dollars(amount_cents: int, to: int = 100) -> str:
    """A sum for people, rounded half up to `to` dollars: $43,200."""
    step = to * 100
    return f"${(amount_cents + step // 2) // step * to:,}"


def _other_ways(job: Job) -> list[tuple[str, str, Job]]:
    ways = []
    scope = job.selections.scope
    if scope == "moderate":  # a refresh paints them anyway; a full renovation opens the walls behind them
        change, impact = "Paint the cabinets instead of replacing them", "Doors and layout stay as they are."
        ways.append((change, impact, job._replace(painted_cabinets=True)))
    impact = "Your own weekends, and one or two weeks longer."
    if scope == "full" or (job.year_built is not None and job.year_built < OLD_HOME_YEAR):  # opened walls, asbestos: not for weekends
        return [*ways, ("Paint the walls and ceiling yourself", impact, job._replace(own_sections=frozenset(("Painting",))))]
    if job.year_built is None:
        impact += " First make sure the home is from after 1980: older ones are tested for asbestos and lead before anything comes out."
    both = job._replace(own_sections=frozenset(("Demolition", "Painting")))
    return [*ways, ("Do the demolition and paint the walls and ceiling yourself", impact, both)]


def _with(job: Job, name: str, option: str) -> Job:
    return job._replace(selections=job.selections.model_copy(update={name: option}))


def _total(job: Job) -> int:
    return priced(job).roll_up.total_cents


def _saving(change: str, now: int, total: int, impact: str) -> Saving:
    return Saving(change=change, save_cents=now - total, total_cents=total, impact=impact)


def _change(name: str, old: str, new: str) -> str:
    """“Stock cabinets instead of semi-custom ones”, “A vinyl floor instead of tile”."""
    if name == "scope":
        return f"A {SCOPES[new].title} instead of a {SCOPES[old].title}"
    if name == "appliance_tier":
        now = _APPLIANCES[old]
        return (
            f"Keep the appliances you have instead of buying {now} ones"
            if new == "keep"
            else f"{_APPLIANCES[new].capitalize()} appliances instead of {now} ones"
        )
    if name == "cabinet_tier":
        return f"{_plain(new).capitalize()} cabinets instead of {_plain(old)} ones"
    return f"A {_plain(new)} {'countertop' if name == 'counter_material' else 'floor'} instead of {_plain(old)}"


def _impact(name: str, option: str) -> str:
    if name == "scope":
        return SCOPES[option].keeps
    return "Nothing new to choose or to wait for." if option == "keep" else _IMPACT[name]


def _plain(option: str) -> str:
    return option.replace("semi_custom", "semi-custom").replace("_", " ")
