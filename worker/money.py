"""What a journey's language models have cost and may cost, in a sentence for a terminal."""

from decimal import Decimal

from journeys.spending import dollars
from worker.talk import Json


def spending(view: Json) -> str:
    cap, left, spent, reserved = (
        Decimal(amount) for amount in (view["budget"]["cap"], view["budget"]["left"], view["costs"]["spent"], view["costs"]["reserved"])
    )
    if not spent and not reserved:
        return f"Language models have cost nothing here so far; they may cost {dollars(cap)} US dollars."
    held = f"; {dollars(reserved)} more are held for calls under way" if reserved else ""
    rest = "nothing is left" if left <= 0 else f"{dollars(left)} are left"
    return f"Language models have cost {dollars(spent)} of {dollars(cap)} US dollars here{held}; {rest}."
