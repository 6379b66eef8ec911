"""An effect goes out once, wherever its worker is killed; what nobody can know is in doubt, and never sent again by itself."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities import effects
from activities.effects import AT_ONCE, TRIES, Effects
from journeys.effects import EffectDone, EffectNews
from journeys.messages import SettleEffect, Swept
from providers.base import NotSent, Outlet
from providers.blobs import Blobs, folder
from providers.errors import Unavailable
from providers.outlets import HttpOutlet, Outbox
from providers.store.effects import SqlEffects
from providers.store.store import Store
from tests.outlet_sink import Sink, sink

pytestmark = pytest.mark.anyio
DEED = "j1/share.quote_request.1"
ASKED = SettleEffect(journey_id="j1", deed=DEED)
AGAIN = SettleEffect(journey_id="j1", deed=DEED, again=True)


class Killed(BaseException):
    """The worker is gone: nothing of it runs any more."""


class Dying:
    """An outlet whose worker is killed at the next sending, before or after it."""

    def __init__(self, outlet: Outlet, when: str) -> None:
        self.outlet, self.when = outlet, when

    def __getattr__(self, name: str) -> Any:
        return getattr(self.outlet, name)

    async def send(self, *about: str) -> str:
        if self.when == "after":
            await self.outlet.send(*about)
        raise Killed


@dataclass
class Told:
    """Other journeys, which hear what became of their effects; `away`: nobody can tell them."""

    news: list[tuple[str, str]] = field(default_factory=list)
    away: bool = False

    async def start(self, start: Any) -> None: ...

    async def tell(self, parent: str, closed: Any) -> None: ...

    async def tell_of_effect(self, journey_id: str, news: EffectNews) -> None:
        if self.away:
            raise Unavailable("The workflow server did not tell it.")
        self.news.append((journey_id, news.status))


class Mute(HttpOutlet):
    """It takes effects and can't be asked about them, as a mail server."""

    can_be_asked = False


@pytest.fixture
async def taking() -> AsyncIterator[Sink]:
    async with sink() as running:
        yield running


@pytest.fixture
async def ledger(store: Store) -> SqlEffects:
    effects = SqlEffects(store)
    words = {"kind": "quote_request", "recipient": "Ann", "body": "A kitchen", "body_hash": "h"}
    row = {"deed": DEED, "journey_id": "j1", "turn_id": "t1", "step": "share", **words, "reserved_at": datetime.now(UTC)}
    await effects.reserve([row])
    await effects.reserve([{**row, "body": "Another"}])
    return effects


async def attempt(ledger: SqlEffects, outlet: Any, nth: int = 1, asked: SettleEffect = ASKED) -> EffectDone:
    env = ActivityEnvironment()
    env.info = ActivityEnvironment.default_info()
    env.info = type(env.info)(**{**vars(env.info), "attempt": nth})
    done: EffectDone = await env.run(Effects(ledger, outlet, Told()).send, asked)
    return done


async def test_it_goes_out_once_under_its_deed_and_is_confirmed_with_a_receipt(ledger: SqlEffects, taking: Sink) -> None:
    outlet = HttpOutlet(taking.url)
    assert [(await attempt(ledger, outlet)).status for _ in range(2)] == ["confirmed", "confirmed"]
    effect = await ledger.effect(DEED)
    assert effect
    assert (effect.receipt, effect.tries, effect.outlet, effect.body) == ("no-1", 1, "http", "A kitchen")
    assert taking.taken == [{"key": DEED, "kind": "quote_request", "to": "Ann", "body": "A kitchen"}]
    await outlet.close()


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_worker_killed_around_the_sending_leaves_one_effect(ledger: SqlEffects, taking: Sink, when: str) -> None:
    outlet = HttpOutlet(taking.url)
    with pytest.raises(Killed):
        await attempt(ledger, Dying(outlet, when))
    assert (await attempt(ledger, outlet, 2)).status == "confirmed"
    assert len(taking.taken) == 1
    await outlet.close()


