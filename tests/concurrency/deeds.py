"""Every writing route once: what goes before it, the request itself, and what it answers the first time and again."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import uuid4

from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from tests import builders
from tests.api.photo_samples import CHUNK, TUS, checksum, described, picture, sha
from tests.clients import Api
from tests.concurrency import remote
from tests.concurrency.arena import Arena, Ids
from tests.inspections_builders import TEAM, Visit, defect_body, expect, plan_body, submission_body

Headers = dict[str, str]
Ask = Callable[[Headers], TestResponse]
"""Send the request with these further headers; it may be sent again."""

NUMBERS = count(1000)
"""Of photos, so that each is another."""
BIG = (640, 480)
"""Pixels of a photo that comes in more than one piece."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A writing request. `first` and `again`: its status when it is done, and when it had been done before."""

    name: str
    first: int
    again: int
    ready: Callable[[Arena], Ask]


def asking(api: Api, method: str, path: str, **options: Any) -> Ask:
    """The request as it can be sent again and again."""
    fixed = options.pop("headers", {})
    return lambda headers: api.send(method, path, headers={**fixed, **headers}, **options)


def planned(arena: Arena) -> Visit:
    return Visit.planned(arena.as_user, arena.people)


def started(arena: Arena) -> Visit:
    return Visit.started(arena.as_user, arena.people)


def rich_body(people: Ids, **changes: Any) -> dict[str, Any]:
    """A submission with rows in every table that hangs on one."""
    named = [{"sha256": sha(picture(number))} for number in (1, 2)]
    given = {"defects": [defect_body(), defect_body()], "photos": named, "pending_tests": ["concrete_core"]}
    return submission_body(people, **(given | changes))


# -- visits ------------------------------------------------------------------------------------------------


def plan(arena: Arena) -> Ask:
    staff = arena.as_user("staff")
    tender = expect(
        staff.post("/tenders", builders.tender_body(f"115-計-{uuid4().hex[:8]}")), 201
    ).get_json()["id"]
    return asking(staff, "POST", "/inspections", json=plan_body(tender, arena.people))


def replan(arena: Arena) -> Ask:
    visit = planned(arena)
    body = plan_body(visit.tender, arena.people, on="2026-12-08")
    return asking(visit.api("staff"), "PUT", visit.path(), json=body, headers={"If-Match": visit.etag()})


def declare(arena: Arena) -> Ask:
    visit = planned(arena)
    return asking(visit.api("member1"), "POST", visit.path("/declarations"), json={"conflict": False})


def cancel(arena: Arena) -> Ask:
    visit = planned(arena)
    return asking(visit.api("staff"), "POST", visit.path("/cancel"), json={"reason": "颱風"})


def start(arena: Arena) -> Ask:
    visit = planned(arena)
    visit.declare(*TEAM)
    return asking(visit.api("leader"), "POST", visit.path("/start"), json={})


def mark(arena: Arena) -> Ask:
    visit = started(arena)
    path = visit.path(f"/marks/{arena.people['member1']}")
    return asking(visit.api("member1"), "PUT", path, json={"total": 83})


def submit(arena: Arena) -> Ask:
    visit = started(arena)
    return asking(visit.api("leader"), "PUT", visit.path("/submission"), json=rich_body(arena.people))


def submit_planned(arena: Arena) -> Ask:
    visit = planned(arena)
    visit.declare(*TEAM)
    return asking(visit.api("leader"), "PUT", visit.path("/submission"), json=rich_body(arena.people))


def amend(arena: Arena) -> Ask:
    visit = started(arena)
    expect(visit.submit(rich_body(arena.people)), 201)
    body = {
        "reason": "漏列缺失",
        "submission": rich_body(arena.people, defects=[defect_body()], pending_tests=[]),
    }
    return asking(visit.api("leader"), "POST", visit.path("/amendments"), json=body)


def record_test(arena: Arena) -> Ask:
    visit = started(arena)
    expect(visit.submit(rich_body(arena.people, photos=[])), 201)
    body = {"result": "pass", "decided_on": "2026-11-23", "document": "試字第 1 號"}
    return asking(visit.api("staff"), "PUT", visit.path("/tests/concrete_core"), json=body)


def submitted(arena: Arena) -> tuple[Visit, str]:
    """A visit that may be issued, and the path of its one defect."""
    visit, defect = started(arena), defect_body()
    expect(visit.submit(submission_body(arena.people, defects=[defect])), 201)
    return visit, f"/defects/{defect['id']}"


