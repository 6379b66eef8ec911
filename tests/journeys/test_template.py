"""A template that loads can be played to its end; one that can't be is refused, with file, line and reason."""

import time
from pathlib import Path
from typing import Any

import pytest

from journeys.template import MAX_TEMPLATE_BYTES, Template
from providers.library import TEMPLATES, TemplateError, parse_template, read_template
from providers.library import library as shipped
from tests.factories import a_decision, a_need, a_step, a_template, kitchen
from tests.running import BUSY

SMALL = """\
id: small
version: 1
title: Small job
summary: "-"
personas: [homeowner]
locale: en-US
currency: USD
steps:
  - id: wish
    title: Wish
    goal: "-"
    needs:
      - name: goal
        kind: text
        title: Goal
        ask: What?
      - name: room_size
        kind: room_size
        title: Size
        ask: Which size?
      - name: counter_run
        kind: length
        title: Counter
        ask: Which length?
  - id: amount
    title: Amount
    goal: "-"
    depends_on: [wish]
    run:
      - skill: take_off
        uses: [goal, room_size, counter_run]
  - id: price
    title: Price
    goal: "-"
    depends_on: [amount]
    decision:
      ask: Yes or no?
      options:
        - {id: accept, title: Accept, means: accept}
        - {id: again, title: Again, back_to: wish}
        - {id: more, title: More, ask: goal}
"""


def errors_of(text: str) -> str:
    with pytest.raises(TemplateError) as error:
        parse_template(text, "small.yaml")
    return str(error.value)


def changed(old: str, new: str) -> str:
    assert SMALL.count(old) == 1, f"{old!r} does not stand there once"
    return SMALL.replace(old, new)


def line_of(text: str, words: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if words in line)


def test_the_small_one_loads() -> None:
    assert [step.id for step in parse_template(SMALL, "small.yaml").steps] == ["wish", "amount", "price"]


@pytest.mark.parametrize(
    ("old", "new", "found_at", "reason"),
    [
        ("title: Amount", "titel: Amount", "id: amount", "steps.1.title: Field required"),
        ("title: Amount", "titel: Amount", "titel: Amount", "steps.1.titel: Extra inputs are not permitted"),
        ("kind: text", "kind: essay", "kind: essay", "steps.0.needs.0.kind: Input should be 'text'"),
        ("kind: text", "kind: choice", "name: goal", "steps.0.needs.0: Value error, a choice lists its options"),
        ("version: 1", "version: 0", "version: 0", "version: Input should be greater than or equal to 1"),
        ("id: small", "id: Small job", "id: Small job", "id: String should match pattern"),
        ("locale: en-US", "locale: en", "locale: en", "locale: String should match pattern"),
        ("personas: [homeowner]", "personas: []", "personas: []", "personas: List should have at least 1 item"),
    ],
)
def test_a_mistake_of_shape_is_named_with_its_line(old: str, new: str, found_at: str, reason: str) -> None:
    text = changed(old, new)
    assert f"small.yaml:{line_of(text, found_at)}: {reason}" in errors_of(text)


