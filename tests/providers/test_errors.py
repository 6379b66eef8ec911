"""The tree of errors and the table that says what each means are about the same kinds, and the breaker does as it says."""

from collections.abc import Iterator

import pytest

from providers import errors
from providers.breaker import FAILURES, Breaker
from providers.errors import ProviderError, Resting
from tests.reliability import KINDS


def leaves(kind: type[ProviderError]) -> Iterator[type[ProviderError]]:
    """Of providers/errors.py; other modules' are kinds of these."""
    below = [one for one in kind.__subclasses__() if one.__module__ == errors.__name__]
    if not below:
        yield kind
    for one in below:
        yield from leaves(one)


def made(kind: str) -> ProviderError:
    error: type[ProviderError] = getattr(errors, kind)
    return Resting("-", 1.0) if error is Resting else error("-")


def test_every_kind_has_a_row_and_every_row_a_kind() -> None:
    assert {kind.__name__ for kind in leaves(ProviderError)} == set(KINDS)


def test_every_kind_stands_in_the_tree_at_the_top() -> None:
    assert errors.__doc__
    assert [kind for kind in KINDS if f"── {kind} " not in errors.__doc__] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_breaker_does_as_the_table_says(kind: str) -> None:
    opened_after = next((n for n in range(1, 2 * FAILURES) if opens(kind, n)), None)
    expected = {"counts": FAILURES, "opens it at once": 1}.get(KINDS[kind][2])
    assert opened_after == expected


def opens(kind: str, times: int) -> bool:
    breaker = Breaker("an:engine")
    for _ in range(times):
        breaker.failed(breaker.admit(), made(kind))
    return breaker.state == "open"