def issue(arena: Arena) -> Ask:
    visit, _ = submitted(arena)
    body = {"correct_by": "2026-12-20", "document": "測查字第 1 號"}
    return asking(visit.api("staff"), "POST", visit.path("/issue"), json=body)


# -- defects -----------------------------------------------------------------------------------------------


def issued(arena: Arena) -> tuple[Visit, str]:
    visit, defect = submitted(arena)
    expect(visit.issue(), 200)
    return visit, defect


def extend(arena: Arena) -> Ask:
    _, defect = issued(arena)
    body = {"correct_by": "2027-01-20", "reason": "雨季", "document": "測展字第 1 號"}
    return asking(arena.as_user("staff"), "POST", f"{defect}/extensions", json=body)


def correct(arena: Arena) -> Ask:
    visit, defect = issued(arena)
    photo = picture(next(NUMBERS))
    expect(sent(arena, visit, photo, "contractor")({}), 201)
    photos = {stage: [sha(photo)] for stage in ("before", "during", "after")}
    body = {"note": "已修補", "photos": photos}
    return asking(arena.as_user("contractor"), "POST", f"{defect}/corrections", json=body)


def corrected(arena: Arena, *reviewers: str) -> tuple[Visit, str]:
    visit, defect = issued(arena)
    photo = picture(next(NUMBERS))
    expect(sent(arena, visit, photo, "contractor")({}), 201)
    photos = {stage: [sha(photo)] for stage in ("before", "during", "after")}
    expect(
        arena.as_user("contractor").post(f"{defect}/corrections", {"note": "已修補", "photos": photos}), 201
    )
    for username in reviewers:
        expect(arena.as_user(username).post(f"{defect}/reviews", {"result": "pass"}), 201)
    return visit, defect


def review_by_agency(arena: Arena) -> Ask:
    _, defect = corrected(arena)
    return asking(
        arena.as_user("agency"), "POST", f"{defect}/reviews", json={"result": "fail", "note": "再補"}
    )


def review_by_staff(arena: Arena) -> Ask:
    _, defect = corrected(arena, "agency")
    return asking(arena.as_user("staff"), "POST", f"{defect}/reviews", json={"result": "pass"})


def close(arena: Arena) -> Ask:
    visit, _ = corrected(arena, "agency", "staff")
    return asking(visit.api("staff"), "POST", visit.path("/close"), json={})


# -- photos ------------------------------------------------------------------------------------------------


def sent(arena: Arena, visit: Visit, photo: bytes, username: str = "leader") -> Ask:
    return asking(
        arena.as_user(username),
        "PUT",
        f"/photos/{sha(photo)}",
        query_string={"inspection": visit.id},
        data=photo,
        content_type="image/jpeg",
    )


def last_photo(arena: Arena) -> tuple[Visit, bytes]:
    """A visit that waits for one photo only."""
    visit, photo = started(arena), picture(next(NUMBERS), BIG)
    expect(visit.submit(submission_body(arena.people, photos=[{"sha256": sha(photo)}])), 201)
    return visit, photo


def photo(arena: Arena) -> Ask:
    visit, data = last_photo(arena)
    return sent(arena, visit, data)


def tus_begin(arena: Arena) -> Ask:
    visit, data = last_photo(arena)
    return _beginning(arena, visit, data)


def _beginning(arena: Arena, visit: Visit, data: bytes) -> Ask:
    told = {
        "Upload-Length": str(len(data)),
        "Upload-Metadata": described(sha256=sha(data), inspection=visit.id),
    }
    return asking(arena.as_user("leader"), "POST", "/photos/uploads", headers=TUS | told)


def tus_send(arena: Arena) -> Ask:
    """The rest of an upload, from wherever it stands: all of it, and then nothing more."""
    visit, data = last_photo(arena)
    url = expect(_beginning(arena, visit, data)({}), 201).headers["Location"]
    leader = remote.api(arena.server.port, arena.tokens["leader"])

    def ask(headers: Headers) -> TestResponse:
        at = int(leader.send("HEAD", f"/{url}", headers=TUS).headers["Upload-Offset"])
        rest, told = data[at:], TUS | {"Upload-Offset": str(at), "Content-Type": CHUNK}
        told["Upload-Checksum"] = checksum(rest)
        return leader.send("PATCH", f"/{url}", data=rest, headers={**told, **headers})

    return ask


# -- tenders -----------------------------------------------------------------------------------------------


def tender(arena: Arena) -> Ask:
    body = builders.tender_body(f"115-增-{uuid4().hex[:8]}", contractor=f"新廠商 {uuid4().hex[:8]}")
    return asking(arena.as_user("staff"), "POST", "/tenders", json=body)