async def test_a_worker_that_stood_still_too_long_sends_nothing_another_has_it_in_hand(
    ledger: SqlEffects, taking: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlet, clock = HttpOutlet(taking.url), iter([0.0, AT_ONCE + 1])
    with monkeypatch.context() as stopped:
        stopped.setattr(effects, "time", SimpleNamespace(monotonic=lambda: next(clock)))
        with pytest.raises(Unavailable):
            await attempt(ledger, outlet)
    assert taking.taken == []
    assert (await attempt(ledger, outlet, 2)).status == "confirmed"
    assert len(taking.taken) == 1
    await outlet.close()


@pytest.mark.parametrize("fault", ["lost", "500"])
async def test_an_answer_that_is_lost_is_asked_for_and_nothing_is_sent_again(ledger: SqlEffects, taking: Sink, fault: str) -> None:
    outlet = HttpOutlet(taking.url)
    taking.faults = [fault]
    with pytest.raises(Unavailable):
        await attempt(ledger, outlet)
    assert (await attempt(ledger, outlet, 2)).status == "confirmed"
    assert len(taking.taken) == 1
    await outlet.close()


@pytest.mark.parametrize("when", ["before", "after"])
async def test_what_can_not_be_asked_stays_in_doubt_until_the_person_says(ledger: SqlEffects, taking: Sink, when: str) -> None:
    outlet = Mute(taking.url)
    with pytest.raises(Killed):
        await attempt(ledger, Dying(outlet, when))
    assert [(await attempt(ledger, outlet, n)).status for n in (2, 3)] == ["in_doubt", "in_doubt"]
    assert len(taking.taken) == (when == "after")
    assert (await attempt(ledger, outlet, asked=AGAIN)).status == "in_doubt"  # nobody can choose what nobody was told of
    await ledger.tell(DEED, "in_doubt")
    assert (await attempt(ledger, outlet, asked=AGAIN)).status == "confirmed"
    assert len(taking.taken) == 1 + (when == "after")  # twice, because somebody said so
    await outlet.close()


async def test_what_is_left_is_never_sent_again(ledger: SqlEffects, taking: Sink) -> None:
    outlet = Mute(taking.url)
    with pytest.raises(Killed):
        await attempt(ledger, Dying(outlet, "before"))
    await attempt(ledger, outlet, 2)
    left = await ActivityEnvironment().run(Effects(ledger, outlet, Told()).leave, ASKED)
    assert (left.status, (await attempt(ledger, outlet, 3)).status, taking.taken) == ("failed", "failed", [])
    await outlet.close()


async def test_an_outlet_that_is_away_sends_nothing_and_gets_it_when_it_is_back(ledger: SqlEffects, taking: Sink) -> None:
    away, outlet = HttpOutlet("http://127.0.0.1:9/requests"), HttpOutlet(taking.url)
    with pytest.raises(NotSent):
        await attempt(ledger, away)
    assert (await attempt(ledger, away, TRIES)).status == "reserved"
    assert (await attempt(ledger, outlet)).status == "confirmed"
    assert len(taking.taken) == 1
    await away.close()
    await outlet.close()


@pytest.mark.parametrize(("fault", "status"), [("400", "failed"), ("401", "failed"), ("429", "reserved")])
async def test_what_is_refused_did_not_go_out(ledger: SqlEffects, taking: Sink, fault: str, status: str) -> None:
    outlet = HttpOutlet(taking.url)
    taking.faults = [fault]
    assert (await attempt(ledger, outlet, TRIES)).status == status
    assert taking.taken == []
    await outlet.close()


async def test_a_sweep_settles_what_killed_workers_left_and_only_that(ledger: SqlEffects, taking: Sink) -> None:
    outlet = HttpOutlet(taking.url)
    with pytest.raises(Killed):
        await attempt(ledger, Dying(outlet, "after"))
    sweep = Effects(ledger, outlet, Told()).sweep
    assert (await ActivityEnvironment().run(sweep, 600)).settled == 0  # its worker may still be at it
    assert (await ActivityEnvironment().run(sweep, -1)).settled == 1
    assert (await ActivityEnvironment().run(sweep, -1)).settled == 0
    assert len(taking.taken) == 1
    await outlet.close()


async def test_what_is_withdrawn_stays_withdrawn_and_what_can_not_be_is_said(ledger: SqlEffects, taking: Sink) -> None:
    outlet = HttpOutlet(taking.url)
    await attempt(ledger, outlet)
    taking.keeps = True
    done = await ActivityEnvironment().run(Effects(ledger, outlet, Told()).undo, ASKED)
    assert (done.status, done.undoable) == ("confirmed", False)
    taking.keeps = False
    for _ in range(2):
        done = await ActivityEnvironment().run(Effects(ledger, outlet, Told()).undo, ASKED)
        assert (done.status, done.undoable) == ("compensated", True)
    assert taking.withdrawn == [DEED]
    await outlet.close()


async def test_without_a_service_it_is_kept_for_the_person_and_nothing_is_sent(ledger: SqlEffects, tmp_path: Path) -> None:
    outbox = Outbox(Blobs(folder(tmp_path)))
    done = await attempt(ledger, outbox)
    assert (done.status, done.went_out) == ("confirmed", False)
    [kept] = (tmp_path / "outbox").glob("*.txt")
    assert kept.read_text() == "quote request\nTo: Ann\n\nA kitchen\n"
    await ActivityEnvironment().run(Effects(ledger, outbox, Told()).undo, ASKED)
    assert list((tmp_path / "outbox").glob("*")) == []


async def test_a_sweep_leaves_what_is_older_than_a_month(ledger: SqlEffects, taking: Sink) -> None:
    outlet = HttpOutlet(taking.url)
    await ledger.move(DEED, ["reserved"], "sent", datetime.now(UTC) - timedelta(days=40), outlet="http")
    assert (await ActivityEnvironment().run(Effects(ledger, outlet, Told()).sweep, 600)).left == 1
    assert taking.taken == []
    await outlet.close()


async def swept(ledger: SqlEffects, outlet: Any, told: Told, age: int = -1) -> Swept:
    """With -1: everything is as old as the sweep wants it."""
    done: Swept = await ActivityEnvironment().run(Effects(ledger, outlet, told).sweep, age)
    return done


async def test_what_a_sweep_settles_its_journey_is_told_of_once(ledger: SqlEffects, taking: Sink) -> None:
    outlet, told = HttpOutlet(taking.url), Told()
    with pytest.raises(Killed):
        await attempt(ledger, Dying(outlet, "after"))
    assert [(await swept(ledger, outlet, told)).told for _ in range(3)] == [1, 0, 0]
    assert told.news == [("j1", "confirmed")]
    await outlet.close()


async def test_a_journey_that_could_not_be_told_is_told_by_a_later_sweep(ledger: SqlEffects, taking: Sink) -> None:
    outlet, told = HttpOutlet(taking.url), Told(away=True)
    with pytest.raises(Killed):
        await attempt(ledger, Dying(outlet, "after"))
    assert (await swept(ledger, outlet, told)).told == 0
    told.away = False
    assert [(await swept(ledger, outlet, told)).told for _ in range(2)] == [1, 0]
    assert told.news == [("j1", "confirmed")]
    await outlet.close()


async def test_what_its_own_turn_told_no_sweep_tells_again(ledger: SqlEffects, taking: Sink) -> None:
    outlet, told = HttpOutlet(taking.url), Told()
    await attempt(ledger, outlet)
    await ledger.tell(DEED, "confirmed")
    assert (await swept(ledger, outlet, told)).told == 0
    await outlet.close()


@pytest.mark.parametrize("when", ["before", "after"])
async def test_what_could_not_be_withdrawn_is_never_sent_and_a_later_sweep_withdraws_it(
    ledger: SqlEffects, taking: Sink, when: str
) -> None:
    away, outlet, told = HttpOutlet("http://127.0.0.1:9/requests"), HttpOutlet(taking.url), Told()
    with pytest.raises(Killed):
        await attempt(ledger, Dying(outlet, when))
    env = ActivityEnvironment()
    env.info = type(env.info)(**{**vars(ActivityEnvironment.default_info()), "attempt": TRIES})
    assert not (await env.run(Effects(ledger, away, told).undo, ASKED)).undoable
    await swept(ledger, away, told)
    await swept(ledger, outlet, told)
    effect = await ledger.effect(DEED)
    assert effect
    assert (effect.status, effect.unwanted, len(taking.taken), taking.withdrawn) == ("compensated", False, when == "after", [DEED])
    assert told.news[-1] == ("j1", "compensated")
    await away.close()
    await outlet.close()


async def test_what_the_outlet_will_not_withdraw_is_asked_of_it_once(ledger: SqlEffects, taking: Sink) -> None:
    outlet, told = HttpOutlet(taking.url), Told()
    await attempt(ledger, outlet)
    taking.keeps = True
    await ActivityEnvironment().run(Effects(ledger, outlet, told).undo, ASKED)
    assert ((await swept(ledger, outlet, told)).settled, [effect.unwanted] if (effect := await ledger.effect(DEED)) else []) == (0, [False])
    await outlet.close()


async def test_another_outlet_than_the_one_that_took_it_withdraws_nothing(ledger: SqlEffects, taking: Sink, tmp_path: Path) -> None:
    outlet = HttpOutlet(taking.url)
    await attempt(ledger, outlet)
    done = await ActivityEnvironment().run(Effects(ledger, Outbox(Blobs(folder(tmp_path))), Told()).undo, ASKED)
    assert (done.status, done.undoable) == ("confirmed", False)
    await outlet.close()


async def test_a_choice_to_send_again_is_good_for_one_sending_whatever_is_killed(ledger: SqlEffects, taking: Sink) -> None:
    outlet = Mute(taking.url)
    with pytest.raises(Killed):
        await attempt(ledger, Dying(outlet, "after"))
    await attempt(ledger, outlet, 2)
    await ledger.tell(DEED, "in_doubt")
    with pytest.raises(Killed):
        await attempt(ledger, Dying(outlet, "after"), asked=AGAIN)
    assert [(await attempt(ledger, outlet, n, AGAIN)).status for n in (2, 3)] == ["in_doubt", "in_doubt"]
    assert len(taking.taken) == 2
    await outlet.close()
