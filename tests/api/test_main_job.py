"""The whole job over HTTP on a real list of tenders: import, plan, visit, submit, issue, each seen by whom it concerns."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from tests import builders
from tests.clients import PREFIX
from tests.inspections_builders import ITEMS, TODAY, Ids, defect_body, jpeg, marks, sha256, submission_body

REAL_LIST = Path(__file__).parents[1] / "data" / "pcc_project_progress.csv"
NUMBER = "H0510425"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: Any

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Http:
    """A program on the network: JSON or raw bytes, and a token."""

    base: str
    token: str | None = None

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        data = options.get("data", None if body is None else json.dumps(body).encode())
        headers = {"Content-Type": options.get("kind", "application/json")} | options.get("headers", {})
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = Request(f"{self.base}{PREFIX}{path}", data, headers, method=method)  # noqa: S310 - our own server
        try:
            with urlopen(request) as answer:  # noqa: S310
                return Answer(answer.status, answer.read(), answer.headers)
        except HTTPError as error:
            with error:
                return Answer(error.code, error.read(), error.headers)

    def upload(self, path: str, data: bytes) -> Answer:
        """A file, as a form sends it."""
        mark = uuid4().hex
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="list.csv"\r\n\r\n'
        whole = head.encode() + data + f"\r\n--{mark}--\r\n".encode()
        return self("POST", path, data=whole, kind=f"multipart/form-data; boundary={mark}")


class Quiet(WSGIRequestHandler):
    def log_request(self, *_: Any) -> None:
        """The application has a log of its own."""


@pytest.fixture
def server(app: Flask, people: Ids) -> Iterator[str]:
    """The application behind a real, threaded server; its address."""
    running = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def sign_in(server: str) -> Callable[[str], Http]:
    def sign_in(username: str) -> Http:
        given = {"username": username, "password": builders.PASSWORD}
        return Http(server, Http(server)("POST", "/auth/login", given).json["token"])

    return sign_in


@pytest.mark.every_database
def test_from_a_real_list_to_an_issued_notice(  # noqa: PLR0915 - one job, told once from end to end
    sign_in: Callable[[str], Http], people: Ids
) -> None:
    staff, leader, contractor = sign_in("staff"), sign_in("leader"), sign_in("contractor")
    members = {username: sign_in(username) for username in ("member1", "member2")}

    # 1. Import: first what would happen, then the rows, then nothing left to do.
    rows = REAL_LIST.read_bytes()
    counted = ("read", "created", "unchanged")
    for query, wanted in (
        ("unit=twd&dry_run=true", (190, 190, 0)),
        ("unit=twd", (190, 190, 0)),
        ("unit=twd", (190, 0, 190)),
    ):
        report = staff.upload(f"/tenders/imports?{query}", rows).json
        assert (*(report[name] for name in counted), report["rejected"]) == (*wanted, [])

    (tender,) = staff("GET", f"/tenders?q={quote(NUMBER)}").json["items"]
    path = f"/tenders/{tender['id']}"
    named = {key: value for key, value in tender.items() if key != "id"} | {
        "contractor": builders.CONTRACTOR,
        "supervisor": builders.SUPERVISOR,
    }
    etag = staff("GET", path).headers["ETag"]
    assert contractor("GET", "/tenders").json["items"] == []
    assert staff("PUT", path, named).status == 428
    assert staff("PUT", path, named, headers={"If-Match": etag}).status == 200
    assert [row["number"] for row in contractor("GET", "/tenders").json["items"]] == [NUMBER]

    # 2. Plan in secret; the team declares its interests; the letter is there for the gate.
    plan = {
        "tender": tender["id"],
        "on": TODAY,
        "method": "unannounced",
        "kind": "inspection",
        "leader": str(people["leader"]),
        "members": [str(people["member1"]), str(people["member2"])],
    }
    visit = staff("POST", "/inspections", plan).json
    here = f"/inspections/{visit['id']}"
    assert [person["outside"] for person in visit["team"]] == [False, True, False]
    assert contractor("GET", here).status == 404
    assert contractor("GET", "/inspections").json["items"] == []
    assert leader("POST", f"{here}/start", {}).status == 409
    for inspector in (leader, *members.values()):
        assert inspector("POST", f"{here}/declarations", {"conflict": False}).status == 200
    letter = leader("GET", f"{here}/letter.pdf")
    assert (letter.status, letter.body[:5]) == (200, b"%PDF-")

    # 3. On site: start, mark, photograph, submit; again is the same, another body is refused.
    assert leader("POST", f"{here}/start", {}).json["state"] == "started"
    for username, total in (("member1", 84), ("member2", 80)):
        own = f"{here}/marks/{people[username]}"
        assert members[username]("PUT", own, {"total": total}).status == 201
    answers = {item: {"result": "pass"} for item in ITEMS}
    answers["wk-01"] = {"result": "fail", "note": "蜂窩", "photos": [sha256(1)]}  # type: ignore[dict-item]
    found = [
        defect_body(note="一樓柱蜂窩", photos=[sha256(1), sha256(2)], also=["supervisor"]),
        defect_body(code="4.01.01", points=2, party="agency", note="督導紀錄未追蹤"),
    ]
    body = submission_body(
        people,
        started_at=f"{TODAY}T09:00:00+08:00",
        finished_at=f"{TODAY}T12:00:00+08:00",
        answers=answers,
        defects=found,
        marks=marks(people, leader=82, member1=84, member2=80),
        pending_tests=["concrete_core"],
        photos=[{"sha256": sha256(number), "bytes": len(jpeg(number))} for number in (1, 2)],
    )
    first = leader("PUT", f"{here}/submission", body)
    assert (first.status, first.json["state"], first.json["missing"]) == (
        201,
        "incomplete",
        [sha256(1), sha256(2)],
    )
    for number in (1, 2):
        sent = f"/photos/{sha256(number)}?inspection={visit['id']}"
        assert leader("PUT", sent, data=jpeg(number), kind="image/jpeg").status == 201
        assert leader("PUT", sent, data=jpeg(number), kind="image/jpeg").status == 200
    again = leader("PUT", f"{here}/submission", dict(reversed(body.items())))
    assert (again.status, again.json) == (200, first.json | {"state": "submitted", "missing": []})
    assert leader("PUT", f"{here}/submission", body | {"advice": [{"code": "7.01"}]}).status == 409

    # 4. Amend with a reason; the grade waits for the test, and the test decides it.
    amended = body | {"id": str(uuid4()), "advice": [{"code": "7.01", "note": "補充圖說"}]}
    reason = {"reason": "補列建議", "submission": amended}
    assert [leader("POST", f"{here}/amendments", reason).status for _ in range(2)] == [201, 200]
    score = staff("GET", f"{here}/score").json
    assert (score["mean"], score["label"], score["announceable"]) == ("82.00", "甲等", False)
    issue = {"correct_by": "2026-12-20", "document": "測查字第 1 號"}
    assert staff("POST", f"{here}/issue", issue).status == 409
    result = {"result": "fail", "decided_on": TODAY, "document": "試字第 1 號"}
    score = staff("PUT", f"{here}/tests/concrete_core", result).json
    assert (score["score"], score["label"], score["announceable"]) == (69, "丙等", True)

    # 5. Issue: the inspected read the papers, the score without the marks, their defects, and no one else's.
    assert contractor("GET", f"{here}/notice.pdf").status == 404
    assert staff("POST", f"{here}/issue", issue).json["state"] == "issued"
    for paper in ("record.pdf", "notice.pdf"):
        assert contractor("GET", f"{here}/{paper}").body.startswith(b"%PDF-")
    assert contractor("GET", f"{here}/letter.pdf").status == 404
    seen = contractor("GET", f"{here}/score").json
    assert (seen["score"], seen["steps"][0]["inputs"]) == (69, {})
    assert contractor("GET", here).json["marks"] == []
    assert [row["id"] for row in contractor("GET", "/inspections").json["items"]] == [visit["id"]]
    assert [row["note"] for row in contractor("GET", "/defects").json["items"]] == [
        "一樓柱蜂窩",
        "督導紀錄未追蹤",
    ]
    assert contractor("GET", f"/photos/{sha256(1)}?size=thumb").status == 200
    stranger = sign_in("other_contractor")
    for address in ("/inspections", "/defects", "/tenders"):
        assert stranger("GET", address).json["items"] == []
    assert {stranger("GET", f"{here}{part}").status for part in ("", "/score", "/notice.pdf")} == {404}
    assert stranger("GET", f"/photos/{sha256(1)}?size=thumb").status == 404
