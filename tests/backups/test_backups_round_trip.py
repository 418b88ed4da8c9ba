"""What is restored is what was backed up, whichever database it came from and goes to."""

import hashlib
import re
import shutil
import tracemalloc
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import insert, text

from inspect_app.backups import tables
from inspect_app.core import health
from inspect_app.core.database import db, transaction
from inspect_app.core.settings import ROOT
from inspect_app.demo.people import PASSWORD
from tests.backups.places import NOON, SECRET, MakePlace, Place, member, names
from tests.clients import Api, Page


@pytest.mark.parametrize(
    "way",
    [("sqlite", "sqlite"), ("sqlite", "postgresql", "postgresql", "sqlite")],
    ids="-".join,
)
def test_every_row_and_every_byte_come_back(
    way: tuple[str, ...], demo_city: Place, demo_archive: Path, make_place: MakePlace, tmp_path: Path
) -> None:
    rows, objects, archive = demo_city.rows(), demo_city.named_objects(), demo_archive
    for number, (_, to) in enumerate(pairwise(way)):
        place = make_place(to)
        place.restore(archive)

        assert place.rows() == rows
        assert place.objects() == objects
        archive = place.back_up(tmp_path / f"{number}.zip").path

    assert sum(len(found) for found in rows.values()) > 200
    assert len(objects) > 30


@pytest.mark.every_database
def test_a_restored_city_works(empty: Place, demo_archive: Path) -> None:
    empty.restore(demo_archive)
    with empty.app.app_context(), transaction() as session:
        health.beat(session, "worker", NOON)
        issued = session.scalar(text("SELECT id FROM inspections WHERE issued_at IS NOT NULL"))
    page, api = Page(empty.app.test_client()), Api(empty.app.test_client())

    assert api.get("//readyz").status_code == 200
    assert page.sign_in("staff", PASSWORD).status_code == 303
    api.token = api.post("/auth/login", {"username": "staff", "password": PASSWORD}).get_json()["token"]
    notice = api.get(f"/inspections/{UUID(str(issued))}/notice.pdf")
    assert notice.status_code == 200
    assert notice.data.startswith(b"%PDF-")


def test_an_archive_of_an_older_revision_comes_to_the_newest(
    demo_city: Place, make_place: MakePlace, tmp_path: Path
) -> None:
    old = make_place("sqlite")
    shutil.copytree(demo_city.folder, old.folder, dirs_exist_ok=True)
    with old.app.app_context():
        flask_migrate.downgrade(revision="0003")
    made = old.back_up(tmp_path / "old.zip")
    place = make_place("sqlite")
    place.restore(made.path)

    assert made.manifest.revision == "0003"
    assert place.rows()["submissions"] == demo_city.rows()["submissions"]
    with place.app.app_context(), db.engine.connect() as connection:
        now = connection.scalar(text("SELECT version_num FROM alembic_version"))
    assert now == ScriptDirectory(str(ROOT / "migrations")).get_current_head()


def test_a_migrated_database_holds_no_rows(empty: Place) -> None:
    """Were a migration to add rows, restoring would have to expect them."""
    with empty.app.app_context():
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            filled = [each.name for each in tables.described(connection) if tables.has_rows(connection, each)]

    assert filled == []


def test_an_unfinished_upload_keeps_the_bytes_it_has(city: Place, empty: Place, tmp_path: Path) -> None:
    began, ended = uuid4(), uuid4()
    with city.app.app_context(), transaction() as session:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        tender = session.scalar(text("SELECT id FROM tenders"))
        user = session.scalar(text("SELECT id FROM users"))
        session.execute(
            text(
                'INSERT INTO inspections (id, tender_id, "on", method, kind, state, version, created_at) '
                "VALUES (:id, :tender, '2026-11-23', 'announced', 'inspection', 'planned', 1, '2026-11-01')"
            ),
            {"id": began.hex, "tender": tender},
        )
        for upload, finished in ((began, None), (ended, "2026-11-23 00:00:00.000000")):
            session.execute(
                text(
                    "INSERT INTO photo_uploads (id, inspection_id, uploader_id, sha256, length, described, "
                    "created_at, expires_at, finished_at) VALUES (:id, :visit, :user, :sha, 9, '', "
                    "'2026-11-23 00:00:00.000000', '2026-11-30 00:00:00.000000', :finished)"
                ),
                {"id": upload.hex, "visit": began.hex, "user": user, "sha": "0" * 64, "finished": finished},
            )
    (city.uploads / "incoming-tus").mkdir()
    for upload in (began, ended):
        (city.uploads / "incoming-tus" / str(upload)).write_bytes(b"half")
    made = city.back_up(tmp_path / "city.zip")
    empty.restore(made.path)

    assert made.manifest.faults == ()
    assert [name for name in empty.objects() if "tus" in name] == [f"incoming-tus/{began}"]
    assert (empty.uploads / "incoming-tus" / str(began)).read_bytes() == b"half"


