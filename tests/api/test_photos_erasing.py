"""Erasing a photo: by whom, when, what goes and what stays; and that these bytes never come back."""

import io
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from inspect_app.core import clock
from inspect_app.core.audit import AuditEvent
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import db, session
from inspect_app.photos import erasing, queries
from inspect_app.photos.keeping import clearing, ledger, shelves, stored
from inspect_app.photos.models import Photo, PhotoErasure, PhotoReceipt
from tests.api.photo_samples import Tus, files
from tests.api.test_inspections_races import together
from tests.clients import Api, Page
from tests.inspections_builders import (
    AsUser,
    Ids,
    Visit,
    defect_body,
    errors,
    expect,
    jpeg,
    sha256,
    submission_body,
)

REASON = "當事人依個人資料保護法請求刪除"
PHOTO = f"/photos/{sha256()}"


@pytest.fixture
def visit(as_user: AsUser, people: Ids) -> Visit:
    """A closed visit that names a photo of its own defect."""
    found = Visit.submitted(as_user, people, **content())
    expect(found.send_photo(), 201)
    expect(found.issue(), 200)
    finish(found)
    return found


def content() -> dict[str, object]:
    return {"photos": [{"sha256": sha256()}], "defects": [defect_body(photos=[sha256()])]}


def finish(visit: Visit) -> None:
    """Correct the defect and close."""
    (row,) = visit.api("staff").get("/defects", inspection=visit.id).get_json()["items"]
    for number in (6, 7, 8):
        expect(visit.send_photo(number, "contractor"), 201)
    stages = {"before": [sha256(6)], "during": [sha256(7)], "after": [sha256(8)]}
    path = f"/defects/{row['id']}"
    expect(visit.api("contractor").post(f"{path}/corrections", {"note": "已修補", "photos": stages}), 201)
    expect(visit.api("agency").post(f"{path}/reviews", {"result": "pass"}), 201)
    expect(visit.api("staff").post(f"{path}/reviews", {"result": "pass"}), 201)
    expect(visit.close(), 200)


def erase(as_user: AsUser, by: str = "staff", photo: str = PHOTO, reason: str = REASON) -> TestResponse:
    return as_user(by).post(f"{photo}/erasure", {"reason": reason})


def test_only_bytes_go_row_hash_and_reason_stay(app: Flask, as_user: AsUser, visit: Visit) -> None:
    assert any(sha256() in name for name in files(app))

    told = expect(erase(as_user), 201).get_json()

    assert (told["sha256"], told["erased_by"], told["reason"]) == (sha256(), "乙承辦", REASON)
    assert not any(sha256() in name for name in files(app))
    with app.app_context():
        assert session().get(Photo, sha256()) is not None
        assert session().scalars(select(PhotoReceipt).where(PhotoReceipt.sha256 == sha256())).one()


@pytest.mark.every_database
def test_reading_it_is_gone_for_its_readers_and_absent_for_all_others(as_user: AsUser, visit: Visit) -> None:
    expect(erase(as_user), 201)

    for size in ("thumb", "web", "original"):
        answer = as_user("agency").get(PHOTO, size=size)
        assert (answer.status_code, answer.get_json()["code"]) == (410, "photo_erased")
        assert REASON not in answer.text
    assert as_user("staff").get(f"{PHOTO}/address").status_code == 410
    absent = as_user("other_contractor").get(f"/photos/{'0' * 64}")
    other = as_user("other_contractor").get(PHOTO)
    assert (other.status_code, other.get_json()["detail"]) == (404, absent.get_json()["detail"])


@pytest.mark.parametrize("by", ["leader", "auditor", "agency", "admin"])
def test_only_the_staff_erases(app: Flask, as_user: AsUser, visit: Visit, by: str) -> None:
    expect(erase(as_user, by), 403)

    assert any(sha256() in name for name in files(app))


