"""One finished world that hostile requests are thrown at: people, tenders, visits in every state, defects.

It is built once a process; after a request that was accepted, `restore` puts database and storage back.
"""

import hashlib
import io
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from inspect_app.accounts.limits import limiter
from inspect_app.core.database import transaction
from tests import builders, messages_builders
from tests.api.photo_samples import TUS, described
from tests.clients import Api
from tests.conftest import MORNING
from tests.inspections_builders import (
    TEAM,
    AsUser,
    Ids,
    Visit,
    defect_body,
    expect,
    jpeg,
    sha256,
    submission_body,
)
from tests.message_builders import message

UNCOUNTED = {"audit_events", "worker_beats", "alembic_version", "sqlite_sequence"}
"""Tables a refused request may write to: who tried what, and who is alive."""
STAGES = {"before": [sha256(1)], "during": [sha256(2)], "after": [sha256(3)]}
MONTH = "2026-10"
LOST, OVER = 30, 31
"""The numbers of a photo that never comes, and of one whose inspection is closed."""


@dataclass
class World:
    """The application over a file, and what is in it by name."""

    app: Flask
    path: Path
    storage: Path
    people: Ids = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    saved: sqlite3.Connection | None = None

    @contextmanager
    def write(self) -> Iterator[Session]:
        with self.app.app_context(), transaction() as session:
            yield session

    def api(self, username: str) -> Api:
        """The API as one of the cast, or as nobody (`anonymous`)."""
        if username != "anonymous" and username not in self.tokens:
            with self.write() as session:
                self.tokens[username] = builders.token(session, username)
        return Api(self.app.test_client(), self.tokens.get(username))

    def send(self, method: str, path: str, by: str, **options: Any) -> TestResponse:
        """Any request; the limits on sign-in are for another test."""
        limiter.reset()
        return self.api(by).send(method, path, **options)

    def etag(self, path: str) -> str:
        return str(expect(self.send("GET", path, "staff"), 200).headers["ETag"])

    def digest(self) -> str:
        """What all tables hold, but for the uncounted, and which files are in the storage."""
        with closing(sqlite3.connect(self.path)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            found = hashlib.sha256()
            for (table,) in tables.fetchall():
                if table not in UNCOUNTED:
                    rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608
                    found.update(repr((table, sorted(map(repr, rows)))).encode())
        found.update(repr([*map(str, self.files())]).encode())
        return found.hexdigest()

    def files(self) -> list[Path]:
        """Every file in the storage, by its path in there."""
        found = (path.relative_to(self.storage) for path in self.storage.rglob("*") if path.is_file())
        return sorted(path for path in found if path.parts[0] not in {".ready", "locks"})

    @property
    def _copy(self) -> Path:
        return self.path.parent / "saved"

    def save(self) -> None:
        """Remember how everything stands."""
        self.saved = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(sqlite3.connect(self.path)) as connection:
            connection.backup(self.saved)
        shutil.copytree(self.storage, self._copy)

    def restore(self) -> None:
        """Put everything back as it was saved."""
        assert self.saved is not None
        with closing(sqlite3.connect(self.path)) as connection:
            self.saved.backup(connection)
        kept = {path.relative_to(self._copy): path for path in self._copy.rglob("*") if path.is_file()}
        for path in self.files():
            if path not in kept:
                (self.storage / path).unlink()
        for path, copy in kept.items():
            place = self.storage / path
            if not place.exists() or place.stat().st_mtime_ns != copy.stat().st_mtime_ns:
                shutil.copy2(copy, place)


def build(world: World) -> None:
    """Fill the world: one visit in each state that a route works on."""
    with world.write() as session:
        world.people = builders.people(session)
    as_user: AsUser = world.api
    for name, make in VISITS.items():
        visit = make(as_user, world.people)
        world.ids |= {name: visit.id, f"{name}_tender": visit.tender}
    with world.write() as session:
        world.ids["tender"] = str(builders.tender(session, "115-水-敵").id)
        world.ids["message"] = str(message(session, "dead", MORNING, error="伺服器拒收（RCPT 550）"))
    progress = {"planned": "50.00", "actual": "49.50"}
    expect(world.send("PUT", f"/tenders/{world.ids['tender']}/progress/{MONTH}", "staff", json=progress), 201)
    world.ids["filing_note"] = _filing_note(world)
    world.ids |= {name: str(world.people[name]) for name in world.people}
    excuse = {"reason": "停工", "document": "測工字第 2 號"}
    expect(world.send("PUT", f"/filings/2026-09/excuses/{world.ids['tender']}", "staff", json=excuse), 201)
    world.ids["month"] = MONTH
    world.ids["defect_code"] = "5.01.01"
    world.ids["sha256"], world.ids["new_sha256"] = sha256(1), sha256(9)
    world.ids |= {"lost_sha256": sha256(LOST), "over_sha256": sha256(OVER)}
    world.ids |= {"defect": _defect(world, "issued"), "answered": _defect(world, "replied")}
    versions = world.send("GET", f"/inspections/{world.ids['submitted']}/submissions", "staff").get_json()
    told = world.send("GET", f"/inspections/{world.ids['reused']}/photo-notes", "staff").get_json()
    world.ids["note"] = told["items"][0]["id"]
    world.ids["submission"] = versions["items"][0]["id"]
    signed = world.send("GET", f"/photos/{sha256(1)}/address", "contractor").get_json()["url"]
    world.ids["signed"] = str(signed).rsplit("/", 1)[1]
    world.ids |= _tablet(world) | _upload(world)
    world.ids |= _kept(world)
    world.ids |= {"form_code": "construction-inspection", "form_version": "1", "job": "photos.expire"}
    made = messages_builders.one_of_each(
        world.write, {name: UUID(str(id_)) for name, id_ in world.people.items()}
    )
    world.ids |= {
        place: given for names in made.values() for ids in names.values() for place, given in ids.items()
    }
    world.ids["position"] = "0"
    closed = {"document": "府人考字第 1 號"}
    expect(world.send("PUT", "/closures/2026-11-25", "staff", json=closed), 201)
    world.ids |= {"on": "2026-11-25", "roc_year": "115"}
    for person in builders.CAST:
        world.api(person.username)
    world.save()


def _filing_note(world: World) -> str:
    """The id of a note on a month filed beyond all measure."""
    with world.write() as session:
        tender = builders.tender(session, "115-水-疑").id
    told = {"planned": "50.00", "actual": "111.00", "status": "施工中"}
    expect(world.send("PUT", f"/tenders/{tender}/progress/{MONTH}", "staff", json=told), 201)
    (note,) = world.send("GET", f"/filing-notes?tender={tender}", "staff").get_json()["items"]
    return str(note["id"])


def _issued(as_user: AsUser, people: Ids) -> Visit:
    """Issued with a defect, and the contractor has sent the photos of his correction."""
    visit = Visit.issued(as_user, people, defects=[defect_body()])
    for number in (1, 2, 3):
        expect(visit.send_photo(number, "contractor"), 201)
    return visit


def _replied(as_user: AsUser, people: Ids, stages: dict[str, list[str]] = STAGES) -> Visit:
    visit = _issued(as_user, people)
    items = visit.api("staff").get("/defects", inspection=visit.id).get_json()["items"]
    answer = {"note": "已修補", "photos": stages}
    expect(visit.api("contractor").post(f"/defects/{items[0]['id']}/corrections", answer), 201)
    return visit


def _reused(as_user: AsUser, people: Ids) -> Visit:
    """Answered with one photo for two stages, of which there is a note."""
    return _replied(as_user, people, STAGES | {"after": STAGES["during"]})


def _moved(as_user: AsUser, people: Ids) -> Visit:
    """Issued, and since then the tender names another contractor."""
    visit = Visit.issued(as_user, people)
    staff, path = visit.api("staff"), f"/tenders/{visit.tender}"
    answer = staff.get(path)
    tender = {name: value for name, value in answer.get_json().items() if name != "id"}
    changed = tender | {"contractor": builders.OTHER_CONTRACTOR}
    expect(staff.put(path, changed, str(answer.headers["ETag"])), 200)
    return visit


def _pending(as_user: AsUser, people: Ids) -> Visit:
    return Visit.submitted(as_user, people, pending_tests=["concrete_core"])


def _waiting(as_user: AsUser, people: Ids) -> Visit:
    """Submitted, but the photo it names has not come."""
    return Visit.submitted(as_user, people, photos=[{"sha256": sha256(LOST)}])


def _over(as_user: AsUser, people: Ids) -> Visit:
    """Closed, with a photo of its own."""
    visit = Visit.submitted(as_user, people, photos=[{"sha256": sha256(OVER)}])
    expect(visit.send_photo(OVER), 201)
    expect(visit.issue(), 200)
    expect(visit.close(), 200)
    return visit


def _overdue(as_user: AsUser, people: Ids) -> Visit:
    """Issued long after its record was due, without a word why."""
    visit = Visit.planned(as_user, people, on="2026-11-02")
    visit.declare(*TEAM)
    expect(visit.start(), 200)
    times = {"started_at": "2026-11-02T09:00:00+08:00", "finished_at": "2026-11-02T12:00:00+08:00"}
    expect(visit.submit(submission_body(people, **times)), 201)
    expect(visit.issue(), 200)
    return visit


VISITS: dict[str, Callable[[AsUser, Ids], Visit]] = {
    "planned": Visit.planned,
    "started": Visit.started,
    "submitted": Visit.submitted,
    "pending": _pending,
    "waiting": _waiting,
    "over": _over,
    "clean": Visit.issued,
    "issued": _issued,
    "replied": _replied,
    "moved": _moved,
    "reused": _reused,
    "overdue": _overdue,
}


def _defect(world: World, visit: str) -> str:
    answer = world.api("staff").get("/defects", inspection=world.ids[visit])
    return str(answer.get_json()["items"][0]["id"])


def _tablet(world: World) -> dict[str, str]:
    """A tablet of the leader's, and a code for another."""
    me = {"user": str(world.people["leader"])}
    codes = [world.send("POST", "/devices/enrolments", "leader", json=me).get_json()["code"] for _ in "12"]
    given = {"code": codes[0], "name": "現場平板"}
    device = expect(world.send("POST", "/devices", "anonymous", json=given), 201).get_json()["id"]
    return {"device": device, "code": codes[1]}


def _kept(world: World) -> dict[str, str]:
    """A list previewed, a source of lists, and the version that the planned visit's form shows."""
    rows = "標案編號,標案名稱,主辦機關\n甲,橋,甲機關\n".encode()
    form = {"file": FileStorage(io.BytesIO(rows), filename="a.csv")}
    answer = expect(world.send("POST", "//tenders/import", "staff", data=form), 303)
    version = world.etag(f"/inspections/{world.ids['planned']}").strip('"')
    body = {"name": "測試月報", "url": "https://data.example/tenders"}
    source = expect(world.send("POST", "/tenders/import-sources", "staff", json=body), 201).get_json()["id"]
    previewed = str(answer.headers["Location"]).rsplit("/", 1)[1]
    return {"import": previewed, "source": source, "planned_version": version, "quarter": "2026-3"}


def _upload(world: World) -> dict[str, str]:
    """A resumable upload of which nothing has come yet, and what it told."""
    told = described(sha256=sha256(8), inspection=world.ids["started"])
    headers = TUS | {"Upload-Length": str(len(jpeg(8))), "Upload-Metadata": told}
    answer = expect(world.send("POST", "/photos/uploads", "leader", headers=headers), 201)
    return {"upload": str(answer.headers["Location"]).rsplit("/", 1)[1], "metadata": told}
