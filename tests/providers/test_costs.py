"""What was spent adds up, whichever way it is asked for, on each database; and nobody sees another tenant's."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from rich.console import Console

from providers.base import Hold
from providers.store.calls import SqlLedger
from providers.store.costs import By, costs
from providers.store.migrate import migrate
from providers.store.store import Store
from tests.providers.test_budgets import a_row, answered
from tests.providers.test_store import opened
from tests.running import serving, settings_at
from worker.costs import as_json, show, sums

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


async def spent(store: Store) -> None:
    """Two journeys, two models, two days; one attempt in doubt, and one answer that came without its usage."""
    for n, (journey, name, cost, days) in enumerate(
        [("j", "answer", "0.02", 0), ("j", "reply.route2", "0.01", 0), ("k", "answer.repair", "0.04", 1), ("k", "embed", "0.00000015", 1)]
    ):
        await opened(store, journey=journey, turn=f"t{n}", seq=n + 1)
        ledger, at = SqlLedger(store), NOW + timedelta(days=days)
        row = {**a_row(f"t{n}/{name}", journey=journey, turn=f"t{n}", at=at), "engine": "b:cheap" if "route2" in name else "a:model"}
        for _ in range(2 if name == "answer.repair" else 1):
            await ledger.begin_call(row, hold=Hold(worst=Decimal("0.05")))
        usage = {} if "route2" in name else {"promptTokenCount": 7}
        await ledger.book_call(f"t{n}/{name}", {**answered(cost, at), "usage": usage})


async def test_costs_are_added_up_by_journey_tenant_model_call_and_day(store: Store) -> None:
    await spent(store)

    async def told(by: By, **asked: object) -> dict[str, Decimal]:
        rows = await store.read(lambda db: costs(db, by, **asked))  # type: ignore[arg-type]
        return {row["key"]: row["cost"] for row in rows}

    assert await told("journey") == {"j": Decimal("0.03"), "k": Decimal("0.04000015")}
    assert await told("tenant") == {"home": Decimal("0.07000015")}
    assert await told("model") == {"a:model": Decimal("0.06000015"), "b:cheap": Decimal("0.01")}
    assert await told("call") == {"answer": Decimal("0.06"), "reply": Decimal("0.01"), "embed": Decimal("0.00000015")}
    assert await told("day") == {"2026-11-22": Decimal("0.03"), "2026-11-23": Decimal("0.04000015")}
    assert await told("day", since=date(2026, 11, 23)) == {"2026-11-23": Decimal("0.04000015")}
    assert await told("day", tenant="somebody else") == {}
    [k] = await store.read(lambda db: costs(db, "journey", after="j"))
    assert (k["calls"], k["answered"], k["doubtful"], k["estimated"]) == (3, 2, Decimal("0.01"), 0)
    estimates = {row["key"]: row["estimated"] for row in await store.read(lambda db: costs(db, "model"))}
    assert estimates == {"a:model": 0, "b:cheap": Decimal("0.01")}


async def test_the_api_gives_them_page_by_page_as_strings(tmp_path: Path) -> None:
    settings = settings_at(tmp_path, "127.0.0.1:9")
    migrate(settings.database_url)
    store = Store(settings.database_url)
    await spent(store)
    async with serving(settings) as http:
        first = (await http.get("/v1/costs", params={"by": "journey", "limit": 1})).json()
        assert first["items"] == [
            {"key": "j", "calls": 2, "answered": 2, "over_budget": 0, "cost": "0.03", "estimated": "0.01", "in_doubt": "0"}
        ]
        second = (await http.get("/v1/costs", params={"by": "journey", "limit": 1, "cursor": first["next_cursor"]})).json()
        assert [(row["key"], row["in_doubt"]) for row in second["items"]] == [("k", "0.01")] and second["next_cursor"] is None
        assert (await http.get("/v1/costs", params={"by": "day", "since": "2026-11-24"})).json()["items"] == []
        assert (await http.get("/v1/costs", params={"by": "weather"})).status_code == 422
    store.close()


async def test_the_command_shows_a_table_and_the_same_for_machines(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    await spent(store)
    rows = await store.read(lambda db: costs(db, "model"))
    show(rows, "model", Console(width=120))
    shown = capsys.readouterr().out
    assert "b:cheap" in shown and "Together 0.07000015 US dollars for 5 calls." in shown
    cheap = {"key": "b:cheap", "calls": 1, "answered": 1, "over_budget": 0, "cost": "0.01", "estimated": "0.01", "in_doubt": "0"}
    assert json.loads(as_json(rows))[1] == cheap
    show([], "model", Console())
    assert "No language model was called." in capsys.readouterr().out


def test_the_command_reads_the_database_of_the_settings(tmp_path: Path) -> None:
    settings = settings_at(tmp_path, "127.0.0.1:9")
    migrate(settings.database_url)
    assert sums(settings, "day", None) == []
