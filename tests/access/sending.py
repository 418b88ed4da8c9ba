"""A well-formed request for every route: which kind of object its address or body names, and its body."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from werkzeug.datastructures import FileStorage

from forms.catalogue import catalogue
from forms.published import load
from inspect_app.openrosa.xform import of_any
from tests import builders, openrosa_builders
from tests.access import actors, objects
from tests.access.world import Answer, Ids, World
from tests.clients import PROGRAMS
from tests.inspections_builders import DEADLINE, TODAY, jpeg, plan_body, sha256

KINDS = {
    "inspection_id": "inspection",
    "defect_id": "defect",
    "tender_id": "tender",
    "sha256": "photo",
    "upload_id": "upload",
    "signed": "address",
    "device_id": "device",
    "outgoing_id": "outgoing",
    "import_id": "import",
    "source_id": "import source",
    "code": "form",
    "revision": "revision",
    "job": "job",
    "defect_code": "defect code",
    "filing_note_id": "filing note",
    "filename": "file",
    "message_id": "message",
    "contact_id": "contact",
    "proof": "confirmation",
    "choice": "declining",
    "token": "calendar",
    "on": "closure",
}
"""The kind of object that an address names, by its parameter."""

PHOTO = "/api/v1/photos/<string:sha256>"
VISIT_FORM = "/openrosa/forms/<string:code>/<int:version>/inspections/<uuid:inspection_id>"
NAMED_ELSEWHERE = {
    f"PUT {PHOTO}": "inspection",
    "POST /api/v1/photos/uploads": "inspection",
    "POST /api/v1/devices/enrolments": "person",
    "POST /devices/enrol": "person",
    "POST /openrosa/submission": "inspection",
    f"GET {VISIT_FORM}": "inspection",
    f"GET {PHOTO}/receipt": "receipt",
}
"""Routes whose object stands in the query, a header or the body, or not first in the address."""

SECRET = {
    "inspection": ("planned", "started", "incomplete", "submitted", "cancelled"),
    "defect": ("found",),
    "photo": ("unnamed", "secret"),
    "receipt": ("secret",),
    "upload": ("leaders",),
}
"""The objects that belong to a visit before its issue."""

PARAMETER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for which object."""

    world: World
    who: str
    ids: Ids

    @property
    def person(self) -> str:
        return self.ids.get("person_id") or actors.person_of(self.who, self.world.people)


Options = dict[str, Any]
Body = Callable[[Asked], Options]


def kind_of(route: str) -> str | None:
    """The kind of object that decides about a route («METHOD rule»)."""
    if route in NAMED_ELSEWHERE:
        return NAMED_ELSEWHERE[route]
    return next((KINDS[name] for name in PARAMETER.findall(route) if name in KINDS), None)


def ids_of(world: World, route: str, name: str) -> Ids:
    """Where the object of this name is, as far as the route has one."""
    kind = kind_of(route)
    return world.objects[kind][name] if kind else {}


def ask(
    world: World,
    who: str,
    route: str,
    ids: Ids,
    *,
    instead: Options | None = None,
    hidden_token: str | None = None,
    more_headers: dict[str, str] | None = None,
    **options: Any,
) -> Answer:
    """The request as `who` would send it, about the object at `ids`; `instead` is sent in the body's place."""
    method, path = route.split(" ", 1)[0], path_of(world, who, route, ids)
    given = _given(Asked(world, who, ids), route, instead)
    if method == "POST" and not path.startswith(PROGRAMS):
        token = world.credentials[who].csrf if hidden_token is None else hidden_token
        given["data"] = {"csrf_token": token, **given.get("data", {})}
    given["headers"] = {**given.get("headers", {}), **(more_headers or {})}
    if "query_string" in options:
        given["query_string"] = {**given.get("query_string", {}), **options.pop("query_string")}
    return world.ask(who, method, path, **given, **options)


def _given(asked: Asked, route: str, instead: Options | None) -> Options:
    """What is sent; another body in its place keeps the query and the headers that name the object."""
    usual = BODIES[route](asked) if route in BODIES else {}
    if instead is None:
        return usual
    kept = {name: usual[name] for name in ("query_string", "headers") if name in usual}
    return kept | instead | {"headers": kept.get("headers", {}) | instead.get("headers", {})}