@pytest.mark.parametrize(
    ("old", "new", "step", "reason"),
    [
        ("skill: take_off", "skill: divine", "amount", "there is no skill 'divine'; there are "),
        ("uses: [goal, room_size, counter_run]", "uses: [moon]", "amount", "take_off uses 'moon', an input that no step asks for"),
        (
            "uses: [goal, room_size, counter_run]",
            "takes: [price]",
            "amount",
            "take_off takes the result of 'price', which is no earlier step",
        ),
        ("depends_on: [wish]", "depends_on: [moon]", "amount", "depends_on names 'moon', which is no earlier step"),
        ("depends_on: [wish]", "depends_on: [price]", "amount", "depends_on names 'price', which is no earlier step"),
        ("depends_on: [wish]", "depends_on: [amount]", "amount", "depends_on names 'amount', which is no earlier step"),
        (
            "uses: [goal, room_size, counter_run]\n",
            "uses: [goal, room_size, counter_run]\n    skip_if: {input: moon, option: a}\n",
            "amount",
            "skip_if names 'moon', an input that no earlier step",
        ),
        (
            "uses: [goal, room_size, counter_run]\n",
            "uses: [goal, room_size, counter_run]\n    skip_if: {input: goal, option: a}\n",
            "amount",
            "skip_if names 'a', which is no option of 'goal'",
        ),
        ("depends_on: [wish]", "depends_on: []", "amount", "take_off uses 'goal', which 'wish' asks for: the step must depend on it"),
        ("id: price", "id: amount", "amount", "two steps have this id"),
        ("id: price", "id: price_price_price_price_price_price", "price_price_price_price_price_price", "at most 31 characters"),
        ("back_to: wish", "back_to: moon", "price", "option 'again' goes back to 'moon', which is no earlier step"),
        ("back_to: wish", "back_to: wish, ask: goal", "price", "option 'again' can do one thing: go back, ask for something"),
        ("ask: goal", "ask: moon", "price", "option 'more' asks for 'moon', an input that no step asks for"),
        ("id: again", "id: more", "price", "the option 'more' stands there twice"),
        ("means: accept", "back_to: wish", "price", "no option settles the decision"),
    ],
)
def test_a_step_that_does_not_hold_together_is_named_with_its_line(old: str, new: str, step: str, reason: str) -> None:
    text = changed(old, new)
    assert errors_of(text).startswith(f"small.yaml:{line_of(text, f'id: {step}')}: steps.{step}: ")
    assert reason in errors_of(text)


@pytest.mark.parametrize(("default", "reason"), [("never", "is none of its options"), ("again", "does not settle the decision")])
def test_a_default_has_to_be_an_option_that_settles(default: str, reason: str) -> None:
    text = changed("      ask: Yes or no?", f"      ask: Yes or no?\n      default: {default}")
    assert errors_of(text) == f"small.yaml:{line_of(text, 'id: price')}: steps.price: the default {default!r} {reason}"


def passing(source: str, *options: str) -> list[dict[str, str]]:
    return [{"input": source, "option": option} for option in options]


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (a_step("again", needs=[a_need("goal")]), "the input 'goal' is asked for twice"),
        (a_step("again", needs=[a_need("go_back_to")]), "the name 'go_back_to' is kept"),
        (a_step("again", needs=[a_need("first_decision")]), "the name 'first_decision' is kept"),
        (a_step("again", run=[{"skill": "take_off"}, {"skill": "take_off"}]), "the skill 'take_off' stands there twice"),
        (a_step("again", run=[{"skill": "estimate", "takes": ["first"]}]), "the step must depend on it, or the skill runs too early"),
        (a_step("again"), "nothing can be done in this step"),
        (a_step("again", optional=[a_need("extra")]), "nothing can be done in this step"),
        (a_step("again", needs=[a_need("look", "choice", options=[{"id": "a", "title": "A"}] * 2)]), "'a' stands there twice"),
        (a_step("again", decision=a_decision(), skip_if={"input": "way", "option": "c"}), "'c', which is no option of 'way'"),
        (a_step("again", needs=[a_need("own", "choice")], skip_if={"input": "own", "option": "a"}), "no earlier step asks for"),
        (a_step("again", decision=a_decision(), skip_if=passing("way", "a", "b")), "never reached: whatever is answered to 'way'"),
        (
            a_step("again", decision=a_decision(), skip_if=[{"input": "way", "option": "a"}, {"input": "way", "unless": ["a"]}]),
            "never reached: whatever is answered to 'way'",
        ),
    ],
)
def test_a_step_that_could_not_be_played_is_refused(step: dict[str, Any], reason: str) -> None:
    first = a_step("first", needs=[a_need("goal"), a_need("way", "choice")], run=[{"skill": "take_off"}])
    with pytest.raises(ValueError, match=r"steps\.again") as error:
        a_template(steps=[first, step])
    assert reason in str(error.value)


def test_a_step_that_one_answer_keeps_or_that_an_open_question_keeps_is_reached() -> None:
    always = a_step("again", decision=a_decision(), skip_if=passing("way", "a", "b"))
    a_template(steps=[a_step("first", needs=[a_need("goal")], optional=[a_need("way", "choice")]), always])
    once = a_step("again", decision=a_decision(), skip_if=passing("way", "a"))
    a_template(steps=[a_step("first", needs=[a_need("way", "choice")]), once])


def test_every_mistake_of_shape_is_told_at_once() -> None:
    text = SMALL.replace("kind: text", "kind: essay").replace("version: 1", "version: none")
    assert len(errors_of(text).splitlines()) == 2


