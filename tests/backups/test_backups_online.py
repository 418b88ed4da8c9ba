"""A backup made while a real server receives submissions and photos holds one moment of them."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from inspect_app.backups import making
from inspect_app.backups.progress import Advance
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import db
from inspect_app.core.settings import ROOT
from tests import builders
from tests import inspections_builders as visits
from tests.backups.places import SECRET, MakePlace, plenty
from tests.clients import Api
from tests.conftest import Write
from tests.inspections_builders import Visit

PATIENCE_S = 20.0
VISITS = 40


@dataclass(eq=False)
class Tablet(threading.Thread):
    """Sends one visit after another, each a submission that names a photo and then the photo, until told to stop."""

    port: int
    token: str
    people: dict[str, UUID]
    visits: list[str]
    sent: int = 0
    refused: list[tuple[str, int]] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        for number, visit in enumerate(self.visits):
            if self.enough.is_set():
                break
            photo, sha256 = visits.jpeg(number), visits.sha256(number)
            body = visits.submission_body(self.people, photos=[{"sha256": sha256}])
            self._put(
                connection, f"/inspections/{visit}/submission", json.dumps(body).encode(), "application/json"
            )
            self._put(connection, f"/photos/{sha256}?inspection={visit}", photo, "image/jpeg")
            self.sent += 1
        connection.close()

    def _put(self, connection: http.client.HTTPConnection, path: str, body: bytes, kind: str) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        connection.request("PUT", f"/api/v1{path}", body=body, headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 201:
            self.refused.append((path, answer.status))


@pytest.fixture
def port(tmp_path: Path, database_url: str) -> Iterator[int]:
    """The application behind gunicorn, as it is run."""
    environ = os.environ | {
        "CHAHE_ENV": "test",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": database_url,
        "SECRET_KEY": SECRET,
        "LOG_LEVEL": "WARNING",
    }
    with socket.create_server(("127.0.0.1", 0)) as listener:
        handle = listener.fileno()
        bind = ["-c", "deploy/gunicorn.conf.py", "-b", f"fd://{handle}", "wsgi:app"]
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *bind],
            cwd=ROOT,
            env=environ,
            pass_fds=[handle],
            start_new_session=True,
        )
        yield int(listener.getsockname()[1])
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(PATIENCE_S)


@pytest.fixture
def tablet(
    port: int, fixed_clock: FixedClock, write: Write, people: dict[str, UUID], as_user: Callable[[str], Api]
) -> Iterator[Tablet]:
    """A leader's tablet with many started visits to send."""
    fixed_clock.instant = datetime.now(UTC)
    first = Visit.started(as_user, people)
    ids = [first.id, *(str(id_) for id_ in _like(write, first, VISITS - 1))]
    with write() as session:
        token = builders.token(session, "leader")
    yield (sending := Tablet(port, token, people, ids))
    sending.enough.set()
    sending.join(PATIENCE_S)


def _like(write: Write, visit: Visit, more: int) -> list[UUID]:
    """Further started visits, each to a tender of its own, as copies of one."""
    made = []
    with write() as session:
        for number in range(more):
            tender, id_ = builders.tender(session, f"115-線-{number:03}").id, UUID(int=number + 1)
            for name in ("inspections", "team_members"):
                table = db.metadata.tables[name]
                key = table.c.id if name == "inspections" else table.c.inspection_id
                for row in session.execute(table.select().where(key == UUID(visit.id))).mappings().all():
                    own = (
                        {"id": id_, "tender_id": tender} if name == "inspections" else {"inspection_id": id_}
                    )
                    session.execute(table.insert(), dict(row) | own)
            made.append(id_)
    return made


@dataclass
class Waiting:
    """Lets the tablet go on before each stage, and between one table and the next."""

    tablet: Tablet
    seen: list[int] = field(default_factory=list)

    @contextmanager
    def stage(self, label: str, length: int) -> Iterator[Advance]:
        self.wait_for(3)
        yield (lambda _done: self.wait_for(1)) if label == "讀取資料表" else (lambda _done: None)

    def wait_for(self, more: int) -> None:
        self.seen.append(self.tablet.sent)
        target, pause = self.tablet.sent + more, threading.Event()
        while self.tablet.is_alive() and self.tablet.sent < target:
            pause.wait(0.01)


@pytest.mark.every_database
def test_a_backup_under_way_holds_one_moment_of_what_tablets_send(
    app: Flask, tablet: Tablet, make_place: MakePlace, database: str, tmp_path: Path
) -> None:
    waiting = Waiting(tablet)
    tablet.start()
    waiting.wait_for(3)
    with app.app_context():
        made = making.backup(app, tmp_path / "x.zip", force=False, progress=waiting, free=plenty)
        db.engine.dispose()
    tablet.enough.set()
    tablet.join(PATIENCE_S)
    place = make_place(database)
    place.restore(made.path)

    assert tablet.refused == []
    assert made.manifest.faults == ()
    with place.app.app_context(), db.engine.connect() as connection:
        numbers = {name: connection.scalar(text(query)) for name, query in COUNTS.items()}
    assert 3 <= numbers["submissions"] < tablet.sent - 10
    assert len(set(numbers.values()) - {numbers["photos"]}) <= 1
    assert numbers["submissions"] - numbers["photos"] in {0, 1}
    assert numbers["photos"] == numbers["receipts"]
    assert len(place.objects()) == 3 * numbers["photos"]


COUNTS = {
    "submissions": "SELECT count(*) FROM submissions",
    "submitted": "SELECT count(*) FROM inspections WHERE submission_id IN (SELECT id FROM submissions)",
    "marked": "SELECT count(DISTINCT inspection_id) FROM marks",
    "named": "SELECT count(DISTINCT inspection_id) FROM named_photos",
    "photos": "SELECT count(*) FROM photos",
    "receipts": "SELECT count(*) FROM photo_receipts",
}
"""What one submission, or one photo, writes in one transaction: in any one moment these are as many."""
