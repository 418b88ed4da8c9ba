"""For every operation of the OpenAPI document one good request, from which bad ones are made.

A new route needs one line here: `test_every_operation_has_an_example` says which.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from werkzeug.test import TestResponse

from tests import builders
from tests.api.photo_samples import CHUNK, TUS
from tests.hostile.verdicts import REFUSALS
from tests.hostile.world import MONTH, STAGES, World
from tests.inspections_builders import (
    DEADLINE,
    ITEMS,
    TODAY,
    defect_body,
    jpeg,
    plan_body,
    sha256,
    submission_body,
)

Body = Callable[[World], Any]


@dataclass(frozen=True, slots=True)
class Example:
    """A request that succeeds: `path` is filled from the world's ids; `body` is JSON, `data` anything else.

    `walk` names the only keys whose insides are spoilt, where another route has the rest. `refusals` are the
    statuses of a wrong value that is right by itself.
    """

    by: str
    path: str
    body: Body | None = None
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    data: bytes | None = None
    kind: str = ""
    stale: bool = False
    walk: frozenset[str] | None = None
    refusals: frozenset[int] = REFUSALS

    def address(self, world: World) -> str:
        return self.path.format(**world.ids) + (f"?{self.query.format(**world.ids)}" if self.query else "")

    def told(self, world: World) -> dict[str, str]:
        """The headers; the present ETag where the route wants one."""
        path = self.path.format(**world.ids)
        headers = {name: text.format(**world.ids) for name, text in self.headers.items()}
        return headers | ({"If-Match": world.etag(path)} if self.stale else {})

    def send(self, method: str, world: World, **changes: Any) -> TestResponse:
        """The request with its headers; `changes` are the client's options, such as `data`."""
        options: dict[str, Any] = {"headers": self.told(world) | changes.pop("headers", {})}
        if self.body is not None and "data" not in changes:
            options["json"] = self.body(world)
        elif self.data is not None:
            options |= {"data": self.data, "content_type": self.kind}
        path = changes.pop("path", self.address(world))
        return world.send(method, path, changes.pop("by", self.by), **(options | changes))


def _source(_: World) -> Any:
    return {
        "name": "水利局季報",
        "reader": "csv",
        "unit": "twd",
        "mapping": {"案號": "number"},
        "strict": True,
        "pattern": "季報*.csv",
        "url": "https://data.example/tenders",
        "daily": False,
    }


def _tender(world: World) -> dict[str, Any]:
    known = {"pcm": builders.PCM, "kind": "work", "own": True, "category": "水利"}
    return builders.tender_body("115-水-新", **known)


def _plan(world: World) -> dict[str, Any]:
    return plan_body(world.ids["tender"], world.people)


def _submission(world: World) -> dict[str, Any]:
    """Every field that the schema knows, each with a value."""
    photo, signed = sha256(5), sha256(6)
    answers: dict[str, Any] = {item: {"result": "pass"} for item in ITEMS}
    answers[ITEMS[0]] = {"result": "fail", "value": "3 cm", "note": "蜂窩", "photos": [photo]}
    leader, member1, member2 = (str(world.people[name]) for name in ("leader", "member1", "member2"))
    parts = {"quality_system": 17, "workmanship": 49, "progress": 16}
    return submission_body(
        world.people,
        id="7d2cbb12-4a6c-4c5e-9d2d-f8a5d4f5c001",
        device={"id": "平板 1", "clock_offset_s": 0.5},
        location={"lat": 22.62, "lon": 120.31, "accuracy_m": 8},
        answers=answers,
        defects=[defect_body(also=["supervisor"], note="蜂窩", place="一樓柱", photos=[photo])],
        marks=[
            {"member": leader, **parts},
            {"member": member1, "total": 84},
            {"member": member2, "total": 80},
        ],
        findings=["safety"],
        pending_tests=["concrete_core"],
        indicators=dict.fromkeys(("environment", "safety", "strength", "aesthetics", "function"), 80),
        merits=[{"code": "0.04", "note": "整潔"}],
        advice=[{"code": "7.01", "note": "補充圖說"}],
        photos=[{"sha256": photo, "bytes": 3000, "taken_at": "2026-11-20T09:30:00+08:00", "caption": "柱"}],
        signatures=[{"role": "leader", "sha256": signed}],
    )


def _amendment(world: World) -> dict[str, Any]:
    return {"reason": "漏列", "submission": submission_body(world.people, id=str(uuid4()))}


def _contact(world: World) -> dict[str, Any]:
    given = {"organisation": builders.AGENCY, "duty": "head", "name": "某局長", "email": "new@agency.example"}
    return given | {"user": world.ids["agency"]}


