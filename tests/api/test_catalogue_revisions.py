"""Revisions of the catalogue: imported on the command line, counted by day, kept by inspections."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import insert, text
from sqlalchemy.exc import DatabaseError

from forms.catalogue import catalogue
from forms.errors import UnknownRevision
from inspect_app.catalogue import queries, service
from inspect_app.core.database import db, session
from tests.clients import Page
from tests.databases import counted
from tests.inspections_builders import (
    TODAY,
    AsUser,
    Ids,
    Visit,
    defect_body,
    errors,
    expect,
    submission_body,
)
from tests.unit.catalogue.sheets import Rows, delimited, few, rows, words, xlsx

TABLES = ("catalogue_revisions", "catalogue_lines", "catalogue_wordings")
Import = Callable[..., Result]


def without(*codes: str) -> Rows:
    return [row for row in rows() if row[0] not in codes]


@pytest.fixture
def import_(app: Flask, tmp_path: Path) -> Import:
    """`import_(rows, "roc-113", "113/1/1")` is the command, with --yes unless `yes=False`."""

    def run(
        given: Rows | bytes, revision: str, counts_from: str | None = None, *more: str, yes: bool = True
    ) -> Result:
        file = tmp_path / "缺失扣點表.xlsx"
        file.write_bytes(given if isinstance(given, bytes) else delimited(given))
        options = ["--counts-from", counts_from] if counts_from else []
        said = ["--yes"] if yes else []
        command = ["catalogue", "import", str(file), "--revision", revision, *options, *more, *said]
        return app.test_cli_runner().invoke(args=command)

    return run


def stored(app: Flask) -> dict[str, int]:
    with app.app_context():
        return {name: session().scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in TABLES}  # noqa: S608


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output


def app_is_sqlite(app: Flask) -> bool:
    with app.app_context():
        return db.engine.name == "sqlite"


def refused(result: Result) -> str:
    assert result.exit_code == 1, result.output
    return result.output


def revision_on(app: Flask, day: str) -> str:
    with app.app_context():
        return service.on(session(), date.fromisoformat(day))


# -- importing -----------------------------------------------------------------------------------------------------


@pytest.mark.every_database
def test_a_trial_tells_everything_and_writes_nothing(app: Flask, import_: Import) -> None:
    given = [*without("5.01.02"), ["5.01.77", "新的缺失", "-1,-2"], ["5.1", "沒有這種編號", "-1"]]
    given[1:1] = [["註", "", ""]]
    next(row for row in given if row[0] == "4.01.01")[2] = "-1,-2"

    said = done(import_(given, "roc-113", "2024-01-01", yes=False))

    for words_ in (
        "缺失編號 ← 缺失編號、缺失內容 ← 缺失內容、扣點 ← 扣點",
        "新增 1 項：\n  5.01.77 新的缺失（-1,-2）",
        "扣點由「-2,-4」改為「-1,-2」",
        "刪除 1 項：\n  5.01.02 ",
        "退回 1 項：\n  第 664 行（缺失編號）：「5.1」不是缺失編號",
        "尚未寫入任何資料",
    ):
        assert words_ in said
    assert set(stored(app).values()) == {0}


@pytest.mark.every_database
def test_an_import_is_stored_whole_and_read_as_it_was(app: Flask, import_: Import) -> None:
    said = done(import_(xlsx(without("5.01.02")), "roc-113", "113/1/1"))

    assert "已匯入 roc-113：660 項公告文字，自 113年1月1日起適用" in said
    assert stored(app) == dict(zip(TABLES, (1, 660, 660), strict=True))
    with app.app_context():
        found = service.get(session(), "roc-113")
        assert (found.revision, found.counts_from, len(found.codes)) == ("roc-113", date(2024, 1, 1), 660)
        assert found.get("5.01.01").also == catalogue().get("5.01.01").also
        assert found.trades == catalogue().trades
        assert service.wordings(session(), "roc-113")["5.01.01"] == words("5.01.01")
        event = session().execute(text("SELECT action, actor_name FROM audit_events")).one()
        assert tuple(event) == ("catalogue.imported", "系統")


@pytest.mark.every_database
def test_the_same_again_is_unchanged_and_another_content_is_refused(app: Flask, import_: Import) -> None:
    done(import_(rows(), "roc-113", "2024-01-01"))
    before = stored(app)

    assert "內容相同，沒有變動" in done(import_(xlsx(rows()), "roc-113", "2024-01-01"))
    assert "已經匯入過，內容不同" in refused(import_(without("5.01.02"), "roc-113", "2024-01-01"))
    assert "roc-113 已存在，自 113年1月1日起適用" in refused(import_(rows(), "roc-113", "2025-01-01"))
    assert "roc-113 已存在，自 113年1月1日起適用" in refused(import_(rows(), "roc-114", "2024-01-01"))
    assert stored(app) == before


@pytest.mark.every_database
def test_a_refused_row_holds_everything_back(app: Flask, import_: Import) -> None:
    said = refused(import_([*rows(), ["5.01.77", "新的缺失", "1或2"]], "roc-113", "2024-01-01"))

    assert "第 663 行（扣點）：「1或2」不是扣點" in said
    assert set(stored(app).values()) == {0}


def test_what_fails_half_way_leaves_nothing(
    app: Flask, import_: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("the power goes")

    monkeypatch.setattr("inspect_app.catalogue.importer._wordings", fail)

    assert isinstance(import_(rows(), "roc-113", "2024-01-01").exception, RuntimeError)
    assert set(stored(app).values()) == {0}


@pytest.mark.every_database
def test_the_published_revision_takes_the_official_words_once(app: Flask, import_: Import) -> None:
    given = rows()
    next(row for row in given if row[0] == "4.01.01")[2] = "-1,-2"

    said = refused(import_(given, "roc-111"))

    assert "4.01.01 在已公布的 roc-111 扣點為 -2,-4，這裡是 -1,-2" in said
    assert set(stored(app).values()) == {0}
    assert "660 項公告文字" in done(import_(without("4.01.01"), "roc-111"))
    assert stored(app) == dict(zip(TABLES, (1, 0, 660), strict=True))
    with app.app_context():
        assert service.get(session(), "roc-111") is catalogue()
    assert "內容相同" in done(import_(without("4.01.01"), "roc-111"))
    assert "roc-111：1 項公告文字" in done(import_(rows(), "roc-111"))
    assert stored(app) == dict(zip(TABLES, (1, 0, 661), strict=True))
    next(row for row in given if row[0] == "4.01.01")[1:] = ["另一段文字", "-2,-4"]
    assert "4.01.01 在 roc-111 已有另一段公告文字" in refused(import_(given, "roc-111"))


@pytest.mark.every_database
def test_a_part_of_a_sheet_is_refused_and_spoils_no_later_import(app: Flask, import_: Import) -> None:
    part = few(("4", "品質管理", ""), ("4.01", "主辦機關", ""), ("4.01.01", "新的文字", "-1"))

    tried = done(import_(part, "roc-113", "2024-01-01", yes=False))
    said = refused(import_(part, "roc-113", "2024-01-01"))

    assert "會刪除 roc-111 的 661 個編號中的 658 個" in tried
    assert "會刪除 roc-111 的 661 個編號中的 658 個" in said
    assert "--withdraw-many" in said
    assert set(stored(app).values()) == {0}
    done(import_(part, "roc-113", "2024-01-01", "--withdraw-many"))
    done(import_(part, "roc-113", "2024-01-01"))
    done(import_(rows(), "roc-114", "2025-01-01"))
    with app.app_context():
        before, later = (service.get(session(), name).get("5.01.01") for name in ("roc-111", "roc-114"))
    assert replace(later, edition=before.edition, doubt=before.doubt) == before


def test_a_trial_tells_which_checklists_ask_for_a_withdrawn_code(import_: Import) -> None:
    said = done(import_(without("5.07.02.11", "5.06.01"), "roc-113", "2024-01-01", yes=False))

    (told,) = [line for line in said.splitlines() if " sw-03 " in line]
    assert told.startswith("  道路工程")
    assert told.endswith("：5.07.02.11、5.06.01")
    assert "查核表要求記錄而新版刪去的編號 0 項。" in done(
        import_(rows(), "roc-113", "2024-01-01", yes=False)
    )


def test_who_has_no_name_imports_by_his_number(
    app: Flask, import_: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nobody)
    monkeypatch.setattr("os.getuid", lambda: 4711)

    done(import_(rows(), "roc-113", "2024-01-01"))

    with app.app_context():
        assert session().scalar(text("SELECT imported_by FROM catalogue_revisions")) == "4711"


@pytest.mark.every_database
def test_what_is_stored_counts_also_when_a_later_version_publishes_its_name(
    app: Flask, import_: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(import_(without("5.01.02"), "roc-113", "2024-01-01"))
    done(import_(without("5.01.03"), "city", "2025-01-01"))
    shipped = [replace(catalogue(), revision="roc-113", counts_from=date(2026, 1, 1)),
               replace(catalogue(), revision="roc-114", counts_from=date(2025, 1, 1))]  # fmt: skip
    for module in ("forms.catalogue", "inspect_app.catalogue.queries"):
        monkeypatch.setattr(f"{module}.revisions", lambda: (catalogue(), *shipped))
    queries._known.cache_clear()
    try:
        with app.app_context():
            service._read.clear()
            assert not service.get(session(), "roc-113").knows("5.01.02")
            assert service.get(session(), "roc-114").knows("5.01.02")
            assert [each.revision for each in service.listed(session())] == [
                "city", "roc-114", "roc-113", "roc-111",
            ]  # fmt: skip
        assert [revision_on(app, day) for day in ("2024-01-01", "2025-01-01", "2026-06-01")] == [
            "roc-113", "city", "city",
        ]  # fmt: skip
        assert "內容相同" in done(import_(without("5.01.02"), "roc-113", "2024-01-01"))
    finally:
        queries._known.cache_clear()


def test_a_title_made_for_earlier_words_is_marked(app: Flask, import_: Import, as_user: AsUser) -> None:
    done(import_(rows(), "roc-111"))
    given = rows()
    next(row for row in given if row[0] == "5.01.02")[1] = "換了說法的文字"

    said = done(import_(given, "roc-113", "2024-01-01"))

    assert "標題沿用前一版，而公告文字已不同 1 項：\n  5.01.02" in said
    items = as_user("leader").get("/catalogue/revisions/roc-113/wordings").get_json()["items"]
    assert [each for each in items if each["title_is_earlier"]] == [
        {"code": "5.01.02", "wording": "換了說法的文字", "title_is_earlier": True}
    ]


@pytest.mark.parametrize(
    ("revision", "counts_from", "more", "reason"),
    [
        ("ROC 113", "2024-01-01", (), "應為小寫英文字母"),
        ("roc-113", "2024-13-01", (), "曆法上沒有這一天"),
        ("roc-113", None, (), "請加上 --counts-from"),
        ("roc-111", "2024-01-01", (), "不要用 --counts-from"),
        ("roc-113", "2018-07-01", (), "roc-111 已存在"),
        ("roc-113", "2024-01-01", ("--map", "編號=kode"), "應為 欄名=欄位"),
        ("roc-113", "2024-01-01", ("--map", "號碼=code"), "找不到欄名列"),
        ("roc-113", "2024-01-01", ("--sheet", "附表"), "只有 XLSX 檔有工作表"),
    ],
)
def test_a_wrong_option_says_what_is_right(
    app: Flask, import_: Import, revision: str, counts_from: str | None, more: tuple[str, ...], reason: str
) -> None:
    result = import_(rows(), revision, counts_from, *more)

    assert result.exit_code in (1, 2)
    assert reason in result.output
    assert set(stored(app).values()) == {0}


@pytest.mark.every_database
@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses_to_change_a_stored_revision(app: Flask, import_: Import, table: str) -> None:
    done(import_(rows(), "roc-113", "2024-01-01"))
    column = "id" if table == TABLES[0] else "code"

    for statement in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):  # noqa: S608
        with (
            app.app_context(),
            pytest.raises(DatabaseError, match="never changes"),
            db.engine.begin() as connection,
        ):
            connection.execute(text(statement))


def line(revision: str, code: str, position: int) -> dict[str, Any]:
    return {"revision_id": revision, "code": code, "position": position, "kind": "item", "points": "-1", "title": "x",
            "english": "x", "trade": "lift", "also": [], "edition": "", "doubt": ""}  # fmt: skip


@pytest.mark.every_database
@pytest.mark.parametrize(
    ("revision", "code", "position"),
    [
        ("roc-113", "9.99.01", 661),
        ("roc-113", "9.99.01", 5),
        ("roc-113", "9.99.01", -1),
        ("roc-113", "5.01.01", 661),
        ("roc-111", "9.99.01", 0),
    ],
)
def test_the_database_refuses_a_line_more_in_a_stored_revision(
    app: Flask, import_: Import, revision: str, code: str, position: int
) -> None:
    done(import_(rows(), "roc-113", "2024-01-01"))
    done(import_(rows(), "roc-111"))
    before = stored(app)

    for prefix in ("OR REPLACE", "OR IGNORE") if app_is_sqlite(app) else ("",):
        with app.app_context(), pytest.raises(DatabaseError), db.engine.begin() as connection:
            connection.execute(insert(queries.LINES).prefix_with(prefix), [line(revision, code, position)])

    assert stored(app) == before


@pytest.mark.parametrize(
    "given",
    [
        "catalogue_revisions SELECT * FROM catalogue_revisions",
        "catalogue_lines SELECT * FROM catalogue_lines",
        "catalogue_wordings SELECT * FROM catalogue_wordings",
        "catalogue_wordings (rowid, revision_id, code, wording, title_is_earlier) VALUES (1, 'roc-113', '9', 'x', 0)",
    ],
)
def test_sqlite_replaces_nothing_in_a_stored_revision(app: Flask, import_: Import, given: str) -> None:
    done(import_(rows(), "roc-113", "2024-01-01"))

    with (
        app.app_context(),
        pytest.raises(DatabaseError, match="never changes"),
        db.engine.begin() as connection,
    ):
        connection.execute(text(f"INSERT OR REPLACE INTO {given}"))


# -- which one counts ----------------------------------------------------------------------------------------------


@pytest.mark.every_database
def test_the_newest_begun_counts_and_before_the_first_the_first(app: Flask, import_: Import) -> None:
    assert [revision_on(app, day) for day in ("2003-01-01", "2018-07-01", TODAY)] == ["roc-111"] * 3

    done(import_(rows(), "roc-113", "2024-01-01"))
    done(import_(rows(), "roc-104", "2015-01-01"))
    done(import_(rows(), "roc-112", "2023-01-01"))

    days = {"2003-01-01": "roc-104", "2015-01-01": "roc-104", "2018-06-30": "roc-104", "2018-07-01": "roc-111",
            "2022-12-31": "roc-111", "2023-01-01": "roc-112", "2023-12-31": "roc-112", "2024-01-01": "roc-113"}  # fmt: skip
    assert {day: revision_on(app, day) for day in days} == days
    with app.app_context():
        assert service.around(session(), date(2023, 1, 1)) == ["roc-111", "roc-104", "roc-113"]
        assert service.around(session(), date(2010, 1, 1)) == ["roc-104", "roc-111", "roc-112", "roc-113"]


def test_a_revision_is_read_once_a_process_and_from_its_own_database(app: Flask, import_: Import) -> None:
    done(import_(without("5.01.02"), "roc-113", "2024-01-01"))
    with app.app_context():
        with counted(app) as first:
            service.get(session(), "roc-113")
        with counted(app) as again:
            service.get(session(), "roc-113")
        with pytest.raises(UnknownRevision, match="請改用：roc-113、roc-111"):
            service.get(session(), "roc-114")
        db.session.remove()

    assert (len([each for each in first if "SELECT" in each]), again) == (2, [])


# -- what an inspection keeps --------------------------------------------------------------------------------------


def kept(app: Flask, visit: Visit) -> str | None:
    with app.app_context():
        query = text("SELECT code_revision FROM inspections WHERE id = :id")
        found = session().scalar(
            query, {"id": visit.id if db.engine.name == "postgresql" else visit.id.replace("-", "")}
        )
        return None if found is None else str(found)


def found(code: str = "5.01.02", points: int = 1, **more: Any) -> dict[str, Any]:
    return defect_body(code=code, points=points, **more)


@pytest.mark.every_database
def test_a_revision_of_tomorrow_does_not_change_todays_inspection(
    app: Flask, as_user: AsUser, people: Ids, import_: Import
) -> None:
    visit = Visit.started(as_user, people)
    done(import_(without("5.01.02"), "roc-115", "2026-11-24"))

    assert kept(app, visit) is None
    expect(
        visit.submit(submission_body(people, defects=[found(points=catalogue().get("5.01.02").allowed[0])])),
        201,
    )
    assert kept(app, visit) == "roc-111"


@pytest.mark.every_database
def test_an_inspection_keeps_its_revision_whatever_is_imported_later(
    app: Flask, as_user: AsUser, people: Ids, import_: Import
) -> None:
    points = catalogue().get("5.01.02").allowed[0]
    body = submission_body(people, defects=[found(points=points)])
    visit = Visit.started(as_user, people)
    expect(visit.submit(body), 201)

    done(import_(without("5.01.02"), "roc-113", "2024-01-01"))
    amended = submission_body(people, defects=[found(points=points)])

    expect(visit.amend(amended), 201)
    assert kept(app, visit) == "roc-111"
    later = Visit.started(as_user, people)
    assert errors(later.submit(submission_body(people, defects=[found(points=points)]))) == [
        "defects[0].code"
    ]
    assert kept(app, later) is None
    expect(later.submit(submission_body(people, defects=[defect_body()])), 201)
    assert kept(app, later) == "roc-113"


def test_codes_points_and_remarks_are_those_of_the_revision(
    as_user: AsUser, people: Ids, import_: Import
) -> None:
    given = [*rows(), ["5.01.77", "新的缺失，另有說明", "-7"], ["0.05.01", "其他優點", "-1"]]
    done(import_(given, "roc-113", "2024-01-01"))
    visit = Visit.started(as_user, people)
    merits = [{"code": "0.05.01", "note": "整潔"}, {"code": "0.05.02", "note": "x"}]
    bad = submission_body(people, defects=[found("5.01.77", 1), found("5.01.77", 7)], merits=merits)

    assert errors(visit.submit(bad)) == ["defects[0].points", "merits[1].code"]
    good = submission_body(people, defects=[found("5.01.77", 7)], merits=merits[:1])
    expect(visit.submit(good), 201)


def test_a_withdrawn_code_is_still_named_for_the_earlier_inspection(
    as_user: AsUser, people: Ids, import_: Import, page: Page
) -> None:
    visit = Visit.submitted(as_user, people, defects=[found(points=catalogue().get("5.01.02").allowed[0])])
    done(import_([*without("5.01.02"), ["5.01.77", "新的缺失另有說明", "-1"]], "roc-113", "2024-01-01"))
    later = Visit.submitted(as_user, people, defects=[found("5.01.77", 1)])
    page.sign_in("staff")

    title = catalogue().get("5.01.02").title
    assert title in page.get(f"/inspections/{visit.id}").text
    assert "新的缺失另有說明" in page.get(f"/inspections/{later.id}").text
    listed = page.get("/defects?state=all").text
    assert title in listed
    assert "新的缺失另有說明" in listed


def test_a_submission_costs_no_statement_for_its_revision(
    app: Flask, as_user: AsUser, people: Ids, import_: Import
) -> None:
    seen = []
    for _ in range(2):
        visit = Visit.started(as_user, people)
        body = submission_body(people, defects=[defect_body()])
        with counted(app) as statements:
            expect(visit.submit(body), 201)
        seen.append([each for each in statements if "FROM catalogue" in each and "inspections" not in each])

    assert seen == [[], []]


# -- over the API --------------------------------------------------------------------------------------------------


def test_the_revisions_are_listed_and_the_codes_of_each_are_given(as_user: AsUser, import_: Import) -> None:
    done(import_(without("5.01.02"), "roc-113", "2024-01-01"))
    done(import_(rows(), "roc-199", "2110-01-01"))
    api = as_user("contractor")

    items = api.get("/catalogue/revisions").get_json()["items"]

    assert [(each["revision"], each["counts_from"], each["is_current"]) for each in items] == [
        ("roc-199", "2110-01-01", False),
        ("roc-113", "2024-01-01", True),
        ("roc-111", "2018-07-01", False),
    ]
    assert (items[1]["items"], items[1]["groups"], items[1]["wordings"]) == (578, 82, 660)
    assert (items[1]["source"], items[2]["source"]) == ("缺失扣點表.xlsx", None)
    codes = {
        name: len(api.get("/defect-codes", revision=name).get_json()["items"])
        for name in ("roc-113", "roc-111", "roc-199")
    }
    assert codes == {"roc-113": 660, "roc-111": 661, "roc-199": 661}
    assert len(api.get("/defect-codes").get_json()["items"]) == 660


def test_an_unknown_revision_is_refused_with_those_there_are(as_user: AsUser) -> None:
    api = as_user("leader")

    absent = expect(api.get("/catalogue/revisions/roc-9/wordings"), 404).get_json()
    wrong = expect(api.get("/defect-codes", revision="roc-9"), 422).get_json()

    assert "請改用：roc-111" in absent["detail"]
    assert [(each["field"], "請改用：roc-111" in each["reason"]) for each in wrong["errors"]] == [
        ("revision", True)
    ]


# -- pages ---------------------------------------------------------------------------------------------------------


def test_the_list_and_the_difference_are_read_by_everyone(
    as_user: AsUser, import_: Import, page: Page
) -> None:
    given = [*without("5.01.02"), ["5.01.77", "新的缺失，另有說明", "-1,-2"]]
    next(row for row in given if row[0] == "4.01.01")[2] = "-1,-2"
    done(import_(rows(), "roc-111"))
    done(import_(given, "roc-113", "2024-01-01"))
    as_user("contractor")
    page.sign_in("contractor")

    listed, difference = (
        page.get("/catalogue/revisions").text,
        page.get("/catalogue/revisions/difference").text,
    )

    assert "113年1月1日" in listed
    assert "缺失扣點表.xlsx" in listed
    assert "roc-111 到 roc-113 的差異" in difference
    for said in ("新的缺失，另有說明", "扣點由「-2,-4」改為「-1,-2」", words("5.01.02")):
        assert said in difference.replace("&#34;", '"')


def test_one_revision_alone_differs_from_nothing(as_user: AsUser, page: Page) -> None:
    as_user("auditor")
    page.sign_in("auditor")

    assert "都相同" in page.get("/catalogue/revisions/difference").text
    assert page.get("/catalogue/revisions/difference?from=roc-9&to=roc-111").status_code == 404
