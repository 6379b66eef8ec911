"""One sentence for every line code of journeys/engine.py; a test holds the two against each other."""

from collections.abc import Callable

from journeys.grants import deciders, spent
from journeys.messages import Line
from journeys.result_page import as_text
from journeys.safety import known, sentence, withheld
from journeys.view import called
from journeys.vocabulary import ACTIONS, EFFECTS, FACTS
from providers.offline import answers, shortfalls
from providers.offline.page import Page

Said = Callable[[Page, Line], str]
OFFLINE = (
    "I run offline here: I read what you write, calculate, and quote from my own pages with their sources; I don't use a language model."
)
ASKING = (
    "A language model helps me to read what you write and to answer from my pages; what is calculated and decided here is not its work."
)


def _began(page: Page, _: Line) -> str:
    steps = " → ".join(step.title.lower() for step in page.template.steps)
    return f"Welcome. This is {page.template.title.lower()}: {steps}. {ASKING if page.asks_model else OFFLINE}"


def _noted(page: Page, line: Line) -> str:
    parts = [page.had(need) for name in line.names if (need := page.need(name)) and name in page.state.inputs]
    return f"Noted — {'; '.join(parts)}." if parts else ""


def _went_back(page: Page, line: Line) -> str:
    step = page.template.step(line.about)
    inputs = page.state.inputs
    had = [page.had(need) for need in step.all_needs() if need.name in inputs] if step else []
    kept = f" So far — {'; '.join(had)}. Tell me what changes, or say “keep it”." if had else ""
    stale = f" To be looked at again after that: {', '.join(page.title(name).lower() for name in line.names)}." if line.names else ""
    return f"Back to {page.title(line.about).lower()}.{kept}{stale} Nothing is lost: what does not change is used again."


def _made(page: Page, line: Line) -> str:
    made = {skill: page.results[line.about, skill] for skill in line.names if (line.about, skill) in page.results}
    return "\n\n".join(as_text(skill, page.told_once(body)) for skill, body in made.items())


def _remind(page: Page, line: Line) -> str:
    step = page.template.step(line.about)
    if step and step.outside and page.state.steps[step.id].awaits == "outside":
        return f"A reminder: {page.title(line.about).lower()} still waits for {step.outside.who}."
    return f"A reminder: {page.title(line.about).lower()} waits for your decision."


def _escalated(page: Page, line: Line) -> str:
    step = page.template.step(line.about)
    said = step.decision.escalate if step and step.decision else ""
    return said or f"The time for deciding on {page.title(line.about).lower()} has passed; it stays open for you."


def _default_chosen(page: Page, line: Line) -> str:
    chosen = page.option(line.about, line.names[0]).lower()
    return f"The time for deciding on {page.title(line.about).lower()} has passed, so I went on with: {chosen}.{page.way_back()}"


def _completed(page: Page, _: Line) -> str:
    done = {step_id: held for step_id, held in page.state.steps.items() if held.status == "done"}
    made = [f"- {page.title(s)}: {ref.headline}" for s, held in done.items() for ref in held.results.values()]
    chosen = [f"- {page.title(s)}: {page.option(s, held.chosen).lower()}" for s, held in done.items() if held.chosen]
    return "That was the last step; the journey is complete.\n" + "\n".join([*made, *chosen])


def _chosen(page: Page, line: Line) -> str:
    return f"Decided: {page.option(line.about, line.names[0]).lower()}."


def _welcome_back(page: Page, line: Line) -> str:
    return (
        f"Welcome back after {line.names[0]} days. Where we were — {page.standing()} Prices made with an older price book are made again."
    )


def _hazard(page: Page, line: Line) -> str:
    said = sentence(line.about, known.country(page.state))
    return f"Safety first: {said}" if said else ""


def _withheld(page: Page, line: Line) -> str:
    return withheld(line.about, page.state.persona, known.country(page.state))


def _not_yours(page: Page, line: Line) -> str:
    step = page.template.step(line.about)
    who = deciders(page.template, step) if step else ""
    return f"{page.title(line.about)} is for {who or 'somebody else'} to decide, so nothing is decided yet."


def _spent(page: Page, line: Line) -> str:
    step = page.template.step(line.about)
    pick = step.decision.pick(line.names[0]) if step and step.decision and line.names else None
    return spent(step, pick) if step and pick else f"{page.title(line.about)} can't be taken back once more."


