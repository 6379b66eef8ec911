"""What `smtp://user@host:port?from=…&to=…` says of a mail server. Without SMTP itself: settings are checked with it at each start."""

import ipaddress
import re
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+")
PORTS: Final = {"smtp": 587, "smtps": 465}


class MailServer(NamedTuple):
    """`sender` is whose mails they are; `fallback` gets those for which no address was named, "" where nobody does. `is_wrapped`: TLS from
    the first byte; otherwise by STARTTLS, which only a server of this machine need not offer."""

    host: str
    port: int
    user: str
    sender: str
    fallback: str
    is_wrapped: bool

    @property
    def is_local(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def mail_server(url: str) -> MailServer:
    """Raises ValueError with a sentence that repeats nothing of the URL."""
    parts = urlsplit(url)
    if parts.password is not None:
        raise ValueError("leave the password out of the address: HOMEVIEW_OUTLET_KEY is the place for it")
    if not parts.hostname or parts.path not in ("", "/"):
        raise ValueError("a mail server reads smtp://user@host:port?from=you@example.org, or smtps:// where TLS comes first")
    told = parse_qsl(parts.query.replace("+", "%2B"), keep_blank_values=True)
    given = dict(told)
    if unknown := sorted(set(given) - {"from", "to"}):
        raise ValueError(f"behind the ? stand from and to; it knows nothing of {', '.join(unknown)}")
    for name in ("from", "to"):
        if (name == "from" or name in given) and not ADDRESS.fullmatch(given.get(name, "")):
            raise ValueError(f"{name}= wants one mail address, such as {name}=you@example.org")
    port = parts.port or PORTS[parts.scheme]  # urlsplit raises a ValueError of its own where the port is none
    return MailServer(parts.hostname, port, unquote(parts.username or ""), given["from"], given.get("to", ""), parts.scheme == "smtps")
