"""What a template leaves out of a run is filled in from what the skill says of itself; what no skill could work with is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from journeys.composing import compose
from journeys.personas import Persona
from journeys.skill import Manifest
from journeys.template import Template
from providers.library import TEMPLATES, TemplateError, parse_template
from providers.skills import Registry
from tests.factories import a_decision, a_need, a_step, kitchen

FIELDS = {"id": "small", "version": 1, "title": "Small", "summary": "-", "personas": ["homeowner"], "locale": "en-US", "currency": "USD"}


def a_manifest(skill: str, **overrides: Any) -> Manifest:
    return Manifest.model_validate({"id": skill, "version": "1", "title": skill.capitalize(), "makes": "-", **overrides})


def a_template_of(*steps: dict[str, Any], **overrides: Any) -> Template:
    return Template.model_validate({**FIELDS, "steps": list(steps), **overrides})


def composed(template: Template, *manifests: Manifest) -> Template:
    known = {manifest.id: manifest for manifest in manifests}
    names = {*known, *(run.skill for step in template.steps for run in step.run)}
    return compose(template.holds_together(names), known).holds_together(names)


def runs(template: Template, step_id: str) -> list[tuple[str, list[str], list[str]]]:
    step = template.step(step_id)
    assert step
    return [(run.skill, run.uses, run.takes) for run in step.run]


ROOM = a_step("room", needs=[a_need("wall", "length")], optional=[a_need("height", "length")])
COUNT = a_manifest("count", inputs={"wall": "length", "currency": "text"}, optional={"height": "length", "doors": "count"})
PRICE = a_manifest("price", takes=["count"], may_take=["extras"])


def test_uses_are_the_inputs_of_the_manifest_that_the_template_asks_for() -> None:
    template = composed(a_template_of(ROOM, a_step("amount", run=[{"skill": "count"}], depends_on=["room"])), COUNT)
    assert runs(template, "amount") == [("count", ["wall", "height"], [])]


def test_an_optional_input_that_is_only_asked_for_later_is_left_out() -> None:
    later = a_step("later", needs=[a_need("doors", "count")], depends_on=["amount"])
    template = composed(a_template_of(ROOM, a_step("amount", run=[{"skill": "count"}], depends_on=["room"]), later), COUNT)
    assert runs(template, "amount") == [("count", ["wall", "height"], [])]


def test_takes_are_the_latest_earlier_steps_that_run_the_skills() -> None:
    steps = [
        ROOM,
        a_step("first", run=[{"skill": "count"}], depends_on=["room"]),
        a_step("second", run=[{"skill": "count"}], depends_on=["first"]),
        a_step("aside", run=[{"skill": "extras"}], depends_on=["room"]),
        a_step("cost", run=[{"skill": "price"}], depends_on=["second"]),
        a_step("cost_of_all", run=[{"skill": "price"}], depends_on=["second", "aside"]),
    ]
    template = composed(a_template_of(*steps), COUNT, PRICE, a_manifest("extras"))
    assert runs(template, "cost") == [("price", [], ["second"])]
    assert runs(template, "cost_of_all") == [("price", [], ["second", "aside"])]


def test_a_step_takes_from_a_step_it_builds_on_though_another_is_later() -> None:
    steps = [
        ROOM,
        a_step("mine", run=[{"skill": "count"}], depends_on=["room"]),
        a_step("other", run=[{"skill": "count"}], depends_on=["room"]),
        a_step("cost", run=[{"skill": "price"}], depends_on=["mine"]),
    ]
    assert runs(composed(a_template_of(*steps), COUNT, PRICE), "cost") == [("price", [], ["mine"])]


def test_what_a_run_says_itself_is_kept_to_the_letter() -> None:
    steps = [ROOM, a_step("amount", run=[{"skill": "count", "uses": ["wall"], "takes": []}], depends_on=["room"])]
    template = a_template_of(*steps)
    assert composed(template, COUNT) is template


def test_what_a_fallback_reads_is_read_too_so_that_its_result_holds_for_the_same_inputs() -> None:
    rough = a_manifest("rough", optional={"height": "length"})
    exact = a_manifest("exact", inputs={"wall": "length"}, fallbacks=["rough", "gone"])
    template = composed(a_template_of(ROOM, a_step("amount", run=[{"skill": "exact"}], depends_on=["room"])), exact, rough)
    assert runs(template, "amount") == [("exact", ["wall", "height"], [])]


def test_a_skill_whose_plugin_is_broken_is_given_all_that_its_step_builds_on() -> None:
    steps = [
        ROOM,
        a_step("amount", run=[{"skill": "count"}], depends_on=["room"]),
        a_step("aside", needs=[a_need("colour")]),
        a_step("paper", run=[{"skill": "wallpaper"}], depends_on=["amount"]),
    ]
    assert runs(composed(a_template_of(*steps), COUNT), "paper") == [("wallpaper", ["wall", "height"], ["amount"])]


@pytest.mark.parametrize(
    ("steps", "manifests", "reason"),
    [
        ([ROOM], [a_manifest("count", inputs={"area": "area"})], "count needs 'area' (area), an input that no step asks for"),
        ([ROOM], [a_manifest("count", inputs={"wall": "area"})], "count reads 'wall' as area, and 'room' asks for it as length"),
        ([ROOM], [a_manifest("count", optional={"height": "count"})], "count reads 'height' as count, and 'room' asks for it as length"),
        ([ROOM], [a_manifest("count", takes=["plan"])], "count takes the result of the skill 'plan', which no earlier step runs"),
        ([ROOM], [a_manifest("count", personas=["investor"])], "count is for investor, the template for homeowner"),
        (
            [ROOM, a_step("far", needs=[a_need("depth", "length")])],
            [a_manifest("count", inputs={"depth": "length"})],
            "count uses 'depth', which 'far' asks for: the step must depend on it",
        ),
        (
            [ROOM, a_step("plan", run=[{"skill": "plan"}])],
            [a_manifest("count", takes=["plan"]), a_manifest("plan")],
            "count takes the result of 'plan': the step must depend on it",
        ),
    ],
)
def test_a_skill_that_could_never_have_what_it_reads_is_refused(
    steps: list[dict[str, Any]], manifests: list[Manifest], reason: str
) -> None:
    with pytest.raises(ValueError, match=r"^steps\.amount: ") as error:
        composed(a_template_of(*steps, a_step("amount", run=[{"skill": "count"}], depends_on=["room"])), *manifests)
    assert reason in str(error.value)


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        ({"skill": "count", "uses": ["height"]}, "count needs 'wall', which its `uses` leaves out"),
        ({"skill": "price", "takes": []}, "price takes the result of the skill 'count', and its `takes` leaves out 'amount'"),
    ],
)
def test_a_run_that_says_itself_what_it_reads_has_to_say_all_that_the_skill_needs(run: dict[str, Any], reason: str) -> None:
    steps = [ROOM, a_step("amount", run=[{"skill": "count"}], depends_on=["room"]), a_step("again", run=[run], depends_on=["amount"])]
    with pytest.raises(ValueError, match=r"^steps\.again: ") as error:
        composed(a_template_of(*steps), COUNT, PRICE)
    assert reason in str(error.value)


def test_a_step_whose_skill_is_for_some_people_is_for_them_only() -> None:
    for_pros = a_manifest("price", personas=["contractor"])
    template = a_template_of(ROOM, a_step("cost", run=[{"skill": "price"}]), personas=["homeowner", "contractor"])
    step = composed(template, for_pros).step("cost")
    assert step
    assert step.personas == ["contractor"]


def test_a_step_that_nobody_could_reach_is_a_mistake() -> None:
    closed = {"homeowner": Persona(id="homeowner", title="-", tone="-", detail="low", tech="low", may=["take_off"])}
    template = a_template_of(ROOM, a_step("cost", run=[{"skill": "estimate"}], depends_on=["room"]))
    with pytest.raises(ValueError, match=r"steps\.cost: nobody can reach it: estimate is for none of homeowner"):
        compose(template, {"estimate": a_manifest("estimate")}, closed)


def test_what_the_template_gives_is_used_like_an_input_that_somebody_gave() -> None:
    given = {"wall": {"kind": "length", "feet": "12"}}
    template = composed(a_template_of(a_step("amount", run=[{"skill": "count"}]), given=given), COUNT)
    assert runs(template, "amount") == [("count", ["wall"], [])]
    with pytest.raises(ValueError, match="count reads 'wall' as length, and the template gives it as count"):
        composed(a_template_of(a_step("amount", run=[{"skill": "count"}]), given={"wall": {"kind": "count", "count": 2}}), COUNT)


# --- as files ------------------------------------------------------------------------------------------------------------
def edited(edit: Callable[[str], str]) -> Template:
    return parse_template(edit((TEMPLATES / "kitchen_renovation.v1.yaml").read_text(encoding="utf-8")), "kitchen.yaml")


def test_a_kitchen_that_leaves_its_runs_to_be_filled_in_is_the_kitchen() -> None:
    left_out = edited(lambda text: text.replace("        takes: [take_off]\n", ""))
    assert left_out == kitchen()
    assert left_out.model_dump_json() == kitchen().model_dump_json()


def test_the_kitchen_says_everything_itself_so_it_travels_as_it_always_did() -> None:
    assert composed(kitchen()) is kitchen()
    assert kitchen().content_hash() == "287ebb8273387b78" or kitchen().version > 1, "journeys that are open carry version 1"


def test_a_mistake_in_a_file_is_named_with_its_line() -> None:
    text = (TEMPLATES / "kitchen_renovation.v1.yaml").read_text(encoding="utf-8").replace("kind: room_size", "kind: area")
    line = next(n for n, words in enumerate(text.splitlines(), 1) if "id: take_off" in words)
    with pytest.raises(TemplateError) as error:
        parse_template(text, "kitchen.yaml")
    assert (
        str(error.value)
        == f"kitchen.yaml:{line}: steps.take_off: take_off reads 'room_size' as room_size, and 'measure' asks for it as area"
    )


def test_a_skill_that_nobody_has_is_refused_where_every_plugin_could_be_read() -> None:
    with pytest.raises(TemplateError, match=r"steps\.take_off: there is no skill 'take_off'; there are "):
        parse_template((TEMPLATES / "kitchen_renovation.v1.yaml").read_text(encoding="utf-8"), "kitchen.yaml", Registry([]))


def test_a_decision_needs_no_skill() -> None:
    template = a_template_of(a_step("choose", decision=a_decision()))
    assert composed(template) is template
