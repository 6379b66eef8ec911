"""What holds for every journey, whatever its template and whatever happens to it. Templates and facts are generated."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from journeys import engine
from journeys.facts import (
    Abandoned,
    Began,
    ChildEnded,
    Chose,
    Fact,
    Gave,
    Heard,
    Made,
    Paused,
    Resumed,
    Said,
    Skipped,
    SwitchedPersona,
    TimeCame,
    WentBack,
)
from journeys.inputs import Choice, Count, Day, Found, Length, Money, Place, RoomSize, Text, Value, Weeks
from journeys.messages import ChildClosed, Decision, Intent, SkillRun, Understanding
from journeys.refusals import JourneyClosed, Refusal
from journeys.state import REMEMBERED_KEYS, SETTLED, JourneyState, Receipt, Timer
from journeys.template import GO_BACK_TO, MAX_TEMPLATE_BYTES, PERSONA_SWITCH, Step, Template
from journeys.view import view, why
from journeys.vocabulary import FACTS, INTENTS, SKILLS
from providers.offline.sentences import SENTENCES
from providers.offline.writer import OfflineWriter
from tests.factories import NOW, Play, a_decision, a_need, a_step, a_template, a_value, at_the_decision, granted_by, kitchen, said

FACT: TypeAdapter[Fact] = TypeAdapter(Fact)
MAX_STATE_BYTES, MAX_DECISION_BYTES = 40 * 1024, 6 * 1024
LIVE = ("open", "waiting", "blocked")
MOVES_ON = {"answer", "decide", "keep", "skip", "go_back"}


def examples(number: int) -> Any:
    return settings(max_examples=number, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


# --- templates -----------------------------------------------------------------------------------------------------------
KINDS = ("choice", "choice", "text", "length", "money", "count", "place", "weeks", "day", "room_size", "choices", "area", "percent")
PEOPLE = ["homeowner", "investor"]


@st.composite
def templates(draw: st.DrawFn, skip_if: bool = True, most_steps: int = 6) -> Template:
    """A random DAG of small steps that the schema accepts."""
    steps: list[dict[str, Any]] = []
    builds_on: dict[str, set[str]] = {}
    needs: dict[str, tuple[str, dict[str, Any]]] = {}  # by name, with the step that asks
    named = count()
    for n in range(draw(st.integers(1, most_steps))):
        step_id = f"s{n}"
        earlier = [step["id"] for step in steps]
        depends: list[str] = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=2)) if earlier else []
        builds_on[step_id] = set(depends).union(*(builds_on[other] for other in depends))
        step = a_step(step_id, depends_on=depends, needs=[], optional=[], run=[], may_skip=draw(st.booleans()))
        for part, most in (("needs", 2), ("optional", 1)):
            for _ in range(draw(st.integers(0, most))):
                need = a_need(f"n{next(named)}", draw(st.sampled_from(KINDS)))
                step[part].append(need)
                needs[need["name"]] = (step_id, need)
        reach = {step_id, *builds_on[step_id]}
        usable = [name for name, (asking, _) in needs.items() if asking in reach]
        takable = [other["id"] for other in steps if other["run"] and other["id"] in builds_on[step_id]]
        for skill in draw(st.lists(st.sampled_from(sorted(SKILLS)), unique=True, max_size=2)):
            uses = draw(st.lists(st.sampled_from(usable), unique=True, max_size=3)) if usable else []
            takes = draw(st.lists(st.sampled_from(takable), unique=True, max_size=2)) if takable else []
            step["run"].append({"skill": skill, "uses": uses, "takes": takes})
        if draw(st.booleans()) or not (step["needs"] or step["run"]):
            step["decision"] = draw(decisions([*earlier, step_id], sorted(needs)))
        if step["needs"] and draw(st.integers(0, 3)) == 0:
            step["outside"] = {"fact": draw(st.sampled_from(sorted(FACTS))), "who": "them", "remind_days": [2], "deadline_days": 9}
        if draw(st.integers(0, 3)) == 0:
            days = [name for name, (asking, need) in needs.items() if need["kind"] == "day" and asking in reach]
            until = {"until": draw(st.sampled_from(days))} if days and draw(st.booleans()) else {"hours": draw(st.sampled_from([3, 30]))}
            step["rest"] = {"say": "it dries", **until}
        if step["run"] and draw(st.booleans()):
            typed = [{"ask": need["name"]} for need in step["optional"]]
            step["on_failure"] = typed or [{"without": "I go on without it."}]
        choices = [need for asking, need in needs.values() if need["kind"] == "choice" and asking in earlier]
        if skip_if and choices and draw(st.integers(0, 2)) == 0:
            step["skip_if"] = {"input": draw(st.sampled_from(choices))["name"], "option": draw(st.sampled_from(["a", "b"]))}
        decided = [other["id"] for other in steps if other.get("decision") and other["id"] in builds_on[step_id]]
        if skip_if and decided and draw(st.booleans()):
            step["skip_if"] = [{"step": draw(st.sampled_from(decided)), "unless": ["yes", "back"]}]
        if skip_if and draw(st.integers(0, 4)) == 0:
            step["personas"] = [draw(st.sampled_from(PEOPLE))]
        steps.append(step)
    return a_template(id="drawn", steps=steps, personas=PEOPLE, roles={"client": "The client"})


@st.composite
def decisions(draw: st.DrawFn, back: list[str], inputs: list[str]) -> dict[str, Any]:
    options: list[dict[str, Any]] = [{"id": "yes", "title": "Yes", "means": draw(st.sampled_from(["accept", None]))}]
    if draw(st.booleans()):
        options.append({"id": "other", "title": "Other"})
    if draw(st.booleans()):
        options.append({"id": "back", "title": "Back", "means": "decline", "back_to": draw(st.sampled_from(back))})
        if draw(st.booleans()):
            options[-1] |= {"at_most": draw(st.sampled_from([1, 2])), "beyond": "Choose another."}
    if draw(st.integers(0, 3)) == 0:
        options.append({"id": "child", "title": "Child", "starts": "small", "hands": inputs[:1], "at_most": 2})
    if inputs and draw(st.booleans()):
        options.append({"id": "more", "title": "More", "ask": draw(st.sampled_from(inputs))})
    timing: dict[str, Any] = {"remind_days": draw(st.lists(st.sampled_from([1, 3, 7, 90]), max_size=3))}
    if draw(st.booleans()):
        timing["deadline_days"] = draw(st.sampled_from([1, 7, 30, 90]))
    if draw(st.booleans()):
        timing["default"] = "yes"
    if draw(st.integers(0, 3)) == 0:
        timing["by"] = ["client"]
    return a_decision(options=options, **timing)


# --- facts ---------------------------------------------------------------------------------------------------------------
NONSENSE = st.sampled_from(["nonsense", "s99", "s0_decision", GO_BACK_TO])
ANY_VALUE: st.SearchStrategy[Value] = st.one_of(
    st.builds(Choice, option=st.sampled_from(["a", "b", "c", "yes", "other", "back", "more", "s0", "s1", "s3", "nonsense"])),
    st.builds(Text, text=st.text(min_size=1, max_size=500).filter(lambda text: text.strip())),
    st.builds(Length, feet=st.sampled_from([Decimal(12), Decimal("12.0"), Decimal("12.50"), Decimal("0.01"), Decimal(1000)])),
    st.builds(Money, low_cents=st.integers(0, 10**6), high_cents=st.integers(10**6, 10**12)),
    st.builds(Count, count=st.integers(0, 10_000)),
    st.builds(RoomSize, length_ft=st.just(Decimal(12)), width_ft=st.sampled_from([Decimal(9), Decimal("9.00")])),
    st.builds(Weeks, low=st.integers(0, 5), high=st.integers(5, 520)),
    st.builds(Day, on=st.dates()),
    st.builds(Place, country=st.just("US"), postcode=st.text(max_size=12)),
)


def values_for(template: Template, name: str) -> st.SearchStrategy[Value]:
    need = template.need(name)
    if need is None:
        return ANY_VALUE
    return st.one_of(st.integers(0, 2).map(lambda n: a_value(need, n)), ANY_VALUE)


MORE = ["heard", "switched", "child_ended"]


@st.composite
def facts(draw: st.DrawFn, template: Template, state: JourneyState) -> Fact:
    """Anything that can happen, most of it to things that exist."""
    step_ids = st.one_of(st.sampled_from([step.id for step in template.steps]), NONSENSE)
    inputs = [need.name for _, need in template.needs()] or ["nonsense"]
    kind = draw(
        st.sampled_from(["said", "said", "gave", "gave", "chose", "went_back", "skipped", "paused", "resumed", "kept", "offered", *MORE])
    )
    match kind:
        case "said":
            names = st.sampled_from([*INTENTS, "nonsense"])
            intents = st.lists(st.builds(Intent, name=names, p=st.just(0.5)), max_size=2)
            decided = [f"{step.id}_decision" for step in template.steps]
            need = st.one_of(st.sampled_from([*inputs, *decided, GO_BACK_TO]), NONSENSE)
            found = [Found(need=name, value=draw(values_for(template, name)), start=0, end=1) for name in draw(st.lists(need, max_size=3))]
            understanding = Understanding(engine="test", intents=draw(intents), closest=draw(intents), found=found)
            said_as = {"role": draw(st.sampled_from([None, "client"])), "sounds_like": draw(st.sampled_from([None, *PEOPLE, "contractor"]))}
            return Said(understanding=understanding, is_question=draw(st.booleans()), signature=draw(st.sampled_from(["", "q"])), **said_as)
        case "gave":
            given_ = draw(st.lists(st.one_of(st.sampled_from(inputs), st.sampled_from(inputs), NONSENSE), min_size=1, max_size=4))
            return Gave(inputs={name: draw(values_for(template, name)) for name in given_})
        case "kept":
            return Gave(inputs={})
        case "chose":
            option = draw(st.sampled_from(["yes", "other", "back", "more", "child", "nonsense"]))
            return Chose(step=draw(step_ids), option=option, role=draw(st.sampled_from([None, "client", "nobody"])))
        case "heard":
            given_ = draw(st.lists(st.sampled_from(inputs), max_size=2))
            values = {name: draw(values_for(template, name)) for name in given_}
            return Heard(fact=draw(st.sampled_from([*FACTS, "nonsense"])), inputs=values, source="them")
        case "switched":
            return SwitchedPersona(persona=draw(st.sampled_from([*PEOPLE, "contractor"])))
        case "child_ended":
            child = draw(st.sampled_from([*state.children, "nonsense"]))
            return ChildEnded(child=ChildClosed(journey_id=child, status="completed", headline="Done."))
        case "went_back":
            return WentBack(step=draw(step_ids))
        case "skipped":
            return Skipped(step=draw(step_ids))
        case "paused":
            return Paused()
        case "resumed":
            return Resumed()
        case _:
            offered = [action for action in view(template, state).actions if action.action not in ("abandon", "pause")]
            return granted_by(template, draw(st.sampled_from(offered))) or Resumed()


SPANS = st.sampled_from(
    [timedelta(minutes=1), timedelta(days=1), timedelta(days=7), timedelta(days=15), timedelta(days=31), timedelta(days=100)]
)


def live(draw: Any, play: Play, moves: int) -> None:
    """Some life of a journey: facts, time, dead workers, turns that fail or are overtaken by a pause, skills of a new version."""
    for _ in range(moves):
        what = draw(st.sampled_from(["fact"] * 8 + ["time", "outage", "lost", "overtaken", "deployed"]))
        if what == "fact":
            with_refusal(
                play, draw(facts(play.template, play.state)), draw(SPANS) if draw(st.integers(0, 3)) == 0 else timedelta(minutes=1)
            )
        elif what == "time":
            play.pass_time(draw(SPANS))
        elif what == "outage":
            play.outage(draw(SPANS))
        elif what == "deployed":
            play.versions = {skill: draw(st.sampled_from(["1", "2"])) for skill in play.versions}
        else:
            fact = draw(facts(play.template, play.state))
            try:
                decision = play.decide(fact)
            except Refusal:
                continue
            if decision.runs and what == "overtaken" and not play.state.is_closed:
                play.stop(Paused())
                late = Made(results=[play.made(run) for run in decision.runs])
                play.watch(play, late, engine.decide(play.template, play.state, late, play.now, play.versions))  # and not carried out


def with_refusal(play: Play, fact: Fact, later: timedelta) -> None:
    """A Refusal is what `check` says too, and changes nothing."""
    before = play.state.model_dump_json()
    try:
        engine.check(play.template, play.state, fact)
    except Refusal as refusal:
        with pytest.raises(type(refusal)):
            play.tell(fact, later)
        assert play.state.model_dump_json() == before
        assert not isinstance(fact, Said) or play.state.status == "paused" or play.state.is_closed, "a message never is refused"
        return
    play.tell(fact, later)


# --- what must hold of every decision ------------------------------------------------------------------------------------
def sound(play: Play, fact: Fact, decision: Decision) -> None:
    """Called before the decision is carried out."""
    template, state = play.template, play.state
    before = (template.model_dump_json(), state.model_dump_json(), FACT.dump_json(fact))
    assert engine.decide(template, state, fact, play.now, play.versions) == decision, "the same question has one answer"
    assert (template.model_dump_json(), state.model_dump_json(), FACT.dump_json(fact)) == before, "deciding changes nothing it was given"
    read_back = engine.decide(template, JourneyState.model_validate_json(before[1]), FACT.validate_json(before[2]), play.now, play.versions)
    assert read_back == decision, "state and fact travel as JSON"
    after, again = state.model_copy(), state.model_copy()
    engine.carry_out(after, decision)
    wire = decision.model_dump_json()
    engine.carry_out(again, Decision.model_validate_json(wire))
    assert after == again
    assert after.model_dump_json() == again.model_dump_json(), "a decision read back from history does the same"
    assert state.model_dump_json() == before[1], "carrying out on a copy leaves the original"
    assert len(wire.encode()) <= MAX_DECISION_BYTES
    assert len(after.model_dump_json().encode()) <= MAX_STATE_BYTES
    sound_timers(play, after, fact)
    sound_runs(state, decision)
    sound_state(template, after, decision)
    sound_outside(play, after, decision)


def sound_timers(play: Play, after: JourneyState, fact: Fact) -> None:
    assert len({timer.id for timer in after.timers}) == len(after.timers)
    for timer in after.timers:
        if timer.due_at <= play.now:
            assert timer in play.state.timers, "only what fell due unnoticed is still due"
            assert not (isinstance(fact, TimeCame) and fact.timer == timer), "what has come is not told again"
            assert timer.kind != "nudge"
    assert not after.timers or after.status in ("active", "dormant")


def sound_runs(before: JourneyState, decision: Decision) -> None:
    assert len({(run.step, run.skill) for run in decision.runs}) == len(decision.runs)
    for run in decision.runs:
        held = {**before.steps, **decision.steps}[run.step]
        ref = held.results.get(run.skill)
        assert held.status == "open"
        assert run.version == (ref.version if ref else 0) + 1
        assert ref is None or ref.inputs_hash != run.inputs_hash, "what was made for the same inputs is not made again"


def sound_state(template: Template, after: JourneyState, decision: Decision) -> None:
    held = after.steps
    assert set(held) == {step.id for step in template.steps}
    assert all(after.inputs[name].kind == need.kind for _, need in template.needs() if (name := need.name) in after.inputs)
    assert set(after.inputs) <= {need.name for _, need in template.needs()}
    if after.is_closed or after.status == "paused":
        assert after.status != "completed" or all(h.status in SETTLED for h in held.values())
        assert after.asked is None or not after.is_closed
        assert not decision.runs
        return
    for step in template.steps:
        status = held[step.id].status
        if status in (*LIVE, "done"):
            assert all(held[other].status in SETTLED for other in ancestors(template, step.id)), f"{step.id} is {status} out of order"
        if status == "done":
            assert all(need.name in after.inputs for need in step.needs)
            assert step.decision is None or held[step.id].chosen is not None
            assert all(run.skill in held[step.id].results for run in step.run) or step.on_failure
        if status == "skipped":
            assert step.may_skip or left_out(step, after)
        assert (held[step.id].asked_at is not None) == (status == "waiting")
    assert not all(h.status in SETTLED for h in held.values()), "a journey with nothing left to do is completed"
    focus = template.step(after.focus) if after.focus else None
    assert focus is not None, "something is always next"
    assert held[focus.id].status in LIVE
    decides = focus.decision_need()
    names = {need.name for _, need in template.needs()} | ({decides.name} if decides and held[focus.id].status == "waiting" else set())
    assert after.asked is None or after.asked in {*names, PERSONA_SWITCH}


def left_out(step: Step, state: JourneyState) -> bool:
    if step.personas and state.persona not in step.personas:
        return True
    for condition in step.skip_if:
        value = state.inputs.get(condition.input or "")
        had = state.steps[condition.step].chosen if condition.step else value.option if isinstance(value, Choice) else None
        if (had == condition.option) if condition.option else (had not in condition.unless):
            return True
    return False


def sound_outside(play: Play, after: JourneyState, decision: Decision) -> None:
    """What is offered is granted; what is said can be written."""
    seen = view(play.template, after)
    assert seen.actions, "there is always something a person can do"
    for action in seen.actions:
        if fact := granted_by(play.template, action):
            engine.check(play.template, after, fact)
    if not decision.runs and after.status in ("active", "dormant") and seen.waiting_for.kind != "rest":
        assert MOVES_ON & {action.action for action in seen.actions}, "an active journey can be moved on"
    assert why(seen, play.now).count("None") == 0
    reply = OfflineWriter().write(play.template, after, decision.say, {}, [])
    assert reply.text.strip()
    assert {line.code for line in decision.say} <= set(SENTENCES)
    for step in play.template.steps:
        out_of_order(play.template, after, step.id)


def out_of_order(template: Template, state: JourneyState, step_id: str) -> None:
    step, held, talking = template.step(step_id), state.steps[step_id], state.status in ("active", "dormant")
    assert step is not None
    if step.decision and not (talking and held.status == "waiting"):
        with pytest.raises(Refusal):
            engine.check(template, state, Chose(step=step_id, option="yes"))
    if not (talking and step.may_skip and held.status in LIVE):
        with pytest.raises(Refusal):
            engine.check(template, state, Skipped(step=step_id))
    if not (talking and held.was_reached):
        with pytest.raises(Refusal):
            engine.check(template, state, WentBack(step=step_id))


def ancestors(template: Template, step_id: str) -> set[str]:
    step = template.step(step_id)
    assert step is not None
    return set(step.depends_on).union(*(ancestors(template, other) for other in step.depends_on))


def descendants(template: Template, step_id: str) -> set[str]:
    return {step.id for step in template.steps if step_id in ancestors(template, step.id)}


# --- any life ------------------------------------------------------------------------------------------------------------
def moody(seed: int) -> Any:
    """Skills that refuse some inputs, the same ones each time."""
    return lambda run: "Not with these." if int(run.inputs_hash[:4], 16) % 6 == seed else None


@examples(90)
@given(st.data(), templates(), st.integers(0, 6), st.integers(0, 14))
def test_whatever_happens_every_decision_is_sound_and_doing_what_is_offered_leads_to_the_end(
    data: st.DataObject, template: Template, mood: int, moves: int
) -> None:
    play = Play(template, watch=sound, refuses=moody(mood))
    live(data.draw, play, moves)
    play.refuses = lambda run: None
    play.go_on()
    assert play.state.status in ("completed", "abandoned")


@examples(12)
@given(st.data(), st.integers(0, 12))
def test_a_kitchen_is_sound_whatever_happens_and_can_be_brought_to_its_end(data: st.DataObject, moves: int) -> None:
    play = Play(kitchen(), watch=sound, refuses=moody(3))
    if data.draw(st.booleans()):
        play.go_on(lambda p: p.state.steps["estimate"].status in ("waiting", "blocked"))
    live(data.draw, play, moves)
    play.refuses = lambda run: None
    play.go_on()
    assert play.state.status == "completed"


# --- going back ----------------------------------------------------------------------------------------------------------
def with_an_end(template: Template) -> Template:
    """The same journey with a last decision that nobody makes, so that it stays open when all else is settled."""
    end = a_step("end", depends_on=[step.id for step in template.steps], decision=a_decision())
    steps = [*(step.model_dump() for step in template.steps), end]
    return a_template(id=template.id, steps=steps, personas=template.personas, roles=template.roles)


def all_but_the_end(play: Play) -> bool:
    return all(held.status in SETTLED for step_id, held in play.state.steps.items() if step_id != "end")


def a_nearly_finished(template: Template) -> Play:
    play = Play(with_an_end(template))
    play.go_on(all_but_the_end)
    return play


def every_run(play: Play) -> list[tuple[str, str]]:
    """Watches the play from now on."""
    seen: list[tuple[str, str]] = []
    play.watch = lambda _, __, decision: seen.extend((run.step, run.skill) for run in decision.runs)
    return seen


@examples(60)
@given(st.data(), templates())
def test_going_back_and_changing_nothing_makes_nothing_again_and_marks_exactly_what_depends_on_it(
    data: st.DataObject, template: Template
) -> None:
    play = a_nearly_finished(template)
    before = play.state.model_copy()
    reached = [step for step in play.template.steps if before.steps[step.id].was_reached and step.id != "end"]
    assume(reached)
    step = data.draw(st.sampled_from(reached))
    skipped = before.steps[step.id].status == "skipped"
    runs = every_run(play)
    told = play.tell(WentBack(step=step.id))
    reopened = bool(step.needs or step.decision)
    stale = {s for s in descendants(play.template, step.id) if before.steps[s].was_reached and before.steps[s].status != "skipped"}
    assert {s for s, status in play.statuses.items() if status == "stale"} == (stale if reopened else set())
    assert set(next(line.names for line in told if line.code == "went_back")) == (stale if reopened else set())
    assert {s: h.results for s, h in play.state.steps.items()} == {s: h.results for s, h in before.steps.items()}, "nothing is deleted"
    assert play.state.inputs == before.inputs
    play.go_on(all_but_the_end)
    assert play.state.inputs == before.inputs or skipped
    if not skipped:
        assert runs == []
        assert {s: h.results for s, h in play.state.steps.items()} == {s: h.results for s, h in before.steps.items()}
        assert {s: h.chosen for s, h in play.state.steps.items() if s != step.id} == {
            s: h.chosen for s, h in before.steps.items() if s != step.id
        }


@examples(60)
@given(st.data(), templates(skip_if=False), st.booleans())
def test_a_changed_input_makes_exactly_what_depends_on_it_again_once_with_the_next_version(
    data: st.DataObject, template: Template, go_back: bool
) -> None:
    play = a_nearly_finished(template)
    given_ = [(step, need) for step, need in play.template.needs() if need.name in play.state.inputs]
    assume(given_)
    step, need = data.draw(st.sampled_from(given_))
    before = play.versions_made()
    runs = every_run(play)
    if go_back:
        play.tell(WentBack(step=step.id))
    play.give(need.name, n=1)
    play.go_on(all_but_the_end)
    changed = built_on(play.template, need.name, before)
    assert sorted(runs) == sorted(changed)
    assert play.versions_made() == {key: version + (key in changed) for key, version in before.items()}


def built_on(template: Template, input_name: str, made: dict[tuple[str, str], int]) -> set[tuple[str, str]]:
    """Skills that read the input, or a result of one that does."""
    found: set[tuple[str, str]] = set()
    for step in template.steps:
        for run in step.run:
            if (step.id, run.skill) in made and (input_name in run.uses or any(other in run.takes for other, _ in found)):
                found.add((step.id, run.skill))
    return found


def test_the_same_answer_in_other_words_makes_nothing_again() -> None:
    play = at_the_decision()
    before = play.state.model_copy()
    play.tell(Gave(inputs={"wall": Length(feet=Decimal("2.000"))}))
    assert (play.runs, play.state.inputs, play.state.steps) == ([], before.inputs, before.steps)


# --- problems ------------------------------------------------------------------------------------------------------------
def one_skill(*uses: str, **last: Any) -> Template:
    needs = [a_need(name, "length") for name in ("wall", "door")]
    steps = [a_step("room", needs=needs), a_step("amount", run=[{"skill": "take_off", "uses": list(uses)}], depends_on=["room"], **last)]
    return a_template(steps=[*steps, a_step("who", decision=a_decision(), depends_on=["amount"])])


def refusing(*bad: str) -> Play:
    """`amount` refuses a wall of 1 ft."""
    play = Play(one_skill("wall"))
    play.refuses = lambda run: "That wall is too short." if play.state.inputs["wall"] == Length(feet=Decimal(1)) else None
    play.give("wall", "door")
    assert play.statuses == {"room": "done", "amount": "blocked", "who": "pending"}
    return play


def test_a_skill_that_refuses_blocks_its_step_and_says_why() -> None:
    play = refusing()
    assert play.codes == ["noted", "problem"]
    assert play.seen.problems == {"amount": "That wall is too short."}
    assert len(play.runs) == 1


@pytest.mark.parametrize(
    "fact", [Gave(inputs={"wall": Length(feet=Decimal("1.0"))}), Gave(inputs={"door": Length(feet=Decimal(3))}), Resumed(), Paused()]
)
def test_nothing_is_tried_again_while_what_it_builds_on_is_unchanged(fact: Fact) -> None:
    play = refusing()
    play.tell(fact)
    assert (play.runs, play.statuses["amount"]) == ([], "blocked")


def test_a_changed_input_unblocks_the_step() -> None:
    play = refusing()
    play.give("wall", n=5)
    assert (play.codes, play.statuses["who"]) == (["noted", "made"], "waiting")


def test_what_is_blocked_can_be_tried_again_as_it_is() -> None:
    play = refusing()
    play.refuses = lambda run: None
    play.tell(WentBack(step="amount"))
    assert play.statuses["amount"] == "done"


def test_a_refusal_is_not_forgotten_because_another_skill_of_the_step_succeeds() -> None:
    runs = [{"skill": "take_off"}, {"skill": "estimate"}]
    play = Play(a_template(steps=[a_step("both", needs=[a_need("wall")], run=runs), a_step("who", decision=a_decision())]))
    play.refuses = lambda run: "No." if run.skill == "take_off" else None
    play.give("wall")
    assert (play.statuses["both"], [run.skill for run in play.runs]) == ("blocked", ["take_off", "estimate"])


def test_one_refusing_skill_stops_nothing_but_its_own_branch() -> None:
    steps = [a_step("amount", run=[{"skill": "take_off"}]), a_step("look", needs=[a_need("style")])]
    play = Play(a_template(steps=steps), refuses=lambda run: "No.")
    play.tell(Resumed())
    assert (play.statuses["amount"], play.state.focus, play.state.asked) == ("blocked", "look", "style")


@pytest.mark.parametrize(
    "fact", [Said(understanding=Understanding(engine="test")), Gave(inputs={"door": Length(feet=Decimal(3))}), Resumed()]
)
def test_work_lost_with_a_turn_that_failed_is_done_with_whatever_comes_next(fact: Fact) -> None:
    play = Play(one_skill("wall"))
    lost = play.decide(Gave(inputs={name: Length(feet=Decimal(9)) for name in ("wall", "door")}))
    play.tell(fact)
    assert play.runs == lost.runs
    assert play.statuses["amount"] == "done"


# --- endings, sharing, sizes ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("ending", ["completed", "abandoned"])
def test_a_closed_journey_never_changes(ending: str) -> None:
    play = Play()
    before_end = play.state.timers
    if ending == "completed":
        play.go_on()
    else:
        play.tell(Abandoned())
    closed = play.state.model_dump_json()
    talk: list[Fact] = [said("accept"), Gave(inputs={}), Gave(inputs={"goal": Text(text="x")}), Paused(), Resumed(), Abandoned()]
    by_name: list[Fact] = [Chose(step="price", option="accept"), WentBack(step="wish"), Skipped(step="extras")]
    for fact in [*talk, *by_name]:
        with pytest.raises(JourneyClosed):
            play.tell(fact)
    late = play.made(SkillRun(step="amount", skill="take_off", version=9, inputs_hash="late", made_with="1"))
    too_late: list[Fact] = [Began(), Made(results=[late]), *(TimeCame(timer=timer) for timer in before_end)]
    for fact in too_late:
        assert play.tell(fact) == []
        assert play.runs == []
    assert play.state.model_dump_json() == closed


@examples(25)
@given(st.data(), templates(), st.integers(1, 8))
def test_journeys_share_nothing_with_each_other_nor_with_their_template(data: st.DataObject, template: Template, moves: int) -> None:
    library_copy, one, other = template.model_dump_json(), Play(template), Play(template)
    untouched = other.state.model_dump_json()
    live(data.draw, one, moves)
    one.go_on()
    assert (other.state.model_dump_json(), template.model_dump_json()) == (untouched, library_copy)
    held = [{id(part) for part in containers(thing)} for thing in (one.state, other.state, template)]
    assert not (held[0] & held[1] or held[0] & held[2] or held[1] & held[2])


def containers(thing: Any) -> Iterator[Any]:
    """Every part that could be changed in place."""
    if isinstance(thing, BaseModel):
        thing = thing.__dict__
    if isinstance(thing, dict | list):
        yield thing
        for part in thing.values() if isinstance(thing, dict) else thing:
            yield from containers(part)


@pytest.mark.parametrize("part", ["step", "timer", "template", "value"])
def test_the_parts_of_a_journey_are_frozen(part: str) -> None:
    play = Play()
    play.give("goal")
    frozen = {
        "step": play.state.steps["wish"],
        "timer": play.state.timers[0],
        "template": play.template,
        "value": play.state.inputs["goal"],
    }
    with pytest.raises(ValidationError):
        setattr(frozen[part], next(iter(type(frozen[part]).model_fields)), "x")


def test_a_kitchen_with_the_longest_answers_and_all_its_keys_stays_within_its_bytes() -> None:
    play = Play(kitchen(), refuses=lambda run: "x" * 300 if run.skill == "estimate" and run.version == 1 else None)
    wordy = {need.name: Text(text="ü" * 500) if need.kind == "text" else a_value(need) for _, need in play.template.needs()}
    play.tell(Gave(inputs=wordy))
    for decision in play.decisions:
        assert len(decision.model_dump_json().encode()) <= MAX_DECISION_BYTES
    for n in range(REMEMBERED_KEYS + 9):
        receipt = Receipt(turn_id="0" * 36, seq=10**6 + n, step="estimate", body_hash="0" * 16)
        play.state.remember(f"converse:{n:0>200}", receipt)
    assert len(play.state.recent) == REMEMBERED_KEYS
    assert len(play.state.model_dump_json().encode()) <= MAX_STATE_BYTES
    assert len(play.template.model_dump_json().encode()) <= MAX_TEMPLATE_BYTES


def test_a_timer_whose_reason_is_gone_says_nothing() -> None:
    play = Play()
    play.go_on(lambda p: p.state.steps["price"].status == "waiting")
    deadline = Timer(id="deadline.who", kind="deadline", due_at=NOW, step="who")
    assert play.tell(TimeCame(timer=deadline)) == []
    play.stop(Paused())
    for kind in ("nudge", "dormant"):
        decision = engine.decide(play.template, play.state, TimeCame(timer=Timer(id=kind, kind=kind, due_at=NOW)), play.now, play.versions)
        assert (decision.status, decision.say) == ("paused", [])


@examples(60)
@given(st.data(), templates(), st.booleans(), st.integers(0, 14))
def test_a_word_that_asks_for_nothing_changes_no_step(data: st.DataObject, template: Template, rests: bool, moves: int) -> None:
    play = Play(template, watch=sound)
    live(data.draw, play, moves)
    if rests:
        play.go_on(lambda p: p.seen.waiting_for.kind == "rest")
    with_refusal(play, said("small_talk"), data.draw(SPANS))  # what is due comes with it
    before = play.state.steps
    with_refusal(play, said("small_talk"), timedelta(0))
    assert (play.state.steps, play.runs) == (before, [])
