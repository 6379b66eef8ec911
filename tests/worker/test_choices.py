"""What a terminal offers for each kind of question, and what a typed mark stands for."""

from typing import Any

import pytest

from worker.choices import choices, chosen

OPTIONS = [{"id": each, "title": each.capitalize(), "note": ""} for each in ("paint", "light", "mirror", "vanity")]


def a_view(kind: str, options: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    answer = {"action": "answer", "label": "Answer", "params": {"input": "wishes", "kind": kind}}
    pause = {"action": "pause", "label": "Pause", "params": {}}
    return {"actions": [answer, pause], "needs": [{"name": "wishes", "kind": kind, "options": options or []}]}


def picked(line: str) -> list[str] | None:
    choice = chosen(line, choices(a_view("choices", OPTIONS)))
    if choice is None or choice.what != "inputs":
        return None
    value = choice.body["inputs"]["wishes"]
    assert value["kind"] == "choices"
    options: list[str] = value["options"]
    return options


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("2", ["light"]),
        ("1 3", ["paint", "mirror"]),
        ("3, 1", ["paint", "mirror"]),
        ("1, 2 and 4", ["paint", "light", "vanity"]),
        ("2. 3.", ["light", "mirror"]),
        ("1 & 1", ["paint"]),
        ("5", ["paint", "light", "mirror", "vanity"]),
        ("6", []),
    ],
)
def test_options_of_a_list_are_chosen_together_in_its_order(line: str, options: list[str]) -> None:
    assert picked(line) == options


@pytest.mark.parametrize("line", ["1 9", "1 6", "1 7", "paint and 3", "", "and", "7 7"])
def test_what_is_no_list_of_offered_options_is_left_to_words(line: str) -> None:
    assert picked(line) is None


def test_a_single_choice_takes_one_mark() -> None:
    offered = choices(a_view("choice", OPTIONS))
    one = chosen("2", offered)
    assert one is not None
    assert one.body == {"inputs": {"wishes": {"kind": "choice", "option": "light"}}}
    assert chosen("1 2", offered) is None


@pytest.mark.parametrize("kind", ["area", "percent", "count"])
def test_where_a_number_may_answer_the_choices_have_letters(kind: str) -> None:
    assert [choice.mark for choice in choices(a_view(kind))] == ["a"]
    assert chosen("25", choices(a_view(kind))) is None
