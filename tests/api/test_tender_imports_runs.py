"""Imports by the worker, as programs start, watch and end them."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from inspect_app.core.database import session
from inspect_app.core.jobs import LeaseLost
from inspect_app.core.runs import JobRun
from inspect_app.tenders.models import Progress
from tests.clients import Api
from tests.import_samples import HEADER, listed, run, work, written

AsUser = Callable[[str], Api]
ROWS = 2500


@pytest.fixture
def staff(as_user: AsUser) -> Api:
    return as_user("staff")


def sent(api: Api, data: bytes, **query: str) -> UUID:
    answer = api.upload("/tenders/imports", data, background="true", **query)
    assert answer.status_code == 202, answer.text
    assert answer.json is not None
    assert answer.headers["Location"].endswith(answer.json["id"])
    return UUID(answer.json["id"])


def told(api: Api, import_id: UUID) -> dict[str, object]:
    answer = api.get(f"/tenders/imports/{import_id}")
    assert answer.json is not None
    return dict(answer.json)


@pytest.mark.every_database
def test_a_list_sent_for_the_background_is_imported_by_the_worker(app: Flask, staff: Api) -> None:
    import_id = sent(staff, listed(ROWS))
    before = told(staff, import_id), written(app)
    outcome = work(app)
    after = told(staff, import_id)

    assert (before[0]["state"], before[1]) == ("uploaded", (0, 0))
    assert outcome == {"done": 1}
    assert (after["state"], written(app)) == ("done", (ROWS, 1))
    assert isinstance(after["report"], dict)
    assert [after["report"][name] for name in ("read", "created", "refused", "written")] == [
        ROWS,
        ROWS,
        0,
        True,
    ]


def test_a_worker_is_asked_to_look_at_once(app: Flask, staff: Api) -> None:
    sent(staff, listed(1))
    with app.app_context():
        assert len(session().scalars(select(JobRun).where(JobRun.job == "tenders.import")).all()) == 1


@pytest.mark.every_database
def test_a_dry_run_ends_at_the_preview(app: Flask, staff: Api) -> None:
    import_id = sent(staff, listed(ROWS), dry_run="true")
    work(app)
    after = told(staff, import_id)

    assert (after["state"], written(app)) == ("previewed", (0, 0))
    assert work(app) == {}


@pytest.mark.every_database
def test_an_import_given_up_before_it_is_begun_is_never_begun(app: Flask, staff: Api) -> None:
    import_id = sent(staff, listed(ROWS))
    answer = staff.post(f"/tenders/imports/{import_id}/cancel")

    assert answer.status_code == 200
    assert work(app) == {}
    assert (run(app, import_id).state, written(app)) == ("cancelled", (0, 0))


@pytest.mark.every_database
def test_an_import_given_up_on_its_way_ends_without_a_trace(app: Flask, staff: Api) -> None:
    import_id = sent(staff, listed(ROWS))
    asked: list[int] = []

    def give_up() -> None:
        if run(app, import_id).state == "previewing" and not asked:
            asked.append(staff.post(f"/tenders/imports/{import_id}/cancel").status_code)

    assert work(app, give_up) == {"cancelled": 1}
    assert asked == [200]
    assert (run(app, import_id).state, written(app)) == ("cancelled", (0, 0))


def test_a_worker_that_lost_its_turn_leaves_the_import_to_the_next(app: Flask, staff: Api) -> None:
    import_id = sent(staff, listed(ROWS))

    def lose() -> None:
        if run(app, import_id).attempt == 1:
            raise LeaseLost("another has taken over")

    with pytest.raises(LeaseLost):
        work(app, lose)
    left = run(app, import_id).state, written(app)
    work(app)

    assert left == ("previewing", (0, 0))
    assert (run(app, import_id).state, written(app)) == ("done", (ROWS, 1))


@pytest.mark.every_database
def test_who_was_overtaken_writes_nothing(app: Flask, staff: Api) -> None:
    """A second worker does the import while the first stands still, about to write."""
    import_id = sent(staff, listed(ROWS))
    inner: list[dict[str, int | str]] = []

    def stand_still() -> None:
        if run(app, import_id).phase == "comparing" and not inner:
            inner.append({})
            inner[0] = work(app)

    outcome = work(app, stand_still)

    assert (inner, outcome) == ([{"done": 1}], {"done": 1})
    assert (written(app), run(app, import_id).attempt) == ((ROWS, 1), 2)


def test_all_or_nothing_in_the_background_says_what_was_wrong(app: Flask, staff: Api) -> None:
    data = listed(2) + "匯-9,壞,甲處,乙,很多\n".encode()
    import_id = sent(staff, data, strict="true")
    work(app)
    after = told(staff, import_id)
    file = staff.get(f"/tenders/imports/{import_id}/rejections.csv")

    assert (after["state"], written(app)) == ("failed", (0, 0))
    assert isinstance(after["problem"], dict)
    assert "全部不匯入" in after["problem"]["reason"]
    assert file.data.decode("utf-8-sig").splitlines()[1].startswith('4,預算金額(元),"不是金額')


def test_an_unreadable_list_in_the_background_says_why(app: Flask, staff: Api) -> None:
    import_id = sent(staff, b"\0")
    work(app)

    assert told(staff, import_id)["problem"] == {
        "field": "file",
        "reason": "檔案不是文字檔（含有 NUL 位元組）；請另存為 UTF-8 的 CSV 檔。",
    }


def test_rows_are_taken_like_a_file(app: Flask, staff: Api) -> None:
    rows = [
        {"number": "J-1", "name": "甲橋", "agency": "甲處", "budget_twd": 5_000_000},
        {"number": "J-2", "name": "乙橋", "agency": "甲處", "budget_twd": "很多"},
        {"number": "J-3", "name": "丙橋", "agency": "甲處", "colour": "red"},
    ]
    answer = staff.post("/tenders/imports", {"rows": rows})

    assert answer.status_code == 200
    assert answer.json is not None
    assert [answer.json[name] for name in ("read", "created", "written")] == [3, 1, True]
    assert [(each["line"], each["field"]) for each in answer.json["rejected"]] == [
        (2, "budget_twd"),
        (3, "colour"),
    ]
    assert written(app) == (1, 1)


def test_rows_carry_months_and_leave_alone_what_they_do_not_name(app: Flask, staff: Api) -> None:
    row = {"number": "J-1", "name": "甲橋", "agency": "甲處"}
    staff.post("/tenders/imports", {"rows": [row | {"budget_twd": 5_000_000}]})
    month = {"month": "2026-10", "planned": "50.00", "actual": "49.50"}
    staff.post("/tenders/imports", {"rows": [row | month]})

    with app.app_context():
        assert session().scalars(select(Progress.month)).all() == ["2026-10"]
    assert staff.get("/tenders").json["items"][0]["budget_twd"] == 5_000_000  # type: ignore[index]


@pytest.mark.parametrize("body", [{}, {"rows": {}}, {"rows": [], "more": 1}, [1]])
def test_a_body_without_rows_is_refused(staff: Api, body: object) -> None:
    assert staff.post("/tenders/imports", body).status_code == 422


def test_neither_file_nor_rows_is_refused(staff: Api) -> None:
    answer = staff.send("POST", "/tenders/imports", data={}, content_type="multipart/form-data")

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"] == [{"field": "file", "reason": "必填。"}]


def test_an_import_at_once_stands_among_the_imports(staff: Api) -> None:
    staff.upload("/tenders/imports", listed(3), name="十月.csv")
    staff.upload("/tenders/imports", listed(3), name="試.csv", dry_run="true")
    page = staff.get("/tenders/imports").json

    assert page is not None
    assert [(each["filename"], each["state"], each["origin"]) for each in page["items"]] == [
        ("十月.csv", "done", "api")
    ]


def test_a_source_remembers_how_its_lists_are_read(app: Flask, staff: Api) -> None:
    source = {"name": "月報", "unit": "twd", "mapping": {"案號": "number", "備註": ""}}
    made = staff.post("/tenders/import-sources", source)
    assert made.json is not None
    data = HEADER.replace("標案編號", "案號").encode() + "1,橋,甲處,乙,5\n".encode()
    import_id = sent(staff, data, source=made.json["id"])
    work(app)

    assert made.status_code == 201
    assert run(app, import_id).state == "done"


def test_a_source_is_replaced_only_as_it_was_read(staff: Api) -> None:
    made = staff.post("/tenders/import-sources", {"name": "月報"})
    assert made.json is not None
    path, body = f"/tenders/import-sources/{made.json['id']}", {"name": "季報"}

    assert staff.put(path, body).status_code == 428
    assert staff.put(path, body, '"1"').status_code == 200
    assert staff.put(path, body, '"1"').status_code == 412
    assert staff.post("/tenders/import-sources", body).status_code == 409
