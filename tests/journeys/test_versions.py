"""Which version a journey gets, and when two versions are the same."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.template import Template
from journeys.versions import BUCKETS, bucket, canonical, digest, pick, shares, split_name
from tests.factories import a_step, a_template, kitchen


def test_the_canonical_form_reads_back_as_the_same_template() -> None:
    assert Template.model_validate_json(canonical(kitchen())) == kitchen()


def test_a_default_that_is_spelled_out_changes_no_hash_and_another_word_does() -> None:
    plain = a_template(steps=[a_step("wish", needs=[{"name": "goal", "kind": "text", "title": "Goal", "ask": "Which?"}])])
    spelled = a_template(
        steps=[
            a_step("wish", may_skip=False, words=[], needs=[{"name": "goal", "kind": "text", "title": "Goal", "ask": "Which?", "cues": []}])
        ]
    )
    other = a_template(steps=[a_step("wish", needs=[{"name": "goal", "kind": "text", "title": "Goal", "ask": "What?"}])])
    assert digest(canonical(plain)) == digest(canonical(spelled)) != digest(canonical(other))


def test_a_bucket_is_the_same_for_ever_and_differs_between_experiments() -> None:
    assert bucket("first", "j-1") == 7558, "a figure of today: whoever changes the drawing changes who is in which group"
    drawn = [(bucket("first", f"j{n}"), bucket("second", f"j{n}")) for n in range(2_000)]
    both_low = sum(1 for one, other in drawn if one < BUCKETS // 2 and other < BUCKETS // 2)
    assert 400 < both_low < 600, "independent halves: a quarter of them"


def test_a_split_of_ninety_to_ten_gives_about_that() -> None:
    parts = shares({1: 90, 2: 10})
    drawn = Counter(pick(parts, bucket("e", f"journey {n}")) for n in range(10_000))
    assert 800 < drawn[2] < 1_200


@given(st.dictionaries(st.integers(1, 50), st.integers(0, 1_000), min_size=1).filter(lambda weights: any(weights.values())))
def test_every_bucket_belongs_to_one_version_and_none_to_one_without_weight(weights: dict[int, int]) -> None:
    parts = shares(weights)
    assert sum(parts.values()) == BUCKETS
    assert all(parts[version] == 0 for version, weight in weights.items() if weight == 0)
    edges = {pick(parts, at) for at in range(0, BUCKETS, 97)}
    assert edges <= {version for version, weight in weights.items() if weight}
    exact = {version: weight * BUCKETS / sum(weights.values()) for version, weight in weights.items()}
    assert all(abs(parts[version] - exact[version]) <= 1 for version in parts)


@pytest.mark.parametrize("weights", [{}, {1: 0}, {1: -1, 2: 5}])
def test_a_split_without_weight_is_refused(weights: dict[int, int]) -> None:
    with pytest.raises(ValueError, match="weight"):
        shares(weights)


def test_a_name_is_an_id_or_an_id_at_a_version() -> None:
    assert (split_name("kitchen"), split_name("kitchen@12")) == (("kitchen", None), ("kitchen", 12))
    for wrong in ("kitchen@", "kitchen@0", "kitchen@one", "kitchen@-1"):
        with pytest.raises(ValueError, match="names no version"):
            split_name(wrong)
