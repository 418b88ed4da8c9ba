"""The same at the same moment from several clients of a served application of two processes: done once."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from inspect_app.core.audit import AuditEvent
from inspect_app.defects.models import Defect, DefectStep
from inspect_app.inspections.models import Inspection, Mark, NamedPhoto, Submission
from inspect_app.photos.models import PhotoReceipt
from inspect_app.tenders.models import Progress, Tender
from tests import builders
from tests.api.photo_samples import CHUNK, TUS, described, picture, sha
from tests.clients import Api
from tests.concurrency.arena import Arena
from tests.concurrency.deeds import NUMBERS
from tests.concurrency.invariants import broken
from tests.concurrency.remote import statuses, together
from tests.inspections_builders import (
    Visit,
    defect_body,
    expect,
    jpeg,
    marks,
    plan_body,
    sha256,
    submission_body,
)

AT_ONCE = 8
pytestmark = pytest.mark.every_database

Ask = Callable[[Api], Any]


@pytest.fixture
def visit(arena: Arena) -> Visit:
    return Visit.started(arena.as_user, arena.people)


def at_once(arena: Arena, username: str, *asks: Ask) -> list[TestResponse]:
    """All of it at the same moment as one person, each over a connection of its own."""
    return together([lambda ask=ask: ask(arena.as_user(username)) for ask in asks])  # type: ignore[misc]


def of(visit: Visit, column: Any) -> Any:
    return column == UUID(visit.id)


def photos(*numbers: int) -> list[dict[str, Any]]:
    return [{"sha256": sha256(number)} for number in numbers]


# -- submissions -------------------------------------------------------------------------------------------


def test_the_same_submission_from_eight_clients_is_received_once(arena: Arena, visit: Visit) -> None:
    body = submission_body(
        arena.people,
        defects=[defect_body(), defect_body()],
        photos=photos(70, 71),
        pending_tests=["concrete_core"],
    )

    answers = at_once(arena, "leader", *[lambda api: api.put(visit.path("/submission"), body)] * AT_ONCE)

    assert statuses(answers) == {201: 1, 200: AT_ONCE - 1}
    received = [answer.get_json() for answer in answers]
    assert len({(each["id"], each["sha256"], each["received_at"]) for each in received}) == 1
    assert arena.count(Submission, of(visit, Submission.inspection_id)) == 1
    assert arena.count(Defect, of(visit, Defect.inspection_id)) == 2
    assert arena.count(Mark, of(visit, Mark.inspection_id)) == 2
    assert arena.count(NamedPhoto, of(visit, NamedPhoto.inspection_id)) == 2
    assert arena.events("inspection.submitted", visit.id) == 1


def test_of_eight_bodies_under_one_id_one_is_received_and_stays(arena: Arena, visit: Visit) -> None:
    bodies = [
        submission_body(arena.people, id=visit.id, marks=marks(arena.people, leader=75 + number))
        for number in range(AT_ONCE)
    ]

    answers = at_once(
        arena, "leader", *[lambda api, body=body: api.put(visit.path("/submission"), body) for body in bodies]
    )

    assert statuses(answers) == {201: 1, 409: AT_ONCE - 1}
    winner = next(body for body, answer in zip(bodies, answers, strict=True) if answer.status_code == 201)
    assert visit.submit(winner).status_code == 200
    with arena.looking() as current:
        totals = current.scalars(select(Mark.total).where(of(visit, Mark.inspection_id)))
        assert list(totals) == [winner["marks"][0]["total"]]


def test_the_same_amendment_from_eight_clients_is_one_version(arena: Arena, visit: Visit) -> None:
    expect(visit.submit(), 201)
    body = {"reason": "更正", "submission": submission_body(arena.people, defects=[defect_body()])}

    answers = at_once(arena, "leader", *[lambda api: api.post(visit.path("/amendments"), body)] * AT_ONCE)

    assert statuses(answers) == {201: 1, 200: AT_ONCE - 1}
    assert arena.count(Submission, of(visit, Submission.inspection_id)) == 2
    assert arena.count(Defect, of(visit, Defect.inspection_id)) == 1
    assert arena.events("inspection.amended", visit.id) == 1


def test_the_same_mark_from_eight_clients_is_one_row(arena: Arena, visit: Visit) -> None:
    path = visit.path(f"/marks/{arena.people['member1']}")

    answers = at_once(arena, "member1", *[lambda api: api.put(path, {"total": 81})] * AT_ONCE)

    assert statuses(answers) == {201: 1, 200: AT_ONCE - 1}
    assert arena.count(Mark, of(visit, Mark.inspection_id)) == 1


# -- decisions -----------------------------------------------------------------------------------------------


def test_eight_plans_for_one_day_are_one_visit(arena: Arena, visit: Visit) -> None:
    body = plan_body(visit.tender, arena.people, on="2026-12-04")

    answers = at_once(arena, "staff", *[lambda api: api.post("/inspections", body)] * AT_ONCE)

    assert statuses(answers) == {201: 1, 409: AT_ONCE - 1}
    assert arena.count(Inspection, Inspection.tender_id == UUID(visit.tender)) == 2


def test_of_eight_changes_to_one_plan_one_is_made(arena: Arena) -> None:
    visit = Visit.planned(arena.as_user, arena.people)
    tag = visit.etag()
    bodies = [plan_body(visit.tender, arena.people, on=f"2026-12-0{n + 1}") for n in range(AT_ONCE)]

    answers = at_once(
        arena, "staff", *[lambda api, body=body: api.put(visit.path(), body, tag) for body in bodies]
    )

    assert statuses(answers) == {200: 1, 412: AT_ONCE - 1}
    assert arena.events("inspection.replanned", visit.id) == 1


def test_a_record_issued_by_eight_clicks_is_issued_once(arena: Arena, visit: Visit) -> None:
    expect(visit.submit(submission_body(arena.people, defects=[defect_body()])), 201)
    body = {"correct_by": "2026-12-20", "document": "測查字第 1 號"}

    answers = at_once(arena, "staff", *[lambda api: api.post(visit.path("/issue"), body)] * AT_ONCE)

    assert statuses(answers) == {200: 1, 409: AT_ONCE - 1}
    assert arena.events("inspection.issued", visit.id) == 1


def test_an_amendment_and_an_issue_at_once_leave_what_was_issued_unchanged(
    arena: Arena, visit: Visit
) -> None:
    expect(visit.submit(submission_body(arena.people, defects=[defect_body()])), 201)
    amended = {
        "reason": "更正",
        "submission": submission_body(arena.people, defects=[defect_body(), defect_body()]),
    }
    asks: list[Callable[[], Any]] = [visit.issue, lambda: visit.post("leader", "/amendments", amended)]
    visit.api("staff"), visit.api("leader")

    issued, amendment = together(asks)

    assert issued.status_code == 200
    assert amendment.status_code in (201, 409)
    wanted = 2 if amendment.status_code == 201 else 1
    assert arena.count(Defect, of(visit, Defect.inspection_id), Defect.state == "issued") == wanted


# -- photos --------------------------------------------------------------------------------------------------


def test_the_same_photo_from_eight_clients_is_received_once(arena: Arena, visit: Visit) -> None:
    def send(api: Api) -> Any:
        query = {"inspection": visit.id}
        return api.send("PUT", f"/photos/{sha256(60)}", query_string=query, data=jpeg(60))

    answers = at_once(arena, "leader", *[send] * AT_ONCE)

    assert statuses(answers) == {201: 1, 200: AT_ONCE - 1}
    assert len({answer.data for answer in answers}) == 1
    assert arena.events("photo.received", visit.id) == 1


def test_the_last_photos_at_once_complete_the_visit_once(arena: Arena, visit: Visit) -> None:
    numbers = range(50, 50 + AT_ONCE)
    expect(visit.submit(submission_body(arena.people, photos=photos(*numbers))), 201)
    visit.api("leader")

    answers = together([lambda number=number: visit.send_photo(number) for number in numbers])  # type: ignore[misc]

    assert statuses(answers) == {201: AT_ONCE}
    assert visit.read()["state"] == "submitted"
    assert arena.events("inspection.completed", visit.id) == 1


@pytest.mark.parametrize("others", ["the same bytes", "other bytes"])
def test_eight_clients_on_one_upload_never_make_a_mixed_photo(
    arena: Arena, visit: Visit, others: str
) -> None:
    right = picture(next(NUMBERS), (900, 600))
    wrong = (
        right
        if others == "the same bytes"
        else picture(next(NUMBERS), (900, 600))[: len(right)].ljust(len(right))
    )
    told = {
        "Upload-Length": str(len(right)),
        "Upload-Metadata": described(sha256=sha(right), inspection=visit.id),
    }
    begun = expect(arena.as_user("leader").send("POST", "/photos/uploads", headers=TUS | told), 201)

    def send(data: bytes) -> Ask:
        chunk = TUS | {"Upload-Offset": "0", "Content-Type": CHUNK}
        return lambda api: api.send("PATCH", f"/{begun.headers['Location']}", headers=chunk, data=data)

    answers = at_once(arena, "leader", *[send(right), send(wrong)] * (AT_ONCE // 2))

    assert set(statuses(answers)) <= ({204, 409} if others == "the same bytes" else {204, 404, 409, 422})
    assert statuses(answers)[204] <= 1
    kept = arena.count(PhotoReceipt, of(visit, PhotoReceipt.inspection_id))
    assert kept == statuses(answers)[204]
    if kept:
        stored = arena.as_user("leader").get(f"/photos/{sha(right)}", size="original")
        assert sha(stored.data) == sha(right)
    assert broken(arena) == []


# -- defects -------------------------------------------------------------------------------------------------


@pytest.fixture
def defect(arena: Arena, visit: Visit) -> str:
    """An issued defect of the visit, with a photo that its correction may carry."""
    body = defect_body()
    expect(visit.submit(submission_body(arena.people, defects=[body])), 201)
    expect(visit.issue(), 200)
    expect(visit.send_photo(40, "contractor"), 201)
    return f"/defects/{body['id']}"


CORRECTION = {"note": "已修補", "photos": {stage: [sha256(40)] for stage in ("before", "during", "after")}}
PASS = {"result": "pass", "note": "可"}


def test_the_same_correction_review_and_extension_from_eight_clients_is_one_step_each(
    arena: Arena, defect: str
) -> None:
    later = {"correct_by": "2027-01-20", "reason": "雨季", "document": "測展字第 1 號"}
    steps = [
        ("staff", "/extensions", later, 422),
        ("contractor", "/corrections", CORRECTION, 409),
        ("agency", "/reviews", PASS, 409),
        ("staff", "/reviews", PASS, 409),
    ]

    for username, part, body, refused in steps:
        answers = at_once(arena, username, *[lambda api, p=part, b=body: api.post(defect + p, b)] * AT_ONCE)
        assert statuses(answers) == {201: 1, refused: AT_ONCE - 1}, part

    id_ = UUID(defect.rpartition("/")[2])
    with arena.looking() as current:
        positions = current.scalars(select(DefectStep.position).where(DefectStep.defect_id == id_))
        assert sorted(positions) == [0, 1, 2, 3]


def test_two_reviewers_who_disagree_at_once_make_one_review(arena: Arena, defect: str) -> None:
    expect(arena.as_user("contractor").post(f"{defect}/corrections", CORRECTION), 201)
    verdicts = [PASS, {"result": "fail", "note": "未修補完妥"}] * 4

    answers = at_once(
        arena, "agency", *[lambda api, body=body: api.post(f"{defect}/reviews", body) for body in verdicts]
    )

    assert statuses(answers) == {201: 1, 409: AT_ONCE - 1}


# -- tenders -------------------------------------------------------------------------------------------------


def test_of_eight_changes_with_one_if_match_one_is_made(arena: Arena) -> None:
    number = f"115-爭-{uuid4().hex[:6]}"
    added = expect(arena.as_user("staff").post("/tenders", builders.tender_body(number)), 201)
    path, tag = f"/tenders/{added.get_json()['id']}", added.headers["ETag"]
    bodies = [builders.tender_body(number, budget_twd=1_000_000 + n) for n in range(AT_ONCE)]

    answers = at_once(arena, "staff", *[lambda api, body=body: api.put(path, body, tag) for body in bodies])

    assert statuses(answers) == {200: 1, 412: AT_ONCE - 1}
    assert arena.events("tender.changed", added.get_json()["id"]) == 1


def test_eight_filings_of_one_new_month_are_one(arena: Arena, visit: Visit) -> None:
    body = {
        "planned": "50.00",
        "actual": "48.00",
        "status": "施工中",
        "filed_at": "2026-11-05T09:00:00+08:00",
    }
    path = f"/tenders/{visit.tender}/progress/2026-10"

    answers = at_once(arena, "staff", *[lambda api: api.put(path, body)] * AT_ONCE)

    assert statuses(answers) == {201: 1, 428: AT_ONCE - 1}
    assert arena.count(Progress, Progress.tender_id == UUID(visit.tender)) == 1


def test_eight_new_tenders_of_one_new_contractor_are_all_added(arena: Arena) -> None:
    contractor = f"新設營造公司 {uuid4().hex[:6]}"
    bodies = [
        builders.tender_body(f"115-新-{uuid4().hex[:6]}", contractor=contractor) for _ in range(AT_ONCE)
    ]

    answers = at_once(arena, "staff", *[lambda api, body=body: api.post("/tenders", body) for body in bodies])

    assert statuses(answers) == {201: AT_ONCE}
    assert len({answer.get_json()["id"] for answer in answers}) == AT_ONCE


def test_one_list_imported_by_three_clients_at_once_makes_each_row_once(arena: Arena) -> None:
    agency = f"匯入測試機關 {uuid4().hex[:6]}"
    lines = [f"115-匯-{n:04},測試工程 {n},{agency},廠商 {n % 7} {agency}" for n in range(300)]
    data = "\n".join(["標案編號,標案名稱,主辦機關,承攬廠商", *lines]).encode()
    before = arena.count(Tender)

    answers = at_once(arena, "staff", *[lambda api: api.upload("/tenders/imports", data, unit="twd")] * 3)

    assert statuses(answers) == {200: 3}
    assert sorted(answer.get_json()["created"] for answer in answers) == [0, 0, 300]
    assert sorted(answer.get_json()["unchanged"] for answer in answers) == [0, 300, 300]
    assert arena.count(Tender) - before == 300


# -- tablets -------------------------------------------------------------------------------------------------


def test_a_one_time_code_used_by_eight_tablets_enrols_one(arena: Arena) -> None:
    leader = arena.as_user("leader")
    code = expect(leader.post("/devices/enrolments", {"user": str(arena.people["leader"])}), 201).get_json()[
        "code"
    ]

    answers = at_once(
        arena,
        "leader",
        *[lambda api, n=n: api.post("/devices", {"code": code, "name": f"平板 {n}"}) for n in range(8)],
    )

    assert statuses(answers) == {201: 1, 422: AT_ONCE - 1}
    enrolled = next(answer.get_json()["id"] for answer in answers if answer.status_code == 201)
    assert arena.count(AuditEvent, AuditEvent.subject_id == enrolled) == 1
