"""Refinancing, tiers of a portfolio, and tax arithmetic as education. Arithmetic only: no advice on rates, and none on tax."""

from decimal import Decimal
from typing import Literal

from journeys.inputs import Place
from journeys.renovation.errors import BadSum, OtherCountry
from journeys.renovation.letting.investment import MONTHS, Baseline
from journeys.renovation.pricing.costing import cents
from journeys.renovation.pricing.pricebook import BOOK
from journeys.renovation.pricing.sums import Answer, usd

LOAN_SHARE_PCT = Decimal(75)
REFINANCE_DROP_PCT = Decimal("0.75")
RESERVE_MONTHS = 6
TARGET_CASH_ON_CASH_PCT = Decimal(6)
TARGET_OCCUPANCY_PCT = Decimal(95)
DEPRECIATION_YEARS = Decimal("27.5")  # residential rental property in the US, straight line: IRS Publication 527


class Refinance(Answer):
    """`cash_out_cents` is the new loan less the old; below zero where the value doesn't carry it. `worth_asking` is None without rates."""

    value_cents: int
    loan_share_pct: Decimal
    new_loan_cents: int
    old_loan_cents: int
    cash_out_cents: int
    rate_drop_pct: Decimal | None
    worth_asking: bool | None


class PortfolioTier(Answer):
    """1 urgent, 2 next, 3 optimise, 4 stable; `why` are the reasons for it."""

    tier: Literal[1, 2, 3, 4]
    title: str
    why: tuple[str, ...]
    reserve_cents: int


class TaxEducation(Answer):
    """Cents a year. `saved_cents` is depreciation x the tax rate, part by part."""

    building_depreciation_cents: int
    improvement_depreciation_cents: int
    building_saved_cents: int
    improvement_saved_cents: int
    saved_cents: int
    rate_pct: Decimal
    notes: tuple[str, ...]


def refinance(
    value_cents: int,
    old_loan_cents: int,
    *,
    currency: str,
    loan_share_pct: Decimal = LOAN_SHARE_PCT,
    rate_pct: Decimal | None = None,
    new_rate_pct: Decimal | None = None,
) -> Refinance:
    """Raises BadSum for sums that can't be, UnpricedCurrency for all but USD."""
    BOOK.require(currency)
    if value_cents <= 0 or old_loan_cents < 0 or not 0 < loan_share_pct <= 100:
        raise BadSum("A value has to be above zero, and a loan between nothing and all of it.")
    new = cents(value_cents * loan_share_pct / 100)
    out = new - old_loan_cents
    drop = rate_pct - new_rate_pct if rate_pct is not None and new_rate_pct is not None else None
    worth = None if drop is None else drop >= REFINANCE_DROP_PCT
    share = f"{loan_share_pct.normalize():f} % of {usd(value_cents)} is a loan of {usd(new)}"
    said = f"{share}, which would free {usd(out)}." if out >= 0 else f"{share}, {usd(-out)} less than what is still owed."
    if drop is not None:
        way = "lower" if drop >= 0 else "higher"
        said += f" A rate {abs(drop)} points {way} is {'' if worth else 'not '}enough to ask a lender."
    return Refinance(
        headline=said,
        currency=currency,
        value_cents=value_cents,
        loan_share_pct=loan_share_pct,
        new_loan_cents=new,
        old_loan_cents=old_loan_cents,
        cash_out_cents=out,
        rate_drop_pct=drop,
        worth_asking=worth,
        assumptions=(
            "Closing costs are not in it, and a bigger loan costs more each month.",
            f"House rule: it is worth asking a lender from {REFINANCE_DROP_PCT} points less on.",
            "The value has to be confirmed by an appraisal. This is arithmetic, not advice on rates.",
        ),
        citation="Your own figures; house rules for refinancing",
    )