def test_a_reason_is_needed_and_once_is_enough(as_user: AsUser, visit: Visit) -> None:
    assert errors(erase(as_user, reason=" ")) == ["reason"]
    expect(erase(as_user), 201)
    expect(erase(as_user), 409)
    expect(erase(as_user, photo=f"/photos/{'0' * 64}"), 404)


@pytest.mark.every_database
def test_while_a_case_it_hangs_on_is_open_it_stays(app: Flask, as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people, **content())
    expect(visit.send_photo(), 201)
    expect(erase(as_user), 409)
    expect(visit.issue(), 200)
    expect(erase(as_user), 409)
    finish(visit)
    other = Visit.submitted(as_user, people, photos=[{"sha256": sha256()}])  # names it, has not got it

    expect(erase(as_user), 409)

    assert queries_stored(app)
    assert other.read()["state"] == "incomplete"


def queries_stored(app: Flask) -> bool:
    with app.app_context():
        return queries.is_stored(sha256())


@pytest.mark.every_database
def test_the_same_bytes_are_not_taken_again(app: Flask, as_user: AsUser, people: Ids, visit: Visit) -> None:
    expect(erase(as_user), 201)
    before, other = files(app), Visit.started(as_user, people)

    answer = other.send_photo()
    upload = Tus(other.api("leader"), other.id, jpeg())
    upload.create()
    last = upload.patch(0)

    assert errors(answer) == ["sha256"]
    assert "已依規定清除" in answer.get_json()["detail"]
    assert last.status_code == 422
    assert [name for name in files(app) if sha256() in name] == []
    assert set(before) <= set(files(app))


def test_papers_and_pages_say_so_in_its_place(as_user: AsUser, visit: Visit, page: Page) -> None:
    expect(erase(as_user), 201)

    data = expect(visit.get("agency", "/notice.pdf"), 200).data
    text = "".join(part.extract_text() for part in PdfReader(io.BytesIO(data)).pages).replace("\n", "")
    assert "已依規定清除" in text
    assert REASON not in text
    page.sign_in("agency")
    shown = page.get(f"/inspections/{visit.id}").text
    assert "照片已依規定清除" in shown
    assert REASON not in shown


def test_it_is_neither_missing_nor_lost(app: Flask, as_user: AsUser, visit: Visit) -> None:
    expect(erase(as_user), 201)

    assert visit.read()["missing"] == []
    with app.app_context(), db.engine.connect() as connection:
        assert not any(sha256() in each.name for each in stored.named(connection))
        assert sha256() not in [photo.sha256 for photo in ledger.waiting(session(), "", 100)]


def test_every_inspection_it_hangs_on_has_the_event(app: Flask, as_user: AsUser, visit: Visit) -> None:
    expect(erase(as_user), 201)

    with app.app_context():
        (event,) = session().scalars(select(AuditEvent).where(AuditEvent.action == "photo.erased"))
    assert (event.subject_id, event.actor_name) == (visit.id, "乙承辦")
    assert event.detail == {"sha256": sha256(), "reason": REASON, "by": "乙承辦"}


@pytest.mark.every_database
@pytest.mark.parametrize("change", [update(PhotoErasure).values(reason="x"), delete(PhotoErasure)])
def test_the_database_keeps_every_erasure(app: Flask, as_user: AsUser, visit: Visit, change: object) -> None:
    expect(erase(as_user), 201)

    with app.app_context(), pytest.raises(DBAPIError, match="append-only"):
        session().execute(change)  # type: ignore[call-overload]


