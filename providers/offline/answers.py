"""What is said to a question, or to words that were not understood: passages, prices, what is missing."""

from journeys.changes import dependants
from journeys.inputs import Choice, Place
from journeys.messages import Line
from journeys.renovation.errors import CannotEstimate
from journeys.renovation.pricing.rough import SCOPES, rough_range
from journeys.renovation.styles import LOOKS, coherent
from journeys.vocabulary import INTENTS
from providers.offline.page import Page

PRICING = frozenset({"estimate", "bathroom_estimate", "contractor_estimate", "proposal"})  # skills whose headline says what it costs


MOST_NAMED = 8  # inputs that are still missing, in one sentence


def question(page: Page, line: Line) -> str:
    if page.passages:
        said = "\n\n".join(f"{passage.text} [{n}]" for n, passage in enumerate(page.passages, 1))
        return said + page.sources()
    if line.about == "estimate_cost":
        live = [held for held in page.state.steps.values() if held.status != "skipped"]
        priced = [ref.headline.rstrip(".") for held in live for skill, ref in held.results.items() if skill in PRICING]
        if priced:
            return f"As I last worked it out: {'; '.join(priced)}."
        if missing := _missing(page):
            return f"{_roughly(page)}I price from your own measures and choices, not from a guess. I still need: {missing}."
        return "I have not priced it yet."
    return "I don't have that in my pages, so I won't guess."


def _roughly(page: Page) -> str:
    """A house range, where the journey is about one room and there is one for it; never more than that."""
    room, scope = page.state.inputs.get("room"), page.state.inputs.get("scope")
    if not isinstance(room, Choice):
        return ""
    try:
        place = page.state.inputs.get("place")
        wanted = scope.option if isinstance(scope, Choice) and scope.option in SCOPES else None
        rough = rough_range(room.option, wanted, currency=page.state.currency, place=place if isinstance(place, Place) else None)
    except CannotEstimate:
        return ""
    return f"{rough.headline} Source: {rough.citation}.\n\n"


def _missing(page: Page) -> str:
    """What the first price builds on and nobody has said; of a journey that prices nothing, all that is still asked for."""
    pricing = next((step for step in page.template.steps if any(run.skill in PRICING for run in step.run)), None)
    steps = page.template.steps
    if pricing:
        steps = [step for step in steps if step == pricing or pricing.id in dependants(page.template, step.id)]
    wanted = [need for step in steps if page.state.steps[step.id].status != "skipped" for need in step.needs]
    needs = [need.title.lower() for need in wanted if need.name not in page.state.inputs]
    return ", ".join(needs if len(needs) <= MOST_NAMED else [*needs[:MOST_NAMED], "and what comes after that"])


def clarify(_page: Page, line: Line) -> str:
    meanings = [INTENTS[name].title for name in line.names if name in INTENTS]
    return f"I'm not sure what you mean. Did you want to {' or '.join(meanings)}?" if meanings else "I'm not sure what you mean by that."


def torn(page: Page, line: Line) -> str:
    """Names what pulls apart; of styles also three that hold together."""
    need = page.need(line.about)
    titles = {option.id: option.title.lower() for option in need.options} if need else {}
    named = " and ".join(titles.get(option, option) for option in line.names)
    apart = [f"{titles[option]} means {LOOKS[option]}" for option in line.names if option in titles and option in LOOKS]
    if len(apart) < 2:
        return f"You named {named}, and I can go on with one of them."
    ways = ", ".join(titles[option] for option in coherent(line.names, list(titles)))
    return f"You named {named}, and they pull apart: {', '.join(apart)}. Each of these holds together by itself: {ways}."


def intake(page: Page, line: Line) -> str:
    asks = [need.ask for name in line.names if (need := page.need(name))]
    return "Gladly. To begin with, tell me what you can of this:\n" + "\n".join(f"- {ask}" for ask in asks) if asks else "Gladly."


def repeated(page: Page, _: Line) -> str:
    made = [f"{page.title(step_id).lower()}: {ref.headline}" for step_id, held in page.state.steps.items() for ref in held.results.values()]
    so_far = f" So far — {' '.join(made)}" if made else ""
    return f"You have asked this before, so my answer may have missed what you mean.{so_far} Tell me which part is unclear."


def out_of_scope(page: Page, _: Line) -> str:
    """Says the limits, that nothing is lost by asking, and what there is help with."""
    return (
        "That is outside what I can help with: I plan, measure and price renovations, and give no advice on loans, law or health; ask "
        f"somebody who does that for a living. Your {page.template.title.lower()} stays where it is, and we can go on with it. Where it "
        "changes what you can spend, or by when, tell me the new figure and I take it in. I can also help with the budget, the products, "
        "the permits, or what to write to a contractor."
    )


def out_of_bounds(page: Page, line: Line) -> str:
    need = page.need(line.about)
    if need is None:
        return ""
    bounds = [
        f"at least {need.at_least}" if need.at_least is not None else "",
        f"at most {need.at_most}" if need.at_most is not None else "",
        f"one of: {', '.join(option.title.lower() for option in need.options)}" if need.options else "",
    ]
    expected = " and ".join(bound for bound in bounds if bound)
    return f"{need.title} doesn't look right to me{f' (I expect {expected})' if expected else ''}, so I left it out. Please check it."
