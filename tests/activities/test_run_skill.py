"""A skill is given what it names, its fallbacks are tried, and whatever it does is a result or a sentence, never a failed turn."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.plugins import MAX_RESULT_BYTES, NotMade, ask
from activities.skills import Skills
from journeys.inputs import Length, Text, Value
from journeys.messages import SkillResult, SkillRun
from journeys.renovation.errors import CannotEstimate
from journeys.skill import Manifest
from journeys.state import ResultRef
from journeys.template import Template
from journeys.work import RunSkill, Turn
from providers.skills import Broken, Registry, Skill
from tests.factories import NOW, a_need, a_state, a_step, a_template

pytestmark = pytest.mark.anyio
GIVEN: dict[str, Value] = {"wall": Length(feet=Decimal(12)), "secret": Text(text="my diary")}


def a_skill(make: Callable[..., Any], skill_id: str = "paper", **said: Any) -> Skill:
    said = {"inputs": {"wall": "length"}, **said}
    manifest = Manifest.model_validate({"id": skill_id, "version": "1", "title": skill_id.capitalize(), "makes": "-", **said})
    return Skill(manifest, make, "papers")


def those(*skills: Skill, broken: tuple[Broken, ...] = ()) -> Registry:
    found = Registry([])
    found.skills = {skill.manifest.id: skill for skill in skills}
    found.broken = list(broken)
    return found


class Kept:
    """What the records keep of results."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows = {(row["step"], row["skill"], row["version"]): row for row in rows}

    async def results(self, journey_id: str, refs: list[tuple[str, str, int]]) -> dict[tuple[str, str], dict[str, Any]]:
        return {(step, skill): self.rows[step, skill, version] for step, skill, version in refs if (step, skill, version) in self.rows}

    async def keep_result(self, row: Mapping[str, Any]) -> None:
        self.rows[row["step"], row["skill"], row["version"]] = dict(row)


def a_job(**run: Any) -> Template:
    """room → counted (count) → papered (paper)."""
    steps = [
        a_step("room", needs=[a_need("wall", "length"), a_need("secret")]),
        a_step("counted", run=[{"skill": "take_off", "uses": ["wall"]}, {"skill": "estimate"}], depends_on=["room"]),
        a_step("papered", run=[{"skill": "paper", "uses": ["wall", "secret"], "takes": ["counted"], **run}], depends_on=["counted"]),
    ]
    read = a_template(steps=steps[:2])
    return read.model_copy(update={"steps": [*read.steps, *Template.model_validate({**read.model_dump(), "steps": steps}).steps[2:]]})


async def run(found: Registry, records: Kept | None = None, persona: str = "homeowner", **inputs: Value) -> tuple[SkillResult, Kept]:
    template, records = a_job(), records or Kept()
    state = a_state(template, inputs=inputs or GIVEN, persona=persona)
    results = {
        skill: ResultRef(version=version, inputs_hash="-", made_with="1", headline="-", made_at=NOW)
        for step, skill, version in records.rows
        if step == "counted"
    }
    state.set_step("counted", results=results)
    turn = Turn(operation="provide", key="k", body_hash="", turn_id="t", seq=1, at=NOW)
    wanted = SkillRun(step="papered", skill="paper", version=1, inputs_hash="h", made_with="1")
    work = RunSkill(turn=turn, template=template, state=state, run=wanted)
    done: SkillResult = await ActivityEnvironment().run(Skills(records, found).run, work)  # type: ignore[arg-type]
    return done, records


def kept(skill: str, **body: Any) -> dict[str, Any]:
    return {"step": "counted", "skill": skill, "version": 1, "body": body}


def body_of(records: Kept) -> Any:
    return records.rows["papered", "paper", 1]["body"]


# --- what it is given ----------------------------------------------------------------------------------------------------
async def test_a_skill_is_given_what_its_manifest_names_and_nothing_else() -> None:
    seen: list[Any] = []

    def make(inputs: Any, results: Any) -> dict[str, Any]:
        seen.append((inputs, results))
        return {"headline": "8 rolls"}

    records = Kept(kept("take_off", headline="much", made_by="rough"), kept("estimate", headline="dear"))
    done, records = await run(those(a_skill(make, takes=["take_off"])), records)
    assert seen == [({"wall": GIVEN["wall"], "currency": Text(text="USD")}, {"take_off": {"headline": "much"}})]
    assert done.ref and (done.ref.headline, done.problem) == ("8 rolls", None)
    assert body_of(records) == {"headline": "8 rolls", "made_by": "paper"}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"inputs": {"wall": "length", "door": "count"}}, "I still need door to work this out."),
        ({"takes": ["take_off"]}, "I still need take off to work this out."),
    ],
)
async def test_a_skill_is_not_asked_without_what_it_needs(said: dict[str, Any], reason: str) -> None:
    done, _ = await run(those(a_skill(lambda inputs, results: pytest.fail("asked"), **said)))
    assert (done.problem, done.passes, done.ref) == (reason, False, None)


async def test_a_skill_for_others_refuses_and_may_be_tried_again() -> None:
    skill = a_skill(lambda inputs, results: {"headline": "8 rolls"}, personas=["contractor"])
    done, _ = await run(those(skill))
    assert (done.problem, done.passes) == ("Paper is not made for whoever renovates the home they live in, and hires most of it out.", True)
    done, _ = await run(those(skill), persona="contractor")
    assert done.ref


# --- when it can't -------------------------------------------------------------------------------------------------------
def refuses(inputs: Any, results: Any) -> dict[str, Any]:
    inputs.clear()
    raise CannotEstimate("The wall is too high.")


