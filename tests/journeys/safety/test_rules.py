"""The rules themselves: whole sentences, numbers by country, names of earlier versions."""

import pytest

from journeys.safety import LEVELS, RULES, at_least, emergency_number, is_forbidden, rule, sentence, withheld
from journeys.safety.rules import LOCAL_NUMBER
from journeys.safety.tasks import TASKS


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_said_in_whole_sentences(name: str) -> None:
    said = sentence(name, "US")
    assert said.endswith(".")
    assert said[0].isupper()
    assert "{" not in said
    assert withheld(name, "homeowner", "US").startswith(said)


@pytest.mark.parametrize(
    ("country", "number"),
    [
        ("US", "911"), ("CA", "911"), ("en-US", "911"), ("GB", "999 or 112"), ("AU", "000"), ("DE", "112"), ("fr-FR", "112"),
        ("JP", LOCAL_NUMBER), ("", LOCAL_NUMBER), ("de", LOCAL_NUMBER), ("nonsense", LOCAL_NUMBER),
    ],
)  # fmt: skip
def test_the_emergency_number_is_that_of_the_country(country: str, number: str) -> None:
    assert emergency_number(country) == number
    assert number in sentence("injury", country)


def test_levels_are_ordered_and_from_professional_on_nobody_is_told_how() -> None:
    assert [level for level in LEVELS if is_forbidden(level)] == ["professional", "prohibited"]
    assert at_least("advanced", "caution")
    assert not at_least("safe", "caution")


def test_names_that_stand_in_older_decisions_still_have_their_sentence() -> None:
    assert rule("structure") is RULES["structural"]
    assert sentence("electricity") == sentence("electrical")
    assert sentence("no_such_rule") == withheld("no_such_rule") == ""


def test_every_task_falls_under_a_rule_that_exists() -> None:
    assert {task.rule for task in TASKS.values()} - {""} <= set(RULES)
    assert all(task.verbs and task.things for task in TASKS.values())


def test_a_contractor_reads_what_belongs_into_the_scope_and_no_steps() -> None:
    assert "scope of work" in withheld("electrical", "contractor", "US")
    assert "whoever asks" in withheld("electrical", "contractor", "US")