def path_of(world: World, who: str, route: str, ids: Ids) -> str:
    """The route's address for the object at `ids`."""
    filled = _defaults(Asked(world, who, ids)) | ids
    return PARAMETER.sub(lambda part: filled[part[1]], route.split(" ", 1)[1])


def _defaults(asked: Asked) -> Ids:
    """What an address needs besides its object."""
    return {
        "member_id": asked.person,
        "test": "concrete_core",
        "month": "2026-10",
        "version": "1",
        "sha256": sha256(objects.NEW_PHOTO),
        "code": "construction-inspection",
        "note_id": str(UUID(int=0)),
        "dataset": "inspections",
        "form": "csv",
        "quarter": "2026-3",
        "position": "0",
        "year": "2026",
        "roc_year": "115",
    }


def _json(**body: Any) -> Body:
    return lambda _: {"json": body}


def _form(**fields: Any) -> Body:
    return lambda _: {"data": fields}


def _plan(asked: Asked) -> Options:
    tender = asked.world.objects["tender"]["known"]["tender_id"]
    return {"json": plan_body(tender, asked.world.people, on="2026-12-01"), "headers": {"If-Match": "*"}}


def _plan_form(asked: Asked) -> Options:
    plan = _plan(asked)["json"]
    return {"data": plan | {"on": "115/12/01"}}


def _submission(asked: Asked) -> Options:
    return {"json": objects.body(asked.world)}


def _amendment(asked: Asked) -> Options:
    return {"json": {"reason": "漏列委員評分", "submission": objects.body(asked.world)}}


def _correction(asked: Asked) -> Options:
    photos = {"before": [sha256(6)], "during": [sha256(7)], "after": [sha256(8)]}
    return {"json": {"note": "已修補", "photos": photos}}


def _correction_form(asked: Asked) -> Options:
    stages = zip(("before", "during", "after"), (6, 7, 8), strict=True)
    return {"data": {"note": "已修補"} | {f"kept-{stage}": sha256(number) for stage, number in stages}}


def _photo(asked: Asked) -> Options:
    return {
        "query_string": {"inspection": asked.ids["inspection_id"]},
        "data": jpeg(objects.NEW_PHOTO),
        "content_type": "image/jpeg",
    }


def _filled_in(asked: Asked) -> Options:
    """The form that asks for the inspection, as a tablet sends it."""
    xform = of_any(load("construction-inspection", 1), catalogue())
    answers = openrosa_builders.all_pass(asked.world.people, asked.ids["inspection_id"])
    answers["marks"].append(
        {"markMember": asked.world.people["deputy"], "markKind": "total", "markTotal": 91}
    )
    data = openrosa_builders.fill(xform, answers, objects.NEW_SUBMISSION)
    return {"data": {"xml_submission_file": FileStorage(io.BytesIO(data), "form.xml")}}


def _chunk(_: Asked) -> Options:
    data = jpeg(objects.UPLOADED)
    headers = objects.TUS | {"Upload-Offset": "0", "Upload-Checksum": objects.checksum(data)}
    return {"data": data, "content_type": "application/offset+octet-stream", "headers": headers}


def _person_form(asked: Asked) -> Options:
    return {"data": {"user": asked.person}}


def _tender_form(number: str) -> Body:
    known = {name: value for name, value in builders.tender_body(number).items() if value is not None}
    return _form(**known | {"own": "yes", "version": "1"})


