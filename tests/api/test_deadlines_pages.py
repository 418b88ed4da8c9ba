"""The page of what is due: for the staff all of it, for others their own, nobody else's visits before issue."""

from datetime import date

from flask import Flask

from inspect_app.core.auth import Actor
from inspect_app.deadlines import clocks
from tests import builders
from tests.clients import Page
from tests.conftest import Write
from tests.inspections_builders import AsUser, Ids, Visit, defect_body, strangers
from tests.reminders_builders import SECRET, secret_tenders, secret_visits

TODAY = date(2026, 11, 23)


def shown(page: Page, username: str, path: str = "/deadlines") -> str:
    page.sign_in(username)
    text = page.get(path).text
    page.get("/deadlines")
    page.post("/sign-out")
    return text


def test_each_sees_his_own(page: Page, as_user: AsUser, people: Ids, write: Write) -> None:
    Visit.issued(as_user, people, defects=[defect_body(note="蜂窩")])
    secret_visits(as_user, people, secret_tenders(as_user))
    with write() as session:
        strangers(session)

    pages = {
        name: shown(page, name)
        for name in ("staff", "leader", "other_leader", "agency", "contractor", "other_contractor")
    }

    assert {name: "蜂窩" in text for name, text in pages.items()} == {
        "staff": True,
        "leader": False,
        "other_leader": False,
        "agency": True,
        "contractor": True,
        "other_contractor": False,
    }
    assert {name for name, text in pages.items() if SECRET in text} == {"staff", "leader"}
    assert "目前沒有待辦的期限" in pages["other_leader"]
    assert "共 1 項" in pages["contractor"]
    assert "還有 19 個工作天" in pages["contractor"]


def test_the_days_of_a_record_are_told_one_by_one(page: Page, as_user: AsUser, people: Ids) -> None:
    as_user("staff").put("/closures/2026-11-24", {"document": "府人考字第 1 號"})
    Visit.started(as_user, people)

    text = shown(page, "staff")

    assert "115年11月23日（一） 工作天，第 1 個工作天" in text
    assert "115年11月24日（二） 停止上班，不計" in text
    assert "115年12月2日（三） 工作天，第 7 個工作天" in text


def test_the_list_is_narrowed_and_exported(page: Page, as_user: AsUser, people: Ids) -> None:
    Visit.issued(as_user, people, defects=[defect_body(note="=cmd()")])
    Visit.started(as_user, people)

    assert "共 2 項" in shown(page, "staff")
    assert "共 1 項" in shown(page, "staff", "/deadlines?clock=defects.correction")
    assert "沒有符合的期限" in shown(page, "staff", "/deadlines?when=late")
    lines = shown(page, "staff", "/deadlines/export.csv?clock=defects.correction").splitlines()
    assert lines[0].startswith("\ufeff期限,剩餘工作天")
    assert lines[1].startswith("115/12/20,19,缺失改善,改善並回復,")
    assert "承攬廠商" in lines[1]


def test_a_feed_tells_of_no_visit_before_issue(
    app: Flask, as_user: AsUser, people: Ids, write: Write
) -> None:
    Visit.issued(as_user, people, defects=[defect_body()])
    secret_visits(as_user, people, secret_tenders(as_user))

    with write() as session:
        actors: dict[str, Actor] = {
            name: builders.actor(session, name) for name in ("staff", "leader", "contractor", "agency")
        }
        told = {name: clocks.due_days(session, each, TODAY) for name, each in actors.items()}

    assert {name: len(days) for name, days in told.items()} == {
        "staff": 0,
        "leader": 0,
        "contractor": 1,
        "agency": 0,
    }
    assert str(told["contractor"][0].on) == "2026-12-20"
