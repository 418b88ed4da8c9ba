"""A list of 20,000 tenders is imported while tablets send and people read: nobody is told to come back later."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from tests.concurrency.arena import Arena
from tests.concurrency.deeds import importing, list_of, rich_body
from tests.concurrency.remote import statuses
from tests.inspections_builders import Visit

ROWS = 20_000
VISITS = 24
PAUSE_S = 0.1
LONGEST_S = 15.0
"""What a tablet may wait for its answer on a busy machine of two cores: less than the queue's limit."""

pytestmark = pytest.mark.every_database


class Timed:
    """Answers with the seconds each took."""

    def __init__(self) -> None:
        self.answers: list[TestResponse] = []
        self.seconds: list[float] = []

    def ask(self, one: Callable[[], Any]) -> None:
        began = time.perf_counter()
        self.answers.append(one())
        self.seconds.append(time.perf_counter() - began)


def send_all(visits: list[Visit]) -> Timed:
    """Submit one visit after another, all through the import."""
    sent = Timed()
    for visit in visits:
        body = rich_body(visit.people)
        sent.ask(lambda visit=visit, body=body: visit.submit(body))  # type: ignore[misc]
        time.sleep(PAUSE_S)
    return sent


def read_until(arena: Arena, over: Event) -> Timed:
    read, staff = Timed(), arena.as_user("staff")
    while not over.is_set():
        read.ask(lambda: staff.get("/tenders", limit=50))
        read.ask(lambda: staff.get("/inspections", limit=50))
    return read


def test_submissions_and_reads_are_answered_while_a_long_list_is_imported(arena: Arena) -> None:
    visits = [Visit.started(arena.as_user, arena.people) for _ in range(VISITS)]
    ask, over = importing(arena, list_of(ROWS, uuid4().hex[:8])), Event()

    with ThreadPoolExecutor(4) as pool:
        reading = pool.submit(read_until, arena, over)
        report = pool.submit(ask, {})
        senders = [pool.submit(send_all, visits[half::2]) for half in range(2)]
        try:
            imported, sent = report.result(), [sender.result() for sender in senders]
        finally:
            over.set()
        timed = [*sent, reading.result()]

    assert imported.get_json()["created"] == ROWS
    assert [statuses(each.answers) for each in sent] == [{201: VISITS // 2}] * 2
    assert set(statuses(timed[-1].answers)) == {200}
    assert max(second for each in timed for second in each.seconds) < LONGEST_S
