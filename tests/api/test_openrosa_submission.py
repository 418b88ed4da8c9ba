"""ODK Collect from the list of forms to a graded inspection: at once, in parts, again and again, and wrongly."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from defusedxml.ElementTree import fromstring
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from forms import published
from forms.schema import FormDefinition
from inspect_app.core import clock
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import Base, session, transaction
from inspect_app.inspections.models import Submission
from inspect_app.openrosa import receiving, service
from inspect_app.openrosa.models import Attachment
from inspect_app.photos import service as photos
from inspect_app.photos.keeping import clearing
from inspect_app.photos.models import PhotoReceipt
from tests import forms_builders
from tests import openrosa_builders as collect
from tests.api.photo_samples import huge_png
from tests.conftest import Write
from tests.inspections_builders import AsUser, Ids, Visit, defect_body, expect, jpeg, sha256, submission_body
from tests.openrosa_builders import Collect, all_pass, fill, message

MakeTablet = Callable[[str], Collect]
Answers = dict[str, Any]
FIRST = "/openrosa/forms/construction-inspection/1"


@pytest.fixture
def tablet_of(app: Flask, write: Write, people: Ids) -> MakeTablet:
    def make(username: str) -> Collect:
        with write() as current:
            return Collect(app.test_client(), username, collect.tablet_token(current, username))

    return make


@pytest.fixture
def visit(as_user: AsUser, people: Ids) -> Visit:
    return Visit.started(as_user, people)


@pytest.fixture
def tablet(tablet_of: MakeTablet) -> Collect:
    return tablet_of("leader")


def form_of(tablet: Collect, visit: Visit) -> str:
    """The first version, which has few questions."""
    return text_of(tablet.get(f"{FIRST}/inspections/{visit.id}"))


def text_of(answer: TestResponse) -> str:
    return expect(answer, 200).text


def with_photos(visit: Visit) -> Answers:
    """Answers that speak of three files."""
    return all_pass(
        visit.people,
        visit.id,
        **{"wk-01_result": "fail", "wk-01_note": "蜂窩", "wk-01_photo": "a.jpg"},
        **{"wk-01_photos": [{"wk-01_another": "b.jpg"}]},
        defectsFound="yes",
        defects=[collect.defect(defectId=DEFECT, defectPhoto="c.jpg", defectAlso="supervisor")],
    )


DEFECT = UUID("7d2cbb12-4a6c-4c5e-9d2d-f8a5d4f5c00a")
FILES = [("a.jpg", jpeg(1)), ("b.jpg", jpeg(2)), ("c.jpg", jpeg(3))]


def count(app: Flask, table: type[Base]) -> int:
    with app.app_context():
        return session().scalar(select(func.count()).select_from(table)) or 0


# -- the whole way ---------------------------------------------------------------------------------------------


@pytest.mark.every_database
def test_from_the_list_of_forms_to_a_graded_inspection(tablet: Collect, visit: Visit) -> None:
    form = published.newest()[0]
    values, files = passing(form, visit)
    xform = tablet.download(f"{form.code}_{visit.id}")
    head = tablet.head()
    answer = tablet.send(fill(xform, values), files)

    assert (head.status_code, head.data) == (204, b"")
    assert head.headers["Location"] == "http://localhost/openrosa/submission"
    assert int(head.headers["X-OpenRosa-Accept-Content-Length"]) == 33554432 // 16 * 15
    assert (answer.status_code, message(answer)) == (201, "查核結果已收下。")
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert visit.read()["state"] == "submitted"


@pytest.mark.parametrize("form", published.newest()[1:], ids=lambda form: form.code)
def test_every_checklist_comes_back_filled_in(tablet: Collect, visit: Visit, form: FormDefinition) -> None:
    values, files = passing(form, visit)

    answer = tablet.send(fill(tablet.download(f"{form.code}_{visit.id}"), values), files)

    assert (answer.status_code, message(answer)) == (201, "查核結果已收下。")
    assert visit.read()["state"] == "submitted"


def test_more_faults_than_a_tablet_shows_are_counted(tablet: Collect, visit: Visit) -> None:
    empty = {"inspection": visit.id, "marks": all_pass(visit.people, visit.id)["marks"]}

    answer = tablet.send(fill(form_of(tablet, visit), empty))

    assert answer.status_code == 422
    assert message(answer).count("每一項都要有結果") == 5
    assert message(answer).endswith("另有 15 項。")


def passing(form: FormDefinition, visit: Visit) -> tuple[Answers, list[tuple[str, bytes]]]:
    """A visit on which everything passes, with the pictures and signatures that it asks for."""
    given = all_pass(visit.people, visit.id)
    values = {name: given[name] for name in ("inspection", "marks")}
    pictured = []
    for id_, reply in forms_builders.visit(form).items():
        values |= {f"{id_}_result": reply.result} if reply.result else {}
        values |= {f"{id_}_value": reply.value} if reply.value else {}
        if form.by_id[id_].kind in ("photo", "signature"):
            values[f"{id_}_photo"] = f"{id_}.jpg"
            pictured.append(f"{id_}.jpg")
    return values, [(name, jpeg(number)) for number, name in enumerate(pictured)]


def test_a_visit_scores_the_same_however_it_was_sent(
    tablet: Collect, visit: Visit, as_user: AsUser, people: Ids
) -> None:
    other = Visit.started(as_user, people)
    found = defect_body(photos=[sha256(3)], also=["supervisor"])
    photos = [{"sha256": sha256(number)} for number in (1, 2, 3)]
    answers = submission_body(people)["answers"] | {
        "wk-01": {"result": "fail", "note": "蜂窩", "photos": [sha256(1), sha256(2)]}
    }
    other.submit(submission_body(people, answers=answers, defects=[found], photos=photos))

    tablet.send(fill(form_of(tablet, visit), with_photos(visit)), FILES)

    assert visit.read("leader", "/score") == other.read("leader", "/score")
    assert versions(visit)[0]["answers"] == versions(other)[0]["answers"]
    assert [without_id(each) for each in versions(visit)[0]["defects"]] == [
        without_id(each) for each in versions(other)[0]["defects"]
    ]


def versions(visit: Visit) -> list[dict[str, Any]]:
    rows = visit.read("leader", "/submissions")["items"]
    return [visit.read("leader", f"/submissions/{row['id']}")["body"] for row in rows]


def without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "id"}


def test_the_instance_id_is_the_submissions(tablet: Collect, visit: Visit) -> None:
    instance = uuid4()

    tablet.send(fill(form_of(tablet, visit), all_pass(visit.people, visit.id), instance))

    assert [row["id"] for row in visit.read("leader", "/submissions")["items"]] == [str(instance)]


def test_the_general_form_asks_for_the_inspection(tablet: Collect, visit: Visit) -> None:
    xform = text_of(tablet.get(FIRST))

    assert tablet.send(fill(xform, all_pass(visit.people, visit.id))).status_code == 201
    assert visit.read()["state"] == "submitted"


def test_a_planned_visit_starts_when_the_form_was_begun(
    tablet: Collect, as_user: AsUser, people: Ids
) -> None:
    planned = Visit.planned(as_user, people)
    planned.declare("leader", "member1", "member2")

    answer = tablet.send(fill(form_of(tablet, planned), all_pass(people, planned.id)))

    assert (answer.status_code, planned.read()["started_at"]) == (201, "2026-11-20T01:00:00+00:00")


# -- in parts ----------------------------------------------------------------------------------------------------


@pytest.mark.every_database
def test_files_may_come_in_requests_of_their_own(tablet: Collect, visit: Visit) -> None:
    xml = fill(form_of(tablet, visit), with_photos(visit))

    first = tablet.send(xml, FILES[:2], more=True)
    between = visit.read()["state"]
    last = tablet.send(xml, FILES[2:])

    assert (first.status_code, between, last.status_code) == (202, "started", 201)
    assert message(first) == "已收到 2 個附件，共 3 個；請繼續傳送。"
    assert (visit.read()["state"], visit.read()["missing"]) == ("submitted", [])


def test_a_form_without_all_its_files_is_not_taken_and_loses_none(tablet: Collect, visit: Visit) -> None:
    xml = fill(form_of(tablet, visit), with_photos(visit))

    short = tablet.send(xml, FILES[:1])
    state = visit.read()["state"]
    rest = tablet.send(xml, FILES[1:])

    assert (short.status_code, state, rest.status_code) == (422, "started", 201)
    assert "還缺 2 個附件（b.jpg、c.jpg）" in message(short)


def test_a_file_sent_again_with_other_bytes_counts_as_it_came_last(tablet: Collect, visit: Visit) -> None:
    xml = fill(form_of(tablet, visit), all_pass(visit.people, visit.id, **{
        "wk-01_result": "fail", "wk-01_photo": "a.jpg", "wk-01_photos": [{"wk-01_another": "b.jpg"}]}))  # fmt: skip

    tablet.send(xml, [("a.jpg", jpeg(1))], more=True)
    tablet.send(xml, [("a.jpg", jpeg(4)), ("b.jpg", jpeg(2))])

    assert versions(visit)[0]["answers"]["wk-01"]["photos"] == [sha256(4), sha256(2)]


def test_anothers_files_are_not_mine(
    tablet: Collect, tablet_of: MakeTablet, visit: Visit, write: Write
) -> None:
    instance = uuid4()
    xml = fill(form_of(tablet, visit), with_photos(visit), instance)
    with write() as current:
        sneak(current, visit, instance)

    assert tablet.send(xml, FILES[:2]).status_code == 422


def sneak(current: Session, visit: Visit, instance: UUID) -> None:
    """A row as if the first member had sent the missing file."""
    key = {"submission_id": instance, "inspection_id": UUID(visit.id), "name": "c.jpg"}
    sender = visit.people["member1"]
    current.add(Attachment(**key, sender_id=sender, sha256=sha256(3), received_at=clock.now()))


def test_what_never_became_whole_is_forgotten_after_thirty_days(
    app: Flask, tablet: Collect, visit: Visit, fixed_clock: FixedClock, write: Write
) -> None:
    tablet.send(fill(form_of(tablet, visit), with_photos(visit)), FILES[:2], more=True)

    with write() as current:
        kept = service.expire(current, fixed_clock.instant + service.KEPT)
    with write() as current:
        gone = service.expire(current, fixed_clock.instant + service.KEPT + timedelta(seconds=1))

    assert (kept, gone, count(app, Attachment)) == (0, 2, 0)
    assert "openrosa.expire" in {job.name for job in app.extensions["chahe.jobs"]}


def test_a_photo_that_was_cleared_away_meanwhile_is_taken_again(
    app: Flask, tablet: Collect, visit: Visit, fixed_clock: FixedClock
) -> None:
    xml = fill(form_of(tablet, visit), with_photos(visit))
    tablet.send(xml, FILES[:2], more=True)
    clear(app, fixed_clock)

    short = tablet.send(xml, FILES[2:])
    state = visit.read()["state"]
    whole = tablet.send(xml, FILES)

    assert (short.status_code, state, whole.status_code) == (422, "started", 201)
    assert "還缺 2 個附件（a.jpg、b.jpg）" in message(short)
    assert (visit.read()["state"], visit.read()["missing"]) == ("submitted", [])


def clear(app: Flask, fixed_clock: FixedClock) -> None:
    """What is cleared after thirty days."""
    with app.app_context():
        now = fixed_clock.instant + clearing.UNNAMED_KEPT + timedelta(seconds=1)
        assert clearing.clear_photos(now, lambda: None) == 2


def test_a_photo_cleared_away_at_the_last_moment_is_not_said_to_be_taken(
    app: Flask, tablet: Collect, visit: Visit, fixed_clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the last look and the submission itself."""
    xml = fill(form_of(tablet, visit), with_photos(visit))
    arrived = receiving._arrived

    def then_cleared(*given: Any) -> dict[str, str]:
        found = arrived(*given)
        with transaction() as current:
            photos.forget_unnamed(current, [sha256(1)], clock.now() + timedelta(days=1), clock.now())
        return found

    with monkeypatch.context() as patch:
        patch.setattr(receiving, "_arrived", then_cleared)
        short = tablet.send(xml, FILES)

    assert (short.status_code, "還缺 1 個附件（a.jpg）" in message(short)) == (422, True)
    assert (visit.read()["state"], tablet.send(xml, FILES).status_code) == ("started", 201)