CONTACT = {"organisation": builders.AGENCY, "duty": "head", "name": "某局長", "email": "new@agency.example"}
SIGN_IN = {"username": "staff", "password": builders.PASSWORD}
TEST = {"result": "pass", "document": "試字第 1 號"}
ISSUE = {"document": "測查字第 9 號"}
OVERRIDE = {"band": 0, "required": 12, "document": "府工字第 1 號"}
EXCUSE = {"reason": "停工期間免填", "document": "測工字第 2 號"}
EXTENSION = {"reason": "雨季", "document": "測展字第 1 號"}
VISIT, VISIT_PAGE = "/api/v1/inspections/<uuid:inspection_id>", "/inspections/<uuid:inspection_id>"
DEFECT, DEFECT_PAGE = "/api/v1/defects/<uuid:defect_id>", "/defects/<uuid:defect_id>"
TENDER, UPLOAD = "/api/v1/tenders/<uuid:tender_id>", "/api/v1/photos/uploads/<uuid:upload_id>"

IMPORT_PAGE, SOURCE_PAGE = "/tenders/imports/<uuid:import_id>", "/tenders/import-sources/<uuid:source_id>"
SOURCE = f"/api/v1{SOURCE_PAGE}"

BODIES: dict[str, Body] = {
    "POST /api/v1/auth/login": _json(**SIGN_IN),
    "POST /api/v1/devices/enrolments": lambda asked: {"json": {"user": asked.person}},
    "POST /api/v1/devices": lambda asked: {
        "json": {"code": asked.world.objects["enrolment"]["fresh"]["code"], "name": "新平板"}
    },
    "POST /api/v1/tenders": _json(**builders.tender_body("新-1")),
    f"PUT {TENDER}": lambda _: {"json": builders.tender_body("改-1"), "headers": {"If-Match": "*"}},
    "POST /api/v1/tenders/imports": lambda _: {"data": {"file": objects.csv_file("匯-2")}},
    "POST /api/v1/tenders/import-sources": _json(name="新來源"),
    f"PUT {SOURCE}": lambda _: {"json": {"name": "測試季報"}, "headers": {"If-Match": "*"}},
    f"PUT {TENDER}/progress/<string:month>": _json(planned="50.00", actual="49.00"),
    "PUT /api/v1/filings/<string:month>/excuses/<uuid:tender_id>": _json(**EXCUSE),
    "POST /api/v1/inspections": _plan,
    f"PUT {VISIT}": _plan,
    f"GET {VISIT}/paper.pdf": lambda _: {"query_string": {"form": "construction-inspection", "version": "1"}},
    f"POST {VISIT}/declarations": _json(conflict=False),
    f"POST {VISIT}/cancel": _json(reason="颱風"),
    f"POST {VISIT}/start": _json(),
    f"PUT {VISIT}/marks/<uuid:member_id>": _json(total=77),
    f"PUT {VISIT}/submission": _submission,
    f"POST {VISIT}/amendments": _amendment,
    f"PUT {VISIT}/tests/<string:test>": _json(**TEST, decided_on=TODAY),
    f"POST {VISIT}/waivers": _json(sha256s=[sha256(objects.LATE_PHOTO)], reason="平板遺失"),
    f"POST {VISIT}/issue": _json(**ISSUE, correct_by=DEADLINE),
    f"PUT {VISIT}/late-reason": _json(reason="等候試驗報告"),
    "PUT /api/v1/closures/<string:on>": _json(document="府人考字第 2 號"),
    "POST /api/v1/quotas/<int:year>/overrides": _json(**OVERRIDE, approved_on=TODAY),
    f"POST {VISIT}/recipients": _json(party="pcm", document="測補字第 1 號"),
    f"POST {VISIT}/close": _json(),
    "POST /api/v1/filing-notes/<uuid:filing_note_id>/review": _json(verdict="confirmed"),
    f"POST {VISIT}/photo-notes/<uuid:note_id>/reviews": _json(verdict="clear"),
    f"PUT {PHOTO}": _photo,
    "POST /api/v1/photos/<string:sha256>/erasure": _json(reason="當事人請求刪除"),
    f"GET {PHOTO}/receipt": lambda asked: {"query_string": {"inspection": asked.ids["inspection_id"]}},
    "POST /api/v1/photos/uploads": lambda asked: {
        "headers": objects.tus_headers(asked.ids["inspection_id"], objects.NEW_PHOTO)
    },
    f"HEAD {UPLOAD}": lambda _: {"headers": objects.TUS},
    f"PATCH {UPLOAD}": _chunk,
    f"DELETE {UPLOAD}": lambda _: {"headers": objects.TUS},
    f"POST {UPLOAD}": lambda _: {"headers": objects.TUS | {"X-HTTP-Method-Override": "HEAD"}},
    "POST /openrosa/submission": _filled_in,
    f"POST {DEFECT}/corrections": _correction,
    f"POST {DEFECT}/reviews": _json(result="pass"),
    f"POST {DEFECT}/extensions": _json(**EXTENSION, correct_by="2027-01-15"),
    "POST /api/v1/contacts": _json(**CONTACT),
    "PUT /api/v1/contacts/<uuid:contact_id>": _json(**CONTACT),
    # pages
    "POST /contacts/new": _form(**CONTACT),
    "POST /contacts/<uuid:contact_id>/edit": _form(**CONTACT),
    "POST /settings/notifications/address": _form(email="new@person.example"),
    "POST /sign-in": _form(**SIGN_IN),
    "POST /sign-out": _form(),
    "POST /devices/enrol": _person_form,
    "POST /devices/<uuid:device_id>/revoke": _form(),
    "POST /tenders/new": _tender_form("新-2"),
    "POST /tenders/<uuid:tender_id>/edit": _tender_form("改-2"),
    "POST /tenders/import": lambda _: {"data": {"file": objects.csv_file("匯-3"), "unit": "twd"}},
    "POST /filings/<string:month>/excuses/<uuid:tender_id>": _form(**EXCUSE),
    "POST /filings/<string:month>/excuses/<uuid:tender_id>/withdraw": _form(),
    f"POST {IMPORT_PAGE}/columns": _form(**{"title-0": "標案編號", "column-0": "number"}),
    f"POST {IMPORT_PAGE}/confirm": _form(),
    f"POST {IMPORT_PAGE}/cancel": _form(),
    "POST /tenders/import-sources/new": _form(name="新來源"),
    f"POST {SOURCE_PAGE}": _form(name="測試季報", version="1"),
    f"POST {SOURCE_PAGE}/fetch": _form(),
    "POST /inspections": _plan_form,
    f"POST {VISIT_PAGE}/edit": _plan_form,
    f"POST {VISIT_PAGE}/declare": _form(conflict="no"),
    f"POST {VISIT_PAGE}/cancel": _form(reason="颱風"),
    f"POST {VISIT_PAGE}/start": _form(),
    f"POST {VISIT_PAGE}/tests/<string:test>": _form(**TEST, decided_on="115/11/23"),
    f"POST {VISIT_PAGE}/waive": _form(sha256s=sha256(objects.LATE_PHOTO), reason="平板遺失"),
    f"POST {VISIT_PAGE}/issue": _form(**ISSUE, correct_by="115/12/20"),
    f"POST {VISIT_PAGE}/late-reason": _form(reason="等候試驗報告"),
    "POST /closures": _form(on="115/11/24", document="府人考字第 3 號"),
    "POST /closures/<string:on>/remove": _form(),
    "POST /quotas/<int:roc_year>/overrides": _form(**OVERRIDE, approved_on="115/11/23"),
    f"POST {VISIT_PAGE}/send-on": _form(party="pcm", document="測補字第 1 號"),
    f"POST {VISIT_PAGE}/close": _form(),
    "POST /scrutiny/<uuid:filing_note_id>/review": _form(verdict="dismissed", reason="已查證"),
    f"POST {VISIT_PAGE}/photo-notes/<uuid:note_id>/review": _form(verdict="clear"),
    "POST /photos/retention/<uuid:inspection_id>": _form(sha256s="0" * 64, reason="當事人請求刪除"),
    f"POST {DEFECT_PAGE}/correct": _correction_form,
    f"POST {DEFECT_PAGE}/review": _form(result="pass"),
    f"POST {DEFECT_PAGE}/written-review": _form(result="pass", document="測審字第 1 號"),
    f"POST {DEFECT_PAGE}/extend": _form(**EXTENSION, correct_by="116/01/15"),
}
"""What each writing route is sent, «METHOD rule» by route; a route that needs no body needs no line."""
