"""What must stand in the ledger when all turns have ended, whatever was killed meanwhile."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Engine, case, create_engine, func, select

from providers.store.tables import budgets, model_calls, turns
from tests.running import until

MADE = model_calls.c.prompt != ""  # of a model; the others are readings of our own


@dataclass(frozen=True)
class Calls:
    """Of models, so far: how many were wanted, the tries, and those of which nobody knows what became of them. `again`: of these, how many
    were made once more."""

    wanted: int
    tries: int
    in_doubt: int
    again: int


def calls_so_far(url: str) -> Calls:
    others = model_calls.c.attempts - 1
    again = case((model_calls.c.in_doubt < others, model_calls.c.in_doubt), else_=others)
    sums = [func.count(), func.sum(model_calls.c.attempts), func.sum(model_calls.c.in_doubt), func.sum(again)]
    engine = create_engine(url)
    with engine.connect() as db:
        row = db.execute(select(*sums).where(MADE)).one()
    engine.dispose()
    return Calls(*(int(count or 0) for count in row))


async def faults_in_the_end(url: str) -> list[str]:
    """Those that stay. A fuller answer, which nobody asked for, may be under way when all that was asked is answered."""
    try:
        await until(lambda: not faults_in_money(url), 90, every=0.5)
    except TimeoutError:
        return faults_in_money(url)
    return []


def faults_in_money(url: str) -> list[str]:
    """As sentences: a call that is open though its turn has ended, money that stays reserved, a purse above its cap, and one that has spent
    another sum than its calls cost."""
    engine = create_engine(url)
    try:
        return [*open_calls(engine), *wrong_purses(engine)]
    finally:
        engine.dispose()


def open_calls(engine: Engine) -> list[str]:
    ended = select(model_calls.c.deed).join(turns, turns.c.id == model_calls.c.turn_id)
    with engine.connect() as db:
        left = db.execute(ended.where(model_calls.c.status == "started", turns.c.status != "open")).scalars().all()
    return [f"the call {deed} was never ended" for deed in left]


def wrong_purses(engine: Engine) -> list[str]:
    faults: list[str] = []
    cost: Counter[tuple[str, str]] = Counter()
    with engine.connect() as db:
        for call in db.execute(select(model_calls).where(model_calls.c.day != "")).mappings():
            for purse in ((call["journey_id"], ""), (call["tenant"], call["day"][:7]), (call["tenant"], call["day"])):
                cost[purse] += call["cost"] + call["doubtful"]
        for row in db.execute(select(budgets)).mappings():
            of, spent, reserved = (row["key"], row["period"]), row["spent"], row["reserved"]
            if reserved:
                faults.append(f"{reserved} US dollars stay reserved for {of}")
            if spent + reserved > row["cap"]:
                faults.append(f"{spent} and {reserved} US dollars are above the cap of {of}, {row['cap']}")
            if spent != cost.get(of, Decimal(0)):
                faults.append(f"{of} has spent {spent} US dollars, and its calls cost {cost.get(of)}")
    return faults
