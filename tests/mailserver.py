"""An SMTP server on loopback that takes mails, or refuses, stalls and drops them as it is told (aiosmtpd).

In a test: `with serving(manner) as server:`. For real processes, with every mail written down before it is answered:

    python -m tests.mailserver --record FILE --port 0      # prints its port, runs until it is told to stop

A line of FILE is {"message_id", "recipient", "at", "sha256"}; `at` is what stands in the file `--clock`, or real time.
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

ACCEPT, SLOW, STALL, DROP, DROP_AFTER = "accept", "slow", "stall", "drop", "drop after"
"""What may be done at a step; anything else is the reply, such as `550 5.1.1 no such mailbox`."""
LOOPBACK = "127.0.0.1"
Manner = Callable[[str, str], str]
"""(step, address) → what is done; the steps are EHLO, MAIL, RCPT, DATA and END (the whole mail is there)."""


@dataclass(frozen=True, slots=True)
class Received:
    """A mail taken, and what the server was told about it."""

    sender: str
    recipient: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)  # type: ignore[return-value,arg-type]

    @property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"])


Keep = Callable[[Received], None]


def accept(_step: str, _address: str) -> str:
    return ACCEPT


class Desk:
    """aiosmtpd's handler: behaves as `manner` says, and keeps what it takes before it answers."""

    def __init__(self, manner: Manner, keep: Keep, slow_s: float = 0) -> None:
        self.manner, self.keep, self.slow_s = manner, keep, slow_s

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, _e: Any, host: str, replies: list[str]
    ) -> list[str]:
        session.host_name = host
        told = await self._done(server, "EHLO", host)
        return replies if told == ACCEPT else [told]

    async def handle_MAIL(self, server: Any, _s: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        if (told := await self._done(server, "MAIL", address)) != ACCEPT:
            return told
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: Any, _s: Any, envelope: Any, address: str, _o: list[str]) -> str:  # noqa: N802
        if (told := await self._done(server, "RCPT", address)) != ACCEPT:
            return told
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _s: Any, envelope: Any) -> str:  # noqa: N802
        address = envelope.rcpt_tos[0]
        if (told := await self._done(server, "END", address, envelope)) != ACCEPT:
            return told
        self.keep(_received(envelope))
        return "250 OK"

    async def _done(self, server: Any, step: str, address: str, envelope: Any = None) -> str:
        told = self.manner(step, address)
        if told == SLOW:
            await asyncio.sleep(self.slow_s)
            return ACCEPT
        if told == STALL:
            await asyncio.sleep(3600)
        if told == DROP:
            server.transport.abort()
        if told == DROP_AFTER:
            self.keep(_received(envelope))
            server.transport.write(b"250 OK\r\n")
            server.transport.close()
        return "421 gone" if told in {STALL, DROP, DROP_AFTER} else told


class Spoken(SMTP):
    """aiosmtpd's server, which also asks the manner before DATA is answered."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        addresses = self.envelope.rcpt_tos
        told = await self.event_handler._done(self, "DATA", addresses[0] if addresses else "")
        if told == ACCEPT:
            await super().smtp_DATA(arg)
        else:
            await self.push(told)


def _received(envelope: Any) -> Received:
    return Received(envelope.mail_from, envelope.rcpt_tos[0], envelope.content)


@dataclass
class Server:
    """A running server: its port and the mails it took, oldest first."""

    port: int
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://{LOOPBACK}:{self.port}?tls=none&timeout=5"

    @property
    def recipients(self) -> list[str]:
        return [each.recipient for each in self.received]


def listening(port: int = 0) -> socket.socket:
    """A socket on loopback; 0 is a free port."""
    return socket.create_server((LOOPBACK, port), reuse_port=False)


@contextmanager
def serving(
    manner: Manner = accept,
    *,
    port: int = 0,
    slow_s: float = 0,
    wrapped: ssl.SSLContext | None = None,
    **options: Any,
) -> Iterator[Server]:
    """A server in a thread. `wrapped`: encrypted from the first byte; `options` are those of aiosmtpd's SMTP."""
    sock = listening(port)
    server = Server(sock.getsockname()[1])
    loop = asyncio.new_event_loop()
    desk = Desk(manner, server.received.append, slow_s)
    running = threading.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        made = loop.run_until_complete(_listen(loop, desk, sock, wrapped, options))
        running.set()
        loop.run_forever()
        made.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert running.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


async def _listen(
    loop: asyncio.AbstractEventLoop,
    desk: Desk,
    sock: socket.socket,
    wrapped: ssl.SSLContext | None,
    options: Any,
) -> asyncio.Server:
    known = {"enable_SMTPUTF8": True, "ident": "test", "timeout": 600, "loop": loop}
    return await loop.create_server(lambda: Spoken(desk, **(known | options)), sock=sock, ssl=wrapped)


def signs_in(user: str, password: str) -> Callable[..., AuthResult]:
    """An authenticator of aiosmtpd that knows one person."""

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        known = data.login == user.encode() and data.password == password.encode()
        return AuthResult(success=known, handled=False)

    return check


# -- a process of its own ------------------------------------------------------------------------------------


class Book:
    """A file that holds a line a mail, on disk before the mail is answered for."""

    def __init__(self, path: Path, clock: Path | None) -> None:
        self.file = path.open("ab", buffering=0)
        self.clock = clock

    def __call__(self, received: Received) -> None:
        line = {
            "message_id": received.message_id,
            "recipient": received.recipient,
            "at": self.clock.read_text("ascii").strip() if self.clock else datetime.now(UTC).isoformat(),
            "sha256": sha256(received.content).hexdigest(),
        }
        self.file.write(json.dumps(line).encode() + b"\n")
        os.fsync(self.file.fileno())


@dataclass(frozen=True, slots=True)
class Written:
    """A line of the book."""

    message_id: str
    recipient: str
    at: str
    sha256: str


def book(path: Path) -> list[Written]:
    """What a server wrote down, oldest first; a line cut short by its death was not answered for."""
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return [Written(**json.loads(line)) for line in lines]


async def _serve(args: argparse.Namespace) -> None:
    sock = listening(args.port)
    desk = Desk(accept, Book(args.record, args.clock))
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, told.set)
    await _listen(loop, desk, sock, None, {})
    sys.stdout.write(f"{sock.getsockname()[1]}\n")
    sys.stdout.flush()
    await told.wait()


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="tests.mailserver")
    parser.add_argument("--record", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--clock", type=Path)
    asyncio.run(_serve(parser.parse_args(argv)))


if __name__ == "__main__":
    main(sys.argv[1:])
