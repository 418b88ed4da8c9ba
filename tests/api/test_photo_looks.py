"""The index of looks over its rows: right after what came late, what was removed, and another database."""

from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from inspect_app.core import clock
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import session
from inspect_app.core.storage import storage
from inspect_app.photos.models import Photo
from inspect_app.plausibility import keeping, likeness, searching
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
        assert keeping.fill(clock.now(), lambda: None) == (2, 0)
        session().rollback()
        after = dict(session().execute(select(PhotoLook.sha256, PhotoLook.views)).tuples().all())
        assert keeping.fill(clock.now(), lambda: None) == (0, 0)

    assert after == before
    assert all(before.values())


def test_a_photo_whose_thumbnail_is_lost_is_counted_and_left(app: Flask, write: Write, visit: Visit) -> None:
    send(visit, file(2))
    with write() as current:
        current.execute(delete(PhotoLook))
    with app.app_context():
        storage().path("photos/thumb", sha(file(2))).unlink()

        assert keeping.fill(clock.now(), lambda: None) == (0, 1)


def test_each_process_of_an_application_has_one_index(app: Flask) -> None:
    with app.app_context():
        assert searching.searcher() is searching.searcher()
