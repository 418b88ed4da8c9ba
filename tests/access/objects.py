"""Every kind of object in every state, made over the API, and the addresses they have."""

import base64
import hashlib
import io
from functools import partial
from typing import Any

from werkzeug.datastructures import FileStorage

from inspect_app.core.database import transaction
from inspect_app.core.settings import ROOT
from tests import messages_builders
from tests.access import actors
from tests.access.world import Ids, World
from tests.conftest import MORNING
from tests.inspections_builders import Visit, defect_body, expect, jpeg, sha256, submission_body
from tests.message_builders import SECRET, message

NOWHERE = "00000000-0000-4000-8000-000000000001"
NO_SUBMISSION = "00000000-0000-4000-8000-000000000002"
ABSENT: dict[str, Ids] = {
    "inspection": {"inspection_id": NOWHERE, "submission_id": NO_SUBMISSION},
    "defect": {"defect_id": NOWHERE},
    "tender": {"tender_id": NOWHERE},
    "photo": {"sha256": "0" * 64},
    "receipt": {"sha256": "0" * 64, "inspection_id": NOWHERE},
    "upload": {"upload_id": NOWHERE},
    "address": {"signed": "no-such-address"},
    "device": {"device_id": NOWHERE},
    "person": {"person_id": NOWHERE},
    "import": {"import_id": NOWHERE},
    "import source": {"source_id": NOWHERE},
    "form": {"code": "no-such-form-whatsoever", "version": "1"},
    "revision": {"revision": "roc-999"},
    "defect code": {"defect_code": "5.99.01"},
    "filing note": {"filing_note_id": NOWHERE},
    "file": {"filename": "css/no-such-file.css"},
    "job": {"job": "photos.absent"},
    "outgoing": {"outgoing_id": NOWHERE},
    "message": {"message_id": NOWHERE},
    "contact": {"contact_id": NOWHERE},
    "confirmation": {"proof": "0" * 32},
    "declining": {"choice": "no-such-choice"},
    "calendar": {"token": "0" * 43},
    "closure": {"on": "2026-11-26"},
}
"""An address of each kind where nothing is."""

TUS = {"Tus-Resumable": "1.0.0"}
NEW_PHOTO, LATE_PHOTO, UPLOADED = 90, 91, 92
"""The numbers of photos nobody has sent yet: a new one, the one `incomplete` waits for, one half uploaded."""
NEW_SUBMISSION = "00000000-0000-4000-8000-000000000003"
"""The id of a filled-in form nobody has sent yet."""
LIST = "標案編號,標案名稱,主辦機關,預算金額(元)\n{number},甲工程,測試市水利局,52000000\n"


SOURCE = {"name": "測試月報", "url": "https://data.example/tenders"}


def build(world: World) -> None:
    """Add everything; `world.objects` then tells where it is, by kind and name."""
    visits = _visits(world)
    _excuse(world, visits["issued"])
    world.objects = {
        "inspection": {name: visit_ids(visit) for name, visit in visits.items()},
        "defect": _defects(visits),
        "tender": {"known": {"tender_id": visits["issued"].tender}},
        "photo": _photos(),
        "receipt": _receipts(visits),
        "upload": _uploads(visits),
        "address": {"staffs": {"signed": _signed(world)}},
        "device": {"leaders": {"device_id": _tablets(world)}},
        "person": {"own": {}, "member2": {"person_id": str(world.people["member2"])}},
        "import": {"staffs": {"import_id": _previewed(world)}},
        "import source": {"staffs": {"source_id": _source(world)}},
        "enrolment": {"fresh": {"code": enrolment_code(world)}},
        "form": {"known": {"code": "construction-inspection", "version": "1"}},
        "revision": {"known": {"revision": "roc-111"}},
        "defect code": {"known": {"defect_code": "5.01.01"}},
        "filing note": {"known": {"filing_note_id": filing_note(world, visits["issued"].tender)}},
        "file": {"known": {"filename": _static_file()}},
        "job": {"known": {"job": "photos.expire"}},
        "outgoing": _messages(world),
        **messages_builders.one_of_each(world.writing, world.people),
        "closure": {"known": {"on": _closure(world)}},
    }
    for kind, ids in ABSENT.items():
        world.objects[kind]["absent"] = ids


def _excuse(world: World, visit: Visit) -> None:
    """The known tender need not file for the month that addresses name."""
    path = f"/filings/2026-10/excuses/{visit.tender}"
    expect(world.as_user("staff").put(path, {"reason": "停工", "document": "測工字第 1 號"}), 201)


# -- inspections and what hangs on them ----------------------------------------------------------------