def test_rows_stand_in_chunks_of_ten_thousand(city: Place, tmp_path: Path) -> None:
    with city.app.app_context(), transaction() as session:
        rows = [{"id": uuid4(), "name": f"機關 {number}"} for number in range(20_001)]
        session.execute(insert(db.metadata.tables["organisations"]), rows)
        session.execute(text("DELETE FROM organisations WHERE name IN ('機關 1', '機關 2')"))
    path = city.back_up(tmp_path / "city.zip").path
    chunks = [name for name in names(path) if name.startswith("tables/organisations/")]

    assert chunks == [f"tables/organisations/000{number}.jsonl" for number in (1, 2, 3)]
    assert [len(member(path, name).splitlines()) for name in chunks] == [10_000, 10_000, 4]


def test_neither_rows_nor_photos_are_held_in_memory(city: Place, empty: Place, tmp_path: Path) -> None:
    """20,000 rows and a photo of 48 MiB pass through less than 16 MiB."""
    size = 48 * 2**20
    sha256 = hashlib.sha256(bytes(size)).hexdigest()
    with city.app.app_context(), transaction() as session:
        rows = [{"id": uuid4(), "name": f"{number}號機關".rjust(100, "某")} for number in range(20_000)]
        session.execute(insert(db.metadata.tables["organisations"]), rows)
        photo = {"sha256": sha256, "bytes": size, "mime": "image/jpeg", "width": 1, "height": 1}
        session.execute(insert(db.metadata.tables["photos"]), photo | {"created_at": NOON})
        del rows
    for name in ("original", "web", "thumb"):
        path = city.uploads / "photos" / name / sha256[:2] / sha256
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as file:
            file.truncate(size if name == "original" else 1)
    tracemalloc.start()
    empty.restore(city.back_up(tmp_path / "city.zip").path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(empty.rows()["organisations"]) > 20_000
    assert peak < 16 * 2**20


def test_stored_objects_lie_in_the_archive_as_in_the_storage(city: Place, tmp_path: Path) -> None:
    path = city.back_up(tmp_path / "city.zip").path
    there = {name: member(path, name) for name in names(path) if name.startswith("photos/")}

    assert there == city.objects()


def test_the_secret_key_is_not_in_the_archive_and_the_output_says_so(city: Place, tmp_path: Path) -> None:
    result = city.flask("backup", str(tmp_path / "city.zip"))

    assert SECRET.encode() not in (tmp_path / "city.zip").read_bytes()
    assert "不含 SECRET_KEY" in result.output


def test_who_lives_now_is_not_archived(city: Place, tmp_path: Path) -> None:
    with city.app.app_context(), transaction() as session:
        health.beat(session, "worker", NOON)
    made = city.back_up(tmp_path / "city.zip")

    assert {
        table.name: table.rows for table in made.manifest.tables if table.name in {"worker_beats", "leases"}
    } == {
        "worker_beats": 0,
        "leases": 0,
    }


def test_the_demonstration_city_stores_nothing_that_a_backup_would_miss(demo_city: Place) -> None:
    """A room that stores a new kind of object must name it in photos/keeping/stored.py or its like."""
    known = re.compile(r"(photos|incoming-tus|incoming|incoming-lists|locks)/.*|\.ready")
    files = [
        str(path.relative_to(demo_city.uploads)) for path in demo_city.uploads.rglob("*") if path.is_file()
    ]

    assert [name for name in files if not known.fullmatch(name)] == []
