"""What a message comes to: an answer, a choice, a question, a way back, or nothing new. Nobody is taken at a word they did not give."""

from collections.abc import Mapping, Sequence

from journeys.changes import Changes
from journeys.facts import Said
from journeys.grants import is_spent, may_decide, misfit
from journeys.inputs import Choice, Value
from journeys.messages import Intent
from journeys.template import GO_BACK_TO, PERSONA_SWITCH, Pick, Step
from journeys.vocabulary import of_kind

SOUNDS = 2  # messages that must sound like another persona before it is offered
AGAIN = 2  # times a question was asked before, when it is told that it was
REMEMBERED_QUESTIONS = 12
INTAKE = 4  # questions asked of somebody who only says that something should be done
QUESTIONS = of_kind("ask", "deed")
# Also without a question mark, and whatever option they name. Not the other subjects of kind "ask": "the permit is granted" is about one.
PLAIN_QUESTIONS = frozenset(("ask_question", "estimate_cost"))
GIVING = of_kind("deed") - {"estimate_cost", "find_contractor", "assess_diy"}  # "quartz, please": what it gives is all that was meant


def is_question(said: Said) -> bool:
    """Whether passages should answer this message: by its intent, or by its form where no intent is sure."""
    intents = said.understanding.intents
    return intents[0].name in QUESTIONS if intents else said.is_question


