"""A list of 20,000 tenders is imported while tablets send and people read: nobody is told to come back later."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from flask import Response

from tests.concurrency.arena import Arena
from tests.concurrency.deeds import importing, list_of, rich_body
from tests.concurrency.remote import statuses
from tests.inspections_builders import Visit

ROWS = 20_000
VISITS = 24
LONGEST_S = 10.0
"""What a tablet may wait for its answer on a busy machine of two cores; half of what it waits for its turn at most."""

pytestmark = pytest.mark.every_database


class Timed:
    """Answers with the seconds each took."""

    def __init__(self) -> None:
        self.answers: list[Response] = []
        self.seconds: list[float] = []

    def ask(self, one: Callable[[], Any]) -> None:
        began = time.perf_counter()
        self.answers.append(one())
        self.seconds.append(time.perf_counter() - began)


def send_all(visits: list[Visit], sent: Timed, over: Event) -> None:
    """Submit one visit after another, and go on reading until the import is over."""
    for visit in visits:
        body = rich_body_of(visit)
        sent.ask(lambda visit=visit, body=body: visit.submit(body))  # type: ignore[misc]


def rich_body_of(visit: Visit) -> dict[str, Any]:
    return rich_body(visit.people)


def read_until(arena: Arena, over: Event) -> Timed:
    read, staff = Timed(), arena.as_user("staff")
    while not over.is_set():
        read.ask(lambda: staff.get("/tenders", limit=50))
        read.ask(lambda: staff.get("/inspections", limit=50))
    return read


def test_submissions_and_reads_are_answered_while_a_long_list_is_imported(arena: Arena) -> None:
    visits = [Visit.started(arena.as_user, arena.people) for _ in range(VISITS)]
    ask, over, sent = importing(arena, list_of(ROWS, uuid4().hex[:8])), Event(), Timed()

    with ThreadPoolExecutor(4) as pool:
        began = time.perf_counter()
        reading = pool.submit(read_until, arena, over)
        importing_ = pool.submit(ask, {})
        senders = [pool.submit(send_all, visits[n::2], sent, over) for n in range(2)]
        imported = importing_.result()
        took = time.perf_counter() - began
        for sender in senders:
            sender.result()
        over.set()
        read = reading.result()

    print(f"import {took:.2f}s; submissions {len(sent.seconds)} max {max(sent.seconds):.2f}s; reads {len(read.seconds)} max {max(read.seconds):.2f}s")
    assert imported.get_json()["created"] == ROWS
    assert statuses(sent.answers) == {201: VISITS}
    assert set(statuses(read.answers)) == {200}
    assert max(sent.seconds) < LONGEST_S
    assert max(read.seconds) < LONGEST_S
