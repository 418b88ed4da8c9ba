"""For every form of the pages one good sending, from which bad ones are made.

A new form needs one line here: `test_every_page_is_covered` says which.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from tests import builders
from tests.hostile.world import World
from tests.inspections_builders import jpeg

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """A form that is taken: who sends it, where to (filled from the world's ids), and its fields."""

    by: str
    path: str
    fields: Callable[[World], Fields] = lambda _: {}
    refusals: frozenset[int] = frozenset({400, 404, 409, 413, 415, 422})


def send(world: World, method: str, path: str, by: str, **options: Any) -> TestResponse:
    """A person's request: a page is wanted; the bearer token stands for the cookie."""
    return world.send(method, f"/{path}", by, headers={"Accept": "text/html"}, **options)


def file(data: bytes, name: str) -> FileStorage:
    return FileStorage(io.BytesIO(data), filename=name)


def _tender(_: World) -> Fields:
    known = builders.tender_body("115-水-頁", category="水利")
    texts = {name: str(value) for name, value in known.items() if value not in (None, True)}
    return texts | {"kind": "work", "own": "yes"}


def _plan(world: World) -> Fields:
    team = {"leader": world.ids["leader"], "members": [world.ids["member1"], world.ids["member2"]]}
    return {"on": "115/11/20", "method": "unannounced", "kind": "inspection", **team}


def _corrected(_: World) -> Fields:
    stages = ("before", "during", "after")
    return {"note": "已修補"} | {name: file(jpeg(20 + at), "a.jpg") for at, name in enumerate(stages)}


def _contact(_: World) -> Fields:
    return {"organisation": builders.AGENCY, "duty": "head", "name": "某局長", "email": "new@agency.example"}


FORMS: dict[str, Form] = {
    "accounts.sign_out": Form("member2", "/sign-out"),
    "accounts.enrol": Form("admin", "/devices/enrol", lambda w: {"user": w.ids["leader"]}),
    "exports.build": Form("staff", "/exports/quarterly-return/2026-3"),
    "accounts.revoke_device": Form("leader", "/devices/{device}/revoke"),
    "tenders.create": Form("staff", "/tenders/new", _tender),
    "tenders.update": Form("staff", "/tenders/{tender}/edit", lambda w: {**_tender(w), "version": "1"}),
    "tenders.imports.upload": Form(
        "staff",
        "/tenders/import",
        lambda _: {
            "file": file("標案編號,標案名稱,主辦機關\n1,橋,甲機關\n".encode(), "a.csv"),
            "unit": "twd",
            "strict": "yes",
        },
    ),
    "filings.excuse": Form(
        "staff",
        "/filings/2026-10/excuses/{tender}",
        lambda _: {"reason": "停工", "document": "測工字第 1 號", "note": "另附"},
    ),
    "filings.withdraw": Form("staff", "/filings/2026-09/excuses/{tender}/withdraw"),
    "tenders.imports.columns": Form(
        "staff",
        "/tenders/imports/{import}/columns",
        lambda _: {
            "title-0": "標案編號",
            "column-0": "number",
            "title-1": "標案名稱",
            "column-1": "name",
            "title-2": "主辦機關",
            "column-2": "agency",
            "unit": "twd",
            "remember": "水利局月報",
        },
    ),
    "tenders.imports.confirm": Form(
        "staff", "/tenders/imports/{import}/confirm", lambda _: {"partly": "yes"}
    ),
    "tenders.imports.cancel": Form("staff", "/tenders/imports/{import}/cancel"),
    "tenders.imports.create_source": Form(
        "staff",
        "/tenders/import-sources/new",
        lambda _: {"name": "季報", "reader": "csv", "unit": "twd", "pattern": "季報*.csv", "strict": "yes"},
    ),
    "tenders.imports.update_source": Form(
        "staff", "/tenders/import-sources/{source}", lambda _: {"name": "年報", "version": "1"}
    ),
    "tenders.imports.fetch": Form("staff", "/tenders/import-sources/{source}/fetch"),
    "inspections.create": Form("staff", "/inspections", lambda w: {**_plan(w), "tender": w.ids["tender"]}),
    "inspections.update": Form(
        "staff",
        "/inspections/{planned}/edit",
        lambda w: {**_plan(w), "tender": w.ids["planned_tender"], "version": w.ids["planned_version"]},
    ),
    "inspections.declare": Form(
        "member1", "/inspections/{planned}/declare", lambda _: {"conflict": "yes", "reason": "曾任監造"}
    ),
    "inspections.cancel": Form("staff", "/inspections/{planned}/cancel", lambda _: {"reason": "颱風"}),
    "inspections.start": Form("leader", "/inspections/{started}/start"),
    "inspections.test": Form(
        "staff",
        "/inspections/{pending}/tests/concrete_core",
        lambda _: {"result": "pass", "decided_on": "115/11/23", "document": "試字第 1 號"},
    ),
    "inspections.waive": Form(
        "staff",
        "/inspections/{waiting}/waive",
        lambda w: {"sha256s": [w.ids["lost_sha256"]], "reason": "平板遺失"},
    ),
    "inspections.issue": Form(
        "staff",
        "/inspections/{submitted}/issue",
        lambda _: {"correct_by": "115/12/20", "document": "測字第 1 號"},
    ),
    "inspections.late_reason": Form(
        "staff", "/inspections/{overdue}/late-reason", lambda _: {"reason": "等候試驗報告"}
    ),
    "closures.record": Form(
        "staff", "/closures", lambda _: {"on": "115/11/24", "document": "府人考字第 2 號", "note": "颱風"}
    ),
    "closures.remove": Form("staff", "/closures/{on}/remove"),
    "quotas.approve": Form(
        "staff",
        "/quotas/115/overrides",
        lambda _: {"band": "0", "required": "12", "document": "府工字第 1 號", "approved_on": "115/11/23"},
    ),
    "inspections.send_on": Form(
        "staff",
        "/inspections/{moved}/send-on",
        lambda _: {"party": "contractor", "document": "測字第 3 號"},
    ),
    "inspections.close": Form("staff", "/inspections/{clean}/close"),
    "plausibility.review": Form(
        "staff",
        "/inspections/{reused}/photo-notes/{note}/review",
        lambda _: {"verdict": "follow_up", "reason": "與改善中的照片相同"},
    ),
    "operations.run": Form("admin", "/operations/jobs/{job}/run"),
    "operations_messages.replay": Form("admin", "/operations/messages/{message}/replay"),
    "operations_messages.replay_all": Form("admin", "/operations/messages/replay"),
    "scrutiny.review": Form(
        "staff", "/scrutiny/{filing_note}/review", lambda _: {"verdict": "dismissed", "reason": "已查證"}
    ),
    "photo_pages.erase": Form(
        "staff",
        "/photos/retention/{over}",
        lambda w: {"sha256s": [w.ids["over_sha256"]], "reason": "當事人請求刪除"},
    ),
    "defects.correct": Form("contractor", "/defects/{defect}/correct", _corrected),
    "defects.review": Form(
        "agency", "/defects/{answered}/review", lambda _: {"result": "pass", "note": "同意"}
    ),
    "defects.written_review": Form(
        "staff",
        "/defects/{answered}/written-review",
        lambda _: {"result": "pass", "note": "同意", "document": "水字第 1 號"},
    ),
    "defects.extend": Form(
        "staff",
        "/defects/{defect}/extend",
        lambda _: {"correct_by": "116/01/15", "reason": "雨季", "document": "測字第 2 號"},
    ),
    "contacts.create": Form("staff", "/contacts/new", _contact),
    "contacts.update": Form("staff", "/contacts/{contact_id}/edit", _contact),
    "contacts.remove": Form("staff", "/contacts/{contact_id}/remove"),
    "notifications.change_address": Form(
        "staff", "/settings/notifications/address", lambda _: {"email": "new@person.example"}
    ),
    "notifications.confirm": Form("staff", "/settings/notifications/address/{proof}"),
    "notifications.choose": Form(
        "staff", "/settings/notifications/choices", lambda _: {"mailed": "tests.weekly"}
    ),
    "notifications.make_feed": Form("staff", "/settings/notifications/calendar"),
    "notifications.revoke_feed": Form("staff", "/settings/notifications/calendar/revoke"),
    "inbox.read_all": Form("staff", "/inbox/read"),
    "inbox.unread": Form("staff", "/inbox/{message_id}/unread"),
    "inbox.decline": Form("staff", "/notifications/decline/{choice}"),
}
"""By endpoint. Signing in has tests of its own: it needs the hidden token."""

PLACES = {
    "inspection_id": "issued",
    "tender_id": "tender",
    "defect_id": "defect",
    "device_id": "device",
    "month": "month",
    "quarter": "quarter",
    "outgoing_id": "message",
    "import_id": "import",
    "source_id": "source",
    "code": "form_code",
    "version": "form_version",
    "defect_code": "defect_code",
    "job": "job",
    "message_id": "message_id",
    "contact_id": "contact_id",
    "proof": "proof",
    "choice": "choice",
    "token": "token",
    "position": "position",
    "on": "on",
    "roc_year": "roc_year",
    "filing_note_id": "filing_note",
}
"""What stands at a place of a page's address, by the name of a thing of the world."""
