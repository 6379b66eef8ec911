"""What a rented property earns as it stands: loan, expenses, cash flow, cash-on-cash, cap rate and the gap to the market's rent.

Two figures that are easily taken for one another stand apart: `cash_after_debt` is the rent less all expenses and the loan,
`rent_minus_mortgage` forgets all but the loan. Cents a year unless the name says a month; a number that is missing is asked for.
"""

from decimal import Decimal, localcontext

from journeys.inputs import Frozen
from journeys.renovation.errors import BadSum
from journeys.renovation.pricing.costing import cents
from journeys.renovation.pricing.pricebook import BOOK
from journeys.renovation.pricing.sums import Answer, Span, share_pct, usd

MONTHS = 12


class Loan(Frozen):
    """Rate in per cent a year and term in years: None where the payment itself was given."""

    principal_cents: int
    payment_cents_a_month: int
    rate_pct: Decimal | None = None
    term_years: int | None = None


class Expenses(Frozen):
    """Cents a year. Maintenance and vacancy are shares of the rent, per cent, and so grow with it."""

    property_tax_cents: int
    insurance_cents: int
    maintenance_pct: Decimal
    vacancy_pct: Decimal


class Property(Frozen):
    """`rent_cents_a_month` is that of all units together; `market_rent` that of one unit a month, where it is known."""

    price_cents: int
    down_payment_pct: Decimal
    units: int
    rent_cents_a_month: int
    loan: Loan
    expenses: Expenses
    market_rent: Span | None = None


class Year(Frozen):
    """One year at a rent: rent - operating = net operating income, less the debt = cash after debt."""

    rent_cents: int
    tax_cents: int
    insurance_cents: int
    maintenance_cents: int
    vacancy_cents: int
    operating_cents: int
    net_operating_income_cents: int
    debt_cents: int
    cash_after_debt_cents: int
    rent_minus_mortgage_cents: int


class Baseline(Answer):
    """Shares in per cent, one decimal. `cash_on_cash_pct` is None where nothing was paid down; `rent_gap_pct` is (at the market's low
    rent, at its high) and None where the market is not known."""

    property: Property
    year: Year
    down_payment_cents: int
    cash_on_cash_pct: Decimal | None
    cap_rate_pct: Decimal
    rent_gap_pct: tuple[Decimal, Decimal] | None


def loan(price_cents: int, down_payment_pct: Decimal) -> int:
    """What is borrowed, cents."""
    if price_cents <= 0 or not 0 <= down_payment_pct <= 100:
        raise BadSum("A price has to be above zero, and a down payment between 0 and 100 %.")
    return price_cents - cents(price_cents * down_payment_pct / 100)


def monthly_payment(principal_cents: int, rate_pct: Decimal, term_years: int) -> int:
    """The level payment of a loan a month, cents: principal x r / (1 - (1 + r)^-n), with r a month; a loan without interest is divided."""
    if term_years < 1 or not 0 <= rate_pct <= 50:
        raise BadSum("A loan runs for at least a year, at between 0 and 50 % interest.")
    with localcontext() as context:
        context.prec = 40
        months, rate = term_years * MONTHS, Decimal(rate_pct) / 100 / MONTHS
        exact = principal_cents / Decimal(months) if rate == 0 else principal_cents * rate / (1 - (1 + rate) ** -months)
        return cents(exact)


def year_at(one: Property, rent_cents_a_month: int) -> Year:
    """The year of a property at a rent; the shares for maintenance and vacancy follow the rent."""
    rent, costs = rent_cents_a_month * MONTHS, one.expenses
    maintenance, vacancy = cents(rent * costs.maintenance_pct / 100), cents(rent * costs.vacancy_pct / 100)
    operating = costs.property_tax_cents + costs.insurance_cents + maintenance + vacancy
    debt = one.loan.payment_cents_a_month * MONTHS
    return Year(
        rent_cents=rent,
        tax_cents=costs.property_tax_cents,
        insurance_cents=costs.insurance_cents,
        maintenance_cents=maintenance,
        vacancy_cents=vacancy,
        operating_cents=operating,
        net_operating_income_cents=rent - operating,
        debt_cents=debt,
        cash_after_debt_cents=rent - operating - debt,
        rent_minus_mortgage_cents=rent - debt,
    )


def down_payment(one: Property) -> int:
    return one.price_cents - one.loan.principal_cents


def baseline(one: Property, *, currency: str) -> Baseline:
    """Raises UnpricedCurrency for all but USD, BadSum for a property without units or rent, or whose shares take more than
    the rent."""
    BOOK.require(currency)
    if one.units < 1 or one.rent_cents_a_month <= 0:
        raise BadSum("A let property has at least one unit and a rent above zero.")
    if one.expenses.maintenance_pct + one.expenses.vacancy_pct > 100:
        raise BadSum("Maintenance and vacancy together can't take more than the whole rent; please check both shares.")
    year, down = year_at(one, one.rent_cents_a_month), down_payment(one)
    on_cash = share_pct(year.cash_after_debt_cents, down) if down else None
    cap_rate = share_pct(year.net_operating_income_cents, one.price_cents)
    gap = None
    if one.market_rent is not None:
        gap = (_gap(one, one.market_rent.low_cents), _gap(one, one.market_rent.high_cents))
    flow = year.cash_after_debt_cents
    word = "loses" if flow < 0 else "earns"
    return Baseline(
        headline=f"As it stands it {word} {usd(abs(flow))} a year after all expenses and the loan; the cap rate is {cap_rate} %"
        + (f" and cash-on-cash {on_cash} %." if on_cash is not None else "."),
        currency=currency,
        property=one,
        year=year,
        down_payment_cents=down,
        cash_on_cash_pct=on_cash,
        cap_rate_pct=cap_rate,
        rent_gap_pct=gap,
        assumptions=(
            "Cap rate is net operating income / price; it knows nothing of the loan.",
            f"Rent less the mortgage alone would be {usd(year.rent_minus_mortgage_cents)} a year; it leaves out tax, insurance, "
            "maintenance and vacancy, so it is not what stays.",
            "Closing costs and income tax are not in it.",
            *(() if one.market_rent else ("The market's rent is not known, so the gap to it is not either.",)),
        ),
        citation="Your own figures; formulas of rental property accounting",
    )


def _gap(one: Property, market_cents: int) -> Decimal:
    """How far today's rent of a unit lies under the market's: below zero where it lies over it."""
    if market_cents <= 0:
        raise BadSum("A market rent has to be above zero.")
    return share_pct(market_cents - Decimal(one.rent_cents_a_month) / one.units, market_cents)
