"""Visits for tests, made over the API alone: planned, declared, started, submitted, issued."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from forms.published import load
from inspect_app.core.permissions import Role
from tests import builders
from tests.clients import Api

AsUser = Callable[[str], Api]
Ids = dict[str, UUID]

ON, TODAY, DEADLINE = "2026-11-20", "2026-11-23", "2026-12-20"
"""The day of the visit, the day every test plays on, and the deadline its defects get."""
TEAM = ("leader", "member1", "member2")
FORM = {"code": "construction-inspection", "version": 1}
ITEMS = tuple(load("construction-inspection", 1).item_ids)
STRANGERS = (
    builders.Person("other_leader", "丑領隊", Role.LEADER),
    builders.Person("other_member", "寅委員", Role.MEMBER),
    builders.Person("other_agency", "卯主辦", Role.AGENCY, "另一個機關"),
)
"""People who have nothing to do with the visit, further to the cast's own other contractor."""


def strangers(session: Session) -> Ids:
    """Add them; their ids by username."""
    return {each.username: builders.person(session, each).id for each in STRANGERS}


# -- bodies ------------------------------------------------------------------------------------------------


def plan_body(tender: str, people: Ids, **changes: Any) -> dict[str, Any]:
    """An unannounced inspection of the tender by the whole team."""
    leader, *members = (str(people[username]) for username in TEAM)
    given = {"on": ON, "method": "unannounced", "kind": "inspection", "leader": leader, "members": members}
    return {"tender": tender, **given, **changes}


def submission_body(people: Ids, **changes: Any) -> dict[str, Any]:
    """All is well, marked 82 by the leader and 84 by the first member; `changes` are whole fields."""
    given = {
        "id": str(uuid4()),
        "form": FORM,
        "started_at": f"{ON}T09:00:00+08:00",
        "finished_at": f"{ON}T12:00:00+08:00",
        "answers": {item: {"result": "pass"} for item in ITEMS},
        "marks": [
            {"member": str(people["leader"]), "quality_system": 17, "workmanship": 49, "progress": 16},
            {"member": str(people["member1"]), "total": 84},
        ],
    }
    return given | changes


def marks(people: Ids, **totals: int) -> list[dict[str, Any]]:
    """Marks by username."""
    return [{"member": str(people[username]), "total": total} for username, total in totals.items()]


def defect_body(**changes: Any) -> dict[str, Any]:
    """Honeycombs in the concrete, 3 points against the contractor."""
    given = {"id": str(uuid4()), "code": "5.01.01", "severity": "M", "party": "contractor", "points": 3}
    return given | changes


@cache
def jpeg(number: int = 0) -> bytes:
    """A small photo, another for every number."""
    out = io.BytesIO()
    Image.new("RGB", (48, 32), (200, 90, 160)).save(out, "JPEG", comment=f"photo {number}")
    return out.getvalue()


def sha256(number: int = 0) -> str:
    """That photo's hash, in hex."""
    return hashlib.sha256(jpeg(number)).hexdigest()


# -- visits ------------------------------------------------------------------------------------------------


def expect(answer: TestResponse, *statuses: int) -> TestResponse:
    """The answer, which must have one of the statuses."""
    assert answer.status_code in statuses, f"{answer.status_code}: {answer.text[:800]}"
    return answer