def plan(world: World, **changes: Any) -> Visit:
    """A visit to a new tender by the team of these tests, planned; `changes` go into the plan."""
    members = [str(world.people[username]) for username in actors.TEAM[1:]]
    return Visit.planned(world.as_user, world.people, **{"members": members, **changes})


def begin(visit: Visit) -> Visit:
    visit.declare(*actors.TEAM)
    expect(visit.start(), 200)
    return visit


def body(world: World, **changes: Any) -> dict[str, Any]:
    """A submission in which the deputy marks too, so that a member's own mark is one of three."""
    given = submission_body(world.people, **changes)
    return given | {"marks": [*given["marks"], {"member": str(world.people["deputy"]), "total": 91}]}


def _visits(world: World) -> dict[str, Visit]:
    visits = {name: plan(world) for name in ("planned", "cancelled")}
    visits["planned"].declare(*actors.TEAM)
    expect(visits["planned"].send_photo(1), 201)
    expect(visits["cancelled"].post("staff", "/cancel", {"reason": "颱風"}), 200)
    visits |= {
        name: begin(plan(world)) for name in ("started", "incomplete", "submitted", "issued", "closed")
    }
    _submit_incomplete(world, visits["incomplete"])
    submit_whole(world, visits["submitted"], 3, 1)
    submit_whole(world, visits["issued"], 4, 4)
    submit_whole(world, visits["closed"], 5, 1)
    for name in ("issued", "closed"):
        expect(visits[name].issue(), 200)
    _correct_all(visits["issued"])
    _move_on(visits["closed"], _ids(visits["closed"])[0], 3)
    expect(visits["closed"].close(), 200)
    return visits


def _submit_incomplete(world: World, visit: Visit) -> None:
    awaited = [{"sha256": sha256(LATE_PHOTO)}]
    given = body(world, photos=awaited, pending_tests=["concrete_core"], defects=[defect_body()])
    expect(visit.submit(given), 201)


def submit_whole(world: World, visit: Visit, number: int, defects: int) -> None:
    """A submission with so many defects of the contractor's and the supervisor's, and its photo."""
    found = [defect_body(also=["supervisor"], photos=[sha256(number)]) for _ in range(defects)]
    signatures = [{"role": "leader", "sha256": sha256(number + 20)}]
    expect(visit.send_photo(number), 201)
    expect(visit.send_photo(number + 20), 201)
    given = body(world, defects=found, photos=[{"sha256": sha256(number)}], signatures=signatures)
    expect(visit.submit(given), 201)


def visit_ids(visit: Visit) -> Ids:
    versions = visit.read()["submissions"]
    return {"inspection_id": visit.id, "submission_id": versions[0]["id"] if versions else NO_SUBMISSION}


def _ids(visit: Visit) -> list[str]:
    rows = visit.api("staff").get("/defects", inspection=visit.id).get_json()["items"]
    return [row["id"] for row in rows]


def _correct_all(visit: Visit) -> None:
    """Of four defects one stays open, the others go one step further each."""
    for steps, defect in enumerate(_ids(visit)):
        _move_on(visit, defect, steps)


def _move_on(visit: Visit, defect: str, steps: int) -> None:
    """Correct a defect, let the agency and then the staff pass it: the first `steps` of these."""
    taken = (
        partial(_correct, visit, defect),
        partial(_review, visit, "agency", defect),
        partial(_review, visit, "staff", defect),
    )
    for step in taken[:steps]:
        step()


def _correct(visit: Visit, defect: str) -> None:
    for number in (6, 7, 8):
        expect(visit.send_photo(number, "contractor"), 200, 201)
    photos = {"before": [sha256(6)], "during": [sha256(7)], "after": [sha256(8)]}
    sent = {"note": "已修補", "photos": photos}
    expect(visit.api("contractor").post(f"/defects/{defect}/corrections", sent), 201)


def _review(visit: Visit, username: str, defect: str) -> None:
    expect(visit.api(username).post(f"/defects/{defect}/reviews", {"result": "pass"}), 201)


def _defects(visits: dict[str, Visit]) -> dict[str, Ids]:
    names = ("open", "answered", "under_review", "corrected")
    found = dict(zip(names, _ids(visits["issued"]), strict=True))
    found |= {"found": _ids(visits["submitted"])[0], "closed": _ids(visits["closed"])[0]}
    return {name: {"defect_id": defect} for name, defect in found.items()}


# -- photos and uploads ----------------------------------------------------------------------------------


def _photos() -> dict[str, Ids]:
    numbers = {"unnamed": 1, "secret": 3, "named": 4, "correction": 6}
    return {name: {"sha256": sha256(number)} for name, number in numbers.items()}