def test_a_file_that_comes_again_is_kept_from_then_on(
    app: Flask, tablet: Collect, visit: Visit, fixed_clock: FixedClock
) -> None:
    xml = fill(form_of(tablet, visit), with_photos(visit))
    for _ in range(2):
        tablet.send(xml, FILES[:1], more=True)

    with app.app_context():
        assert session().scalars(select(PhotoReceipt.sent_again_at)).one() == fixed_clock.instant


def test_names_are_forgotten_before_their_photos(app: Flask) -> None:
    at = {job.name: job.schedule.at for job in app.extensions["chahe.jobs"] if "expire" in job.name}

    assert at["openrosa.expire"] < at["photos.expire"]


# -- again and again ---------------------------------------------------------------------------------------------


def test_the_same_again_is_201_whatever_comes_along(app: Flask, tablet: Collect, visit: Visit) -> None:
    xml = fill(form_of(tablet, visit), with_photos(visit))
    tablet.send(xml, FILES)

    again = [tablet.send(xml, files, more=more) for files in (FILES, [], FILES[:1]) for more in (True, False)]

    assert [answer.status_code for answer in again] == [201] * 6
    assert count(app, Submission) == 1


def test_the_same_again_is_201_even_after_the_close(tablet: Collect, visit: Visit) -> None:
    xml = fill(form_of(tablet, visit), with_photos(visit) | {"defects": [], "defectsFound": "no"})
    files = FILES[:2]
    tablet.send(xml, files)
    visit.issue()
    visit.close()

    assert (tablet.send(xml, files).status_code, visit.read()["state"]) == (201, "closed")


