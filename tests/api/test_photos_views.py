"""Who saw an original: written before it is sent, for those who may know of the inspection, and never changed."""

import errno
import os
import threading
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from inspect_app.core import clock
from inspect_app.core.database import db, session
from inspect_app.core.settings import current_settings
from inspect_app.photos import viewing, waiting
from inspect_app.photos.models import PhotoView, PhotoViewPurge
from tests.api.photo_samples import become, count, name_photo, picture, put, sha, visit
from tests.clients import Api, Page
from tests.conftest import Write
from tests.inspections_builders import AsUser, Ids

SHA = sha(picture())
ORIGINAL = f"/photos/{SHA}"


@pytest.fixture
def inspection(write: Write, people: Ids, as_user: AsUser) -> str:
    """A visit whose submission names the photo; `leader` sent it."""
    found = visit(write)
    assert put(as_user("leader"), found, picture()).status_code == 201
    name_photo(write, found, SHA)
    become(write, found, "submitted")
    return str(found)


def logged(as_user: AsUser, inspection: str, by: str = "staff") -> list[dict[str, Any]]:
    answer = as_user(by).get(f"/inspections/{inspection}/photo-views")
    assert answer.status_code == 200, answer.text
    return list(answer.get_json()["items"])


@pytest.mark.every_database
def test_a_view_of_the_original_is_written_with_who_when_and_how(as_user: AsUser, inspection: str) -> None:
    assert as_user("member1").get(ORIGINAL).data == picture()

    (row,) = logged(as_user, inspection)
    assert (row["viewer"], row["role"], row["way"], row["sha256"]) == ("丁委員", "member", "api", SHA)
    assert row["at"].startswith("2026-11-23T01:00:00")


def test_a_person_in_a_browser_comes_by_the_page(as_user: AsUser, page: Page, inspection: str) -> None:
    page.sign_in("staff")
    page.client.get(f"/api/v1{ORIGINAL}?size=original")

    assert [row["way"] for row in logged(as_user, inspection)] == ["page"]


@pytest.mark.parametrize("size", ["thumb", "web"])
def test_copies_are_not_logged(as_user: AsUser, inspection: str, size: str) -> None:
    assert as_user("staff").get(ORIGINAL, size=size).status_code == 200

    assert logged(as_user, inspection) == []


def test_a_part_and_a_look_at_what_one_has_are_views_too(as_user: AsUser, inspection: str) -> None:
    staff = as_user("staff")
    part = staff.send("GET", ORIGINAL, headers={"Range": "bytes=0-9"})
    again = staff.send("GET", ORIGINAL, headers={"If-None-Match": f'"{SHA}-original"'})

    assert (part.status_code, len(part.data), again.status_code) == (206, 10, 304)
    assert len(logged(as_user, inspection)) == 2


def test_asking_for_the_headers_alone_or_being_refused_is_no_view(as_user: AsUser, inspection: str) -> None:
    assert as_user("staff").send("HEAD", ORIGINAL).status_code == 200
    assert as_user("agency").get(ORIGINAL).status_code == 404
    assert as_user("staff").send("GET", ORIGINAL, headers={"Range": "bytes=999999999-"}).status_code == 400

    assert logged(as_user, inspection) == []


def test_the_log_is_for_staff_and_the_team_before_the_issue(
    write: Write, as_user: AsUser, inspection: str
) -> None:
    path = f"/inspections/{inspection}/photo-views"
    readers = ("staff", "leader", "member1")
    others = ("member2", "auditor", "agency", "contractor", "other_contractor")

    assert [as_user(who).get(path).status_code for who in readers] == [200] * 3
    assert [as_user(who).get(path).status_code for who in others] == [404] * 5
    absent = as_user("agency").get("/inspections/00000000-0000-4000-8000-000000000001/photo-views")
    assert as_user("agency").get(path).get_json()["detail"] == absent.get_json()["detail"]
    become(write, UUID(inspection), "issued")
    assert as_user("auditor").get(path).status_code == 200
    assert as_user("agency").get(path).status_code == 404
    assert as_user("agency").get(path).get_json()["detail"] == absent.get_json()["detail"]


def test_the_same_picture_in_a_secret_visit_tells_nothing_of_it(
    write: Write, as_user: AsUser, inspection: str
) -> None:
    """`staff` may read it by both; the first visit's log must not count by the second, nor name it."""
    other = visit(write, number="115-水-002")
    assert put(as_user("leader"), other, picture()).status_code == 201
    become(write, UUID(inspection), "issued")

    as_user("agency").get(ORIGINAL)

    assert [row["role"] for row in logged(as_user, inspection)] == ["agency"]
    assert logged(as_user, str(other)) == []