def test_rooms_forget_what_they_made_of_it(
    app: Flask, as_user: AsUser, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten: list[str] = []

    def forget(_: Session, which: str) -> None:
        forgotten.append(which)

    monkeypatch.setattr(erasing, "FORGETTERS", [*erasing.FORGETTERS, forget])

    expect(erase(as_user), 201)

    assert forgotten == [sha256()]


def test_bytes_that_a_crash_left_go_with_the_nightly_job(app: Flask, as_user: AsUser, visit: Visit) -> None:
    expect(erase(as_user), 201)
    with app.app_context():
        place = queries.paths(sha256(), "original")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(jpeg())

        assert erasing.finish(session(), lambda: None) == 1
        assert erasing.finish(session(), lambda: None) == 0
        assert not place.exists()


def test_a_restored_database_erases_again(app: Flask, as_user: AsUser, visit: Visit) -> None:
    told = erasing.Erasure(sha256(), clock_now(app), visit.people["staff"], "乙承辦", REASON)
    with app.app_context():
        assert erasing.again(told, clock.now())
        assert not erasing.again(told, clock.now())
        assert not queries.is_stored(sha256())
        assert [each.reason for each in erasing.every(session())] == [REASON]

    assert as_user("staff").get(PHOTO).status_code == 410


def clock_now(app: Flask) -> object:
    with app.app_context():
        return clock.now()


@pytest.mark.every_database
def test_erasing_against_sending_the_same_bytes_loses_nothing(
    app: Flask, as_user: AsUser, people: Ids, visit: Visit
) -> None:
    """Either the photo is erased and refused, or it came first and is safe: never a receipt without bytes."""
    other, staff = Visit.started(as_user, people), as_user("staff")
    leader = other.api("leader").token
    asks: list[Callable[[Api], TestResponse]] = [
        lambda api: api.post(f"{PHOTO}/erasure", {"reason": REASON}),
        lambda _: Api(app.test_client(), leader).send(
            "PUT", PHOTO, query_string={"inspection": other.id}, data=jpeg(), content_type="image/jpeg"
        ),
    ]

    erased, sent = together(app, staff, asks)

    assert (erased.status_code, sent.status_code) in {(201, 422), (409, 201)}
    assert queries_stored(app) is (sent.status_code == 201)


# -- across machines, whose shelves have locks of their own ----------------------------------------------------


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "_locked", lambda *_: nullcontext())