def _started(page: Page, line: Line) -> str:
    child = page.state.children.get("".join(line.names))
    return (
        f"Begun: “{child.title}” is now a journey of its own, and this one goes on beside it." if child else "A journey of its own begins."
    )


def _child_ended(page: Page, line: Line) -> str:
    child = page.state.children.get("".join(line.names))
    return f"News of “{child.title}”: it is {child.status}. {child.headline}".strip() if child else "A journey that began here has ended."


def _news(_page: Page, line: Line) -> str:
    said = FACTS.get(line.about, "there is news")
    return f"{said[0].upper()}{said[1:]}{f', says {line.names[0]}' if line.names else ''}."


def _overdue(page: Page, line: Line) -> str:
    step = page.template.step(line.about)
    said = step.outside.escalate if step and step.outside else ""
    return said or f"{page.title(line.about)} is late: I still wait for {step.outside.who if step and step.outside else 'somebody'}."


def _went_without(page: Page, line: Line) -> str:
    step = page.template.step(line.about)
    said = next((way.without for way in step.on_failure if way.without), "") if step else ""
    return said or f"I go on without {page.title(line.about).lower()}."


def _how_to(_page: Page, line: Line) -> str:
    return f"I won't do that on a passing word. To {ACTIONS[line.about].lower()}, use the action of that name."


def _moved(page: Page, line: Line) -> str:
    old, new = (name.rpartition("@")[2] for name in ("".join(line.names[:1]), line.about))
    return (
        f"This journey now follows version {new} of {page.template.title.lower()}, after version {old}. What you said and decided is kept."
    )


SENTENCES: dict[str, Said] = {
    "began": _began,
    "hazard": _hazard,
    "withheld": _withheld,
    "cut_off": shortfalls.cut_off,
    "stopped": lambda page, line: f"Stopped: the reply of turn {line.about} ends where it was.",
    "nothing_to_stop": lambda page, line: "No reply is being written at the moment, so there is nothing to stop.",
    "no_model": shortfalls.no_model,
    "no_words": shortfalls.no_words,
    "owed": shortfalls.owed,
    "let_go": shortfalls.let_go,
    "made_good": shortfalls.made_good,
    "given_up": shortfalls.given_up,
    "not_taken": shortfalls.not_taken,
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
    "over_budget": shortfalls.over_budget,
    "budget_set": lambda page, line: f"From now on the language models of this journey may cost {line.names[0]} US dollars altogether.",
    "welcome_back": _welcome_back,
    "noted": _noted,
    "out_of_bounds": answers.out_of_bounds,
    "kept": lambda page, line: f"{page.title(line.about)} stays as it is.",
    "chosen": _chosen,
    "went_back": _went_back,
    "cant_go_back": lambda page, line: "There is nothing to go back to yet.",
    "skipped": lambda page, line: f"{page.title(line.about)} is skipped.{page.way_back()}",
    "cant_skip": lambda page, line: f"{page.title(line.about)} can't be skipped: later steps build on it." if line.about else "",
    "made": _made,
    "problem": shortfalls.problem,
    "question": answers.question,
    "no_knowledge": lambda page, line: "My pages can't be searched at the moment, so I can't answer that now; the rest works.",
    "clarify": answers.clarify,
    "status": lambda page, line: page.standing(),
    "how_to": _how_to,
    "intake": answers.intake,
    "repeated": answers.repeated,
    "not_yours": _not_yours,
    "spent": _spent,
    "started": _started,
    "child_ended": _child_ended,
    "news": _news,
    "overdue": _overdue,
    "torn": answers.torn,
    "rested": lambda page, line: f"The time at {page.title(line.about).lower()} is over; on we go.",
    "went_without": _went_without,
    "cant_look": lambda page, line: "I can't look at photos or read plans yet. Type what they show, and I go on from there.",
    "offered": lambda page, line: f"You sound like {called(line.about)}.",
    "switched": lambda page, line: f"From here on I speak as to {called(line.about)}. What is done stays done.",
    "stays": lambda page, line: f"Good, I go on as for {called(line.about)}.",
    "small_talk": lambda page, line: f"Hello! I'm here for your {page.template.title.lower()}.",
    "out_of_scope": answers.out_of_scope,
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