def test_the_log_is_paged_and_the_last_view_comes_first(
    as_user: AsUser, inspection: str, fixed_clock: Any
) -> None:
    for who in ("leader", "member1", "staff"):
        fixed_clock.instant += timedelta(seconds=1)
        as_user(who).get(ORIGINAL)
    staff, path = as_user("staff"), f"/inspections/{inspection}/photo-views"

    first = staff.get(path, limit=2).get_json()
    rest = staff.get(path, limit=2, cursor=first["next"]).get_json()

    assert [row["role"] for row in first["items"] + rest["items"]] == ["staff", "member", "leader"]
    assert rest["next"] is None


# -- the table ---------------------------------------------------------------------------------------------


@pytest.mark.every_database
@pytest.mark.parametrize(
    "statement", [update(PhotoView).values(viewer_name="x"), delete(PhotoView)], ids=["update", "delete"]
)
def test_the_database_refuses_to_change_or_delete_a_view(
    app: Flask, as_user: AsUser, inspection: str, statement: Any
) -> None:
    as_user("staff").get(ORIGINAL)

    with app.app_context(), pytest.raises(DBAPIError, match="append-only"):
        session().execute(statement)


@pytest.mark.every_database
def test_a_purge_lets_only_what_is_older_go(app: Flask, as_user: AsUser, inspection: str) -> None:
    as_user("staff").get(ORIGINAL)
    with app.app_context():
        now = clock.now()
        session().add(PhotoViewPurge(before=now, purged_at=now))
        session().commit()
        with pytest.raises(DBAPIError, match="append-only"):
            session().execute(delete(PhotoView))
        session().rollback()
        session().add(PhotoViewPurge(before=now + timedelta(seconds=1), purged_at=now))
        session().flush()
        session().execute(delete(PhotoView))
        session().commit()

    assert count(app, PhotoView) == 0


# -- while another writes --------------------------------------------------------------------------------------


def test_no_picture_waits_behind_an_import(app: Flask, as_user: AsUser, inspection: str) -> None:
    staff, begun, done = as_user("staff"), threading.Event(), threading.Event()

    def import_() -> None:
        with app.extensions["chahe.writers"].turn():
            begun.set()
            done.wait(10)

    writer = threading.Thread(target=import_)
    writer.start()
    begun.wait(10)
    try:
        before = time.perf_counter()
        answer = staff.get(ORIGINAL)
        took = time.perf_counter() - before
    finally:
        done.set()
        writer.join()

    assert (answer.status_code, count(app, PhotoView)) == (200, 0)
    assert took < viewing.PATIENCE_S + 2
    staff.get(ORIGINAL)
    assert len(logged(as_user, inspection)) == 2


def test_what_waited_is_carried_over_once(app: Flask, as_user: AsUser, inspection: str) -> None:
    as_user("staff").get(ORIGINAL)
    with app.app_context():
        waiting.put([waiting_view()])
        assert viewing.carry_over() == 1
        assert viewing.carry_over() == 0

    assert count(app, PhotoView) == 1


def waiting_view() -> waiting.View:
    """The one view that is written, as it would wait."""
    row = session().scalars(select(PhotoView)).one()
    return waiting.View(**{name: getattr(row, name) for name in waiting.View.__slots__})


CUT_LINES = [b'{"id": "6f1', b'{"id": "6f1\n', b"\0" * 60 + b"\n", b"[]\n", b"\xff\n"]


@pytest.mark.parametrize("cut", CUT_LINES, ids=["open", "cut", "zeros", "list", "bytes"])
def test_a_cut_line_stops_no_picture_and_is_set_aside(
    app: Flask, as_user: AsUser, inspection: str, cut: bytes
) -> None:
    as_user("staff").get(ORIGINAL)
    with app.app_context():
        view, folder = waiting_view(), current_settings().data_dir
        (folder / waiting.NAME).write_bytes(cut)
        waiting.put([replace(view, id=uuid4())])

    assert as_user("staff").get(ORIGINAL).status_code == 200

    assert (folder / waiting.NAME).read_bytes() == b""
    assert (folder / waiting.UNREADABLE).read_bytes() == cut.rstrip(b"\n") + b"\n"
    assert len(logged(as_user, inspection)) == 3


def test_a_view_that_found_no_room_leaves_no_cut_line(
    app: Flask, as_user: AsUser, inspection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_user("staff").get(ORIGINAL)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with app.app_context():
        view, path = waiting_view(), current_settings().data_dir / waiting.NAME
        waiting.put([view])
        before = path.read_bytes()
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            waiting.put([view])

        assert path.read_bytes() == before


def test_without_its_row_the_original_is_not_sent(
    app: Flask, as_user: AsUser, inspection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE photo_views RENAME TO gone"))

    answer = as_user("staff").get(ORIGINAL)

    assert answer.status_code == 500
    assert picture()[:100] not in answer.data


def test_nobody_signed_in_sees_a_log(client: Api, inspection: str) -> None:
    assert client.get(f"/inspections/{inspection}/photo-views").status_code == 401
