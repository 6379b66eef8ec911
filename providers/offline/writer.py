"""Words a reply with no model: what was decided, results by code, passages with their sources. It never imitates a model.

Every line code of journeys/engine.py has its sentence here; a test holds the two against each other.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from journeys.draft import dependants
from journeys.grants import deciders, spent
from journeys.inputs import Choice, Need, Place
from journeys.messages import Line
from journeys.renovation.errors import CannotEstimate
from journeys.renovation.pricing.rough import SCOPES, rough_range
from journeys.renovation.styles import LOOKS, coherent
from journeys.reply import Citation, Reply
from journeys.result_page import as_text
from journeys.safety import known, sentence, withheld
from journeys.spending import OFFERS_MORE
from journeys.state import MOST_OWED, JourneyState
from journeys.template import Template
from journeys.view import Action, actions, called, question
from journeys.vocabulary import ACTIONS, EFFECTS, FACTS, INTENTS
from journeys.wording import told
from providers.base import Passage

UNCHECKED = "general trade knowledge, unchecked"
UNSOURCED = "No page of mine was used for this, so take it as unverified."
Said = Callable[["_Page", Line], str]


OFFLINE = (
    "I run offline here: I read what you write, calculate, and quote from my own pages with their sources; I don't use a language model."
)
ASKING = (
    "A language model helps me to read what you write and to answer from my pages; what is calculated and decided here is not its work."
)
PRICING = frozenset({"estimate", "bathroom_estimate", "contractor_estimate", "proposal"})  # skills whose headline says what it costs
# Lines that a model's words replace: all else is said by code, whoever speaks.
CONVERSATION = frozenset({"question", "small_talk", "out_of_scope", "clarify"})
MOST_NAMED = 8  # inputs that are still missing, in one sentence
FIRST = frozenset({"hazard", "welcome_back", "no_model", "no_words", "over_budget", "owed", "let_go", "made_good"})
_WHOSE_BUDGET = {
    "journey": "The budget for language models of this journey",
    "tenant": "This month's budget for language models",
    "day": "Today's budget for language models",
}


class OfflineWriter:
    """`asks_model`: a language model is asked at each message, and the welcome says so."""

    engine = "offline"

    def __init__(self, asks_model: bool = False) -> None:
        self.asks_model = asks_model

    def write(
        self,
        template: Template,
        state: JourneyState,
        say: Sequence[Line],
        results: Mapping[tuple[str, str], Mapping[str, Any]],
        passages: Sequence[Passage],
        spoken: str | None = None,
    ) -> Reply:
        page = _Page(template, state, results, passages, self.asks_model)
        first = [part for line in say if line.code in FIRST and (part := SENTENCES[line.code](page, line))]
        words = [spoken + page.sources()] if spoken else []
        unsourced = spoken and not passages and any(line.code == "question" for line in say)
        rest = [line for line in say if line.code not in FIRST and not (spoken and line.code in CONVERSATION)]
        parts = [*first, *words, *(part for line in rest if (part := SENTENCES[line.code](page, line)))]
        if unsourced:
            parts.insert(len(first) + 1, UNSOURCED)
        asked = question(template, state)
        if asked:
            parts.append(asked)
        elif stuck := page.stuck_at({line.about for line in say if line.code == "problem"}):
            parts.append(_problem(page, Line(code="problem", about=stuck)))
        if not parts:
            parts.append(page.standing())
        quoted = passages if spoken or any(line.code == "question" for line in say) else []
        citations = [Citation(id=p.id, title=p.title, source=p.source, date_read=p.date_read) for p in quoted]
        citations += [
            Citation(id=f"{step}.{skill}", title=template.step(step).title if template.step(step) else step, source=str(body["citation"]))  # type: ignore[union-attr]
            for (step, skill), body in results.items()
            if body.get("citation")
        ]
        doable = [*_raising(say), *actions(template, state)]
        return Reply(text="\n\n".join(parts), citations=citations, actions=doable, questions=[asked] if asked else [])


def _raising(say: Sequence[Line]) -> list[Action]:
    """Raising the journey's budget, where its template has the person asked; nobody in a journey can raise another."""
    spent = [line.names for line in say if line.code == "over_budget" and line.about in OFFERS_MORE]
    return [
        Action(action="set_budget", label=f"Raise the budget for language models to {cap} US dollars", params={"cap": cap})
        for scope, cap in spent
        if scope == "journey"
    ]


