"""Alerts arrive once, whoever dies and whatever is away meanwhile; on each database, over real SMTP and HTTP."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from providers.alerts import Alerts, AppriseTarget, LogTarget, targets
from providers.base import Hold
from providers.errors import Misconfigured
from providers.settings import Settings
from providers.store.alerts import DOUBT_AFTER, alerts_page, claim_next, raise_alert
from providers.store.budgets import Caps
from providers.store.calls import SqlLedger
from providers.store.store import Store
from tests.mailbox import mailbox, webhook
from tests.providers.test_budgets import a_row
from tests.providers.test_store import opened

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEY = "budget:day:ours:2026-11-22:50"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


async def raised(store: Store, key: str = KEY, text: str = "Half of it is spent.") -> bool:
    return await store.write(lambda db: raise_alert(db, key=key, kind="budget", about="ours", text=text, at=NOW))


async def standing(store: Store) -> dict[str, tuple[str, int]]:
    return {row["key"]: (row["status"], row["tries"]) for row in await store.read(lambda db: alerts_page(db, limit=10))}


async def test_a_key_is_raised_once_for_ever(store: Store) -> None:
    assert await raised(store)
    assert not await raised(store)
    await Alerts(store, [LogTarget()]).deliver()
    assert not await raised(store, text="Again?")
    assert await standing(store) == {KEY: ("sent", 1)}


async def test_an_alert_reaches_every_target_once_also_with_several_who_deliver(store: Store) -> None:
    async with mailbox() as box, webhook() as hook:
        told = targets([box.url, hook.url])
        keys = [f"budget:journey:{n}:80" for n in range(5)]
        for key in keys:
            await raised(store, key, text=f"About {key}.")
        await asyncio.gather(*(Alerts(store, told).deliver() for _ in range(4)))
        await Alerts(store, told).deliver()  # a worker that started again
        assert sorted(hook.texts) == [f"About {key}. ({key})" for key in keys]
        assert sorted(mail.strip() for mail in box.mails) == [f"About {key}. ({key})" for key in keys]
        assert (sorted(hook.keys), sorted(box.keys)) == (keys, keys)
        assert {status for status, _ in (await standing(store)).values()} == {"sent"}


async def test_a_target_that_refuses_is_tried_again_later_and_the_others_are_not_told_twice(store: Store) -> None:
    clock = Clock()
    async with webhook() as well, webhook() as ill:
        alerts = Alerts(store, targets([well.url, ill.url]), clock)
        ill.status = 503
        await raised(store)
        assert await alerts.deliver() == 0
        assert await alerts.deliver() == 0  # not due
        assert (len(well.posts), len(ill.posts)) == (1, 1)
        ill.status, clock.now = 200, NOW + timedelta(seconds=30)
        assert await alerts.deliver() == 1
        assert (len(well.posts), len(ill.posts)) == (1, 2)
        assert await standing(store) == {KEY: ("sent", 2)}


async def test_a_target_that_refuses_for_ever_is_given_up_and_the_alert_is_in_the_log(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    async with webhook() as hook:
        alerts = Alerts(store, targets([hook.url]), clock)
        hook.status = 500
        await raised(store)
        for _ in range(20):
            await alerts.deliver()
            clock.now += timedelta(hours=7)
        assert len(hook.posts) == 6
        assert await standing(store) == {KEY: ("failed", 6)}


async def test_one_whose_sender_died_is_told_as_in_doubt_and_never_sent_again(store: Store) -> None:
    clock = Clock()
    async with webhook() as well, webhook() as other:
        told = targets([well.url, other.url])
        await raised(store)
        await store.write(lambda db: claim_next(db, NOW))  # and then the process is killed
        assert await Alerts(store, told, clock).deliver() == 0
        clock.now = NOW + DOUBT_AFTER + timedelta(seconds=1)
        for _ in range(3):
            await Alerts(store, told, clock).deliver()
        [text] = well.texts
        assert text.startswith("Whether you were told this is not known") and text.endswith(f"Half of it is spent. ({KEY})")
        assert await standing(store) == {KEY: ("in_doubt", 1), f"doubt:{KEY}": ("sent", 1)}


async def test_a_doubt_is_not_told_to_those_who_are_known_to_have_it(store: Store) -> None:
    clock = Clock()
    async with webhook() as has_it, webhook(held=True) as slow:
        told = targets([has_it.url, slow.url])
        await raised(store)
        dying = asyncio.create_task(Alerts(store, told, clock).deliver())
        await asyncio.wait_for(slow.arrived.wait(), 20)
        dying.cancel()
        slow.go.set()
        clock.now = NOW + DOUBT_AFTER + timedelta(seconds=1)
        await Alerts(store, told, clock).deliver()
        assert has_it.texts == [f"Half of it is spent. ({KEY})"]
        assert [text[:7] for text in slow.texts] == ["Half of", "Whether"]
        assert slow.keys == [KEY, KEY]  # by which a receiver that took the first knows the second


async def test_asked_to_stop_it_ends_what_it_is_sending_first(store: Store) -> None:
    stop = asyncio.Event()
    async with webhook(held=True) as hook:
        await raised(store)
        running = asyncio.create_task(Alerts(store, targets([hook.url])).run(stop))
        await asyncio.wait_for(hook.arrived.wait(), 20)
        stop.set()
        hook.go.set()
        await asyncio.wait_for(running, 20)
    assert await standing(store) == {KEY: ("sent", 1)}


async def test_no_url_of_the_settings_shows_its_secret(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(alerts="json://someone:secret@127.0.0.1:9/x, mailto://u:secret@example.org")
    assert settings.alert_urls == ["json://someone:secret@127.0.0.1:9/x", "mailto://u:secret@example.org"]
    assert "secret" not in repr(settings)
    target = AppriseTarget(settings.alert_urls[0], 1)
    assert target.shown == "json://someone:****@127.0.0.1:9/x"
    with caplog.at_level(logging.DEBUG):
        await raised(store)
        await Alerts(store, [target]).deliver()
    assert "secret" not in caplog.text.replace("test_no_url_of_the_settings_shows_its_secret", "")
    with pytest.raises(Misconfigured, match=r"URL 2 of HOMEVIEW_ALERTS") as wrong:
        targets(["json://localhost", "nonsense://secret"])
    assert "secret" not in str(wrong.value)


def test_without_a_url_alerts_are_log_lines() -> None:
    [target] = targets(Settings().alert_urls)
    assert isinstance(target, LogTarget)


async def test_a_threshold_is_told_once_to_mail_and_webhook_however_often_workers_start_again(store: Store, url: str) -> None:
    await opened(store)
    async with mailbox() as box, webhook() as hook:
        for n in range(10):  # each call by a process of its own, which then delivers
            restarted = Store(url)
            ledger, deed = SqlLedger(restarted, Caps(journey=Decimal(1))), f"t/answer.route{n}"
            await ledger.begin_call(a_row(deed), hold=Hold(worst=Decimal("0.1")))
            await ledger.book_call(deed, {"status": "answered", "cost": Decimal("0.1"), "ended_at": NOW})
            await Alerts(restarted, targets([box.url, hook.url])).deliver()
            restarted.close()
        expected = [
            "50 % of the budget for language models of journey j is spent: 0.50 of 1.00 US dollars are spent.",
            "80 % of the budget for language models of journey j is spent: 0.80 of 1.00 US dollars are spent.",
            "The budget for language models of journey j covers no further call: 1.00 of 1.00 US dollars are spent.",
        ]
        named = [f"{text} (budget:journey:j:{step})" for text, step in zip(expected, (50, 80, 100), strict=True)]
        assert hook.texts == named
        assert [mail.strip() for mail in box.mails] == named
