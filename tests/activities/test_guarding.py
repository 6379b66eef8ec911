"""What goes out of a turn is safe: passages, a model's words, steps that are tagged, drafts and results."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from activities.drafts import Draft
from activities.guarding import guarded_turn
from activities.skills import Skills
from journeys.inputs import Count, Place
from journeys.messages import Line, SkillRun
from journeys.safety import known, sentence, withheld
from journeys.skill import Manifest
from journeys.template import Template
from journeys.work import RunSkill, Turn
from providers.base import Passage
from providers.skills import Registry, Skill
from tests.factories import NOW, a_state, a_template, kitchen

pytestmark = pytest.mark.anyio
SAFE = Passage(id="p#1", title="Paint", text="Two coats.", source="-", date_read="2026-01-01", region="general")
HOW = SAFE.model_copy(update={"id": "p#2", "text": "Shut the valve and unscrew the gas line."})
QUESTION = Line(code="question", about="ask_question")


def test_a_passage_that_tells_how_is_left_out_and_a_line_says_so() -> None:
    template = kitchen()
    lines, kept, _ = guarded_turn(template, a_state(template), [QUESTION], [SAFE, HOW], None)
    assert kept == [SAFE]
    assert lines == [QUESTION, Line(code="withheld", about="gas")]


def test_where_nothing_is_left_to_quote_it_is_not_said_that_nothing_was_found() -> None:
    template = kitchen()
    lines, kept, _ = guarded_turn(template, a_state(template), [QUESTION], [HOW], None)
    assert (lines, kept) == ([Line(code="withheld", about="gas")], [])


def test_a_passage_about_careful_work_comes_with_its_warning() -> None:
    template = kitchen()
    swap = SAFE.model_copy(update={"text": "Swap the light fixture like for like."})
    lines, kept, _ = guarded_turn(template, a_state(template), [QUESTION], [swap], None)
    assert (lines, kept) == ([Line(code="hazard", about="fixture_swap"), QUESTION], [swap])


def test_the_words_of_a_model_are_looked_at_once_more_where_they_are_shown() -> None:
    template = kitchen()
    say = [Line(code="hazard", about="gas"), QUESTION]
    lines, kept, words = guarded_turn(template, a_state(template), say, [HOW], "Unscrew it and cap it.")
    assert (lines, kept) == (say, [HOW])
    assert words == withheld("gas", "homeowner", "en-US")


def test_a_step_with_safety_tags_has_its_sentence_said_with_its_results() -> None:
    step = SimpleNamespace(safety_tags=["electrical", "no_such_rule", "gas"])
    template = cast(Template, SimpleNamespace(step=lambda _: step))
    say = [Line(code="hazard", about="gas"), Line(code="made", about="route", names=["estimate"])]
    lines, _, _ = guarded_turn(template, a_state(), say, [], None)
    assert lines == [Line(code="hazard", about="electrical"), *say]


def test_the_age_and_the_country_of_the_home_are_those_the_journey_knows() -> None:
    state = a_state(inputs={"year_built": Count(count=1965), "place": Place(country="AU", postcode="2000")})
    assert (known.year_built(state), known.country(state)) == (1965, "AU")
    assert (known.year_built(a_state()), known.country(a_state())) == (None, "en-US")
    lines, kept, _ = guarded_turn(
        kitchen(), state, [QUESTION], [SAFE.model_copy(update={"text": "Rip out the floor tiles with a bar."})], None
    )
    assert (lines, kept) == ([Line(code="withheld", about="asbestos")], [])


async def test_a_draft_falls_silent_before_it_speaks_of_dangerous_work() -> None:
    told: list[str] = []

    async def tell(_: int, piece: str) -> None:
        told.append(piece)

    draft = Draft(tell)
    for text in ("Lovely plan.", "Lovely plan. Unscrew the gas line", "Lovely plan. Unscrew the gas line and cap it. Done."):
        draft.next_at = -1.0
        await draft.grow(f'{{"reply": "{text}')
    assert told == ["Lovely plan."]


async def test_a_result_is_made_safe_before_it_is_kept() -> None:
    kept: list[dict[str, Any]] = []

    class Kept:
        async def results(self, *_: Any) -> dict[Any, Any]:
            return {}

        async def keep_result(self, row: dict[str, Any]) -> None:
            kept.append(row)

    plan = {"headline": "A plan", "citation": "-", "steps": ["Unscrew the gas line and cap it."]}
    found = Registry([])
    found.skills["take_off"] = Skill(Manifest(id="take_off", version="1", title="Take-off", makes="-"), lambda *_: plan, "tests")
    run = SkillRun(step="amount", skill="take_off", version=1, inputs_hash="h", made_with="1")
    turn = Turn(turn_id="t", seq=1, operation="converse", key="k", body_hash="b", at=NOW)
    template = a_template()
    await Skills(cast(Any, Kept()), found).run(RunSkill(run=run, state=a_state(template), template=template, turn=turn))
    assert kept[0]["body"]["steps"] == [withheld("gas", "homeowner", "en-US")]
    assert sentence("gas", "US") in kept[0]["body"]["steps"][0]
