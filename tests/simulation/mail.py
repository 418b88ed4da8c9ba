"""A mail server of the simulated year: writes down what it took and when, and may kill right after its «250»."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.parser import BytesHeaderParser
from typing import Any

from aiosmtpd.controller import Controller

from tests.simulation.clocks import FileClock


@dataclass(frozen=True, slots=True)
class Received:
    """A mail taken: by the year's clock, and by the machine's."""

    message_id: str
    to: str
    at: datetime
    moment: float


@dataclass
class Mails:
    """What came. With `strike` set the next mail is its occasion, once the answer has gone out."""

    clock: FileClock
    received: list[Received] = field(default_factory=list)
    strike: Callable[[], None] | None = None

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        headers = BytesHeaderParser().parsebytes(envelope.content)
        mail = Received(headers["Message-ID"], envelope.rcpt_tos[0], self.clock.now(), time.monotonic())
        self.received.append(mail)
        if self.strike is not None:
            server.loop.call_soon(self.strike)  # after the answer, which goes out before the loop turns again
            self.strike = None
        return "250 taken"


class MailServer:
    """On loopback, on one port from first to last; `stop` and `start` as often as one likes."""

    def __init__(self, mails: Mails, port: int) -> None:
        self.mails, self.port = mails, port
        self._running: Controller | None = None

    def start(self) -> None:
        self._running = Controller(self.mails, hostname="127.0.0.1", port=self.port)
        self._running.start()

    def stop(self) -> None:
        if self._running:
            self._running.stop()
        self._running = None

    @property
    def is_up(self) -> bool:
        return self._running is not None