class _Page:
    def __init__(
        self,
        template: Template,
        state: JourneyState,
        results: Mapping[tuple[str, str], Mapping[str, Any]],
        passages: Sequence[Passage],
        asks_model: bool,
    ) -> None:
        self.template, self.state, self.results, self.passages, self.asks_model = template, state, results, passages, asks_model
        self.assumed: set[str] = set()

    def told_once(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A result without the assumptions that another result of this reply has told already."""
        told = [entry for entry in body.get("assumptions", []) if entry not in self.assumed]
        self.assumed.update(told)
        return {**body, "assumptions": told} if "assumptions" in body else dict(body)

    def title(self, step_id: str) -> str:
        step = self.template.step(step_id)
        return step.title if step else step_id

    def need(self, name: str) -> Need | None:
        return self.template.need(name)

    def had(self, need: Need) -> str:
        return f"{need.title.lower()}: {told(self.state.inputs[need.name], need, self.state.currency)}"

    def option(self, step_id: str, option_id: str) -> str:
        step = self.template.step(step_id)
        pick = step.decision.pick(option_id) if step and step.decision else None
        return pick.title if pick else option_id

    def sources(self) -> str:
        told = "; ".join(f"[{n}] {passage.title}, {passage.source}" for n, passage in enumerate(self.passages, 1))
        return f"\n\nSources: {told}." if told else ""

    def way_back(self) -> str:
        return "" if self.state.is_closed else " You can go back to it."

    def stuck_at(self, told: set[str]) -> str | None:
        """The blocked step the conversation is at, where the reply has not told of it: silence would leave nothing to do."""
        focus = self.state.focus
        stuck = focus and self.state.status == "active" and self.state.steps[focus].status == "blocked"
        return focus if stuck and focus not in told else None

    def standing(self) -> str:
        settled = [s.title.lower() for s in self.template.steps if self.state.steps[s.id].status == "done"]
        ahead = [s.title.lower() for s in self.template.steps if self.state.steps[s.id].status not in ("done", "skipped")]
        done = f"Done: {', '.join(settled)}." if settled else "Nothing is settled yet."
        return f"{done} Still to come: {', '.join(ahead)}." if ahead else done


# --- one sentence a line -------------------------------------------------------------------------------------------------
def _began(page: _Page, _: Line) -> str:
    steps = " → ".join(step.title.lower() for step in page.template.steps)
    return f"Welcome. This is {page.template.title.lower()}: {steps}. {ASKING if page.asks_model else OFFLINE}"


def _noted(page: _Page, line: Line) -> str:
    parts = [page.had(need) for name in line.names if (need := page.need(name)) and name in page.state.inputs]
    return f"Noted — {'; '.join(parts)}." if parts else ""


def _out_of_bounds(page: _Page, line: Line) -> str:
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


def _torn(page: _Page, line: Line) -> str:
    """Names what pulls apart; of styles also three that hold together."""
    need = page.need(line.about)
    titles = {option.id: option.title.lower() for option in need.options} if need else {}
    named = " and ".join(titles.get(option, option) for option in line.names)
    apart = [f"{titles[option]} means {LOOKS[option]}" for option in line.names if option in titles and option in LOOKS]
    if len(apart) < 2:
        return f"You named {named}, and I can go on with one of them."
    ways = ", ".join(titles[option] for option in coherent(line.names, list(titles)))
    return f"You named {named}, and they pull apart: {', '.join(apart)}. Each of these holds together by itself: {ways}."


def _went_back(page: _Page, line: Line) -> str:
    step = page.template.step(line.about)
    inputs = page.state.inputs
    had = [page.had(need) for need in step.all_needs() if need.name in inputs] if step else []
    kept = f" So far — {'; '.join(had)}. Tell me what changes, or say “keep it”." if had else ""
    stale = f" To be looked at again after that: {', '.join(page.title(name).lower() for name in line.names)}." if line.names else ""
    return f"Back to {page.title(line.about).lower()}.{kept}{stale} Nothing is lost: what does not change is used again."


def _made(page: _Page, line: Line) -> str:
    made = {skill: page.results[line.about, skill] for skill in line.names if (line.about, skill) in page.results}
    return "\n\n".join(as_text(skill, page.told_once(body)) for skill, body in made.items())


def _question(page: _Page, line: Line) -> str:
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


def _roughly(page: _Page) -> str:
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


def _missing(page: _Page) -> str:
    """What the first price builds on and nobody has said; of a journey that prices nothing, all that is still asked for."""
    pricing = next((step for step in page.template.steps if any(run.skill in PRICING for run in step.run)), None)
    steps = page.template.steps
    if pricing:
        steps = [step for step in steps if step == pricing or pricing.id in dependants(page.template, step.id)]
    wanted = [need for step in steps if page.state.steps[step.id].status != "skipped" for need in step.needs]
    needs = [need.title.lower() for need in wanted if need.name not in page.state.inputs]
    return ", ".join(needs if len(needs) <= MOST_NAMED else [*needs[:MOST_NAMED], "and what comes after that"])


def _clarify(_page: _Page, line: Line) -> str:
    meanings = [INTENTS[name].title for name in line.names if name in INTENTS]
    return f"I'm not sure what you mean. Did you want to {' or '.join(meanings)}?" if meanings else "I'm not sure what you mean by that."


def _problem(page: _Page, line: Line) -> str:
    why = page.state.steps[line.about].problem or "something it needs does not fit."
    return f"{page.title(line.about)} can't be worked out: {why} You can change what it builds on and I will try again at once."


def _remind(page: _Page, line: Line) -> str:
    step = page.template.step(line.about)
    if step and step.outside and page.state.steps[step.id].awaits == "outside":
        return f"A reminder: {page.title(line.about).lower()} still waits for {step.outside.who}."
    return f"A reminder: {page.title(line.about).lower()} waits for your decision."


def _escalated(page: _Page, line: Line) -> str:
    step = page.template.step(line.about)
    said = step.decision.escalate if step and step.decision else ""
    return said or f"The time for deciding on {page.title(line.about).lower()} has passed; it stays open for you."


def _default_chosen(page: _Page, line: Line) -> str:
    chosen = page.option(line.about, line.names[0]).lower()
    return f"The time for deciding on {page.title(line.about).lower()} has passed, so I went on with: {chosen}.{page.way_back()}"


def _completed(page: _Page, _: Line) -> str:
    done = {step_id: held for step_id, held in page.state.steps.items() if held.status == "done"}
    made = [f"- {page.title(s)}: {ref.headline}" for s, held in done.items() for ref in held.results.values()]
    chosen = [f"- {page.title(s)}: {page.option(s, held.chosen).lower()}" for s, held in done.items() if held.chosen]
    return "That was the last step; the journey is complete.\n" + "\n".join([*made, *chosen])


def _chosen(page: _Page, line: Line) -> str:
    return f"Decided: {page.option(line.about, line.names[0]).lower()}."


def _welcome_back(page: _Page, line: Line) -> str:
    return (
        f"Welcome back after {line.names[0]} days. Where we were — {page.standing()} Prices made with an older price book are made again."
    )


def _no_model(_page: _Page, line: Line) -> str:
    match line.about:
        case "blocked":
            return "The language model withheld its answer to this, so I read it by my own rules."
        case "broken":
            return "The language model gave no answer that I can use, so I answer from my own rules and pages."
        case _:
            return "The language model can't be used at the moment, so I answer from my own rules and pages."


def _cut_off(page: _Page, line: Line) -> str:
    """`about`: "" where nothing of it can be shown."""
    shown = "so this is not the whole answer" if line.about else "before there was anything to show"
    why = "as you asked" if page.state.status in ("active", "dormant") else f"since the journey is {page.state.status}"
    return f"The reply was stopped here, {why}, {shown}. Your message is kept, and nothing was noted or decided from it."


def _no_words(_page: _Page, line: Line) -> str:
    match line.about:
        case "stopped":
            return "You stopped the words of the language model, so these are my own."
        case "blocked":
            return "The language model withheld its words on this, so these are my own."
        case "broken":
            return "The language model gave no words that I can use, so these are my own."
        case "over_budget":
            return "The budget for language models is spent, so these words are my own."
        case _:
            return "The language model can't be used at the moment, so these words are my own."


def _owed(page: _Page, _: Line) -> str:
    again = "The fuller answer comes here by itself" if page.state.status in ("active", "dormant") else "The fuller answer comes later"
    return f"{again}, once a model can be reached: you need not ask again."


def _let_go(_page: _Page, line: Line) -> str:
    return f"I keep {MOST_OWED} questions to answer later; the one of turn {line.about} is no longer among them, so please ask it again."


def _made_good(_page: _Page, line: Line) -> str:
    asked = f" “{line.names[0]}”" if line.names else f" your question of turn {line.about}"
    alone = f"Earlier, when no language model could be reached, I could only answer{asked} from my own rules and pages."
    return f"{alone} Here is the fuller answer."


def _given_up(_page: _Page, line: Line) -> str:
    asked = f"“{line.names[0]}”" if line.names else f"your question of turn {line.about}"
    if "blocked" in line.names[1:]:
        return f"The fuller answer to {asked} won't come: the language model withheld it. What I said from my own pages stands."
    return (
        f"I could not give you the fuller answer to {asked}: no language model gave one in all this time. Ask it again whenever you like."
    )


def _not_taken(page: _Page, line: Line) -> str:
    titles = [need.title.lower() for name in line.names if (need := page.need(name))]
    return (
        f"Only words come late: what you said then of {', '.join(titles)} is not noted by it. Say it again if it holds." if titles else ""
    )


def _over_budget(page: _Page, line: Line) -> str:
    whose = _WHOSE_BUDGET.get(next(iter(line.names), ""), _WHOSE_BUDGET["journey"])
    ours = next(iter(line.names), "") == "journey"
    if line.about == "stop":
        then = "until it is raised" if ours else "until there is more of it"
        return f"{whose} is spent. Your message is kept, and nothing more is done by models {then}."
    offer = " You can raise it." if line.about == "ask" and ours else ""
    return f"{whose} is spent, so I answer from my own rules and pages.{offer}"


def _hazard(page: _Page, line: Line) -> str:
    said = sentence(line.about, known.country(page.state))
    return f"Safety first: {said}" if said else ""


def _withheld(page: _Page, line: Line) -> str:
    return withheld(line.about, page.state.persona, known.country(page.state))


def _intake(page: _Page, line: Line) -> str:
    asks = [need.ask for name in line.names if (need := page.need(name))]
    return "Gladly. To begin with, tell me what you can of this:\n" + "\n".join(f"- {ask}" for ask in asks) if asks else "Gladly."


def _repeated(page: _Page, _: Line) -> str:
    made = [f"{page.title(step_id).lower()}: {ref.headline}" for step_id, held in page.state.steps.items() for ref in held.results.values()]
    so_far = f" So far — {' '.join(made)}" if made else ""
    return f"You have asked this before, so my answer may have missed what you mean.{so_far} Tell me which part is unclear."


def _not_yours(page: _Page, line: Line) -> str:
    step = page.template.step(line.about)
    who = deciders(page.template, step) if step else ""
    return f"{page.title(line.about)} is for {who or 'somebody else'} to decide, so nothing is decided yet."


def _spent(page: _Page, line: Line) -> str:
    step = page.template.step(line.about)
    pick = step.decision.pick(line.names[0]) if step and step.decision and line.names else None
    return spent(step, pick) if step and pick else f"{page.title(line.about)} can't be taken back once more."


def _started(page: _Page, line: Line) -> str:
    child = page.state.children.get("".join(line.names))
    return (
        f"Begun: “{child.title}” is now a journey of its own, and this one goes on beside it." if child else "A journey of its own begins."
    )


def _child_ended(page: _Page, line: Line) -> str:
    child = page.state.children.get("".join(line.names))
    return f"News of “{child.title}”: it is {child.status}. {child.headline}".strip() if child else "A journey that began here has ended."


def _news(_page: _Page, line: Line) -> str:
    said = FACTS.get(line.about, "there is news")
    return f"{said[0].upper()}{said[1:]}{f', says {line.names[0]}' if line.names else ''}."


def _overdue(page: _Page, line: Line) -> str:
    step = page.template.step(line.about)
    said = step.outside.escalate if step and step.outside else ""
    return said or f"{page.title(line.about)} is late: I still wait for {step.outside.who if step and step.outside else 'somebody'}."


def _went_without(page: _Page, line: Line) -> str:
    step = page.template.step(line.about)
    said = next((way.without for way in step.on_failure if way.without), "") if step else ""
    return said or f"I go on without {page.title(line.about).lower()}."


def _out_of_scope(page: _Page, _: Line) -> str:
    """Says the limits, that nothing is lost by asking, and what there is help with."""
    return (
        "That is outside what I can help with: I plan, measure and price renovations, and give no advice on loans, law or health; ask "
        f"somebody who does that for a living. Your {page.template.title.lower()} stays where it is, and we can go on with it. Where it "
        "changes what you can spend, or by when, tell me the new figure and I take it in. I can also help with the budget, the products, "
        "the permits, or what to write to a contractor."
    )


def _how_to(_page: _Page, line: Line) -> str:
    return f"I won't do that on a passing word. To {ACTIONS[line.about].lower()}, use the action of that name."


def _moved(page: _Page, line: Line) -> str:
    old, new = (name.rpartition("@")[2] for name in ("".join(line.names[:1]), line.about))
    return (
        f"This journey now follows version {new} of {page.template.title.lower()}, after version {old}. What you said and decided is kept."
    )


SENTENCES: dict[str, Said] = {
    "began": _began,
    "hazard": _hazard,
    "withheld": _withheld,
    "cut_off": _cut_off,
    "stopped": lambda page, line: f"Stopped: the reply of turn {line.about} ends where it was.",
    "nothing_to_stop": lambda page, line: "No reply is being written at the moment, so there is nothing to stop.",
    "no_model": _no_model,
    "no_words": _no_words,
    "owed": _owed,
    "let_go": _let_go,
    "made_good": _made_good,
    "given_up": _given_up,
    "not_taken": _not_taken,
    "sent_out": lambda page, line: f"I sent {EFFECTS.get(line.about, 'it')} to those you named, once, and have a receipt.",
    "kept_here": lambda page, line: (
        f"I kept {EFFECTS.get(line.about, 'it')} in the outbox here: nothing is set up to send it, so please send it yourself."
    ),
    "not_sent": lambda page, line: f"Nobody would take {EFFECTS.get(line.about, 'it')}: it did not go out, so please send it yourself.",
    "not_sent_yet": lambda page, line: f"I could not send {EFFECTS.get(line.about, 'it')} yet; nothing went out. It is tried again.",
    "in_doubt": lambda page, line: (
        f"I can't say whether {EFFECTS.get(line.about, 'it')} went out: it was handed over and nobody confirmed it. I send nothing twice "
        "by myself: ask those you named whether it came, then have it sent again or leave it."
    ),
    "came_out": lambda page, line: (
        f"I know by now what became of {EFFECTS.get(line.about, 'it')}: it did go out, once, and I have a receipt. There is nothing left "
        "for you to decide about it."
    ),
    "sent_late": lambda page, line: (
        f"I could send {EFFECTS.get(line.about, 'it')} in the meantime: it went out to those you named, once, and I have a receipt."
    ),
    "withdrawn_late": lambda page, line: f"I could withdraw {EFFECTS.get(line.about, 'it')} in the meantime: it no longer stands.",
    "left": lambda page, line: f"I leave {EFFECTS.get(line.about, 'it')} as it is and don't send it again.",
    "withdrawn": lambda page, line: f"I withdrew {EFFECTS.get(line.about, 'it')}.",
    "not_withdrawn": lambda page, line: (
        f"What can't be undone: {EFFECTS.get(line.about, 'it')} is out and can't be withdrawn from here, so tell those you named."
    ),
    "over_budget": _over_budget,
    "budget_set": lambda page, line: f"From now on the language models of this journey may cost {line.names[0]} US dollars altogether.",
    "welcome_back": _welcome_back,
    "noted": _noted,
    "out_of_bounds": _out_of_bounds,
    "kept": lambda page, line: f"{page.title(line.about)} stays as it is.",
    "chosen": _chosen,
    "went_back": _went_back,
    "cant_go_back": lambda page, line: "There is nothing to go back to yet.",
    "skipped": lambda page, line: f"{page.title(line.about)} is skipped.{page.way_back()}",
    "cant_skip": lambda page, line: f"{page.title(line.about)} can't be skipped: later steps build on it." if line.about else "",
    "made": _made,
    "problem": _problem,
    "question": _question,
    "no_knowledge": lambda page, line: "My pages can't be searched at the moment, so I can't answer that now; the rest works.",
    "clarify": _clarify,
    "status": lambda page, line: page.standing(),
    "how_to": _how_to,
    "intake": _intake,
    "repeated": _repeated,
    "not_yours": _not_yours,
    "spent": _spent,
    "started": _started,
    "child_ended": _child_ended,
    "news": _news,
    "overdue": _overdue,
    "torn": _torn,
    "rested": lambda page, line: f"The time at {page.title(line.about).lower()} is over; on we go.",
    "went_without": _went_without,
    "cant_look": lambda page, line: "I can't look at photos or read plans yet. Type what they show, and I go on from there.",
    "offered": lambda page, line: f"You sound like {called(line.about)}.",
    "switched": lambda page, line: f"From here on I speak as to {called(line.about)}. What is done stays done.",
    "stays": lambda page, line: f"Good, I go on as for {called(line.about)}.",
    "small_talk": lambda page, line: f"Hello! I'm here for your {page.template.title.lower()}.",
    "out_of_scope": _out_of_scope,
    "nudge": lambda page, line: f"Your {page.template.title.lower()} is waiting where you left it. {page.standing()}",
    "dormant": lambda page, line: "I haven't heard from you for 90 days, so the journey rests now. Any message wakes it; nothing is lost.",
    "remind": _remind,
    "default_chosen": _default_chosen,
    "escalated": _escalated,
    "paused": lambda page, line: "Paused. Nothing runs and nobody is reminded until you resume.",
    "resumed": lambda page, line: "Going on where we were.",
    "abandoned": lambda page, line: "The journey is ended. Everything in it stays readable.",
    "completed": _completed,
    "moved": _moved,
    "put_away": lambda page, line: f"Put away, since it has no place there: {', '.join(name.lower() for name in line.names)}.",
}
