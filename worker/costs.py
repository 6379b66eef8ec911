"""`homeview costs`: what the calls of language models have cost, in sums, for operators: every tenant's."""

import asyncio
import contextlib
import json
from datetime import date
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from journeys.spending import plain
from providers.settings import Settings
from providers.store.costs import By, costs
from providers.store.store import Store


def sums(settings: Settings, by: By, since: date | None) -> list[dict[str, Any]]:
    """The rows of `costs`. Raises a ProviderError where the database can't be read."""
    with contextlib.closing(Store(settings.database_url)) as store:
        return asyncio.run(store.read(lambda db: costs(db, by, since=since)))


def show(rows: list[dict[str, Any]], by: By, console: Console) -> None:
    if not rows:
        console.print("No language model was called.")
        return
    table = Table(box=None, header_style="bold")
    for name in (by, "calls", "answered", "over budget", "US dollars", "of it estimated", "in doubt besides"):
        table.add_column(name, overflow="fold", justify="left" if name == by else "right")
    for row in rows:
        counts = (str(row[name]) for name in ("calls", "answered", "over_budget"))
        apart = (plain(row[name]) if row[name] else "-" for name in ("estimated", "doubtful"))
        table.add_row(row["key"], *counts, plain(row["cost"]), *apart)
    console.print(table)
    whole = sum((row["cost"] for row in rows), Decimal(0))
    console.print(f"Together {plain(whole)} US dollars for {sum(row['calls'] for row in rows)} calls.")


def as_json(rows: list[dict[str, Any]]) -> str:
    """For machines: one object a sum, money as strings."""
    told = [{**row, **{name: plain(row[name]) for name in ("cost", "estimated", "doubtful")}} for row in rows]
    return json.dumps([{"in_doubt" if name == "doubtful" else name: value for name, value in row.items()} for row in told], indent=2)