def fails(inputs: Any, results: Any) -> dict[str, Any]:
    raise KeyError("a secret of the plugin's")


def works(inputs: Any, results: Any) -> dict[str, Any]:
    assert isinstance(inputs["wall"], Length), "another skill's doings are not seen"
    return {"headline": "about 8 rolls"}


async def test_a_refusal_is_its_sentence_and_stands_until_something_changes() -> None:
    done, records = await run(those(a_skill(refuses)))
    assert (done.problem, done.passes, records.rows) == ("The wall is too high.", False, {})


async def test_a_failure_says_which_skill_and_that_nothing_is_lost_and_why_is_for_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    done, _ = await run(those(a_skill(fails)))
    assert done.problem == (
        "The skill “Paper” failed, so it could not be worked out. What you gave is kept, and I try it again when you next write."
    )
    assert done.passes
    assert "a secret of the plugin's" in caplog.text


@pytest.mark.parametrize("first", [refuses, fails])
async def test_a_fallback_makes_what_the_skill_can_not_and_the_result_says_so(first: Any) -> None:
    found = those(a_skill(first, fallbacks=["gone", "rough"]), a_skill(works, "rough"))
    done, records = await run(found)
    assert done.ref and done.ref.headline == "about 8 rolls"
    assert (done.skill, body_of(records)["made_by"]) == ("paper", "rough")


async def test_where_all_refuse_the_skills_own_word_is_told() -> None:
    done, _ = await run(those(a_skill(refuses, fallbacks=["rough"]), a_skill(fails, "rough")))
    assert (done.problem, done.passes) == ("The wall is too high.", True)


async def test_a_broken_skill_is_made_by_its_fallback_or_named() -> None:
    manifest = a_skill(works, fallbacks=["rough"]).manifest
    broken = Broken("paper", "papers", "not yet", manifest)
    done, records = await run(those(a_skill(works, "rough"), broken=(broken,)))
    assert body_of(records)["made_by"] == "rough"
    done, _ = await run(those(broken=(broken,)))
    assert done.problem and done.problem.startswith("The skill “Paper” is not working at the moment.") and done.passes
    done, _ = await run(those())
    assert done.problem and done.problem.startswith("The skill “paper” is not working at the moment.")


async def test_a_result_that_was_kept_is_not_made_again() -> None:
    row = {"inputs_hash": "h", "made_with": "1", "headline": "8 rolls", "made_at": NOW}
    records = Kept({"step": "papered", "skill": "paper", "version": 1, "body": {}, **row})
    done, _ = await run(those(a_skill(fails)), records)
    assert done.ref and done.ref.headline == "8 rolls"


# --- asking a function that may be anybody's -----------------------------------------------------------------------------
async def made(make: Callable[..., Any], within: float = 5) -> dict[str, Any]:
    return await ask(a_skill(make), {}, {}, within)


async def test_functions_may_be_plain_or_async() -> None:
    async def slowly(inputs: Any, results: Any) -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"headline": "made"}

    assert await made(slowly) == await made(lambda inputs, results: {"headline": "made"}) == {"headline": "made", "made_by": "paper"}


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (None, "its result is no mapping, but NoneType"),
        (["headline"], "its result is no mapping, but list"),
        ({}, "its result has no headline"),
        ({"headline": " "}, "its result has no headline"),
        ({"headline": 8}, "its result has no headline"),
        ({"headline": "made", "area": Decimal(1)}, "its result is not JSON: Object of type Decimal"),
        ({"headline": "made", "area": float("nan")}, "its result is not JSON"),
        ({"headline": "made \ud800"}, "its result is not JSON"),
        ({"headline": "made", "citation": 1}, "the citation of its result is no text"),
        ({"headline": "made", "assumptions": 1}, "the assumptions of its result are no list of sentences"),
        ({"headline": "made", "assumptions": [{}]}, "the assumptions of its result are no list of sentences"),
        ({"headline": "x" * MAX_RESULT_BYTES}, f"and at most {MAX_RESULT_BYTES} are kept"),
    ],
    ids=lambda value: repr(value)[:24],
)
async def test_a_result_that_can_not_be_kept_or_told_is_refused(result: Any, why: str) -> None:
    with pytest.raises(NotMade) as error:
        await made(lambda inputs, results: result)
    assert why in str(error.value)


async def test_a_result_is_kept_as_it_will_be_read_back() -> None:
    assert (await made(lambda inputs, results: {"headline": "made", "cuts": (1, 2)}))["cuts"] == [1, 2]


async def test_a_function_that_does_not_return_is_left_behind_and_stops_nobody() -> None:
    let_go, blocked = threading.Event(), threading.Event()

    def hangs(inputs: Any, results: Any) -> dict[str, Any]:
        blocked.set()
        let_go.wait(60)
        return {"headline": "too late"}

    began = time.monotonic()
    with pytest.raises(NotMade, match=r"it gave nothing within 0\.05 seconds"):
        await made(hangs, within=0.05)
    assert blocked.is_set() and time.monotonic() - began < 30
    assert (await made(lambda inputs, results: {"headline": "made"}))["headline"] == "made"
    let_go.set()


@pytest.mark.parametrize("raised", [SystemExit(1), KeyboardInterrupt(), RecursionError()])
async def test_whatever_a_function_raises_is_its_own_failure(raised: BaseException) -> None:
    def ends(inputs: Any, results: Any) -> dict[str, Any]:
        raise raised

    with pytest.raises(NotMade, match=f"it failed with {type(raised).__name__}"):
        await made(ends)