INSPECTION, DEFECT, UPLOAD = (
    "/inspections/{inspection_id}",
    "/defects/{defect_id}",
    "/photos/uploads/{upload_id}",
)
CSV = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    + "標案編號,標案名稱,主辦機關\n1,橋,甲機關\n".encode()
    + b"\r\n--x--\r\n"
)

EXAMPLES: dict[str, Example] = {
    "POST /auth/login": Example(
        "anonymous",
        "/auth/login",
        lambda _: {"username": "staff", "password": builders.PASSWORD, "otp": "1"},
        refusals=REFUSALS | {401},
    ),
    "DELETE /auth/session": Example("member2", "/auth/session"),
    "GET /operations": Example("admin", "/operations"),
    "GET /operations/jobs": Example("admin", "/operations/jobs"),
    "GET /operations/jobs/preview": Example("staff", "/operations/jobs/preview"),
    "GET /operations/jobs/{job}": Example("admin", "/operations/jobs/photos.expire"),
    "POST /operations/jobs/{job}/run": Example("admin", "/operations/jobs/photos.expire/run"),
    "GET /operations/messages": Example("admin", "/operations/messages", query="state=dead&name=承辦"),
    "POST /operations/messages/{outgoing_id}/replay": Example(
        "admin", "/operations/messages/{message}/replay"
    ),
    "GET /me": Example("staff", "/me"),
    "GET /people": Example("staff", "/people"),
    "POST /devices/enrolments": Example(
        "leader",
        "/devices/enrolments",
        lambda w: {"user": w.ids["leader"]},
        refusals=REFUSALS | {403},
    ),
    "POST /devices": Example("anonymous", "/devices", lambda w: {"code": w.ids["code"], "name": "平板"}),
    "DELETE /devices/{device_id}": Example("leader", "/devices/{device}"),
    "GET /tenders": Example("staff", "/tenders"),
    "POST /tenders": Example("staff", "/tenders", _tender),
    "GET /tenders/{tender_id}": Example("staff", "/tenders/{tender}"),
    "PUT /tenders/{tender_id}": Example("staff", "/tenders/{tender}", _tender, stale=True),
    "POST /tenders/imports": Example(
        "staff", "/tenders/imports", data=CSV, kind="multipart/form-data; boundary=x"
    ),
    "GET /filings": Example("staff", "/filings"),
    "GET /filings/{month}": Example("staff", "/filings/2026-10"),
    "PUT /filings/{month}/excuses/{tender_id}": Example(
        "staff",
        "/filings/2026-10/excuses/{tender}",
        lambda _: {"reason": "停工", "document": "測工字第 1 號", "note": "另附"},
    ),
    "DELETE /filings/{month}/excuses/{tender_id}": Example("staff", "/filings/2026-09/excuses/{tender}"),
    "GET /tenders/imports": Example("staff", "/tenders/imports", query="state=previewed"),
    "GET /tenders/imports/{import_id}": Example("staff", "/tenders/imports/{import}"),
    "POST /tenders/imports/{import_id}/cancel": Example("staff", "/tenders/imports/{import}/cancel"),
    "GET /tenders/imports/{import_id}/rejections.csv": Example(
        "staff", "/tenders/imports/{import}/rejections.csv"
    ),
    "GET /tenders/import-sources": Example("staff", "/tenders/import-sources"),
    "POST /tenders/import-sources": Example("staff", "/tenders/import-sources", _source),
    "GET /tenders/import-sources/{source_id}": Example("staff", "/tenders/import-sources/{source}"),
    "PUT /tenders/import-sources/{source_id}": Example(
        "staff", "/tenders/import-sources/{source}", _source, stale=True
    ),
    "GET /tenders/{tender_id}/progress": Example("staff", "/tenders/{tender}/progress"),
    "PUT /tenders/{tender_id}/progress/{month}": Example(
        "staff",
        f"/tenders/{{tender}}/progress/{MONTH}",
        lambda _: {
            "planned": "60.00",
            "actual": "59.5",
            "status": "施工中",
            "filed_at": "2026-11-05T09:00:00+08:00",
        },
        headers={"If-Match": "*"},
    ),
    "GET /forms": Example("contractor", "/forms"),
    "GET /forms/{code}/{version}": Example("contractor", "/forms/construction-inspection/1"),
    "GET /forms/{code}/{version}/paper.pdf": Example(
        "contractor", "/forms/construction-inspection/1/paper.pdf"
    ),
    "GET /mark-sheets/{version}": Example("contractor", "/mark-sheets/1"),
    "GET /defect-codes": Example("contractor", "/defect-codes", query="revision=roc-111"),
    "GET /catalogue/revisions": Example("contractor", "/catalogue/revisions"),
    "GET /catalogue/revisions/{revision}/wordings": Example(
        "contractor", "/catalogue/revisions/roc-111/wordings"
    ),
    "GET /defect-codes/search": Example("leader", "/defect-codes/search", query="q=hnt&limit=5"),
    "GET /defect-codes/index": Example("leader", "/defect-codes/index"),
    "GET /forms/{code}/{version}/xlsform": Example("contractor", "/forms/construction-inspection/1/xlsform"),
    "GET /forms/{code}/{version}/xform": Example("contractor", "/forms/construction-inspection/1/xform"),
    "GET /inspections": Example("staff", "/inspections"),
    "POST /inspections": Example("staff", "/inspections", _plan),
    f"GET {INSPECTION}": Example("staff", "/inspections/{planned}"),
    f"PUT {INSPECTION}": Example("staff", "/inspections/{planned}", _plan, stale=True),
    f"POST {INSPECTION}/declarations": Example(
        "member1", "/inspections/{planned}/declarations", lambda _: {"conflict": True, "reason": "曾任監造"}
    ),
    f"POST {INSPECTION}/cancel": Example(
        "staff", "/inspections/{planned}/cancel", lambda _: {"reason": "颱風"}
    ),
    f"POST {INSPECTION}/start": Example(
        "leader", "/inspections/{started}/start", lambda _: {"started_at": "2026-11-20T09:00:00+08:00"}
    ),
    f"PUT {INSPECTION}/marks/{{member_id}}": Example(
        "member1",
        "/inspections/{started}/marks/{member1}",
        lambda _: {"quality_system": 17, "workmanship": 49, "progress": 16},
    ),
    f"PUT {INSPECTION}/submission": Example("leader", "/inspections/{started}/submission", _submission),
    f"POST {INSPECTION}/amendments": Example(
        "leader", "/inspections/{submitted}/amendments", _amendment, walk=frozenset({"submission", "form"})
    ),
    f"GET {INSPECTION}/submissions": Example("staff", "/inspections/{submitted}/submissions"),
    f"GET {INSPECTION}/submissions/{{submission_id}}": Example(
        "staff", "/inspections/{submitted}/submissions/{submission}"
    ),
    f"GET {INSPECTION}/score": Example("staff", "/inspections/{submitted}/score"),
    f"PUT {INSPECTION}/tests/{{test}}": Example(
        "staff",
        "/inspections/{pending}/tests/concrete_core",
        lambda _: {"result": "pass", "decided_on": TODAY, "document": "試字第 1 號"},
    ),
    f"POST {INSPECTION}/waivers": Example(
        "staff",
        "/inspections/{waiting}/waivers",
        lambda w: {"sha256s": [w.ids["lost_sha256"]], "reason": "平板遺失"},
    ),
    f"POST {INSPECTION}/issue": Example(
        "staff",
        "/inspections/{submitted}/issue",
        lambda _: {"correct_by": DEADLINE, "document": "測字第 1 號", "late_reason": "等候試驗報告"},
    ),
    f"POST {INSPECTION}/recipients": Example(
        "staff",
        "/inspections/{moved}/recipients",
        lambda _: {"party": "contractor", "document": "測字第 3 號"},
    ),
    f"GET {INSPECTION}/photo-notes": Example("staff", "/inspections/{reused}/photo-notes"),
    f"POST {INSPECTION}/photo-notes/{{note_id}}/reviews": Example(
        "staff",
        "/inspections/{reused}/photo-notes/{note}/reviews",
        lambda _: {"verdict": "follow_up", "reason": "與改善中的照片相同"},
    ),
    f"POST {INSPECTION}/close": Example("staff", "/inspections/{clean}/close"),
    f"GET {INSPECTION}/letter.pdf": Example("staff", "/inspections/{planned}/letter.pdf"),
    f"GET {INSPECTION}/paper.pdf": Example(
        "staff", "/inspections/{planned}/paper.pdf", query="form=construction-inspection&version=1"
    ),
    f"GET {INSPECTION}/record.pdf": Example("staff", "/inspections/{issued}/record.pdf"),
    f"GET {INSPECTION}/notice.pdf": Example("staff", "/inspections/{issued}/notice.pdf"),
    "PUT /photos/{sha256}": Example(
        "leader", "/photos/{new_sha256}", query="inspection={started}", data=jpeg(9), kind="image/jpeg"
    ),
    "GET /photos/{sha256}": Example("contractor", "/photos/{sha256}"),
    "GET /photos/{sha256}/facts": Example("leader", "/photos/{sha256}/facts"),
    "GET /photos/{sha256}/address": Example("contractor", "/photos/{sha256}/address"),
    "POST /photos/{sha256}/erasure": Example(
        "staff", "/photos/{over_sha256}/erasure", lambda _: {"reason": "當事人請求刪除"}
    ),
    "GET /photos/addresses/{signed}": Example("anonymous", "/photos/addresses/{signed}"),
    f"GET {INSPECTION}/photo-views": Example("staff", "/inspections/{issued}/photo-views"),
    "GET /photos/{sha256}/receipt": Example("staff", "/photos/{sha256}/receipt", query="inspection={issued}"),
    "GET /exports/{dataset}.{form}": Example(
        "staff", "/exports/inspections.csv", query="inspection={issued}"
    ),
    "GET /evidence/keys": Example("staff", "/evidence/keys"),
    f"GET {INSPECTION}/evidence.zip": Example("staff", "/inspections/{issued}/evidence.zip"),
    "POST /photos/uploads": Example(
        "leader",
        "/photos/uploads",
        headers=TUS | {"Upload-Length": "100", "Upload-Metadata": "{metadata}"},
    ),
    f"HEAD {UPLOAD}": Example("leader", "/photos/uploads/{upload}", headers=TUS),
    f"PATCH {UPLOAD}": Example(
        "leader",
        "/photos/uploads/{upload}",
        headers=TUS | {"Upload-Offset": "0"},
        data=jpeg(8)[:50],
        kind=CHUNK,
    ),
    f"DELETE {UPLOAD}": Example("leader", "/photos/uploads/{upload}", headers=TUS),
    f"POST {UPLOAD}": Example(
        "leader", "/photos/uploads/{upload}", headers=TUS | {"X-HTTP-Method-Override": "HEAD"}
    ),
    f"PUT {INSPECTION}/late-reason": Example(
        "staff", "/inspections/{overdue}/late-reason", lambda _: {"reason": "等候試驗報告"}
    ),
    "GET /closures": Example("leader", "/closures"),
    "GET /closures/{on}": Example("leader", "/closures/{on}"),
    "PUT /closures/{on}": Example(
        "staff", "/closures/2026-11-24", lambda _: {"document": "府人考字第 2 號", "note": "颱風"}
    ),
    "DELETE /closures/{on}": Example("staff", "/closures/{on}"),
    "GET /quotas/{year}": Example("auditor", "/quotas/2026", query="visits_per_month=5"),
    "GET /quotas/{year}/overrides": Example("auditor", "/quotas/2026/overrides"),
    "POST /quotas/{year}/overrides": Example(
        "staff",
        "/quotas/2026/overrides",
        lambda _: {"band": 0, "required": 12, "document": "府工字第 1 號", "approved_on": TODAY},
    ),
    "GET /filing-notes": Example(
        "staff", "/filing-notes", query="state=open&rule=actual_beyond&month=2026-10"
    ),
    "GET /filing-notes/{filing_note_id}": Example("staff", "/filing-notes/{filing_note}"),
    "POST /filing-notes/{filing_note_id}/review": Example(
        "staff",
        "/filing-notes/{filing_note}/review",
        lambda _: {"verdict": "dismissed", "reason": "已查證"},
    ),
    "GET /defects": Example("staff", "/defects"),
    f"GET {DEFECT}": Example("staff", "/defects/{defect}"),
    f"POST {DEFECT}/corrections": Example(
        "contractor", "/defects/{defect}/corrections", lambda _: {"note": "已修補", "photos": STAGES}
    ),
    f"POST {DEFECT}/reviews": Example(
        "staff",
        "/defects/{answered}/reviews",
        lambda _: {"result": "pass", "note": "同意", "document": "水字第 1 號"},
    ),
    f"POST {DEFECT}/extensions": Example(
        "staff",
        "/defects/{defect}/extensions",
        lambda _: {"correct_by": "2027-01-15", "reason": "雨季", "document": "測字第 2 號"},
    ),
    "GET /inbox": Example("staff", "/inbox"),
    "POST /inbox/{message_id}/read": Example("staff", "/inbox/{message_id}/read"),
    "GET /contacts": Example("staff", "/contacts"),
    "POST /contacts": Example("staff", "/contacts", _contact),
    "GET /contacts/{contact_id}": Example("staff", "/contacts/{contact_id}"),
    "PUT /contacts/{contact_id}": Example("staff", "/contacts/{contact_id}", _contact),
    "DELETE /contacts/{contact_id}": Example("staff", "/contacts/{contact_id}"),
}
"""By method and the document's own path, below /api/v1."""


def places_of(world: World, route: str) -> dict[str, str]:
    """What stands in the example's address at the places of the document's path."""
    shown = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", route.split(" ", 1)[1].replace(".", r"\."))
    found = re.fullmatch(shown, EXAMPLES[route].path.format(**world.ids))
    assert found is not None, f"the example of {route} has another path"
    return found.groupdict()


BODIES = tuple(sorted(route for route, example in EXAMPLES.items() if example.body is not None))
