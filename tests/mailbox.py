"""Where alerts arrive in tests: a mail server and a webhook over real sockets, which keep what they get."""

import asyncio
import contextlib
import json
from base64 import b64decode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


@dataclass
class Mailbox:
    """As much of SMTP (RFC 5321) as a client needs. `faults`: what it says at a verb, once, in the place of its consent, `END` being the
    end of a mail's text, which it has kept by then; `lost` breaks the connection instead. `password`: it wants a login with this one."""

    port: int = 0
    mails: list[str] = field(default_factory=list)
    whole: list[EmailMessage] = field(default_factory=list)
    envelopes: list[list[str]] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    password: str = ""
    keys: list[str] = field(default_factory=list)  # what each names as its Idempotency-Key

    @property
    def url(self) -> str:
        return f"mailto://localhost:{self.port}?from=homeview@example.org&to=operator@example.org&mode=insecure"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())
            await writer.drain()

        await say("220 mailbox")
        to = list[str]()
        while line := (await reader.readline()).decode().strip():
            verb, said = (
                line.split()[0].upper(),
                {"QUIT": "221 bye", "DATA": "354 go on", "EHLO": f"250{'-' if self.password else ' '}mailbox"},
            )
            if verb == "RCPT":
                to.append(line.partition("<")[2].rstrip(">"))
            if verb == "AUTH":
                given = b64decode(line.split()[2]).split(b"\0")[2].decode()
                said["AUTH"] = "235 come in" if given == self.password else "535 who are you"
            answer = self.faults.pop(verb, said.get(verb, "250 mailbox"))
            if verb == "DATA" and answer.startswith("354"):
                await say(answer)
                self.keep(await reader.readuntil(b"\r\n.\r\n"), to)
                answer = self.faults.pop("END", "250 mailbox")
            if answer == "lost":
                break
            await say(answer)
            if verb == "EHLO" and self.password:
                await say("250 AUTH PLAIN")
            if verb == "QUIT":
                break
        writer.close()

    def keep(self, raw: bytes, to: list[str]) -> None:
        mail = message_from_bytes(raw.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n."), policy=policy.default)
        body = mail.get_body(("plain", "html"))
        self.mails.append(body.get_content() if body else "")
        self.keys.append(mail["Idempotency-Key"])
        self.whole.append(mail)
        self.envelopes.append(to)


@dataclass
class Webhook:
    """Answers `status` to each POST; `held` keeps it waiting before that."""

    port: int = 0
    status: int = 200
    posts: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)  # what each names as its Idempotency-Key
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"json://someone:secret@127.0.0.1:{self.port}/alerts"

    @property
    def texts(self) -> list[str]:
        return [post["message"] for post in self.posts]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        [length] = [int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")]
        self.posts.append(json.loads(await reader.readexactly(length)))
        self.keys += [line.partition(":")[2].strip() for line in head.splitlines() if line.lower().startswith("idempotency-key")]
        self.arrived.set()
        await self.go.wait()
        writer.write(f"HTTP/1.1 {self.status} Said\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def mailbox() -> AsyncIterator[Mailbox]:
    box = Mailbox()
    async with await asyncio.start_server(box.serve, "localhost") as server:
        box.port = server.sockets[0].getsockname()[1]
        yield box


@contextlib.asynccontextmanager
async def webhook(*, held: bool = False) -> AsyncIterator[Webhook]:
    hook = Webhook()
    if not held:
        hook.go.set()
    async with await asyncio.start_server(hook.serve, "127.0.0.1") as server:
        hook.port = server.sockets[0].getsockname()[1]
        yield hook
        hook.go.set()
