"""Rounds as rooms declare them: what every worker looks after beside its jobs, without period or ledger.

A room's `rounds.py` holds a tuple `ROUNDS`; `rooms.py` collects them, and the scheduler goes each one at the worker's
pace. Several workers go the same round, so it takes its work under leases of its own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Event
from typing import cast

from flask import Flask

Walk = Callable[[Flask, str, Event | None], object]


@dataclass(frozen=True, slots=True)
class Round:
    """`walk(app, worker, stopping)` does what there is to do and returns; it stops early once `stopping` is set.

    It is called outside an application context and opens its own short transactions.
    """

    name: str
    walk: Walk


def init_app(app: Flask, declared: Iterable[Round]) -> None:
    """Make the rounds known to the worker."""
    app.extensions["chahe.rounds"] = tuple(declared)


def declared(app: Flask) -> tuple[Round, ...]:
    """The application's rounds, in the order declared."""
    return cast(tuple[Round, ...], app.extensions["chahe.rounds"])
