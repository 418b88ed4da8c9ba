"""How often a message is tried and how long the queue waits for its server; jitter without chance."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from flask import current_app

SPREAD = 0.1
"""A wait is lengthened or shortened by at most this part, so that many do not come back at once."""


def _minutes(*waits: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=wait) for wait in waits)


@dataclass(frozen=True, slots=True)
class Pacing:
    """After each failed attempt a message waits the next of `backoff`, three days in all; then it is given up.

    While the server itself cannot be used the whole queue waits `pauses`, the last again and again, and no message
    loses an attempt. `batch` rows are taken at once, of many by each of `connections`. After `breaks` broken deliveries
    in a row the server counts as unusable. Tests put a faster one in `app.extensions["chahe.mail_pacing"]`.
    """

    backoff: tuple[timedelta, ...] = _minutes(1, 5, 15, 30, 60, 120, 240, *[480] * 8)
    pauses: tuple[timedelta, ...] = _minutes(0.25, 0.5, 1, 2, 5)
    batch: int = 50
    connections: int = 3
    breaks: int = 3

    def after(self, attempt: int, seed: str) -> timedelta | None:
        """The wait after the attempt of this number (from 1); None when it was the last."""
        left = self.backoff[attempt - 1 :]
        return left[0] * jitter(f"{seed} {attempt}") if left else None

    def pause(self, failures: int, seed: str) -> timedelta:
        """The wait after so many failures of the server one after the other (from 1)."""
        return self.pauses[min(failures, len(self.pauses)) - 1] * jitter(f"{seed} {failures}")


def jitter(seed: str) -> float:
    """A factor around 1 that depends on the seed alone."""
    part = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4]) / 2**32
    return 1 - SPREAD + 2 * SPREAD * part


def pacing() -> Pacing:
    """The running application's."""
    return cast(Pacing, current_app.extensions.get("chahe.mail_pacing") or DEFAULT)


DEFAULT = Pacing()
