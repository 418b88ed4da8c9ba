"""The index of looks over its rows: right after what came late, what was removed, and another database."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import OperationalError

from inspect_app.core import clock
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import session
from inspect_app.core.storage import storage
from inspect_app.photos.models import Photo
from inspect_app.plausibility import keeping, likeness, searching
from inspect_app.plausibility.index import Index
from inspect_app.plausibility.models import PhotoLook
from inspect_app.plausibility.searching import Searcher
from tests.conftest import Write
from tests.inspections_builders import AsUser, Ids, Visit
from tests.plausibility_builders import file, send, sha


def look(number: int) -> likeness.Views:
    """Views unlike those of any other number."""
    rng = np.random.default_rng(number)
    return rng.integers(0, 2**64, (len(likeness.VIEWS), likeness.WORDS), dtype=np.uint64)


def keep(write: Write, number: int, at: int | None = None) -> str:
    """A photo that looks as nothing else, under a hash of its own; `at` gives its row a number."""
    sha256 = f"{number:064x}"
    with write() as current:
        current.add(
            Photo(
                sha256=sha256,
                bytes=1,
                mime="image/jpeg",
                width=1,
                height=1,
                taken_at=None,
                created_at=clock.now(),
            )
        )
        current.flush()
        row = PhotoLook(
            sha256=sha256,
            method=likeness.METHOD,
            views=likeness.written(look(number)),
            made_at=clock.now(),
        )
        if at is not None:
            row.number = at
        current.add(row)
    return sha256


def found(app: Flask, searcher: Searcher, number: int) -> set[str]:
    with app.app_context():
        return set(searcher.search(session(), {f"x{number}": look(number)}, 41, clock.now())[f"x{number}"])


@pytest.mark.every_database
def test_a_photo_is_found_from_the_moment_it_came(app: Flask, write: Write, fixed_clock: FixedClock) -> None:
    searcher, one = Searcher(), keep(write, 1)
    assert found(app, searcher, 1) == {one}

    fixed_clock.instant += timedelta(hours=1)
    two = keep(write, 2)

    assert (found(app, searcher, 1), found(app, searcher, 2)) == ({one}, {two})
    fixed_clock.instant += timedelta(hours=1)
    assert (found(app, searcher, 1), found(app, searcher, 2)) == ({one}, {two})
    assert found(app, Searcher(), 1) == {one}  # another process


@pytest.mark.every_database
def test_a_smaller_number_that_is_committed_later_is_not_missed(
    app: Flask, write: Write, fixed_clock: FixedClock
) -> None:
    searcher, old = Searcher(), keep(write, 1)
    fixed_clock.instant += timedelta(hours=1)
    later = keep(write, 3, at=30)
    assert found(app, searcher, 3) == {later}

    late = keep(write, 2, at=20)

    assert found(app, searcher, 2) == {late}
    fixed_clock.instant += timedelta(hours=1)
    assert [found(app, searcher, number) for number in (1, 2, 3)] == [{old}, {late}, {later}]


@pytest.mark.every_database
def test_a_run_that_began_long_ago_does_not_settle_what_it_writes_now(
    app: Flask, write: Write, fixed_clock: FixedClock, visit: Visit
) -> None:
    """Intake takes number 20 and has not committed; the nightly run, begun an hour ago, commits number 31."""
    send(visit, file(2))
    with write() as current:
        current.execute(delete(PhotoLook))
    searcher = Searcher()
    with app.app_context():
        assert keeping.fill(lambda: _pass(fixed_clock, timedelta(hours=1))) == (1, 0)
    with write() as current:
        current.execute(update(PhotoLook).values(number=31))
    assert found(app, searcher, 1) == set()

    late = keep(write, 2, at=20)

    assert found(app, searcher, 2) == {late}
    _pass(fixed_clock, timedelta(hours=1))
    assert found(app, searcher, 2) == {late}


def _pass(fixed_clock: FixedClock, time: timedelta) -> None:
    fixed_clock.instant += time


def test_a_photo_that_was_removed_is_found_no_more(app: Flask, write: Write, fixed_clock: FixedClock) -> None:
    searcher, one = Searcher(), keep(write, 1)
    fixed_clock.instant += timedelta(hours=1)
    assert found(app, searcher, 1) == {one}

    with write() as current:
        current.execute(delete(Photo).where(Photo.sha256 == one))

    assert found(app, searcher, 1) == set()
    with app.app_context():
        assert session().scalar(select(func.count()).select_from(PhotoLook)) == 0


def test_a_number_is_never_given_twice(app: Flask, write: Write) -> None:
    keep(write, 1)
    with write() as current:
        current.execute(delete(Photo))
    keep(write, 2)

    with app.app_context():
        assert session().scalars(select(PhotoLook.number)).all() == [2]


def test_another_database_in_the_same_place_is_noticed(
    app: Flask, write: Write, fixed_clock: FixedClock
) -> None:
    searcher = Searcher()
    for number in range(1, 4):
        keep(write, number)
    fixed_clock.instant += timedelta(hours=1)
    assert found(app, searcher, 3) != set()
    with write() as current:
        current.execute(delete(Photo))
    restored = keep(write, 7, at=1)

    assert found(app, searcher, 7) == {restored}


@pytest.mark.every_database
def test_a_restored_database_that_has_grown_again_is_noticed(
    app: Flask, write: Write, fixed_clock: FixedClock
) -> None:
    """Its last number is beyond what the process had; the numbers given anew are other photos'."""
    searcher = Searcher()
    kept = [keep(write, number, at=number) for number in range(1, 5)]
    fixed_clock.instant += timedelta(hours=1)
    assert found(app, searcher, 4) == {kept[3]}
    with write() as current:
        current.execute(delete(Photo).where(Photo.sha256.in_(kept[2:])))
    anew = [keep(write, number + 10, at=number) for number in range(3, 9)]
    fixed_clock.instant += timedelta(hours=1)

    assert [found(app, searcher, number) for number in (1, 4, 13, 14)] == [
        {kept[0]},
        set(),
        {anew[0]},
        {anew[1]},
    ]


