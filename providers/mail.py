"""Effects as mail: one message to all who are named. A mail server can't be asked about a message, nor give one back."""

import asyncio
import contextlib
import hashlib
import smtplib
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import Final

from providers.base import NotSent
from providers.errors import AuthConfig, InvalidRequest, Misconfigured, UpstreamNetwork, UpstreamTimeout
from providers.mail_url import ADDRESS, MailServer

SECONDS: Final = 6.0  # for each answer of the server
ALTOGETHER: Final = 20.0  # within the 25 s of the activity (workflows/policies.py)
GO_ON: Final = 354


class MailOutlet:
    """The Message-ID is made from the deed: what is sent again on somebody's word bears the same, by which a receiver can tell."""

    name, sends, can_be_asked = "mail", True, False

    def __init__(
        self, server: MailServer, password: str | None = None, *, seconds: float = SECONDS, tls: ssl.SSLContext | None = None
    ) -> None:
        self.server, self.password, self.seconds = server, password, seconds
        self.tls = tls

    async def send(self, deed: str, kind: str, to: str, body: str) -> str:
        """`to` is what the person wrote; the addresses in it get the mail, and where there is none, whoever the settings name. Nobody of
        them learns who else was asked."""
        recipients = list(dict.fromkeys(ADDRESS.findall(to))) or [self.server.fallback]
        if not recipients[0]:
            raise InvalidRequest("No mail address was named.")
        mail = self._mail(deed, kind, to, body, recipients)
        try:
            async with asyncio.timeout(ALTOGETHER):
                await asyncio.to_thread(self._deliver, mail, recipients)
        except TimeoutError:
            raise UpstreamTimeout("The mail server did not answer in time.") from None
        return str(mail["Message-ID"])

    async def find(self, deed: str) -> str | None:
        raise Misconfigured("A mail server can't be asked about a mail.")

    async def undo(self, deed: str, receipt: str) -> bool:
        return False

    async def close(self) -> None: ...

    def _mail(self, deed: str, kind: str, to: str, body: str, recipients: list[str]) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self.server.sender
        mail["To"] = recipients[0] if len(recipients) == 1 else self.server.sender
        mail["Subject"] = kind.replace("_", " ").capitalize()
        mail["Date"] = formatdate()
        mail["Message-ID"] = f"<{hashlib.sha256(deed.encode()).hexdigest()[:32]}@{self.server.sender.rpartition('@')[2]}>"
        named = "" if ADDRESS.search(to) else f"For: {to}\n\n"  # who sends it on must know to whom
        mail.set_content(f"{named}{body}\n")
        return mail

    def _deliver(self, mail: EmailMessage, recipients: list[str]) -> None:
        with _before_it_is_handed_over():
            smtp = self._connected()
        try:
            with _before_it_is_handed_over():
                _require(smtp.mail(self.server.sender))
                for address in recipients:  # all or nobody: one that is refused must not be missed
                    _require(smtp.rcpt(address))
                _require(smtp.docmd("DATA"), GO_ON)
            try:
                smtp.send(_dotted(mail.as_bytes()))
                told = smtp.getreply()
            except TimeoutError:
                raise UpstreamTimeout("The mail server did not say whether it took it.") from None
            except (smtplib.SMTPException, OSError):
                raise UpstreamNetwork("The connection to the mail server broke before it said whether it took it.") from None
            _require(told)
        finally:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                smtp.putcmd("QUIT")  # nobody waits for its answer: whether the mail is taken was said before
            smtp.close()

    def _connected(self) -> smtplib.SMTP:
        server = self.server
        if server.is_wrapped:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=self.seconds, context=self._tls())
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=self.seconds)
        try:
            smtp.ehlo_or_helo_if_needed()
            if not server.is_wrapped and smtp.has_extn("starttls"):
                smtp.starttls(context=self._tls())
            elif not server.is_wrapped and not server.is_local:
                raise Misconfigured("The mail server offers no TLS, and what people wrote does not travel without.")
            if self.password:
                smtp.login(server.user or server.sender, self.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _tls(self) -> ssl.SSLContext:
        return self.tls or ssl.create_default_context()


@contextlib.contextmanager
def _before_it_is_handed_over() -> Iterator[None]:
    """Whatever breaks here: no server has the mail."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as refused:
        if refused.smtp_code >= 500:
            raise AuthConfig("The mail server does not accept the password.") from None
        raise NotSent("The mail server can't check the password now.") from None
    except smtplib.SMTPNotSupportedError:
        raise Misconfigured("The mail server offers no login.") from None
    except ssl.SSLCertVerificationError:
        raise Misconfigured("The mail server's certificate can't be trusted.") from None
    except smtplib.SMTPResponseException as refused:
        _require((refused.smtp_code, b""))
        raise NotSent("The mail server did not go on.") from None
    except (smtplib.SMTPException, OSError):
        raise NotSent("The mail server can't be reached.") from None


def _require(told: tuple[int, bytes], code: int | None = None) -> None:
    """A server that says no does not have it (RFC 5321, 4.2.1 and 6.1): 4xx may be otherwise later, 5xx not."""
    if told[0] == code or (code is None and 200 <= told[0] < 300):
        return
    if told[0] >= 500:
        raise InvalidRequest(f"The mail server answered {told[0]}.")
    raise NotSent(f"The mail server answered {told[0]}.")


def _dotted(mail: bytes) -> bytes:
    """As DATA wants it: a dot that begins a line is doubled, and a line with one alone ends it (RFC 5321, 4.5.2)."""
    lines = mail.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines) + b".\r\n"
