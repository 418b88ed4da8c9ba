"""Clearing photos: what nothing names goes after 30 days, rows first; what is evidence or in use stays."""

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, select

from inspect_app.core import audit, clock
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import session, transaction
from inspect_app.core.storage import storage
from inspect_app.defects.models import CorrectionPhoto, Defect, DefectStep
from inspect_app.inspections.models import NamedPhoto, Submission
from inspect_app.photos import queries, receiving
from inspect_app.photos.keeping import clearing, shelves
from inspect_app.photos.models import Photo
from inspect_app.scheduler import attend
from tests import builders
from tests.api.photo_samples import NOTHING, files, left_behind, name_photo, picture, put, sha, visit
from tests.clients import Api
from tests.conftest import Write
from tests.inspections_builders import Ids, Visit, expect, sha256, submission_body
from tests.jobs.job_samples import SECOND, ledger

DAYS_30 = timedelta(days=30)
DATA, OTHER = picture(0), picture(1)
AsUser = Callable[[str], Api]


def check() -> None:
    """Nobody else takes over."""


@pytest.fixture
def inspection(write: Write, people: object) -> UUID:
    return visit(write)


@pytest.fixture
def sent(as_user: AsUser, inspection: UUID) -> UUID:
    """The inspection for which the leader has sent DATA."""
    assert put(as_user("leader"), inspection, DATA).status_code == 201
    return inspection


def cleared(app: Flask) -> int:
    with app.app_context():
        return clearing.clear_photos(clock.now(), check)


def strays(app: Flask) -> int:
    with app.app_context():
        return clearing.clear_strays(clock.now(), check)


def known(app: Flask) -> set[str]:
    with app.app_context():
        return set(session().scalars(select(Photo.sha256)))


def whole(app: Flask) -> set[str]:
    """The photos whose bytes lie there in every size."""
    with app.app_context():
        return {sha(data) for data in (DATA, OTHER) if queries.is_stored(sha(data))}


def make_files(app: Flask, age: timedelta) -> None:
    """Let every file have been written that long before now."""
    with app.app_context():
        written = (clock.now() - age).timestamp()
        for path in storage().root.rglob("*"):
            os.utime(path, (written, written))


def submit(write: Write, inspection: UUID, version: int, *photos: str) -> None:
    """A version of the inspection's submission, naming photos."""
    with write() as current:
        body = "".join(f'{{"sha256": "{sha256}"}}' for sha256 in photos)
        current.add(
            Submission(
                id=uuid4(),
                inspection_id=inspection,
                version=version,
                body=body,
                sha256="0" * 64,
                received_at=clock.now(),
                received_by=builders.user(current, "leader").id,
            )
        )
        current.execute(delete(NamedPhoto).where(NamedPhoto.inspection_id == inspection))
    name_photo(write, inspection, *photos)


def correct(write: Write, inspection: UUID, sha256: str) -> None:
    """A defect of the inspection with a correction that carries a photo."""
    with write() as current:
        defect = Defect(
            id=uuid4(),
            inspection_id=inspection,
            position=0,
            code="5.01.01",
            severity="M",
            party="contractor",
            also=[],
            points=3,
            photos=[],
        )
        person = builders.user(current, "contractor")
        step = DefectStep(
            id=uuid4(), position=0, kind="correction", at=clock.now(), by_id=person.id, by_name=person.name
        )
        step.detail = {}
        defect.steps.append(step)
        current.add(defect)
        current.flush()
        current.add(CorrectionPhoto(step_id=step.id, sha256=sha256, inspection_id=inspection))


# -- what goes --------------------------------------------------------------------------------------------


@pytest.mark.every_database
def test_a_photo_that_nothing_named_for_30_days_is_removed_with_its_bytes(
    app: Flask, sent: UUID, fixed_clock: FixedClock
) -> None:
    fixed_clock.instant += DAYS_30
    assert cleared(app) == 0

    fixed_clock.instant += SECOND

    assert cleared(app) == 1
    assert left_behind(app) == (
        [],
        [0, 0, 1],
    )  # that it was sent, for that day's quota: it expires like an upload


def test_the_inspection_remembers_which_photo_was_removed(
    app: Flask, sent: UUID, fixed_clock: FixedClock
) -> None:
    fixed_clock.instant += DAYS_30 + SECOND
    cleared(app)

    with app.app_context():
        event = audit.history(session(), "inspection", sent)[-1]
    assert (event.action, event.actor_name, event.detail) == ("photo.cleared", "系統", {"sha256": sha(DATA)})