def known_tender(arena: Arena) -> tuple[str, str, str]:
    number = f"115-改-{uuid4().hex[:8]}"
    added = expect(arena.as_user("staff").post("/tenders", builders.tender_body(number)), 201)
    return number, f"/tenders/{added.get_json()['id']}", added.headers["ETag"]


def change_tender(arena: Arena) -> Ask:
    number, path, tag = known_tender(arena)
    body = builders.tender_body(number, budget_twd=70_000_000, pcm=f"新專管 {uuid4().hex[:8]}")
    return asking(arena.as_user("staff"), "PUT", path, json=body, headers={"If-Match": tag})


def progress(arena: Arena) -> Ask:
    _, path, _ = known_tender(arena)
    body = {
        "planned": "40.00",
        "actual": "38.50",
        "status": "施工中",
        "filed_at": "2026-11-05T09:00:00+08:00",
    }
    return asking(arena.as_user("staff"), "PUT", f"{path}/progress/2026-10", json=body)


def import_list(arena: Arena) -> Ask:
    return importing(arena, list_of(200, uuid4().hex[:8]))


def importing(arena: Arena, data: bytes) -> Ask:
    staff = arena.as_user("staff")

    def ask(headers: Headers) -> TestResponse:
        form = {"file": FileStorage(io.BytesIO(data), filename="list.csv")}
        return staff.send("POST", "/tenders/imports", data=form, headers=headers)

    return ask


def list_of(rows: int, word: str) -> bytes:
    """A list of tenders of one agency and seven contractors, each with a month's progress."""
    header = "標案編號,標案名稱,主辦機關,承攬廠商,預算金額(元),執行狀態,年月,預定進度,實際進度"
    lines = [
        f"{word}-{n:05},測試工程 {n},匯入機關 {word},匯入廠商 {n % 7} {word},{1_000_000 + n},施工中,11510,50.00,48.00"
        for n in range(rows)
    ]
    return "\n".join([header, *lines]).encode()


# -- accounts ----------------------------------------------------------------------------------------------


def log_in(arena: Arena) -> Ask:
    body = {"username": "auditor", "password": builders.PASSWORD}
    return asking(remote.api(arena.server.port, None), "POST", "/auth/login", json=body)


def log_out(arena: Arena) -> Ask:
    token = expect(log_in(arena)({}), 200).get_json()["token"]
    return asking(remote.api(arena.server.port, token), "DELETE", "/auth/session")


def enrol(arena: Arena) -> Ask:
    body = {"user": str(arena.people["leader"])}
    return asking(arena.as_user("leader"), "POST", "/devices/enrolments", json=body)


def device(arena: Arena) -> Ask:
    code = expect(enrol(arena)({}), 201).get_json()["code"]
    body = {"code": code, "name": "平板"}
    return asking(remote.api(arena.server.port, None), "POST", "/devices", json=body)


def revoke(arena: Arena) -> Ask:
    added = expect(device(arena)({}), 201).get_json()
    return asking(arena.as_user("leader"), "DELETE", f"/devices/{added['id']}")


DEEDS = (
    Deed("plan", 201, 409, plan),
    Deed("replan", 200, 412, replan),
    Deed("declare", 200, 200, declare),
    Deed("cancel", 200, 409, cancel),
    Deed("start", 200, 200, start),
    Deed("mark", 201, 200, mark),
    Deed("submit", 201, 200, submit),
    Deed("submit_planned", 201, 200, submit_planned),
    Deed("amend", 201, 200, amend),
    Deed("record_test", 200, 200, record_test),
    Deed("issue", 200, 409, issue),
    Deed("extend", 201, 422, extend),
    Deed("correct", 201, 409, correct),
    Deed("review_by_agency", 201, 409, review_by_agency),
    Deed("review_by_staff", 201, 409, review_by_staff),
    Deed("close", 200, 409, close),
    Deed("photo", 201, 200, photo),
    Deed("tus_begin", 201, 201, tus_begin),
    Deed("tus_send", 204, 204, tus_send),
    Deed("tender", 201, 409, tender),
    Deed("change_tender", 200, 412, change_tender),
    Deed("progress", 201, 428, progress),
    Deed("import_list", 200, 200, import_list),
    Deed("log_in", 200, 200, log_in),
    Deed("log_out", 204, 401, log_out),
    Deed("enrol", 201, 201, enrol),
    Deed("device", 201, 422, device),
    Deed("revoke", 204, 204, revoke),
)
BY_NAME = {deed.name: deed for deed in DEEDS}
