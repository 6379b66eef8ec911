"""What a call to Gemini costs."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from providers.gemini.embedder import EMBEDDING_MODEL
from providers.gemini.model import CHEAPER_MODEL, DEFAULT_MODEL
from providers.gemini.prices import guessed, price

OLD_YEAR = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
THOUSAND_EACH = {"promptTokenCount": 1000, "candidatesTokenCount": 1000, "totalTokenCount": 2000}


def test_a_call_has_the_price_of_its_own_time() -> None:
    assert price("gemini-3.8-flash", THOUSAND_EACH, OLD_YEAR) == (Decimal("0.0045"), "gemini-3.8-flash")
    assert price("gemini-3.8-flash", THOUSAND_EACH, NEW_YEAR) == (Decimal("0.0090"), "gemini-3.8-flash")


def test_the_time_is_one_and_the_same_in_every_zone() -> None:
    in_auckland = NEW_YEAR.astimezone(timezone(timedelta(hours=13))) - timedelta(hours=1)
    assert price("gemini-3.8-flash", THOUSAND_EACH, in_auckland)[0] == Decimal("0.0045")


@pytest.mark.parametrize("model", [DEFAULT_MODEL, CHEAPER_MODEL, EMBEDDING_MODEL])
def test_the_models_we_choose_have_prices_of_their_own(model: str) -> None:
    cost, priced_as = price(model, THOUSAND_EACH, NEW_YEAR)
    assert priced_as == model and cost > 0


def test_the_cheaper_model_is_cheaper() -> None:
    assert price(CHEAPER_MODEL, THOUSAND_EACH, OLD_YEAR)[0] < price(DEFAULT_MODEL, THOUSAND_EACH, OLD_YEAR)[0]


def test_thoughts_cost_what_is_said_costs() -> None:
    thought = {**THOUSAND_EACH, "candidatesTokenCount": 0, "thoughtsTokenCount": 1000}
    assert price(DEFAULT_MODEL, thought, OLD_YEAR) == price(DEFAULT_MODEL, THOUSAND_EACH, OLD_YEAR)


def test_what_comes_from_the_cache_costs_less() -> None:
    cached = {**THOUSAND_EACH, "cachedContentTokenCount": 1000}
    assert price(DEFAULT_MODEL, cached, OLD_YEAR)[0] == Decimal("0.0045") - Decimal("0.00075") + Decimal("0.000075")


@pytest.mark.parametrize("name", ["models/gemini-3.8-flash", "gemini-3.8-flash-001", "gemini-flash-latest"])
def test_a_model_is_known_by_its_other_names(name: str) -> None:
    assert price(name, THOUSAND_EACH, OLD_YEAR) == (Decimal("0.0045"), "gemini-3.8-flash")


@pytest.mark.parametrize(
    ("unknown", "dearest"),
    [
        ("gemini-9-flash", "gemini-3.5-flash"),
        ("models/gemini-9.1-flash-preview", "gemini-3.5-flash"),
        ("gemini-9-flash-lite", "gemini-3.5-flash-lite"),
        ("gemini-embedding-9", "gemini-embedding-2"),
    ],
)
def test_a_model_that_is_not_known_has_the_price_of_the_dearest_of_its_kind(unknown: str, dearest: str) -> None:
    assert price(unknown, THOUSAND_EACH, NEW_YEAR) == price(dearest, THOUSAND_EACH, NEW_YEAR)


def test_a_model_of_no_known_kind_has_the_price_of_the_dearest_of_all() -> None:
    cost, priced_as = price("somebodys-own", THOUSAND_EACH, NEW_YEAR)
    assert priced_as.startswith("gemini-") and cost >= price("gemini-4-argon", THOUSAND_EACH, NEW_YEAR)[0]


def test_a_model_that_is_not_known_has_the_price_of_the_one_that_was_asked_for() -> None:
    assert price("an-inner-name", THOUSAND_EACH, OLD_YEAR, "gemini-3.8-flash") == (Decimal("0.0045"), "gemini-3.8-flash")


@pytest.mark.parametrize(
    "usage",
    [
        {"totalTokenCount": 10},
        {"promptTokenCount": 5, "cachedContentTokenCount": 50},
        {"promptTokenCount": 5, "somethingNew": "?"},
        guessed("a question"),
    ],
)
def test_whatever_usage_is_told_a_paid_call_costs_something(usage: dict[str, Any]) -> None:
    assert price(DEFAULT_MODEL, usage, OLD_YEAR)[0] > 0
    assert price("unknown", usage, OLD_YEAR)[0] > 0


@pytest.mark.parametrize("text", ["How deep is a wall cabinet?", "Wie tief ist ein Hängeschrank?", "吊柜有多深?", "\ud800"])
def test_a_guess_is_rather_too_much(text: str) -> None:
    assert guessed(text, "")["promptTokenCount"] >= len(text.split())
    assert guessed("", text)["candidatesTokenCount"] > 0