def test_many_photos_are_removed_in_batches(
    app: Flask,
    write: Write,
    as_user: AsUser,
    inspection: UUID,
    fixed_clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clearing, "BATCH", 2)
    leader, pictures = as_user("leader"), [picture(number) for number in range(5)]
    for data in pictures:
        put(leader, inspection, data)
    name_photo(write, inspection, sha(pictures[2]))
    fixed_clock.instant += DAYS_30 + SECOND

    assert cleared(app) == 4
    assert known(app) == {sha(pictures[2])}


# -- what stays -------------------------------------------------------------------------------------------


def test_a_photo_that_the_submission_names_stays(
    app: Flask, write: Write, sent: UUID, fixed_clock: FixedClock
) -> None:
    name_photo(write, sent, sha(DATA))
    fixed_clock.instant += DAYS_30 * 12

    assert cleared(app) == 0
    assert whole(app) == {sha(DATA)}


@pytest.mark.every_database
def test_a_photo_that_only_an_earlier_version_names_stays(
    app: Flask, write: Write, sent: UUID, fixed_clock: FixedClock
) -> None:
    submit(write, sent, 1, sha(DATA))
    submit(write, sent, 2)
    fixed_clock.instant += DAYS_30 * 12

    assert cleared(app) == 0


def test_a_photo_that_a_correction_carries_stays(
    app: Flask, write: Write, sent: UUID, fixed_clock: FixedClock
) -> None:
    correct(write, sent, sha(DATA))
    fixed_clock.instant += DAYS_30 * 12

    assert cleared(app) == 0


def test_a_photo_sent_again_stays_for_another_30_days(
    app: Flask, write: Write, sent: UUID, fixed_clock: FixedClock
) -> None:
    fixed_clock.instant += timedelta(days=29)
    with write() as current:
        leader = Api(app.test_client(), builders.token(current, "leader"))
    assert put(leader, sent, DATA).status_code == 200

    fixed_clock.instant += DAYS_30
    assert cleared(app) == 0
    fixed_clock.instant += SECOND
    assert cleared(app) == 1


def test_a_photo_sent_for_a_second_inspection_of_late_stays_for_both(
    app: Flask, write: Write, sent: UUID, fixed_clock: FixedClock
) -> None:
    fixed_clock.instant += DAYS_30 - timedelta(days=1)
    second = visit(write, number="115-水-002")
    with write() as current:
        leader = Api(app.test_client(), builders.token(current, "leader"))
    assert put(leader, second, DATA).status_code == 201
    fixed_clock.instant += timedelta(days=2)

    assert cleared(app) == 0
    assert known(app) == {sha(DATA)}


# -- crashes ----------------------------------------------------------------------------------------------


def test_bytes_that_a_crash_left_behind_go_on_a_later_run(
    app: Flask, sent: UUID, fixed_clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: object) -> int:
        raise KeyboardInterrupt

    fixed_clock.instant += DAYS_30 + SECOND
    make_files(app, DAYS_30)
    with monkeypatch.context() as patch:
        patch.setattr(clearing, "_remove", killed)
        with pytest.raises(KeyboardInterrupt):
            cleared(app)
    assert (known(app), whole(app)) == (set(), {sha(DATA)})

    assert strays(app) == 3
    assert files(app) == []


def test_young_bytes_without_a_row_may_be_a_photo_on_its_way(app: Flask, inspection: UUID) -> None:
    with app.app_context():
        storage().put("photos/original", sha(DATA), DATA)
        (storage().root / "incoming").mkdir(parents=True, exist_ok=True)
        (storage().root / "incoming" / "tmpabcdef").touch()
    make_files(app, timedelta(days=1))

    assert strays(app) == 0


def test_a_temporary_file_that_a_crash_left_goes_after_a_day(app: Flask) -> None:
    with app.app_context():
        (storage().root / "incoming").mkdir(parents=True, exist_ok=True)
        (storage().root / "incoming" / "tmpabcdef").touch()
    make_files(app, timedelta(days=1, seconds=1))

    assert strays(app) == 1
    assert files(app) == []


def test_sweeping_bytes_leaves_the_known_photos_and_foreign_files(app: Flask, sent: UUID) -> None:
    with app.app_context():
        foreign = storage().path("photos/original", "0a notes.txt")
        foreign.parent.mkdir(parents=True, exist_ok=True)
        foreign.touch()
    make_files(app, DAYS_30)
    before = files(app)

    assert strays(app) == 0
    assert files(app) == before