def portfolio_tier(
    base: Baseline, *, best_return_pct: Decimal | None = None, big_deferred_maintenance: bool = False, occupancy_pct: Decimal | None = None
) -> PortfolioTier:
    """The tier of one property. The rent gap is that to the middle of the market's range."""
    flow, on_cash = base.year.cash_after_debt_cents, base.cash_on_cash_pct
    gap = None if base.rent_gap_pct is None else sum(base.rent_gap_pct, Decimal(0)) / 2
    urgent = [f"it loses {usd(-flow)} a year"] if flow < 0 else []
    urgent += [f"its rent lies {gap.quantize(Decimal('0.1'))} % under the market"] if gap is not None and gap > 30 else []
    urgent += ["big maintenance was put off"] if big_deferred_maintenance else []
    soon = [f"cash-on-cash is {on_cash} %, under 3 %"] if on_cash is not None and on_cash < 3 else []
    soon += [f"its rent lies {gap.quantize(Decimal('0.1'))} % under the market"] if gap is not None and 20 <= gap <= 30 else []
    soon += [f"an improvement returns {best_return_pct} % a year"] if best_return_pct is not None and best_return_pct > 20 else []
    met = on_cash is not None and on_cash > TARGET_CASH_ON_CASH_PCT and occupancy_pct is not None and occupancy_pct > TARGET_OCCUPANCY_PCT
    tier: Literal[1, 2, 3, 4] = 1 if urgent else 2 if soon else 4 if met else 3
    stable = [f"cash-on-cash is {on_cash} % and occupancy {occupancy_pct} %"]
    not_yet = [f"it does not yet meet cash-on-cash over {TARGET_CASH_ON_CASH_PCT} % and occupancy over {TARGET_OCCUPANCY_PCT} %"]
    why = tuple((urgent, soon, not_yet, stable)[tier - 1])
    title = ("Urgent", "Next in line", "Optimise", "Stable")[tier - 1]
    running = base.year.operating_cents + base.year.debt_cents
    return PortfolioTier(
        headline=f"Tier {tier}, {title.lower()}: {'; '.join(why)}.",
        currency=base.currency,
        tier=tier,
        title=title,
        why=why,
        reserve_cents=cents(Decimal(running) * RESERVE_MONTHS / MONTHS),
        assumptions=(
            "The rent gap is that to the middle of the market's range.",
            f"The reserve is {RESERVE_MONTHS} months of all expenses and the loan.",
            *(() if occupancy_pct is not None else ("Nobody said how much of the year it is let.",)),
        ),
        citation="Your own figures; house rules for portfolios",
    )


def tax_education(building_cents: int, improvements_cents: int, rate_pct: Decimal, *, currency: str, place: Place) -> TaxEducation:
    """US only. Raises OtherCountry elsewhere, BadSum for a rate or value that can't be, UnpricedCurrency for all but USD."""
    BOOK.require(currency)
    if place.country != "US":
        raise OtherCountry(f"I can explain US tax rules only, and your property is in {place.country}; please ask a tax adviser there.")
    if building_cents <= 0 or improvements_cents < 0 or not 0 <= rate_pct <= 60:
        raise BadSum("A building's value has to be above zero, and a tax rate between 0 and 60 %.")
    building, improvements = (cents(Decimal(value) / DEPRECIATION_YEARS) for value in (building_cents, improvements_cents))
    saved = [cents(part * rate_pct / 100) for part in (building, improvements)]
    return TaxEducation(
        headline=f"In the US, {usd(building + improvements)} of depreciation a year would defer about {usd(sum(saved))} of tax. See a CPA.",
        currency=currency,
        building_depreciation_cents=building,
        improvement_depreciation_cents=improvements,
        building_saved_cents=saved[0],
        improvement_saved_cents=saved[1],
        saved_cents=sum(saved),
        rate_pct=rate_pct,
        notes=(
            "Residential rental buildings are depreciated over 27.5 years, straight line; land is not.",
            "Depreciation is taxed back in part when the property is sold.",
            "A like-kind exchange (section 1031) has 45 days to name the next property and 180 to buy it.",
            "The qualified business income deduction is up to 20 %; its safe harbour for rentals asks for 250 hours a year.",
            "What is a repair and what an improvement, and whether losses count, depends on your own case.",
        ),
        assumptions=("This is education about US federal rules, not tax advice: see a CPA before you act on it.",),
        citation="IRS Publication 527 for 27.5 years; the rest as general education, undated",
    )
