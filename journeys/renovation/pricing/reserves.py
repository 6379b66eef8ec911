"""How much is kept in reserve for what nobody has seen yet. House rule: 10 % of cosmetic work, 15 % before 1980 or where structure is
touched, 20 % where walls are opened that nobody has looked into."""

from decimal import Decimal

from journeys.renovation.pricing.work import OLD_HOME_YEAR

COSMETIC_PCT, OLD_PCT, UNSEEN_PCT = Decimal(10), Decimal(15), Decimal(20)


def contingency_for(*, year_built: int | None = None, structural: bool = False, unseen_walls: bool = False) -> tuple[Decimal, str]:
    """Per cent and why, as a phrase."""
    if unseen_walls:
        return UNSEEN_PCT, "20 % because walls are opened that nobody has looked into"
    if structural:
        return OLD_PCT, "15 % because the structure is touched"
    if year_built is not None and year_built < OLD_HOME_YEAR:
        return OLD_PCT, f"15 % because the home was built in {year_built}, before 1980"
    return COSMETIC_PCT, "10 % because nothing unseen is opened"