def test_a_name_that_comes_late_with_other_bytes_changes_nothing(
    app: Flask, tablet: Collect, visit: Visit
) -> None:
    xml = fill(form_of(tablet, visit), with_photos(visit))
    tablet.send(xml, FILES)

    late = tablet.send(xml, [("a.jpg", jpeg(4))], more=True)

    assert (late.status_code, tablet.send(xml, FILES).status_code) == (201, 201)
    assert (count(app, Submission), count(app, PhotoReceipt)) == (1, 3)


def test_another_content_under_the_same_id_is_refused(tablet: Collect, visit: Visit) -> None:
    instance, xform = uuid4(), form_of(tablet, visit)
    tablet.send(fill(xform, all_pass(visit.people, visit.id), instance))

    other = tablet.send(fill(xform, all_pass(visit.people, visit.id, findings="safety"), instance))

    assert other.status_code == 409
    assert visit.read("leader", "/score")["grade"] == "A"


def test_a_second_form_for_the_same_visit_is_refused(tablet: Collect, visit: Visit) -> None:
    xform = form_of(tablet, visit)
    tablet.send(fill(xform, all_pass(visit.people, visit.id)))

    assert tablet.send(fill(xform, all_pass(visit.people, visit.id))).status_code == 409


@pytest.mark.every_database
def test_eight_times_at_once_it_is_taken_once(app: Flask, tablet: Collect, visit: Visit) -> None:
    xml, gate = fill(form_of(tablet, visit), with_photos(visit)), Barrier(8)

    def send(_: int) -> int:
        own = Collect(app.test_client(), tablet.username, tablet.token)
        gate.wait()
        return own.send(xml, FILES).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(send, range(8)))

    assert statuses == [201] * 8
    assert (count(app, Submission), count(app, Attachment), count(app, PhotoReceipt)) == (1, 3, 3)


