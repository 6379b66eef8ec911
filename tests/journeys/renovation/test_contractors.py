from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from journeys.inputs import Money
from journeys.renovation.bidding.contractors import UNVERIFIED_AT_MOST, Contractor, enough_verified, mean_rating, overlap, ranked, score


def money(low, high, currency=None):
    return Money(low_cents=low, high_cents=high, currency=currency)


def a_contractor(**changes):
    best = {"name": "Ada", "specialties": ("kitchen",), "usual": money(0, 100), "ratings": {"a": D(5)}, "licence": "active"}
    return Contractor(**{**best, **changes})


anybody = st.builds(
    Contractor,
    name=st.sampled_from(["Ada", "Bo", "Cy"]),
    specialties=st.sampled_from([(), ("kitchen",), ("bath", "kitchen")]),
    usual=st.none() | st.builds(money, st.integers(0, 50), st.integers(50, 100)),
    ratings=st.dictionaries(st.sampled_from(["a", "b", "c"]), st.decimals("0", "5", places=1)),
    licence=st.sampled_from(["active", "expired", "not_found", "unverified"]),
)


def test_three_sources_of_48_45_and_49_are_47():  # 3u
    assert mean_rating({"a": D("4.8"), "b": D("4.5"), "c": D("4.9")}) == D("4.7")
    assert mean_rating({}) is None


def test_the_best_there_can_be_scores_one_and_without_a_licence_at_most_07():  # 3u
    assert score(a_contractor(), "kitchen", money(10, 90)).score == 1
    held = score(a_contractor(licence="unverified"), "kitchen", money(10, 90))
    assert (held.score, held.capped) == (D("0.7"), True)
    assert any("unverified" in said for said in held.why)


def test_ratings_below_the_floor_earn_nothing():
    assert score(a_contractor(ratings={"a": D("3.9")}), "kitchen", None).parts["rating"] == 0
    assert score(a_contractor(ratings={"a": D(4)}), "kitchen", None).parts["rating"] == D("0.8")


def test_budgets_overlap_by_the_share_of_what_is_wanted():
    assert overlap(money(0, 100), money(50, 300)) == D("0.5")
    assert overlap(money(0, 100), money(101, 300)) == 0
    assert overlap(money(70, 70), money(50, 300)) == 1
    assert overlap(money(0, 100, "USD"), money(0, 100, "CAD")) == 0


def test_what_is_not_known_is_said_and_earns_nothing():
    found = score(Contractor(name="Bo"), "kitchen", money(1, 2))
    assert found.score == 0 and not found.capped
    for words in ("not known to do kitchen", "usual projects is not known", "No ratings", "unverified"):
        assert words in " ".join(found.why)


@given(st.lists(anybody, max_size=6), st.none() | st.just(money(20, 80)))
def test_the_ranking_is_sorted_loses_nobody_and_trusts_no_unverified_one(some, budget):
    found = ranked(some, "kitchen", budget)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert sorted(one.contractor.name for one in found) == sorted(one.name for one in some)
    for one in found:
        assert 0 <= one.score <= (1 if one.contractor.licence == "active" else UNVERIFIED_AT_MOST)
    assert enough_verified(found) == (sum(one.licence == "active" for one in some) >= 3)


@given(anybody)
def test_an_active_licence_never_lowers_a_score(somebody):
    active = somebody.model_copy(update={"licence": "active"})
    assert score(active, "kitchen", money(20, 80)).score >= score(somebody, "kitchen", money(20, 80)).score
