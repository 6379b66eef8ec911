"""`homeview calls <id>`: every model call of a journey, for operators: what was asked by which words, what came back, what it cost.
`homeview calls --checks`: those by which the upkeep checked the models.

What people wrote and what models answered is personal: it is shown only where it is asked for. Keys never reach the ledger; what looks
like one in a text is struck out all the same.
"""

import asyncio
import contextlib
import json
import re
from collections import Counter
from decimal import Decimal
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from activities.answers import content_of
from journeys.brief import Brief
from providers.settings import Settings
from providers.store.calls import calls_of
from providers.store.checks import checks
from providers.store.journeys import journey_of
from providers.store.store import Store

_SECRETS: Final = re.compile(r"AIza[\w-]{20,}|\bsk-[\w-]{16,}|(?<=[Bb]earer )\S{12,}|\b(?:AKIA|ghp_|xox[a-z]-)[\w-]{12,}")


class NoJourney(Exception):
    """The message is a sentence."""


def ledger(settings: Settings, journey: str) -> list[dict[str, Any]]:
    """The rows of `calls_of`. Raises NoJourney, and a ProviderError where the database can't be read."""
    with contextlib.closing(Store(settings.database_url)) as store:
        return asyncio.run(store.read(lambda db: _rows(db, journey)))


def of_checks(settings: Settings, most: int = 200) -> list[dict[str, Any]]:
    """The newest calls by which models were checked, which belong to no journey. Raises a ProviderError."""
    with contextlib.closing(Store(settings.database_url)) as store:
        return asyncio.run(store.read(lambda db: checks(db, limit=most)))


def _rows(db: Any, journey: str) -> list[dict[str, Any]]:
    if journey_of(db, journey) is None:
        raise NoJourney(f"There is no journey {journey} in this database.")
    return calls_of(db, journey)


def show(rows: list[dict[str, Any]], console: Console, *, texts: bool) -> None:
    """A line a call and the sum; with `texts` also what was asked and what came back."""
    if not rows:
        console.print("No model was called.")
        return
    table = Table(box=None, header_style="bold")
    for name in ("turn", "call", "model", "prompt", "what came of it", "calls", "tokens", "US dollars"):
        table.add_column(name, overflow="fold")
    for row in rows:
        tokens, cost = _tokens(row["usage"] or {}), _dollars(row["cost"])
        table.add_row(
            "-" if row["seq"] is None else str(row["seq"]),
            row["name"],
            row["engine"],
            row["prompt"] or "-",
            _outcome(row),
            _times(row),
            tokens,
            cost,
        )
    console.print(table)
    console.print(_sum(rows))
    for row in rows if texts else []:
        console.rule(f"turn {row['seq']}: {row['name']}")
        if row["body"]:
            console.print_json(_struck(content_of(Brief.model_validate(row["body"]))))
        console.print(_struck(row["raw"] or json.dumps(row["answer"], indent=2) or "-"), markup=False, highlight=False)


def as_json(rows: list[dict[str, Any]], *, texts: bool) -> str:
    """For machines: one object a call."""
    kept = [
        "seq",
        "deed",
        "name",
        "engine",
        "prompt",
        "status",
        "error",
        "attempts",
        "in_doubt",
        "lost",
        "usage",
        "priced_as",
        "started_at",
        "ended_at",
    ]
    told = [{name: row[name] for name in kept} | {"cost": _dollars(row["cost"])} for row in rows]
    if texts:
        told = [one | {"asked": row["body"], "raw": row["raw"], "answer": row["answer"]} for one, row in zip(told, rows, strict=True)]
    return _struck(json.dumps(told, indent=2, default=str, ensure_ascii=False))


def _outcome(row: dict[str, Any]) -> str:
    """`why` names places of the schema and the provider's words for a refusal, nothing of what was said."""
    return " ".join(part for part in (row["status"], f"({row['error']})" if row["error"] else "") if part)


def _times(row: dict[str, Any]) -> str:
    doubt = f", {row['in_doubt']} in doubt" if row["in_doubt"] else ""
    lost = f", {row['lost']} lost" if row["lost"] else ""
    return f"{row['attempts']}{doubt}{lost}"


def _tokens(usage: dict[str, Any]) -> str:
    if not usage:
        return "-"
    return f"{usage.get('promptTokenCount', 0):,} + {usage.get('candidatesTokenCount', 0) + usage.get('thoughtsTokenCount', 0):,}"


def _dollars(cost: Decimal) -> str:
    return f"{Decimal(cost):.6f}" if cost else "0"


def _sum(rows: list[dict[str, Any]]) -> str:
    ends = ", ".join(f"{count} {status}" for status, count in sorted(Counter(row["status"] for row in rows).items()))
    made, doubt = sum(row["attempts"] for row in rows), sum(row["in_doubt"] for row in rows)
    cost = sum((Decimal(row["cost"]) for row in rows), Decimal(0))
    return f"{made} calls for {len(rows)} answers wanted ({ends}); {doubt} in doubt; together {_dollars(cost)} US dollars."


def _struck(text: str) -> str:
    return _SECRETS.sub("[struck out]", text)