class Hearing(Changes):
    """What a person said, taken for what it means where the conversation stands."""

    def said(self, fact: Said) -> None:
        """Inputs are read before intents: while a question is open, most messages answer it."""
        u, focus = fact.understanding, self.focus()
        top = u.intents[0].name if u.intents else None
        decision = focus.decision_need() if focus else None
        readings = {found.need: found.value for found in u.found}
        back_to = readings.pop(GO_BACK_TO, None)
        picked = readings.pop(decision.name, None) if decision else None
        pick = focus.decision.pick(picked.option) if focus and focus.decision and isinstance(picked, Choice) else None
        if self.answers_the_offer(top, sure=not fact.is_question, alone=not readings):
            return
        leads_back = bool(pick and pick.back_to and not fact.is_question)  # "let's change the design" is that answer, counted as such
        if top == "go_back" and not (leads_back and back_to is None):
            self.said_go_back(back_to, readings)
            return
        given = self.take(readings)
        torn = self.torn(u.torn)
        self.sounds_like(fact.sounds_like, asked_for=top == "switch_persona")
        asks = is_question(fact) and (fact.is_question or not torn)
        plainly_asks = fact.is_question or top in PLAIN_QUESTIONS
        if focus and pick and not plainly_asks and self.state.steps[focus.id].status == "waiting":
            if top == "decline" and pick.means == "accept":  # "no, I don't accept it": nobody is taken at a word they denied
                self.line("clarify")
            else:
                self.said_choice(focus, pick, fact.role)
        elif top in ("accept", "decline") and not given:
            self.said_yes_or_no(focus, top, sure=not fact.is_question, role=fact.role)
        elif top == "skip" and not given:
            self.said_skip(focus)
        elif top == "ask_status":
            self.line("status")
        elif top == "resume" and not given:
            self.resumed()
        elif top in ("pause", "abandon") and not given:
            self.line("how_to", top)
        elif top == "upload_floor_plan" and not given:
            self.line("cant_look")
        elif top == "switch_persona":
            if not self.ask_first and not given:
                self.line("clarify")
        elif asks and not (given and top in GIVING):
            self.asked(fact.signature)
            self.line("question", top or "ask_question")
        elif top == "change_budget" and not given:
            self.ask_first = "budget" if self.template.need("budget") else None
        elif not given:
            self.said_nothing_new(u.closest, top)

    def said_nothing_new(self, closest: list[Intent], top: str | None) -> None:
        focus = self.focus()
        open_ = [need.name for need in focus.all_needs() if need.name not in self.state.inputs] if focus else []
        if top in ("small_talk", "out_of_scope"):
            self.line(top)
        elif top in ("start_project", "define_scope") and focus and len(open_) > 1:
            self.line("intake", focus.id, open_[:INTAKE])
        elif not any(line.code in ("out_of_bounds", "torn") for line in self.say):
            self.line("clarify", names=[intent.name for intent in closest])

    def said_go_back(self, back_to: Value | None, readings: Mapping[str, Value]) -> None:
        """To the step that was named, else to the step whose input was given, else to the last one that asked something."""
        target = back_to.option if isinstance(back_to, Choice) and back_to.option in self.state.steps else None
        if target is None and readings:
            target = next((step.id for step, need in self.template.needs() if need.name in readings), None)
        target = target or self.last_that_asked()
        if target is None or not self.state.steps[target].was_reached:
            if not self.take(readings):
                self.line("cant_go_back")
            return
        self.went_back(target)
        self.take(readings)

    def last_that_asked(self) -> str | None:
        """Before the step the conversation is at: a stale one lies ahead of it."""
        steps = [step.id for step in self.template.steps]
        earlier = self.template.steps[: steps.index(self.state.focus)] if self.state.focus else self.template.steps
        asked = [step.id for step in earlier if (step.needs or step.decision) and self.state.steps[step.id].was_reached]
        return next((step_id for step_id in reversed(asked) if self.state.steps[step_id].status != "stale"), None)

    def said_choice(self, focus: Step, pick: Pick, role: str | None) -> None:
        """A message is never refused: what somebody may not choose, or not once more, is said."""
        if not may_decide(focus, role):
            self.line("not_yours", focus.id)
        elif is_spent(self.state, focus, pick):
            self.line("spent", focus.id, [pick.id])
        else:
            self.chose(focus.id, pick.id)

    def answers_the_offer(self, top: str | None, sure: bool, alone: bool) -> bool:
        """Whether it was a plain yes or no to another persona; anything else lets the offer pass, and it is not made again."""
        offered = self.state.offered
        if offered is None or self.state.asked != PERSONA_SWITCH:
            return False
        if not (sure and alone and top in ("accept", "decline")):
            return False
        if top == "accept":
            self.switched(offered)
        else:
            self.line("stays", self.state.persona)
        return True

    def sounds_like(self, persona: str | None, asked_for: bool) -> None:
        """Another persona is offered after two messages that sound like it, or when somebody says so themselves; each one once."""
        if persona is None or persona == self.state.persona or persona not in self.template.personas:
            return
        heard = self.state.heard_as.get(persona, 0) + 1
        self.state.heard_as = {**self.state.heard_as, persona: heard}
        if (heard == SOUNDS or (asked_for and heard < SOUNDS)) and self.state.status != "paused":
            self.state.heard_as = {**self.state.heard_as, persona: max(heard, SOUNDS)}
            self.state.offered = persona
            self.line("offered", persona)
            self.ask_first = PERSONA_SWITCH

    def asked(self, signature: str) -> None:
        if not signature:
            return
        if self.state.questions.count(signature) >= AGAIN:
            self.line("repeated")
        self.state.questions = [*self.state.questions, signature][-REMEMBERED_QUESTIONS:]

    def said_yes_or_no(self, focus: Step | None, means: str, sure: bool, role: str | None) -> None:
        """`sure`: "shall I accept it?" is no yes."""
        if focus is None:
            return
        held = self.state.steps[focus.id]
        asked = held.status == "waiting" and self.state.asked == f"{focus.id}_decision"  # a yes to another question accepts nothing
        pick = focus.decision.meaning(means) if focus.decision and asked else None
        if pick and sure:
            self.said_choice(focus, pick, role)
        elif held.revisiting and means == "accept":
            self.keep(focus)
        else:
            self.line("clarify")

    def said_skip(self, focus: Step | None) -> None:
        if focus and focus.may_skip:
            self.skipped(focus.id)
        elif focus and self.state.steps[focus.id].revisiting:
            self.keep(focus)
        else:
            self.line("cant_skip", focus.id if focus else "")

    def take(self, readings: Mapping[str, Value]) -> list[str]:
        """Keep the inputs that fit; say which don't. Gives the names kept."""
        kept: dict[str, Value] = {}
        for name, value in readings.items():
            need = self.template.need(name)
            if need is None:
                continue
            if misfit(need, value):
                self.line("out_of_bounds", name)
            else:
                kept[name] = value
        if kept:
            self.gave(kept)
        return list(kept)

    def torn(self, named: Mapping[str, Sequence[str]]) -> list[str]:
        """Two answers to one question that is not answered yet, asked by now or not: nobody is taken at the first of them."""
        open_ = [need.name for _, need in self.template.needs() if need.name in named and need.name not in self.state.inputs]
        for name in open_:
            self.line("torn", name, list(named[name]))
        return open_
