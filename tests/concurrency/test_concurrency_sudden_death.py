"""The whole server is killed in the middle of a write, started again, and everything that it answered is there.

A request names the point of its own death (`served.py`). Before its commit it leaves no trace in any table; after
it, the whole of it is there; either way the same request sent again answers as the contract says.
`CHAHE_KILLS=200 pytest …` makes the last test kill as often as a person likes, at moments nobody chose.
"""

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from inspect_app.photos.keeping import clearing
from tests.concurrency import deeds
from tests.concurrency.arena import Arena
from tests.concurrency.conftest import OpenArena
from tests.concurrency.deeds import Ask, Deed
from tests.concurrency.invariants import broken
from tests.concurrency.remote import NoAnswer
from tests.concurrency.served import HEADER
from tests.conftest import MORNING

SURVIVED = ("committed", "answer", "remove")
"""Points after the commit."""
KILLS = int(os.environ.get("CHAHE_KILLS", "4"))
CLIENTS = 6
FRESH_EVERY = 25
"""Kills on one database, so that looking through all of it stays quick."""


class Death(NamedTuple):
    """A deed and where its process ends: the number-th time it comes to the point."""

    deed: str
    point: str
    number: int = 1


SQLITE = (
    Death("submit", "statement", 5),
    Death("submit_planned", "commit"),
    Death("amend", "statement", 6),
    Death("issue", "commit"),
    Death("close", "statement", 2),
    Death("correct", "statement", 2),
    Death("review_by_staff", "committed"),
    Death("photo", "keep", 2),
    Death("photo", "kept", 3),
    Death("tus_send", "appended"),
    Death("tus_send", "statement", 6),
    Death("tus_send", "remove"),
    Death("import_list", "statement", 3),
    Death("change_tender", "answer"),
    Death("log_in", "commit"),
    Death("device", "statement", 2),
)
POSTGRESQL = (
    Death("submit", "commit"),
    Death("amend", "committed"),
    Death("photo", "kept", 3),
    Death("import_list", "statement", 3),
)


@pytest.fixture(scope="session")
def mortal(open_arena: OpenArena) -> dict[str, Arena]:
    """Served applications that are killed, by database."""
    return {}


def of(database: str, mortal: dict[str, Arena], open_arena: OpenArena) -> Arena:
    if database not in mortal:
        mortal[database] = open_arena(database, processes=2, threads=4)
    return mortal[database]


def ended(arena: Arena, deed: Deed, death: Death) -> tuple[Ask, dict[str, list[Any]]]:
    """The request that its process died of, and the rows before it; earlier where a point comes less often."""
    for number in range(death.number, 0, -1):
        ask = deed.ready(arena)
        before = arena.snapshot()
        try:
            ask({HEADER: f"{death.point} {number} kill"})
        except NoAnswer:
            return ask, before
    raise AssertionError(f"{deed.name} never comes to {death.point}")


def die(arena: Arena, death: Death) -> None:
    """Do a deed, die of it, start again: nothing of it or all of it, and sent again it is as it should be."""
    deed = deeds.BY_NAME[death.deed]
    ask, before = ended(arena, deed, death)
    arena.server.wait_for_end()
    arena.server.start()

    survived = death.point in SURVIVED
    assert (arena.snapshot() != before) is survived
    assert broken(arena) == []
    assert ask({}).status_code == (deed.again if survived else deed.first)
    assert broken(arena) == []


def name(death: Death) -> str:
    return f"{death.deed}-{death.point}-{death.number}"


@pytest.mark.parametrize("death", SQLITE, ids=name)
def test_a_kill_leaves_nothing_or_all_of_a_write_on_sqlite(
    death: Death, mortal: dict[str, Arena], open_arena: OpenArena
) -> None:
    die(of("sqlite", mortal, open_arena), death)


@pytest.mark.parametrize("death", POSTGRESQL, ids=name)
def test_a_kill_leaves_nothing_or_all_of_a_write_on_postgresql(
    death: Death, mortal: dict[str, Arena], open_arena: OpenArena
) -> None:
    die(of("postgresql", mortal, open_arena), death)


def test_what_a_dead_process_left_half_written_is_swept_two_days_later(
    mortal: dict[str, Arena], open_arena: OpenArena
) -> None:
    arena = of("sqlite", mortal, open_arena)
    die(arena, Death("photo", "keep", 1))
    uploads = arena.server.folder / "uploads"
    incoming, orphan = uploads / "incoming", uploads / "incoming-tus" / str(uuid4())
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"of an upload that was removed while another request wrote")
    assert list(incoming.iterdir()) != []

    with arena.app.app_context():
        clearing.clear_strays(datetime.now(UTC) + timedelta(days=2), lambda: None)
        clearing.clear_uploads(MORNING + timedelta(days=2), lambda: None)

    assert list(incoming.iterdir()) == []
    assert not orphan.exists()
    assert broken(arena) == []


# -- at any moment -----------------------------------------------------------------------------------------


@dataclass
class Round:
    """What the clients of one round were answered, and what they still wait for."""

    arena: Arena
    over: Event = field(default_factory=Event)
    kept: list[tuple[Deed, Ask, TestResponse]] = field(default_factory=list)
    unknown: list[tuple[Deed, Ask]] = field(default_factory=list)

    def work(self, chance: random.Random) -> None:
        """One client: deeds in no order, until one is not answered."""
        while not self.over.is_set():
            deed = chance.choice(deeds.DEEDS)
            try:
                ask = deed.ready(self.arena)
            except NoAnswer:
                return
            try:
                answer = ask({})
            except NoAnswer:
                self.unknown.append((deed, ask))
                return
            assert answer.status_code == deed.first, (deed.name, answer.text)
            self.kept.append((deed, ask, answer))

    def kill_after(self, seconds: float) -> None:
        time.sleep(seconds)
        self.over.set()
        self.arena.server.kill()
        self.arena.server.start()

    def check(self) -> None:
        """What was answered is there, what was not is there or not; sent again, all of it is."""
        assert broken(self.arena) == []
        for deed, ask in self.unknown:
            assert ask({}).status_code in (deed.first, deed.again), deed.name
        for deed, ask, answer in self.kept:
            again = ask({})
            assert again.status_code == deed.again, (deed.name, again.text)
            assert receipt(again) == receipt(answer) or not repeatable(deed), deed.name
        assert broken(self.arena) == []


def repeatable(deed: Deed) -> bool:
    return (deed.first, deed.again) == (201, 200)


def receipt(answer: TestResponse) -> list[Any]:
    """What stays the same each time a tablet sends again."""
    body = answer.get_json(silent=True) or {}
    return [body.get(key) for key in ("id", "sha256", "received_at")]


@pytest.mark.every_database
def test_kills_at_any_moment_lose_nothing_that_was_answered(database: str, open_arena: OpenArena) -> None:
    chance = random.Random(20261123)  # noqa: S311 - repeatable, not secret
    for number in range(KILLS):
        if number % FRESH_EVERY == 0:
            arena = open_arena(database, processes=1 + number // FRESH_EVERY % 2, threads=8)
        this = Round(arena)
        with ThreadPoolExecutor(CLIENTS) as pool:
            clients = [pool.submit(this.work, random.Random(chance.random())) for _ in range(CLIENTS)]  # noqa: S311
            this.kill_after(chance.uniform(0.2, 1.2))
        for client in clients:
            client.result()
        this.check()
