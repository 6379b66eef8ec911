"""What a call may cost at most, and the prices that are ours: from their day on, before those of the library."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from providers import own_prices
from providers.errors import Misconfigured
from providers.gemini.prices import TARIFF, is_known, price
from providers.own_prices import OUR_PRICES, overridden, overrides
from providers.worst_prices import ready, worst

pytestmark = pytest.mark.anyio
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FLASH = "gemini:gemini-3.8-flash"


@pytest.mark.parametrize("text", ["how long does it take?" * 50, "厨房改造需要多长时间" * 50, "🛠️🧱" * 100])
async def test_no_answer_is_dearer_than_what_was_reserved_for_it(text: str) -> None:
    await ready()
    asked = len(text.encode())
    real, _ = price("gemini-3.8-flash", {"promptTokenCount": asked, "candidatesTokenCount": 2_000, "thoughtsTokenCount": 1_000}, AT)
    assert real <= worst(FLASH, asked, 3_000, AT) < 2 * real + Decimal("0.001")


async def test_across_a_change_of_price_the_dearer_one_is_reserved() -> None:
    before = worst(FLASH, 1_000, 3_000, datetime(2026, 12, 31, 23, 58, tzinfo=UTC))
    changing = worst(FLASH, 1_000, 3_000, datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert changing == worst(FLASH, 1_000, 3_000, datetime(2027, 1, 1, tzinfo=UTC)) > before


async def test_a_model_of_nobody_we_know_is_as_dear_as_the_dearest() -> None:
    assert worst("nobody:model", 1_000, 3_000, AT) >= worst(FLASH, 1_000, 3_000, AT)
    assert worst("gemini:gemini-9-flash", 1_000, 3_000, AT) >= worst(FLASH, 1_000, 3_000, AT)
    assert (is_known("gemini-3.8-flash"), is_known("gemini-9-flash")) == (True, False)
    assert worst("deepseek:deepseek-chat", 1_000, 3_000, AT) < worst(FLASH, 1_000, 3_000, AT)


def test_our_own_table_can_be_read_and_its_latest_price_holds(tmp_path: Path) -> None:
    assert isinstance(overrides(OUR_PRICES), tuple)
    row = "  - {engine: 'a:b', input: '%s', output: '2', source: a page, read: 2026-11-22%s}\n"
    file = tmp_path / "prices.yaml"
    file.write_text("prices:\n" + row % ("1", "") + row % ("3", ", from: 2026-11-22") + row % ("9", ", from: 2026-11-23"))
    assert overridden("a:b", 1_000_000, 500_000, AT, file) == Decimal(4)
    assert overridden("a:b", 1_000_000, 0, datetime(2026, 11, 1, tzinfo=UTC), file) == Decimal(1)
    assert overridden("a:c", 1, 1, AT, file) is None


def test_a_table_that_says_no_source_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text("prices:\n  - {engine: 'a:b', input: '1', read: 2026-11-22}\n")
    with pytest.raises(Misconfigured, match=r"prices\.yaml can't be read"):
        overrides(file)


def test_the_operators_prices_stand_before_all_others(tmp_path: Path) -> None:
    file = tmp_path / "theirs.yaml"
    row = "  - {engine: 'gemini:%s', input: '7', source: our contract, read: 2026-11-22}\n"
    file.write_text("prices:\n" + row % "gemini-3.8-flash" + row % "a-model-of-nobody")
    usage = {"promptTokenCount": 1_000_000, "candidatesTokenCount": 0}
    listed = price("gemini-3.8-flash", usage, AT)
    own_prices.use(file)
    try:
        assert price("gemini-3.8-flash", usage, AT) == (Decimal(7), "gemini-3.8-flash") != listed
        assert worst("gemini:a-model-of-nobody", 999_000, 0, AT) < Decimal("7.01")
        assert TARIFF.is_known("a-model-of-nobody")
    finally:
        own_prices.use(None)
    assert price("gemini-3.8-flash", usage, AT) == listed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prices:\n  - [", "line 2: "),
        ("- a", "the file: "),
        ("prices:\n  - {engine: nobody, input: '1', source: s, read: 2026-11-22}", r"prices\.0\.engine: String should match pattern"),
        (
            "prices:\n  - {engine: 'a:b', input: '-1', source: s, reed: 2026-11-22}",
            r"prices\.0\.input: .*; prices\.0\.read: .*; prices\.0\.reed",
        ),
    ],
)
def test_what_is_wrong_with_a_file_of_prices_is_said_with_its_path_and_field(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "theirs.yaml"
    file.write_text(text)
    with pytest.raises(Misconfigured, match=rf"The prices in {file} can't be read: {said}"):
        own_prices.use(file)
    assert own_prices._in_use == [OUR_PRICES]
