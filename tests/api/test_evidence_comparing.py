"""Where the city runs, what was verified offline is held against the rows: whoever changed or took one away is found."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from inspect_app.core.clock import FixedClock
from inspect_app.core.database import db
from tests.api.test_evidence_chain import change_behind_the_guard
from tests.api.test_evidence_package import command, verdicts
from tests.evidence_builders import issued_package, packed, photographed
from tests.inspections_builders import AsUser, Ids, Visit, expect, sha256

pytestmark = pytest.mark.usefixtures("people")


def changed(app: Flask, statement: str, **values: str) -> None:
    with app.app_context(), db.engine.begin() as connection:
        for verb in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS submissions_no_{verb}"))
        assert connection.execute(text(statement), values).rowcount == 1


def forge(app: Flask) -> str:
    """Another body in a submission's row, with the hash that fits it; returns the true hash."""
    with app.app_context(), db.engine.begin() as connection:
        body, true = connection.execute(text("SELECT body, sha256 FROM submissions")).one()
    value = json.loads(body) | {"finished_at": "2026-01-01T00:00:00+00:00"}
    forged = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(forged.encode()).hexdigest()
    changed(app, "UPDATE submissions SET body = :body, sha256 = :digest", body=forged, digest=digest)
    return str(true)


def test_a_forged_submission_is_named_offline_and_by_the_database(
    app: Flask, as_user: AsUser, people: Ids, tmp_path: Path
) -> None:
    visit, before = issued_package(as_user, people, tmp_path / "before")
    true = forge(app)

    after = packed(visit, tmp_path / "after")
    assert any(name.startswith(f"送件 {true}") for name in verdicts(after))
    assert not (after / "submissions").exists()
    told = command(app, "verify", before)
    assert (told.exit_code, "資料庫送件" in told.output, f"缺少　資料庫送件 {true}" in told.output) == (
        1,
        True,
        True,
    )


def test_a_photo_whose_row_was_taken_away_is_named_offline_and_by_the_database(
    app: Flask, as_user: AsUser, people: Ids, tmp_path: Path
) -> None:
    visit, before = issued_package(as_user, people, tmp_path / "before")
    changed(app, "DELETE FROM photo_receipts WHERE sha256 = :gone", gone=sha256(1))

    after = packed(visit, tmp_path / "after")
    assert [name.partition("（")[0] for name in verdicts(after)] == [f"照片 {sha256(1)}"]
    told = command(app, "verify", before)
    assert (told.exit_code, f"缺少　資料庫照片 {sha256(1)}" in told.output) == (1, True), told.output


def test_a_submission_whose_old_event_names_no_bytes_is_told_as_not_provable(
    app: Flask, as_user: AsUser, people: Ids, tmp_path: Path, fixed_clock: FixedClock
) -> None:
    visit = Visit.started(as_user, people)
    fixed_clock.instant += timedelta(minutes=5)
    expect(visit.submit(), 201)
    change_behind_the_guard(
        app,
        "UPDATE audit_events SET detail = '{}' WHERE subject_id = :id AND action = 'inspection.submitted'",
        id=visit.id,
    )

    folder = packed(visit, tmp_path / "package")
    (absent,) = json.loads((folder / "manifest.json").read_text())["absent"]
    assert (absent["kind"], "不能證明" in absent["reason"]) == ("submission", True)
    assert "資料庫送件" not in command(app, "verify", folder).output


def test_what_the_database_told_stands_though_the_key_file_is_unusable(
    app: Flask, as_user: AsUser, people: Ids, tmp_path: Path
) -> None:
    visit, folder = issued_package(as_user, people, tmp_path / "package")
    app.extensions["chahe.settings"].evidence_key_file.write_text("no key")
    assert command(app, "verify", folder).exit_code == 0

    change_behind_the_guard(
        app, "UPDATE audit_events SET actor_name = 'x' WHERE subject_id = :id AND seq = 3", id=visit.id
    )
    told = command(app, "verify", folder)
    assert (told.exit_code, "資料庫證據鏈第 3 環" in told.output) == (1, True), told.output


def test_a_comparison_that_fails_is_told_and_only_offline_does_without(
    app: Flask, as_user: AsUser, people: Ids, tmp_path: Path
) -> None:
    _, folder = issued_package(as_user, people, tmp_path / "package")
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DROP TABLE evidence_keys"))

    told = command(app, "verify", folder)
    assert (told.exit_code, "無法判斷　資料庫：無法比對" in told.output) == (1, True), told.output
    assert command(app, "verify", folder, "--offline").exit_code == 0


def test_a_package_made_before_more_happened_still_agrees(
    app: Flask, as_user: AsUser, people: Ids, tmp_path: Path
) -> None:
    visit = photographed(as_user, people)
    folder = packed(visit, tmp_path / "package")
    expect(visit.issue(), 200)
    expect(visit.send_photo(2), 201, 409, 403)

    assert command(app, "verify", folder).exit_code == 0


def test_rows_changed_since_the_issue_are_named_and_no_paper_is_made_of_them(
    app: Flask, as_user: AsUser, people: Ids, tmp_path: Path
) -> None:
    visit, before = issued_package(as_user, people, tmp_path / "before")
    changed(app, "UPDATE defects SET points = 0, note = '無'")

    told = command(app, "verify", before / "papers/record.pdf")
    assert (told.exit_code, "不是原件　資料庫發文紀錄" in told.output) == (1, True), told.output
    after = packed(visit, tmp_path / "after")
    assert not (after / "papers").exists()
