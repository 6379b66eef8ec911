"""A figure or a citation that was not given is seen."""

from hypothesis import given
from hypothesis import strategies as st

from journeys.grounding import cited, foreign_figures, renumbered


def test_a_figure_that_stands_nowhere_is_foreign() -> None:
    assert foreign_figures("It takes 6 to 8 weeks and costs $12,500.", ["six weeks, 6 to 8"]) == ["12,500"]


def test_the_same_figure_written_otherwise_is_known() -> None:
    assert foreign_figures("$40,000.00, 2.50 ft and 7%", ["about 40000, 2.5 feet, 7 percent"]) == []


def test_a_citation_is_no_figure() -> None:
    assert foreign_figures("As the page says [3].", []) == []


@given(st.lists(st.integers(0, 10**9), max_size=8))
def test_what_was_given_is_never_foreign(figures: list[int]) -> None:
    text = " and ".join(f"{figure:,}" for figure in figures)
    assert foreign_figures(text, [" ".join(map(str, figures))]) == []


@given(st.text())
def test_no_text_is_too_odd(text: str) -> None:
    assert foreign_figures(text, [text]) == []
    assert cited(text) == list(dict.fromkeys(cited(text)))


def test_citations_are_counted_anew_in_the_order_they_are_kept() -> None:
    text = "Dust is worst in the first week [3]. Cover the vents [1][3] and more [7]."
    kept = [n for n in cited(text) if n <= 3]
    assert kept == [3, 1]
    assert renumbered(text, kept) == "Dust is worst in the first week [1]. Cover the vents [2][1] and more."