@dataclass
class Visit:
    """One inspection and the people around it; every step is the API's, as the person who may take it."""

    as_user: AsUser
    people: Ids
    tender: str
    id: str
    clients: dict[str, Api] = field(default_factory=dict)

    @classmethod
    def planned(cls, as_user: AsUser, people: Ids, **changes: Any) -> "Visit":
        """A visit to a new tender, planned; `changes` go into the plan."""
        staff = as_user("staff")
        pcm = {"pcm": builders.PCM}
        number = f"115-水-{uuid4().hex[:6]}"
        tender = expect(staff.post("/tenders", builders.tender_body(number, **pcm)), 201).get_json()["id"]
        answer = expect(staff.post("/inspections", plan_body(tender, people, **changes)), 201)
        return cls(as_user, people, tender, answer.get_json()["id"], {"staff": staff})

    @classmethod
    def started(cls, as_user: AsUser, people: Ids, **changes: Any) -> "Visit":
        """A visit that everybody declared himself for, started."""
        visit = cls.planned(as_user, people, **changes)
        visit.declare(*TEAM)
        expect(visit.start(), 200)
        return visit

    @classmethod
    def submitted(cls, as_user: AsUser, people: Ids, **changes: Any) -> "Visit":
        """A visit with its submission; `changes` go into the submission."""
        visit = cls.started(as_user, people)
        expect(visit.submit(submission_body(people, **changes)), 201)
        return visit

    @classmethod
    def issued(cls, as_user: AsUser, people: Ids, **changes: Any) -> "Visit":
        """A visit whose record is issued; `changes` go into the submission."""
        visit = cls.submitted(as_user, people, **changes)
        expect(visit.issue(), 200)
        return visit

    def api(self, username: str) -> Api:
        """The API as a person sees it."""
        if username not in self.clients:
            self.clients[username] = self.as_user(username)
        return self.clients[username]

    def path(self, part: str = "") -> str:
        return f"/inspections/{self.id}{part}"

    def get(self, username: str, part: str = "") -> TestResponse:
        return self.api(username).get(self.path(part))

    def read(self, username: str = "staff", part: str = "") -> dict[str, Any]:
        """What a person reads, who may."""
        return dict(expect(self.get(username, part), 200).get_json())

    def etag(self) -> str:
        return str(expect(self.get("staff"), 200).headers["ETag"])

    def post(self, username: str, part: str, body: Any = None, if_match: str | None = None) -> TestResponse:
        headers = {} if if_match is None else {"If-Match": if_match}
        return self.api(username).post(self.path(part), body, headers=headers)

    def replan(self, if_match: str | None = None, **changes: Any) -> TestResponse:
        body = plan_body(changes.pop("tender", self.tender), self.people, **changes)
        return self.api("staff").put(self.path(), body, if_match)

    def declare(self, *usernames: str) -> None:
        """These declare that nothing is in the way."""
        for username in usernames:
            expect(self.post(username, "/declarations", {"conflict": False}), 200)

    def start(self, username: str = "leader") -> TestResponse:
        return self.post(username, "/start")

    def mark(self, username: str, total: int, member: str | None = None) -> TestResponse:
        """A person marks, himself unless another member is named."""
        member_id = self.people[member or username]
        return self.api(username).put(self.path(f"/marks/{member_id}"), {"total": total})

    def submit(self, body: dict[str, Any] | None = None, username: str = "leader") -> TestResponse:
        given = submission_body(self.people) if body is None else body
        return self.api(username).put(self.path("/submission"), given)

    def amend(self, body: dict[str, Any], reason: str = "漏列委員評分") -> TestResponse:
        return self.post("leader", "/amendments", {"reason": reason, "submission": body})

    def send_photo(self, number: int = 0, username: str = "leader") -> TestResponse:
        """Send a small photo for this visit."""
        return self.api(username).send(
            "PUT",
            f"/photos/{sha256(number)}",
            query_string={"inspection": self.id},
            data=jpeg(number),
            content_type="image/jpeg",
        )

    def decide(self, test: str, result: str, decided_on: str = TODAY) -> TestResponse:
        body = {"result": result, "decided_on": decided_on, "document": "試字第 1 號"}
        return self.api("staff").put(self.path(f"/tests/{test}"), body)

    def issue(self, correct_by: str = DEADLINE) -> TestResponse:
        return self.post("staff", "/issue", {"correct_by": correct_by, "document": "測查字第 1 號"})

    def close(self) -> TestResponse:
        return self.post("staff", "/close")


def errors(answer: TestResponse) -> list[str]:
    """The paths of the fields that an answer says are wrong."""
    expect(answer, 422)
    return [error["field"] for error in answer.get_json()["errors"]]