# --- what YAML can hide --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("id: [small\nversion: 1\n", 2, "expected"),
        ("id: small\n\tversion: 1\n", 2, "cannot start any token"),
        ("id: small\nid: other\n", 2, 'duplicate key "id"'),
        ("id: small\n---\nid: other\n", 2, "another document"),
        ("id: small\ntitle: \x00\n", 2, "special characters are not allowed"),
        ("id: 2024-99-99\n", 1, "a value can't be read"),
        ("", 1, "a template is a mapping"),
        ("just words", 1, "a template is a mapping"),
        ("- id: small\n", 1, "a template is a mapping"),
        ("id: &x small\ntitle: *x\n", 2, "aliases (*x) are not allowed"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", 3, "aliases (*x) are not allowed"),
        ("id: &x [*x]\n", 1, "aliases (*x) are not allowed"),
        ("id: small\ntitle: " + "[" * 30_000, 2, "nested deeper than 20 levels"),
        ("id: " + "x" * 70_000, 1, "the file is over 65536 characters"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_file_that_is_no_template_is_named_with_its_line(text: str, line: int, reason: str) -> None:
    found = errors_of(text)
    assert found.startswith(f"small.yaml:{line}: ")
    assert reason in found


def test_a_small_file_cannot_grow_large_by_aliases() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(24))
    began = time.monotonic()
    assert "small.yaml:2: aliases" in errors_of(bomb)
    assert time.monotonic() - began < 2 * BUSY


def test_an_anchor_that_nothing_refers_to_does_no_harm() -> None:
    assert parse_template(changed("id: small", "id: &name small"), "small.yaml").id == "small"


def test_a_file_that_is_not_utf8_is_a_template_error(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_bytes(SMALL.encode() + b"# \xff\n")
    with pytest.raises(TemplateError, match=r"small.yaml:1: the file is not UTF-8"):
        read_template(path)


def test_what_is_read_is_plain_text_and_not_a_piece_of_the_yaml_reader() -> None:
    template = parse_template(changed("ask: What?", "ask: |\n          What?"), "small.yaml")
    assert {type(part) for part in (template.title, template.steps[0].needs[0].ask, template.steps[1].run[0].uses[0])} == {str}


# --- size, hash, library -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("letter", ["x", "ü"])
def test_a_template_too_large_to_travel_is_refused_by_its_bytes(letter: str) -> None:
    room = MAX_TEMPLATE_BYTES - len(a_template(summary="").canonical().encode())
    fits = letter * (room // len(letter.encode()))
    assert a_template(summary=fits).summary == fits
    with pytest.raises(ValueError, match="over 24576 bytes"):
        a_template(summary=fits + letter)


def test_the_content_hash_is_stable_across_reading_and_changes_with_every_content() -> None:
    again = read_template(TEMPLATES / "kitchen_renovation.v1.yaml")
    assert again == kitchen()
    assert again.content_hash() == kitchen().content_hash() == Template.model_validate_json(again.model_dump_json()).content_hash()
    hashes = {
        parse_template(text, "small.yaml").content_hash()
        for text in (SMALL, changed("What?", "Why?"), changed("uses: [goal, room_size, counter_run]", "uses: [room_size, counter_run]"))
    }
    assert len(hashes) == 3
    assert parse_template(SMALL + "# a comment\n", "small.yaml").content_hash() in hashes


def test_every_template_of_the_library_loads_under_the_name_of_its_file() -> None:
    files = sorted(path.stem for path in TEMPLATES.glob("*.yaml"))
    library = shipped()
    assert files
    earlier = [each for each in library.versions.values() if each != library.templates[each.id]]
    assert sorted([*library.templates, *(f"{each.id}.v{each.version}" for each in earlier)]) == files


def test_a_template_is_found_by_its_version_or_else_the_newest_by_its_id() -> None:
    library = shipped()
    newest = library.newest("kitchen_renovation")
    assert newest
    assert newest.version > kitchen().version
    assert library.newest(kitchen().name) == kitchen()
    assert library.newest(newest.name) == newest
    for other in ("kitchen_renovation@999", "kitchen_renovation@", "moon", "", "kitchen_renovation@1@1"):
        assert library.newest(other) is None
