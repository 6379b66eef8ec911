"""Percents in a message: 25 %, 6.5 percent, "a quarter down". Whose they are is said by a cue or a question, never by the kind alone."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from journeys.inputs import Percent
from providers.offline.areas import joins
from providers.offline.figures import APPROXIMATE, Figure, Mention, before, make

SIGN = re.compile(r"\s?-?(?:%|percent\b|per\s?cent\b|pct\b)")
NO_SHARE_AFTER = re.compile(r"\s?(?:sure|certain|positive|confident|convinced|off\b|discount|cheaper|more|less|cotton|chance)")
# Beside "down" there is no doubt; a quarter of anything else may be a quarter of it.
PARTS = {"quarter": Decimal(25), "half": Decimal(50), "fifth": Decimal(20), "tenth": Decimal(10)}
PART_DOWN = re.compile(r"\b(?:(?:a|one)\s)?(?P<part>quarter|half|fifth|tenth)(?=\sdown\b)")


def percents(folded: str, numbers: Sequence[Figure]) -> Iterator[Mention]:
    """Shares of a hundred. A range of them is none: one number is asked for, and nobody said which."""
    signs = [SIGN.match(folded, number.end) for number in numbers]
    for i, (number, sign) in enumerate(zip(numbers, signs, strict=True)):
        if sign is None or NO_SHARE_AFTER.match(folded, sign.end()):
            continue
        last = signs[i - 1] if i else None
        ends = [numbers[i - 1].end, *([last.end()] if last else [])] if i else []
        following = numbers[i + 1].start if i + 1 < len(numbers) else None
        if any(joins(folded, end, number.start) for end in ends) or (following is not None and joins(folded, sign.end(), following)):
            continue
        if (value := make(Percent, percent=number.value)) is not None:
            yield Mention(value, number.start, sign.end(), 0.9 if APPROXIMATE.search(before(folded, number.start)) else 1.0)
    for match in PART_DOWN.finditer(folded):
        yield Mention(Percent(percent=PARTS[match["part"]]), match.start(), match.end(), 0.9)
