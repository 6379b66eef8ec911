"""A request that goes by mail: once, recognisable, and in doubt where the server did not say. Against a mail server on a real socket."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from providers.base import NotSent
from providers.errors import AuthConfig, InvalidRequest, Misconfigured, Unavailable
from providers.mail import MailOutlet
from providers.mail_url import MailServer, mail_server
from providers.outlets import outlet
from providers.settings import BadSetting, load
from tests.mailbox import Mailbox, mailbox
from tests.running import free_port, settings_at

pytestmark = pytest.mark.anyio
DEED = "j1/share.quote_request.1"
SHORTLIST = "Ann <ann@kitchens.example>, and bob@build.example"
BODY = "A request for a quote\n.one line begins with a dot\n\nKüche, 14 x 12 ft\n."


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as running:
        yield running


def to(box: Mailbox, more: str = "", password: str | None = None, seconds: float = 5) -> MailOutlet:
    return MailOutlet(mail_server(f"smtp://localhost:{box.port}?from=home@view.example{more}"), password, seconds=seconds)


async def sent(outlet: MailOutlet, to: str = SHORTLIST) -> str:
    return await outlet.send(DEED, "quote_request", to, BODY)


async def test_a_mail_goes_to_each_address_named_and_to_nobody_s_knowledge_of_the_others(box: Mailbox) -> None:
    receipt = await sent(to(box))
    [mail] = box.whole
    assert box.envelopes == [["ann@kitchens.example", "bob@build.example"]]
    assert (mail["From"], mail["To"], mail["Subject"], mail["Message-ID"]) == ("home@view.example",) * 2 + ("Quote request", receipt)
    assert box.mails[0].replace("\r\n", "\n").strip() == BODY
    assert "bob@" not in mail.as_string()


async def test_the_same_deed_has_the_same_message_id_and_another_has_another(box: Mailbox) -> None:
    outlet = to(box)
    assert await sent(outlet) == await sent(outlet) != await outlet.send(f"{DEED}0", "quote_request", SHORTLIST, BODY)


async def test_where_no_address_is_named_the_settings_say_who_sends_it_on_or_nobody_does(box: Mailbox) -> None:
    await sent(to(box, "&to=office@view.example"), "Ann and Bob")
    assert (box.envelopes, box.mails[0].startswith("For: Ann and Bob")) == ([["office@view.example"]], True)
    with pytest.raises(InvalidRequest):
        await sent(to(box), "Ann and Bob")


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "END"])
@pytest.mark.parametrize(("told", "raised"), [("451 later", NotSent), ("550 no", InvalidRequest)])
async def test_what_the_server_says_no_to_was_not_sent(box: Mailbox, verb: str, told: str, raised: type[Exception]) -> None:
    box.faults = {verb: told}
    with pytest.raises(raised):
        await sent(to(box))


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
async def test_a_connection_that_breaks_before_the_text_sent_nothing(box: Mailbox, verb: str) -> None:
    box.faults = {verb: "lost"}
    with pytest.raises(NotSent):
        await sent(to(box))
    assert box.whole == []


async def test_a_connection_that_breaks_behind_the_text_leaves_a_doubt(box: Mailbox) -> None:
    box.faults = {"END": "lost"}
    with pytest.raises(Unavailable) as doubt:
        await sent(to(box))
    assert not isinstance(doubt.value, NotSent)
    assert len(box.whole) == 1


async def test_a_server_that_hangs_before_it_was_given_anything_sent_nothing() -> None:
    async with await asyncio.start_server(lambda reader, writer: None, "127.0.0.1") as silent:
        port = silent.sockets[0].getsockname()[1]
        server = MailServer("127.0.0.1", port, "", "home@view.example", "", is_wrapped=False)
        with pytest.raises(NotSent):
            await sent(MailOutlet(server, seconds=0.2))
    with pytest.raises(NotSent):
        await sent(MailOutlet(server._replace(port=free_port())))


async def test_a_password_is_sent_and_a_wrong_one_is_final(box: Mailbox) -> None:
    box.password = "open-sesame"
    await sent(to(box, password="open-sesame"))
    assert len(box.whole) == 1
    with pytest.raises(AuthConfig) as refused:
        await sent(to(box, password="guess-work"))
    assert "guess-work" not in repr(refused.value)


async def test_a_server_elsewhere_that_offers_no_tls_gets_nothing(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MailServer, "is_local", False)
    with pytest.raises(Misconfigured, match="no TLS"):
        await sent(to(box, password="open-sesame"))
    assert box.whole == []


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("smtp://user:hunter2@mail.example?from=a@b.example", "HOMEVIEW_OUTLET_KEY is the place"),
        ("smtp://mail.example", "from= wants one mail address"),
        ("smtp://mail.example?from=a@b.example&to=Ann", "to= wants one mail address"),
        ("smtp://mail.example?from=a@b.example&cc=c@d.example", "knows nothing of cc"),
        ("smtps:///?from=a@b.example", "a mail server reads"),
        ("ftp://mail.example", "an outlet is a service"),
    ],
)
def test_a_mail_server_that_can_not_be_used_ends_the_start_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, url: str, sentence: str
) -> None:
    monkeypatch.setenv("HOMEVIEW_OUTLET_URL", url)
    with pytest.raises(BadSetting) as refusal:
        load()
    assert sentence in str(refusal.value)
    assert "HOMEVIEW_OUTLET_URL" in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


def test_the_address_of_a_mail_server_chooses_it(tmp_path: Path) -> None:
    chosen = outlet(settings_at(tmp_path, "127.0.0.1:1", outlet_url="smtps://me%40b.example@mail.example?from=a%2Bq@b.example"))
    assert isinstance(chosen, MailOutlet)
    assert chosen.server == MailServer("mail.example", 465, "me@b.example", "a+q@b.example", "", is_wrapped=True)