# -- races ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_photo_that_a_transaction_is_about_to_name_is_left_and_not_waited_for(
    app: Flask, sent: UUID, fixed_clock: FixedClock
) -> None:
    fixed_clock.instant += DAYS_30 + SECOND
    with ThreadPoolExecutor(1) as pool, app.app_context(), transaction() as current:
        assert queries.received(current, sent, [sha(DATA)], lock=True) == {sha(DATA)}

        assert pool.submit(cleared, app).result(10) == 0

    assert cleared(app) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_names_a_photo_waits_for_its_clearing_and_finds_it_gone(
    app: Flask, sent: UUID, fixed_clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixed_clock.instant += DAYS_30 + SECOND
    forgotten, asked = threading.Event(), threading.Event()
    forget = clearing.service.forget_unnamed

    def pausing(*given: object) -> list[str]:
        gone: list[str] = forget(*given)  # type: ignore[arg-type]
        forgotten.set()
        assert not asked.wait(0.5)
        return gone

    def naming() -> set[str]:
        with app.app_context(), transaction() as current:
            found = queries.received(current, sent, [sha(DATA)], lock=True)
            asked.set()
            return found

    monkeypatch.setattr(clearing.service, "forget_unnamed", pausing)
    with ThreadPoolExecutor(2) as pool:
        clearer = pool.submit(cleared, app)
        forgotten.wait(10)
        assert pool.submit(naming).result(10) == set()
        assert clearer.result(10) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_submission_that_names_a_photo_being_cleared_calls_it_missing(
    app: Flask, as_user: AsUser, people: Ids, fixed_clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Visit.started(as_user, people)
    expect(late.send_photo(1), 201)
    fixed_clock.instant += DAYS_30 + SECOND
    late.clients["leader"] = as_user("leader")  # the old token has run out
    forgotten, forget = threading.Event(), clearing.service.forget_unnamed

    def pausing(*given: object) -> list[str]:
        gone: list[str] = forget(*given)  # type: ignore[arg-type]
        forgotten.set()
        time.sleep(0.5)
        return gone

    monkeypatch.setattr(clearing.service, "forget_unnamed", pausing)
    with ThreadPoolExecutor(1) as pool:
        clearer = pool.submit(cleared, app)
        forgotten.wait(10)
        answer = expect(late.submit(submission_body(people, photos=[{"sha256": sha256(1)}])), 201)
        assert clearer.result(10) == 1

    assert (answer.get_json()["state"], answer.get_json()["missing"]) == ("incomplete", [sha256(1)])


@pytest.mark.every_database
def test_a_photo_sent_again_while_it_is_cleared_never_has_a_row_without_bytes(
    app: Flask, write: Write, sent: UUID, fixed_clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixed_clock.instant += DAYS_30 + SECOND
    second = visit(write, number="115-水-002")
    with write() as current:
        leader = Api(app.test_client(), builders.token(current, "leader"))
    accept, pool = receiving.accept, ThreadPoolExecutor(1)

    def accepting(path: Path, digest: str, sha256: str) -> object:
        facts = accept(path, digest, sha256)
        clearer.append(pool.submit(cleared, app))
        with pytest.raises(TimeoutError):
            clearer[0].result(0.5)
        return facts

    clearer: list[Future[int]] = []
    monkeypatch.setattr(receiving, "accept", accepting)
    with pool:
        assert put(leader, second, DATA).status_code == 201

    assert known(app) == whole(app) == {sha(DATA)}


def test_shelves_do_not_keep_those_who_bring_from_each_other(app: Flask) -> None:
    with app.app_context(), shelves.bringing("ab" * 32), shelves.bringing("ab" * 32):
        assert shelves.of("ab" * 32) == "ab"


# -- the job ----------------------------------------------------------------------------------------------


@pytest.mark.every_database
def test_the_nightly_run_tells_what_it_removed(app: Flask, sent: UUID, fixed_clock: FixedClock) -> None:
    fixed_clock.instant += DAYS_30 + SECOND
    (job,) = (each for each in app.extensions["chahe.jobs"] if each.name == "photos.expire")

    assert attend(app, job, "tester") == 1

    assert ledger(app)[0].outcome == {"photos": 1, "uploads": 1, "stray_files": 0}
    assert left_behind(app) == NOTHING
