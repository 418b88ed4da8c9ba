"""Many writers at once, and a database that somebody else holds: people wait a little, or are told what to do."""

import json
import random
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug.test import TestResponse

from inspect_app.core import database as core_database
from tests import builders
from tests.clients import Page
from tests.concurrency import deeds
from tests.concurrency.arena import Arena
from tests.concurrency.conftest import OpenArena
from tests.concurrency.invariants import broken
from tests.concurrency.remote import statuses
from tests.conftest import MakeApp

CONNECTIONS = 16
HAMMERING_S = 4.0
LONGEST_S = 8.0
HELD_S = 3.0


@contextmanager
def held(arena_folder: Any) -> Iterator[sqlite3.Connection]:
    """This process has SQLite's write lock, as a backup tool or a shell may."""
    connection = sqlite3.connect(arena_folder / "chahe.sqlite3", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    finally:
        connection.rollback()
        connection.close()


def hammer(arena: Arena, chance: random.Random, until: float) -> list[float]:
    """Deeds in no order until it is time; every answer is the contract's. Returns the seconds of each."""
    seconds = []
    while time.monotonic() < until:
        deed = chance.choice(deeds.DEEDS)
        ask = deed.ready(arena)
        began = time.perf_counter()
        answer = ask({})
        seconds.append(time.perf_counter() - began)
        assert answer.status_code == deed.first, (deed.name, answer.status_code, answer.text)
    return seconds


@pytest.mark.parametrize(("processes", "threads"), [(1, 8), (2, 4)])
def test_sixteen_connections_of_mixed_writes_never_hear_of_a_busy_database(
    processes: int, threads: int, open_arena: OpenArena
) -> None:
    arena = open_arena("sqlite", processes=processes, threads=threads)
    until = time.monotonic() + HAMMERING_S

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        clients = [
            pool.submit(hammer, arena, random.Random(number), until)  # noqa: S311 - repeatable, not secret
            for number in range(CONNECTIONS)
        ]
        seconds = [second for client in clients for second in client.result()]

    assert len(seconds) >= CONNECTIONS
    assert max(seconds) < LONGEST_S
    assert broken(arena) == []


def test_writers_wait_while_another_process_holds_sqlite_for_three_seconds(open_arena: OpenArena) -> None:
    arena = open_arena("sqlite", processes=1, threads=8)
    chosen = [deeds.BY_NAME[name] for name in ("plan", "submit", "photo", "tender", "log_in", "mark")]
    asks = [deed.ready(arena) for deed in chosen]
    answered: list[float] = []

    def ask(one: deeds.Ask) -> TestResponse:
        answer = one({})
        answered.append(time.monotonic())
        return answer

    with ThreadPoolExecutor(len(asks)) as pool:
        with held(arena.server.folder):
            waiting = [pool.submit(ask, one) for one in asks]
            time.sleep(HELD_S)
            assert arena.as_user("staff").get("/tenders").status_code == 200
            released = time.monotonic()
        answers = [each.result() for each in waiting]

    assert [answer.status_code for answer in answers] == [deed.first for deed in chosen]
    assert min(answered) > released
    assert broken(arena) == []


def test_a_database_held_beyond_the_limit_is_a_503_that_says_when_to_try_again(open_arena: OpenArena) -> None:
    arena = open_arena("sqlite", impatient=True)
    chosen = [deeds.BY_NAME[name] for name in ("submit", "photo", "tus_send", "import_list")]
    asks = [deed.ready(arena) for deed in chosen]
    before = arena.snapshot()

    with held(arena.server.folder), ThreadPoolExecutor(len(asks)) as pool:
        answers = list(pool.map(lambda ask: ask({}), asks))

    assert statuses(answers) == {503: len(chosen)}
    assert all(0 < int(answer.headers["Retry-After"]) <= 5 for answer in answers)
    assert {json.loads(answer.data)["title"] for answer in answers} == {"系統忙碌中"}
    assert all(answer.mimetype == "application/problem+json" for answer in answers)
    assert arena.snapshot() == before
    assert [ask({}).status_code for ask in asks] == [deed.first for deed in chosen]
    assert broken(arena) == []


@pytest.fixture
def hasty(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Page]:
    """`hasty("staff")` is a browser signed in to an application that does not wait for a held database."""
    monkeypatch.setattr(core_database, "BUSY_TIMEOUT_S", 0.1)
    app = make_app()

    def sign_in(username: str) -> Page:
        with app.app_context(), core_database.transaction() as current:
            builders.people(current)
            builders.tender(current)
        page = Page(app.test_client())
        assert page.sign_in(username).status_code == 303
        return page

    return sign_in


def test_a_form_sent_to_a_held_database_keeps_what_was_typed(
    hasty: Callable[[str], Page], tmp_path: Any
) -> None:
    page = hasty("staff")
    page.get("/tenders/new")
    typed = {
        "number": "115-忙-001",
        "name": "忙碌時輸入的標案",
        "agency": "測試市水利局",
        "kind": "work",
        "own": "yes",
    }

    with held(tmp_path):
        refused = page.post("/tenders/new", **typed)
    accepted = page.post("/tenders/new", **typed)

    assert refused.status_code == 503
    assert "系統忙碌中" in refused.text
    assert "忙碌時輸入的標案" in refused.text
    assert accepted.status_code == 303


def test_a_plan_sent_to_a_held_database_keeps_what_was_typed(
    hasty: Callable[[str], Page], tmp_path: Any
) -> None:
    page = hasty("staff")
    tender = re.search(r'href="/tenders/([0-9a-f-]{36})"', page.get("/tenders").text)
    assert tender is not None
    form = page.get(f"/inspections/new?tender={tender[1]}").text
    leader = re.search(r'<option value="([0-9a-f-]{36})">丙領隊', form)
    assert leader is not None
    typed = {
        "tender": tender[1],
        "on": "115/12/09",
        "method": "announced",
        "kind": "inspection",
        "leader": leader[1],
    }

    with held(tmp_path):
        refused = page.post("/inspections", **typed)
    accepted = page.post("/inspections", **typed)

    assert refused.status_code == 503
    assert "系統忙碌中" in refused.text
    assert 'value="115/12/09"' in refused.text
    assert accepted.status_code == 303