def _receipts(visits: dict[str, Visit]) -> dict[str, Ids]:
    """Photos with the visit they were sent for."""
    sent = {"secret": (3, "submitted"), "named": (4, "issued"), "correction": (6, "issued")}
    return {
        name: {"sha256": sha256(number), "inspection_id": visits[state].id}
        for name, (number, state) in sent.items()
    }


def tus_headers(inspection_id: str, number: int = UPLOADED) -> dict[str, str]:
    """The headers that begin a resumable upload of a photo for a visit."""
    given = {"sha256": sha256(number), "inspection": inspection_id}
    pairs = (f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in given.items())
    return TUS | {"Upload-Length": str(len(jpeg(number))), "Upload-Metadata": ",".join(pairs)}


def begin_upload(visit: Visit, username: str) -> str:
    """The id of an upload of which nothing has come yet."""
    answer = visit.api(username).send("POST", "/photos/uploads", headers=tus_headers(visit.id))
    return expect(answer, 201).headers["Location"].rpartition("/")[2]


def _uploads(visits: dict[str, Visit]) -> dict[str, Ids]:
    return {
        "leaders": {"upload_id": begin_upload(visits["started"], "leader")},
        "contractors": {"upload_id": begin_upload(visits["issued"], "contractor")},
    }


# -- the rest --------------------------------------------------------------------------------------------


def filing_note(world: World, tender: str) -> str:
    """The id of a note on a month of a tender, filed beyond all measure."""
    staff, told = world.as_user("staff"), {"planned": "50.00", "actual": "111.00", "status": "施工中"}
    expect(staff.put(f"/tenders/{tender}/progress/2026-09", told), 201)
    (note,) = expect(staff.get("/filing-notes", tender=tender), 200).get_json()["items"]
    return str(note["id"])


def _signed(world: World) -> str:
    """What is signed of an address that the staff asked for."""
    answer = world.as_user("staff").get(f"/photos/{sha256(4)}/address", size="thumb")
    return str(expect(answer, 200).get_json()["url"]).rsplit("/", 1)[1]


def _tablets(world: World) -> str:
    """The leader's tablet, as a column too, and one that was lost; the id of the former."""
    with world.writing() as session:
        kept, token = actors.tablet(session, "leader", "領隊平板")
        lost, dead = actors.tablet(session, "leader", "遺失平板")
    expect(world.as_user("leader").delete(f"/devices/{lost}"), 204)
    world.credentials["tablet"] = actors.credential(world.app, token)
    world.credentials["lost_tablet"] = actors.credential(world.app, dead)
    return str(kept)


def enrolment_code(world: World) -> str:
    """A fresh code for a tablet of the leader's, with which the world is saved."""
    answer = world.as_user("leader").post("/devices/enrolments", {"user": str(world.people["leader"])})
    return str(expect(answer, 201).get_json()["code"])


def csv_file(number: str) -> FileStorage:
    return FileStorage(io.BytesIO(LIST.format(number=number).encode()), filename="tenders.csv")


def _messages(world: World) -> dict[str, Ids]:
    """One given up, one that waits, and one given up that would tell of a visit."""
    with world.app.app_context(), transaction() as session:
        made = {
            "dead": message(session, "dead", MORNING, error="伺服器拒收（RCPT 550）"),
            "waiting": message(session, "waiting", MORNING),
            "withheld": message(session, "secret", MORNING, SECRET, error="伺服器拒收（RCPT 550）"),
        }
    return {name: {"outgoing_id": str(each)} for name, each in made.items()}


def _source(world: World) -> str:
    """Where the staff's lists come from."""
    answer = world.ask("staff", "POST", "/api/v1/tenders/import-sources", json=SOURCE)
    assert answer.status == 201, answer.response.text
    return str(answer.response.get_json()["id"])


def _previewed(world: World) -> str:
    """The import that the staff previewed."""
    credential = world.credentials["staff"]
    form = {"csrf_token": credential.csrf, "file": csv_file("匯-1"), "unit": "twd"}
    answer = world.ask("staff", "POST", "/tenders/import", data=form)
    assert answer.status == 303, answer.response.text
    return answer.response.headers["Location"].rpartition("/")[2]


def _closure(world: World) -> str:
    """A day of closed offices."""
    day = "2026-11-25"
    expect(world.as_user("staff").put(f"/closures/{day}", {"document": "府人考字第 1 號"}), 201)
    return day


def _static_file() -> str:
    static = ROOT / "inspect_app" / "static"
    return str(sorted(static.rglob("*.css"))[0].relative_to(static))


def checksum(data: bytes) -> str:
    return f"sha256 {base64.b64encode(hashlib.sha256(data).digest()).decode()}"
