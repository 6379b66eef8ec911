"""A database from before there were checks keeps its calls, learns what its journeys owe, and has room for calls of no journey."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from alembic import command
from rich.console import Console
from sqlalchemy import Connection, select, text

from providers.store.checks import checks, heard
from providers.store.house import figures
from providers.store.migrate import configured, migrate
from providers.store.store import Store
from providers.store.tables import model_calls
from worker.calls import as_json, show

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def one_of_before(db: Connection) -> None:
    at = "2026-11-22 12:00:00+00" if db.dialect.name == "postgresql" else "2026-11-22 12:00:00"
    for journey, status, view in (
        ("owes", "active", '{"owed": [{}, {}]}'),
        ("owes-not", "active", '{"owed": []}'),
        ("is-old", "active", "{}"),
        ("is-over", "completed", '{"owed": [{}]}'),
    ):
        db.execute(
            text(
                "INSERT INTO journeys (id, tenant, template, persona, status, title, view, turns, last_seq, created_at, updated_at) "
                "VALUES (:id, 'home', 't@1', 'p', :status, 'A title', :view, 0, 0, :at, :at)"
            ),
            {"id": journey, "status": status, "view": view, "at": at},
        )
    db.execute(
        text(
            "INSERT INTO model_calls (deed, journey_id, turn_id, name, engine, status, cost, started_at, ended_at, tenant, day) "
            "VALUES ('d', 'owes', 't', 'answer', 'gemini:a', 'answered', 0.25, :at, :at, 'home', '2026-11-22')"
        ),
        {"at": at},
    )


async def test_what_was_kept_before_is_kept_and_what_is_owed_is_counted(url: str) -> None:
    store = Store(url)
    command.downgrade(configured(url), "0007")
    await store.write(one_of_before)
    migrate(url)
    assert (await store.read(lambda db: figures(db, NOW)))["homeview_answers_owed"] == 2
    [call] = await store.read(lambda db: db.execute(select(model_calls)).mappings().all())
    assert (call["journey_id"], call["turn_id"], call["cost"]) == ("owes", "t", Decimal("0.25"))
    assert (await store.read(lambda db: heard(db, "gemini:a"))).answered_at == NOW
    assert (await store.read(lambda db: heard(db, "gemini:b"))) == (None, None)
    command.downgrade(configured(url), "0007")
    migrate(url)
    assert len(await store.read(lambda db: db.execute(select(model_calls)).mappings().all())) == 1
    store.close()


async def test_checks_are_listed_as_calls_are_without_a_turn(store: Store) -> None:
    row: dict[str, Any] = {
        "deed": "check/gemini:a/now",
        "name": "check",
        "engine": "gemini:a",
        "status": "answered",
        "cost": Decimal("0.00001"),
    }
    row |= {"tenant": "homeview", "day": "2026-11-22", "started_at": NOW, "ended_at": NOW}
    await store.write(lambda db: db.execute(model_calls.insert(), row) and None)
    rows = await store.read(lambda db: checks(db, limit=5))
    console = Console(width=200, record=True)
    show(rows, console, texts=True)
    assert "gemini:a" in (shown := console.export_text()) and "1 answered" in shown
    assert '"seq": null' in as_json(rows, texts=True)