def test_removing_the_newest_photo_does_not_make_the_index_anew(
    app: Flask, write: Write, fixed_clock: FixedClock
) -> None:
    searcher = Searcher()
    one, two = keep(write, 1), keep(write, 2)
    fixed_clock.instant += timedelta(hours=1)
    assert found(app, searcher, 2) == {two}
    with app.app_context():
        before, _ = searcher.catch_up(session(), clock.now())
    with write() as current:
        current.execute(delete(Photo).where(Photo.sha256 == two))

    assert (found(app, searcher, 1), found(app, searcher, 2)) == ({one}, set())
    with app.app_context():
        assert searcher.catch_up(session(), clock.now())[0] is before


def test_a_failure_while_rows_are_read_leaves_none_of_them_twice(
    app: Flask, write: Write, fixed_clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    searcher = Searcher()
    for number in range(1, 6):
        keep(write, number)
    fixed_clock.instant += timedelta(hours=1)
    batches = searching._batches

    def broken(*given: Any) -> Iterator[Sequence[searching.Row]]:
        yield next(batches(*given))
        raise OperationalError("", {}, Exception("the database has gone"))

    monkeypatch.setattr(searching, "BATCH", 2)
    with app.app_context(), monkeypatch.context() as patch:
        patch.setattr(searching, "_batches", broken)
        with pytest.raises(OperationalError):
            searcher.catch_up(session(), clock.now())

    with app.app_context():
        held, _ = searcher.catch_up(session(), clock.now())
    assert len(held.index) == 5


def test_searches_do_not_wait_for_each_other(app: Flask, write: Write, fixed_clock: FixedClock) -> None:
    """A hundred photos among a million take a second: others look at theirs meanwhile."""
    keep(write, 1)
    fixed_clock.instant += timedelta(hours=1)
    searcher, both = Searcher(), Barrier(2, timeout=10)

    class Waiting(Index):
        def search(self, *given: Any, **named: Any) -> dict[int, int]:
            both.wait()
            return super().search(*given, **named)

    with app.app_context():
        held, _ = searcher.catch_up(session(), clock.now())
    held.index.__class__ = Waiting
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda _: found(app, searcher, 1), range(2)))

    assert answers[0] == answers[1] != set()


# -- looks of older photos -----------------------------------------------------------------------------------


@pytest.fixture
def visit(as_user: AsUser, people: dict[str, UUID]) -> Visit:
    made: Ids = people
    return Visit.started(as_user, made)


@pytest.mark.every_database
def test_the_nightly_run_looks_at_what_nobody_looked_at(app: Flask, write: Write, visit: Visit) -> None:
    for seed in (2, 3):
        send(visit, file(seed))
    with write() as current:
        before = dict(current.execute(select(PhotoLook.sha256, PhotoLook.views)).tuples().all())
        current.execute(delete(PhotoLook).where(PhotoLook.sha256 == sha(file(2))))
        current.execute(PhotoLook.__table__.update().values(method=0))  # type: ignore[attr-defined]

    with app.app_context():
        assert keeping.fill(lambda: None) == (2, 0)
        session().rollback()
        after = dict(session().execute(select(PhotoLook.sha256, PhotoLook.views)).tuples().all())
        assert keeping.fill(lambda: None) == (0, 0)

    assert after == before
    assert all(before.values())


def test_a_photo_whose_thumbnail_is_lost_is_counted_and_left(app: Flask, write: Write, visit: Visit) -> None:
    send(visit, file(2))
    with write() as current:
        current.execute(delete(PhotoLook))
    with app.app_context():
        storage().path("photos/thumb", sha(file(2))).unlink()

        assert keeping.fill(lambda: None) == (0, 1)


def test_each_process_of_an_application_has_one_index(app: Flask) -> None:
    with app.app_context():
        assert searching.searcher() is searching.searcher()