# -- wrongly -----------------------------------------------------------------------------------------------------


BOMB = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><data>&c;</data>"""
OUTSIDE = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]><data>&x;</data>'
NOT_XML = {
    "empty": b"",
    "no XML": b"hello",
    "cut off": b"<data><a>",
    "a bomb": BOMB,
    "a file from outside": OUTSIDE,
    "a document type": b'<!DOCTYPE data><data id="construction-inspection" version="1"/>',
    "an unknown encoding": b'<?xml version="1.0" encoding="klingon"?><data/>',
    "no UTF-8": b"<data>\xff</data>",
    "NUL": b"<data>\x00</data>",
    "JSON": b'{"id": 1}',
}


@pytest.mark.parametrize("how", NOT_XML)
def test_what_is_no_xml_is_refused(tablet: Collect, how: str) -> None:
    answer = tablet.send(NOT_XML[how])

    assert (answer.status_code, answer.mimetype) == (400, "text/xml")
    assert "不是完整的 XML" in message(answer)


def test_a_form_of_ten_megabytes_is_too_large(tablet: Collect) -> None:
    assert tablet.send(b"<data>" + b"x" * 10 * 2**20 + b"</data>").status_code == 413


def test_a_very_deep_form_is_refused(tablet: Collect, visit: Visit) -> None:
    head = b'<data id="construction-inspection" version="1">'

    assert tablet.send(head + b"<a>" * 90_000 + b"</a>" * 90_000 + b"</data>").status_code == 422


def test_without_an_envelope_there_is_no_form(tablet: Collect) -> None:
    plain = tablet.send(None, data=b"<data/>", content_type="text/xml")
    none = tablet.send(None, [("a.jpg", jpeg())])

    assert (plain.status_code, none.status_code) == (415, 400)
    assert "請附一個 xml_submission_file" in message(none)


def test_two_forms_in_one_envelope_are_refused(tablet: Collect) -> None:
    assert tablet.send(b"<data/>", [("xml_submission_file", b"<data/>")]).status_code == 400


def test_a_broken_envelope_is_refused(tablet: Collect) -> None:
    answer = tablet.send(None, data=b"rubbish", content_type="multipart/form-data; boundary=x")

    assert answer.status_code == 400


def spoilt(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


QUESTION = "「主辦機關督導留有紀錄，缺失追蹤到改善」"
SPOILT: dict[str, tuple[Callable[[str], str], int, str]] = {
    "a foreign form": (spoilt('id="construction-inspection', 'id="another-form'), 404, "沒有檢查表"),
    "no form": (spoilt(' id="', ' no="'), 404, "沒有檢查表"),
    "another version": (spoilt('version="1"', 'version="99"'), 404, "第 99 版"),
    "no version": (spoilt('version="1"', 'version="x"'), 404, "沒有檢查表"),
    "no instance id": (spoilt("uuid:", ""), 201, ""),
    "a wrong instance id": (spoilt("uuid:", "uuid:x"), 422, "instanceID"),
    "no inspection": (spoilt("<inspection>", "<inspection>x"), 422, "inspection"),
    "a question nobody asked": (spoilt("<location />", "<colour>red</colour>"), 422, "colour"),
    "an answer twice": (spoilt("<findings />", "<findings>safety</findings>" * 2), 422, "findings"),
    "a verdict of its own": (spoilt("<qs-01_result>pass", "<qs-01_result>good"), 422, QUESTION),
    "no verdict": (spoilt("<qs-01_result>pass", "<qs-01_result>"), 422, QUESTION),
    "a mark in words": (spoilt("<markTotal>84", "<markTotal>many"), 422, "marks[1].total"),
    "a mark too high": (spoilt("<markTotal>84", "<markTotal>184"), 422, "total"),
    "a mark twice": (spoilt("<markTotal>84", "<markTotal>84</markTotal><markTotal>1"), 422, "markTotal"),
    "no time": (spoilt("<startedAt>2026", "<startedAt>early 2026"), 422, "started_at"),
    "a place that is none": (spoilt("<location />", "<location>91 181 0 NaN</location>"), 422, "location"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_form_that_says_something_wrong_is_refused_by_name(
    app: Flask, tablet: Collect, visit: Visit, how: str
) -> None:
    spoil, status, told = SPOILT[how]
    text = fill(text_of(tablet.get(FIRST)), all_pass(visit.people, visit.id)).decode()
    assert spoil(text) != text

    answer = tablet.send(spoil(text).encode())

    assert (answer.status_code, told in message(answer)) == (status, True), message(answer)
    assert count(app, Submission) == (1 if status == 201 else 0)


def test_a_visits_form_for_another_visit_is_refused(
    tablet: Collect, visit: Visit, as_user: AsUser, people: Ids
) -> None:
    other = Visit.started(as_user, people)

    answer = tablet.send(fill(form_of(tablet, visit), all_pass(people, other.id)))

    assert (answer.status_code, "與表單的查核不同" in message(answer)) == (422, True)


def test_a_file_nobody_spoke_of_is_refused_before_anything_is_stored(
    app: Flask, tablet: Collect, visit: Visit
) -> None:
    answer = tablet.send(fill(form_of(tablet, visit), with_photos(visit)), [*FILES, ("d.jpg", jpeg(9))])

    assert (answer.status_code, "d.jpg：表單沒有提到這個檔案。" in message(answer)) == (422, True)
    assert (count(app, PhotoReceipt), count(app, Attachment)) == (0, 0)


def test_a_wrong_form_stores_no_photo(app: Flask, tablet: Collect, visit: Visit) -> None:
    wrong = with_photos(visit) | {"qs-01_result": "good"}

    assert tablet.send(fill(form_of(tablet, visit), wrong), FILES).status_code == 422
    assert count(app, PhotoReceipt) == 0


NEVER_TAKEN = {
    "a code that does not exist": ({"defectCode": "5.01.88"}, 422, "defects[0].code"),
    "a group": ({"defectCode": "5.01"}, 422, "defects[0].code"),
    "points it may not cost": ({"defectPoints": 4}, 422, "defects[0].points"),
    "no code": ({"defectCode": ""}, 422, "defects[0].code"),
}


@pytest.mark.parametrize("how", NEVER_TAKEN)
@pytest.mark.parametrize("more", [True, False])
def test_a_form_that_can_never_be_taken_stores_no_photo(
    app: Flask, tablet: Collect, visit: Visit, how: str, more: bool
) -> None:
    changes, status, told = NEVER_TAKEN[how]
    found = collect.defect(defectPhoto="c.jpg") | changes
    answer = tablet.send(
        fill(form_of(tablet, visit), with_photos(visit) | {"defects": [found]}), FILES, more=more
    )

    assert (answer.status_code, told in message(answer)) == (status, True), message(answer)
    assert (count(app, PhotoReceipt), count(app, Attachment), visit.read()["state"]) == (0, 0, "started")


def test_nor_does_one_with_marks_of_somebody_else(app: Flask, tablet: Collect, visit: Visit) -> None:
    marks = [{"markMember": uuid4(), "markKind": "total", "markTotal": 84}]
    answer = tablet.send(fill(form_of(tablet, visit), with_photos(visit) | {"marks": marks}), FILES)

    assert (answer.status_code, "marks[0].member" in message(answer)) == (422, True)
    assert count(app, PhotoReceipt) == 0


def test_nor_does_a_second_form_for_the_same_visit(app: Flask, tablet: Collect, visit: Visit) -> None:
    xform = form_of(tablet, visit)
    tablet.send(fill(xform, all_pass(visit.people, visit.id)))

    assert tablet.send(fill(xform, with_photos(visit)), FILES[:1], more=True).status_code == 409
    assert (count(app, PhotoReceipt), count(app, Attachment)) == (0, 0)


def test_nor_does_one_for_a_visit_that_not_all_have_declared_for(
    app: Flask, tablet: Collect, as_user: AsUser, people: Ids
) -> None:
    planned = Visit.planned(as_user, people)
    answer = tablet.send(fill(form_of(tablet, planned), with_photos(planned)), FILES)

    assert (answer.status_code, "尚未聲明" in message(answer)) == (409, True)
    assert (count(app, PhotoReceipt), planned.read()["state"]) == (0, "planned")


def test_a_defect_without_a_code_is_told_of_and_not_dropped(tablet: Collect, visit: Visit) -> None:
    noted = {"defectId": uuid4(), "defectSeverity": "S", "defectPoints": 5, "defectNote": "鋼筋外露"}
    given = all_pass(visit.people, visit.id, defectsFound="yes", defects=[noted])

    answer = tablet.send(fill(form_of(tablet, visit), given))

    assert (answer.status_code, "defects[0].code" in message(answer)) == (422, True)
    assert visit.read()["state"] == "started"


def test_a_defect_that_nobody_filled_in_is_none(tablet: Collect, visit: Visit) -> None:
    given = all_pass(visit.people, visit.id, defectsFound="yes", defects=[{"defectId": uuid4()}])

    assert tablet.send(fill(form_of(tablet, visit), given)).status_code == 201
    assert versions(visit)[0].get("defects", []) == []


def test_the_same_file_twice_in_one_envelope_is_refused(tablet: Collect, visit: Visit) -> None:
    answer = tablet.send(fill(form_of(tablet, visit), with_photos(visit)), [*FILES, FILES[0]])

    assert answer.status_code == 422


NO_PICTURES = {
    "text": (b"no picture at all", 415),
    "nothing": (b"", 415),
    "cut off": (jpeg(1)[:-40], 422),
    "far too many pixels": (huge_png(), 422),
}


@pytest.mark.parametrize("how", NO_PICTURES)
def test_a_file_that_is_no_picture_is_refused(tablet: Collect, visit: Visit, how: str) -> None:
    data, status = NO_PICTURES[how]

    answer = tablet.send(fill(form_of(tablet, visit), with_photos(visit)), [("a.jpg", data), *FILES[1:]])

    assert answer.status_code == status, message(answer)
    assert visit.read()["state"] == "started"


def test_a_name_that_looks_like_a_path_is_but_a_name(tablet: Collect, visit: Visit) -> None:
    name = "../../etc/passwd"
    answers = all_pass(visit.people, visit.id, **{"wk-01_result": "fail", "wk-01_photo": name})

    assert tablet.send(fill(form_of(tablet, visit), answers), [(name, jpeg(1))]).status_code == 201


def test_a_very_long_name_is_refused(tablet: Collect, visit: Visit) -> None:
    name = "a" * 256
    answers = all_pass(visit.people, visit.id, **{"wk-01_result": "fail", "wk-01_photo": name})

    assert tablet.send(fill(form_of(tablet, visit), answers), [(name, jpeg(1))]).status_code == 422


def test_a_member_cannot_send_for_the_leader(tablet_of: MakeTablet, tablet: Collect, visit: Visit) -> None:
    xml = fill(form_of(tablet, visit), all_pass(visit.people, visit.id))

    assert tablet_of("member1").send(xml).status_code == 403


def test_every_refusal_is_told_in_openrosas_own_form(tablet: Collect) -> None:
    answers = [
        tablet.get("/openrosa/nothing"),
        tablet.get("/openrosa/forms/none/1"),
        tablet.client.delete("/openrosa/submission", headers=tablet.headers),
        tablet.client.get("/openrosa/formList"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 405, 401]
    for answer in answers:
        message_ = fromstring(answer.text).find(collect.RESPONSE)
        assert message_ is not None
        assert message_.get("nature") == "submit_error"
        assert answer.headers["X-OpenRosa-Version"] == "1.0"
