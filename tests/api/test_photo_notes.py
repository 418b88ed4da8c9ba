"""Photo notes over the API: where a picture stood before, who may know, and what somebody made of it."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from inspect_app.core import audit
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import is_writing, session
from inspect_app.plausibility import queries
from tests.conftest import Write
from tests.inspections_builders import AsUser, Ids, Visit, expect, sha256, strangers, submission_body
from tests.plausibility_builders import correct, file, issued, notes, secret, sha, submit


@pytest.fixture
def everybody(people: Ids, write: Write) -> Ids:
    with write() as current:
        people.update(strangers(current))
    return people


@pytest.mark.every_database
def test_a_correction_photo_of_another_site_is_told_however_it_was_coded(
    as_user: AsUser, people: Ids
) -> None:
    first, second = (issued(as_user, people, file(seed)) for seed in (2, 3))
    old = correct(first, file(4), file(5), file(6))
    new = correct(second, file(7), file(8), file(6, quality=40, shrink=2))

    (note,) = notes(second)

    assert (note["kind"], note["at"]["stage"], note["at"]["defect"]) == ("reuse", "after", new)
    assert (note["other"]["inspection"], note["other"]["defect"]) == (first.id, old)
    assert note["other"]["photo"] == sha(file(6))
    assert note["figures"]["of"] == 241
    assert "相似" in note["words"]["zh"]
    assert "points agree" in note["words"]["en"]
    assert [each["other"]["inspection"] for each in notes(first)] == [second.id]


def test_the_same_file_at_two_visits_is_told_as_such_even_when_it_shows_too_little(
    as_user: AsUser, people: Ids
) -> None:
    first = Visit.started(as_user, people)
    second = Visit.started(as_user, people)
    for visit in (first, second):
        expect(visit.send_photo(1), 201)
        expect(visit.submit(_naming(visit, sha256(1))), 201)

    (note,) = notes(second)

    assert note["figures"]["bits"] == 0
    assert "同一個檔案" in note["words"]["zh"]
    assert second.read("staff", "/photo-notes")["unknown"] == {"photos": 1, "time": 1, "place": 1, "look": 1}


def _naming(visit: Visit, photo: str) -> dict[str, Any]:
    return submission_body(visit.people, photos=[{"sha256": photo}])


def test_time_place_and_software_are_read_from_the_photo(as_user: AsUser, people: Ids) -> None:
    right = file(2, taken="2026:11:20 10:00:00", lat=(22, 37, 12))
    wrong = file(3, taken="2026:11:19 10:00:00", lat=(22, 38, 12), software="Adobe Photoshop 25.0")
    visit = submit(Visit.started(as_user, people), right, wrong)

    found = notes(visit)

    assert {note["at"]["photo"] for note in found} == {sha(wrong)}
    figures = {note["kind"]: note["figures"] for note in found}
    assert figures["time"]["minutes"] == 23 * 60
    assert figures["place"]["metres"] == pytest.approx(1853, abs=3)
    assert figures["software"]["software"] == "Adobe Photoshop 25.0"


@pytest.mark.parametrize(
    ("taken", "offset"),
    [
        ("1904:01:01 00:00:00", None),
        ("9999:12:31 23:59:59", None),
        ("9999:12:31 23:59:59", "-12:00"),
        ("1912:01:01 01:00:00", "+14:00"),  # in Taipei the year before
    ],
)
def test_a_camera_with_an_impossible_year_says_nothing_of_time(
    as_user: AsUser, people: Ids, taken: str, offset: str | None
) -> None:
    visit = issued(as_user, people, file(2))
    correct(visit, file(3), file(4), file(5, taken=taken, offset=offset))

    assert [note for note in notes(visit) if note["kind"] == "time"] == []
    assert visit.read("staff", "/photo-notes")["unknown"]["time"] == 4


# -- secrecy -------------------------------------------------------------------------------------------------


def test_a_match_at_a_secret_visit_is_told_to_nobody_who_may_not_know_of_it(
    as_user: AsUser, everybody: Ids
) -> None:
    known = issued(as_user, everybody, file(2))
    before = {name: known.get(name, "/photo-notes").data for name in ("leader", "member1", "auditor")}
    hidden = secret(as_user, everybody, file(2, quality=60))

    assert [note["other"]["inspection"] for note in notes(known)] == [hidden.id]
    assert [note["other"]["inspection"] for note in notes(hidden)] == [known.id]
    for name, answer in before.items():
        assert known.get(name, "/photo-notes").data == answer, name
        assert notes(known, name) == []
    assert notes(hidden, "other_leader") == []


def test_a_review_of_such_a_note_is_as_secret(as_user: AsUser, everybody: Ids) -> None:
    known = issued(as_user, everybody, file(2))
    page, history = known.get("leader", "/photo-notes").data, known.get("leader").data
    secret(as_user, everybody, file(2, quality=60))
    (note,) = notes(known)
    path = f"/photo-notes/{note['id']}/reviews"

    expect(known.post("leader", path, {"verdict": "clear"}), 404)
    expect(known.post("staff", path, {"verdict": "clear"}), 201)

    assert known.get("leader", "/photo-notes").data == page
    assert known.get("leader").data == history


@pytest.mark.parametrize("username", ["agency", "supervisor", "contractor", "admin"])
def test_the_inspected_and_administrators_never_get_notes(
    as_user: AsUser, people: Ids, username: str
) -> None:
    visit = issued(as_user, people, file(2))

    assert visit.get(username, "/photo-notes").status_code == 403


def test_naming_a_photo_one_never_had_tells_nothing_of_it(as_user: AsUser, everybody: Ids) -> None:
    edited = file(2, software="Snapseed", taken="2020:01:01 00:00:00")
    secret(as_user, everybody, edited)
    visit = Visit.started(as_user, everybody)
    expect(visit.submit(_naming(visit, sha(edited))), 201)

    assert visit.read("leader", "/photo-notes") == {
        "items": [],
        "unknown": {"photos": 0, "time": 0, "place": 0, "look": 0},
    }


# -- reviews -------------------------------------------------------------------------------------------------


def test_a_review_is_kept_shown_and_audited(
    app: Flask, as_user: AsUser, people: Ids, fixed_clock: FixedClock
) -> None:
    first, second = (issued(as_user, people, file(2, quality=quality)) for quality in (88, 60))
    note = notes(second)[0]
    path = f"/photo-notes/{note['id']}/reviews"

    expect(second.post("staff", path, {"verdict": "clear"}), 201)
    fixed_clock.instant += timedelta(minutes=1)
    expect(second.post("leader", path, {"verdict": "follow_up", "reason": "與前案相同"}), 201)

    review = notes(second)[0]["review"]
    assert (review["verdict"], review["reason"]) == ("follow_up", "與前案相同")
    assert notes(first)[0]["review"] is None
    with app.app_context():
        query = select(audit.AuditEvent).where(audit.AuditEvent.subject_kind == "photo_note")
        actions = {event.action for event in session().scalars(query)}
    assert actions == {"photo_note.clear", "photo_note.follow_up"}


@pytest.mark.parametrize(
    "body", [{"verdict": "follow_up"}, {"verdict": "follow_up", "reason": "  "}, {"verdict": "guilty"}, {}]
)
def test_a_review_needs_a_verdict_and_for_following_up_a_reason(
    as_user: AsUser, people: Ids, body: dict[str, Any]
) -> None:
    for quality in (88, 60):
        visit = issued(as_user, people, file(2, quality=quality))
    path = f"/photo-notes/{notes(visit)[0]['id']}/reviews"

    assert visit.post("staff", path, body).status_code == 422


def test_a_review_searches_before_it_writes(
    as_user: AsUser, people: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Searching for all photos may take a second, in which on SQLite nobody else could write."""
    for quality in (88, 60):
        visit = issued(as_user, people, file(2, quality=quality))
    (note,) = notes(visit)
    search, writing = queries.alike, list[bool]()

    def watched(current: Session, *given: Any) -> dict[str, dict[str, int]]:
        writing.append(is_writing(current))
        return search(current, *given)

    monkeypatch.setattr(queries, "alike", watched)
    expect(visit.post("staff", f"/photo-notes/{note['id']}/reviews", {"verdict": "clear"}), 201)

    assert writing == [False]


def test_an_auditor_reads_but_does_not_review(as_user: AsUser, people: Ids) -> None:
    for quality in (88, 60):
        visit = issued(as_user, people, file(2, quality=quality))
    (note,) = notes(visit, "auditor")

    answer = visit.post("auditor", f"/photo-notes/{note['id']}/reviews", {"verdict": "clear"})

    assert answer.status_code == 403
