"""PostgreSQL ends connections and refuses one of two who wait for each other: people are told to send again."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import select

from inspect_app.accounts.models import Organisation
from inspect_app.tenders.models import Tender
from tests.concurrency import deeds
from tests.concurrency.arena import Arena
from tests.concurrency.conftest import OpenArena
from tests.concurrency.deeds import importing, list_of
from tests.concurrency.invariants import broken
from tests.concurrency.served import HEADER
from tests.inspections_builders import expect

CUTS_S = 3.0
CUT_ALL = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
"""Ends every other connection, and waits until it has ended."""


@pytest.fixture(scope="module")
def arena(open_arena: OpenArena) -> Arena:
    return open_arena("postgresql", processes=2, threads=4)


@pytest.mark.parametrize("point", ["statement 1", "statement 3", "commit 1"])
@pytest.mark.parametrize("name", ["submit", "photo", "import_list", "log_in"])
def test_a_connection_cut_in_a_write_is_a_503_and_the_next_request_is_served(
    arena: Arena, name: str, point: str
) -> None:
    deed = deeds.BY_NAME[name]
    ask = deed.ready(arena)
    before = arena.snapshot()

    refused = ask({HEADER: f"{point} cut"})

    if refused.status_code != deed.first:  # a deed of fewer statements never came to the point
        assert refused.status_code == 503
        assert 0 < int(refused.headers["Retry-After"]) <= 5
        assert refused.mimetype == "application/problem+json"
        assert arena.snapshot() == before
        assert ask({}).status_code == deed.first
    assert broken(arena) == []


def test_connections_cut_while_idle_are_not_noticed_by_anybody(arena: Arena) -> None:
    staff = arena.as_user("staff")
    seen = []

    for _ in range(4):
        staff.get("/tenders")  # leaves one connection behind that was used just now
        with psycopg.connect(arena.server.database_url, autocommit=True) as own:
            cut = own.execute(CUT_ALL).fetchall()
        seen += [len(cut) > 0, staff.get("/tenders").status_code]

    assert seen == [True, 200] * 4


def test_a_connection_cut_once_the_answer_is_made_does_not_lose_the_answer(arena: Arena) -> None:
    staff = arena.as_user("staff")

    answers = [staff.send("GET", "/tenders", headers={HEADER: "view 1 cut"}), staff.get("/tenders")]

    assert [answer.status_code for answer in answers] == [200, 200]


def test_connections_cut_again_and_again_lose_nothing_that_was_answered(arena: Arena) -> None:
    over = Event()

    def cut() -> None:
        with psycopg.connect(arena.server.database_url, autocommit=True) as own:
            while not over.wait(0.2):
                own.execute(CUT_ALL)

    with ThreadPoolExecutor(6) as pool:
        cutting = pool.submit(cut)
        try:
            workers = [pool.submit(submissions_until, arena, time.monotonic() + CUTS_S) for _ in range(4)]
            seen = [status for worker in workers for status in worker.result()]
        finally:
            over.set()
        cutting.result()

    assert set(seen) <= {200, 201, 503}
    assert 201 in seen
    assert broken(arena) == []


def submissions_until(arena: Arena, end: float) -> list[int]:
    """Prepare and submit visits; each submission is sent until it is answered. Returns every status seen."""
    seen = []
    while time.monotonic() < end:
        with suppress(AssertionError):  # what goes before may be refused too, and is then begun anew
            ask = deeds.BY_NAME["submit"].ready(arena)
            answers = [ask({}).status_code]
            while answers[-1] == 503:
                answers.append(ask({}).status_code)
            seen += answers
    return seen


def test_two_who_wait_for_each_other_are_parted_and_the_loser_may_send_again(arena: Arena) -> None:
    word = uuid4().hex[:8]
    expect(importing(arena, list_of(2, word))({}), 200)
    changed = list_of(2, word).replace("測試工程".encode(), "更名工程".encode())
    with arena.looking() as current:
        query = select(Tender.id).join(Organisation, Organisation.id == Tender.agency_id)
        first, second = sorted(current.scalars(query.where(Organisation.name == f"匯入機關 {word}")))

    with psycopg.connect(arena.server.database_url) as other, ThreadPoolExecutor(1) as pool:
        other.execute("SET deadlock_timeout = '10s'")
        other.execute("SELECT 1 FROM tenders WHERE id = %s FOR UPDATE", [second])
        waiting = pool.submit(importing(arena, changed), {})
        wait_until_blocked(arena)
        other.execute("SELECT 1 FROM tenders WHERE id = %s FOR UPDATE", [first])
        refused = waiting.result()

    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "5"
    again = expect(importing(arena, changed)({}), 200)
    assert again.get_json()["updated"] == 2


def wait_until_blocked(arena: Arena) -> None:
    """Until the server's own statement waits for a lock."""
    with psycopg.connect(arena.server.database_url, autocommit=True) as own:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        deadline = time.monotonic() + 20
        while own.execute(query).fetchone() == (0,):
            assert time.monotonic() < deadline, "nothing waits"
            time.sleep(0.01)