@pytest.mark.every_database
def test_bytes_checked_before_an_erasure_elsewhere_are_not_received_after_it(
    app: Flask, as_user: AsUser, people: Ids, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, plain, asked = Visit.started(as_user, people), erasing.refuse_erased, list[str]()

    def too_early(current: Session, which: str) -> None:
        asked.append(which)
        if len(asked) > 1:
            plain(current, which)

    expect(erase(as_user), 201)
    monkeypatch.setattr(erasing, "refuse_erased", too_early)

    assert errors(other.send_photo()) == ["sha256"]
    with app.app_context():
        assert [str(each.inspection_id) for each in queries.receipts(session(), [sha256()])] == [visit.id]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_is_received_elsewhere_while_an_erasure_is_decided_stays(
    app: Flask, as_user: AsUser, people: Ids, visit: Visit, monkeypatch: pytest.MonkeyPatch, unlocked: None
) -> None:
    other, plain = Visit.started(as_user, people), erasing._hold
    with ThreadPoolExecutor(1) as pool:

        def hold_too_late(current: Session, which: str) -> None:
            assert pool.submit(other.send_photo).result().status_code == 201
            plain(current, which)

        monkeypatch.setattr(erasing, "_hold", hold_too_late)
        expect(erase(as_user), 409)

    assert queries_stored(app)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_is_sent_elsewhere_while_it_is_being_erased_is_refused(
    app: Flask, as_user: AsUser, people: Ids, visit: Visit, monkeypatch: pytest.MonkeyPatch, unlocked: None
) -> None:
    other, plain, sent = Visit.started(as_user, people), ledger.order_removal, list[Future[TestResponse]]()
    with ThreadPoolExecutor(1) as pool:

        def while_sent(*given: Any) -> None:
            sent.append(pool.submit(other.send_photo))
            wait(sent, 1)  # it cannot be done before the erasure is
            plain(*given)

        monkeypatch.setattr(ledger, "order_removal", while_sent)
        expect(erase(as_user), 201)

    assert errors(sent[0].result()) == ["sha256"]


def test_clearing_leaves_an_erased_photos_row(
    app: Flask, as_user: AsUser, visit: Visit, fixed_clock: FixedClock
) -> None:
    expect(erase(as_user), 201)
    fixed_clock.instant += timedelta(days=400)

    with app.app_context():
        clearing.clear_photos(clock.now(), lambda: None)
        assert queries.erasure(session(), sha256()) is not None
        assert queries.get(session(), sha256()) is not None


def test_what_an_amendment_dropped_can_be_erased_too(
    app: Flask, as_user: AsUser, people: Ids, page: Page
) -> None:
    """It stays as evidence of the first version, though nobody but its sender reads it any more."""
    visit = Visit.submitted(as_user, people, photos=[{"sha256": sha256()}])
    expect(visit.send_photo(), 201)
    expect(visit.amend(submission_body(people)), 201)
    expect(visit.issue(), 200)
    expect(visit.close(), 200)
    assert as_user("staff").get(PHOTO).status_code == 404
    page.sign_in("staff")
    assert "現行送件沒有提到" in page.get(f"/photos/retention?inspection={visit.id}").text

    expect(erase(as_user), 201)

    assert not queries_stored(app)


# -- the page ------------------------------------------------------------------------------------------------


def test_the_staff_erases_on_a_page_and_what_was_wrong_is_told(
    as_user: AsUser, visit: Visit, page: Page
) -> None:
    page.sign_in("staff")
    assert "清除這件查核的照片" in page.get(f"/inspections/{visit.id}").text
    shown = page.get(f"/photos/retention?inspection={visit.id}").text
    assert "清除所選照片" in shown
    assert "不限" in shown

    refused = page.post(f"/photos/retention/{visit.id}", reason="")
    assert refused.status_code == 422
    assert "請從這件查核還在的照片中選至少一張" in refused.text
    answer = page.post(f"/photos/retention/{visit.id}", sha256s=sha256(), reason=REASON)

    assert answer.status_code == 303
    shown = page.get("/photos/retention").text
    assert sha256()[:16] in shown
    assert REASON in shown


def test_a_photo_that_is_refused_half_way_hides_none_that_was_erased(
    app: Flask, as_user: AsUser, people: Ids, visit: Visit, page: Page
) -> None:
    first, second, third = sorted((sha256(), sha256(6), sha256(7)))
    Visit.submitted(as_user, people, photos=[{"sha256": second}])
    page.sign_in("staff")
    page.get(f"/photos/retention?inspection={visit.id}")

    answer = page.post(f"/photos/retention/{visit.id}", sha256s=[first, second, third], reason=REASON)

    assert answer.status_code == 409
    assert "已清除 1 張照片，其餘沒有清除" in answer.text
    assert f"雜湊 {second[:8]}：這張照片屬於 1 件尚未結案的查核" in answer.text
    assert [f'value="{each}" checked' in answer.text for each in (first, second, third)] == [
        False,
        True,
        True,
    ]
    with app.app_context():
        assert [queries.is_stored(each) for each in (first, second, third)] == [False, True, True]


def test_an_open_inspections_photos_are_not_offered(as_user: AsUser, people: Ids, page: Page) -> None:
    visit = Visit.submitted(as_user, people, **content())
    expect(visit.send_photo(), 201)
    page.sign_in("staff")

    assert "尚未結案" in page.get(f"/photos/retention?inspection={visit.id}").text
    page.get(f"/photos/retention?inspection={visit.id}")
    assert page.post(f"/photos/retention/{visit.id}", sha256s=sha256(), reason=REASON).status_code == 409


def test_the_page_is_the_staffs(page: Page, visit: Visit) -> None:
    page.sign_in("leader")

    assert page.get("/photos/retention").status_code == 403
