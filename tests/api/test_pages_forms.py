"""The pages of checklists: the list, and each question as an inspector will see it."""

import html
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from forms import published
from forms.catalogue import catalogue
from forms.marksheet import mark_sheet
from forms.wording import when_shown
from inspect_app.catalogue import words
from inspect_app.core.auth import COOKIE_KEY
from tests import builders
from tests.catalogue_samples import withdraw
from tests.checklist_samples import CODE, publish_samples, sample
from tests.clients import Page
from tests.conftest import Write
from tests.inspections_builders import AsUser, Ids, Visit

FORMS = [*published.every(), sample()]
OLD = "這是舊版"


@pytest.fixture
def leader(page: Page, people: Ids, write: Write, monkeypatch: pytest.MonkeyPatch) -> Page:
    """The leader's browser, without the slow check of a password."""
    publish_samples(monkeypatch)
    with write() as session, page.client.session_transaction() as cookie:
        cookie[COOKIE_KEY] = builders.token(session, "leader")
    return page


def text_of(page: Page, path: str) -> str:
    """What a page says, without markup; each run of white space one space."""
    answer = page.get(path)
    assert answer.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def question(page: Page, item: str, path: str = f"/forms/{CODE}/2") -> str:
    """The markup of one question."""
    found = re.search(
        rf'<fieldset class="question" id="item-{item}" disabled>.*?</fieldset>', page.get(path).text, re.S
    )
    assert found
    return found[0]


def test_the_list_names_every_checklist_once_with_all_its_versions(leader: Page) -> None:
    text = text_of(leader, "/forms")

    assert text.count("每一種題型的檢查表") == 1
    assert "建築 Building 8 第 2 版 第 1 版 PDF" in text
    assert f"共 {len({form.code for form in FORMS})} 種" in text


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.code}-{form.version}")
def test_everything_of_every_checklist_is_shown(leader: Page, form: Any) -> None:
    text, sheet = text_of(leader, f"/forms/{form.code}/{form.version}"), mark_sheet()

    said = [form.title, form.en, *(word for part in form.sections for word in (part.title, part.en))]
    for item in form.by_id.values():
        said += [item.text, item.en, item.unit, *(when_shown(item, form) or ()), *(item.help or ())]
        said += [word for choice in item.choices for word in choice.text]
        codes = item.on_fail.codes if item.on_fail else ()
        said += [words.code_title(catalogue().get(code)) for code in codes]
    for part in sheet.parts:
        said += [*part.text, *(word for line in part.lines for word in line.text)]
    said += [word for each in sheet.indicators for word in each.text]
    said += [catalogue().get(code).title for code in (*sheet.merits, *sheet.advice)]

    assert [each for each in said if " ".join(each.split()) not in text] == []
    assert "由 17 分起評" in text


def test_the_questions_stand_in_order_and_cannot_be_filled_in(leader: Page) -> None:
    markup = leader.get(f"/forms/{CODE}/2").text

    assert re.findall(r'<fieldset class="question" id="item-([^"]+)" disabled>', markup) == [
        *sample().item_ids
    ]


def test_each_kind_is_drawn_as_its_own_control(leader: Page) -> None:
    results = ["符合", "不符", "不適用"]
    ticks = {
        item: re.findall(r'type="(?:radio|checkbox)"[^>]*> <span>(\w+)', question(leader, item))
        for item in sample().item_ids
    }

    assert ticks["st-01"] == ticks["st-02"] == ticks["cl-02"] == results
    assert ticks["st-03"] == ["鋼筋混凝土", "鋼構", "鋼骨鋼筋混凝土", "不適用"]
    assert ticks["st-05"] == ticks["cl-01"] == ticks["cl-03"] == ["不適用"]
    assert 'inputmode="decimal" aria-describedby="item-st-02-bounds"' in question(leader, "st-02")
    assert "<span>mm</span>" in question(leader, "st-02")
    assert "0 至 200 mm，最多 1 位小數" in question(leader, "st-02")
    assert "至少 1 處，填整數" in question(leader, "st-04")
    assert "inputmode" not in question(leader, "cl-02")
    assert "<textarea" in question(leader, "st-05")
    assert "拍照或選照片" in question(leader, "cl-01")
    assert "在此簽名" in question(leader, "cl-03")
    assert "（選填）" in question(leader, "cl-01")
    assert "（選填）" not in question(leader, "cl-02")


def test_what_a_fail_demands_stands_with_its_question(leader: Page) -> None:
    first = question(leader, "st-01")

    assert "附照片、寫說明，並記一項缺失，編號為下列之一：" in first
    assert "5.01.01 " in first
    assert "5.01 混凝土施工（任一細項）" in first
    assert "不符時要</strong>附照片。" in question(leader, "st-02")
    assert "不符時要" not in question(leader, "st-04")


def test_a_code_that_no_longer_counts_says_so(leader: Page, app: Flask, tmp_path: Path) -> None:
    withdraw(app, tmp_path, "5.01.01", mark_sheet().merits[0])

    assert "5.01.01 此版次已無" in question(leader, "st-01")
    assert f"{mark_sheet().merits[0]} 此版次已無" in text_of(leader, f"/forms/{CODE}/2")


@pytest.mark.parametrize(("version", "old"), [(1, True), (2, False)])
def test_an_old_version_points_to_the_newest(leader: Page, version: int, old: bool) -> None:
    markup = leader.get(f"/forms/{CODE}/{version}").text

    assert (OLD in markup, f'<a href="/forms/{CODE}/2">第 2 版</a>' in markup) == (old, old)


@pytest.mark.parametrize(
    "path", [f"/forms/{CODE}/3", "/forms/mark-sheet/1", "/forms/x/1", f"/forms/{CODE}/0"]
)
def test_what_is_not_published_is_a_page_that_says_so(leader: Page, path: str) -> None:
    answer = leader.get(path)

    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_everybody_signed_in_may_read_them_and_nobody_else(page: Page, people: Ids) -> None:
    assert page.get("/forms").status_code == 302
    page.sign_in("admin")

    assert page.get("/forms").status_code == 200
    assert page.get("/forms/construction-inspection/1").status_code == 200


# -- on the page of a visit ------------------------------------------------------------------------------------


def offered(page: Page, visit: Visit) -> list[str]:
    """The papers that a visit's page offers to print."""
    markup = html.unescape(page.get(f"/inspections/{visit.id}").text)
    return re.findall(rf'href="/api/v1/inspections/{visit.id}/paper.pdf\?form=([^"]+)"', markup)


def test_a_visit_to_come_offers_the_newest_of_every_checklist(
    leader: Page, as_user: AsUser, people: Ids
) -> None:
    visit = Visit.planned(as_user, people)

    assert offered(leader, visit) == [f"{form.code}&version={form.version}" for form in published.newest()]
    assert f"{CODE}&version=2" in offered(leader, visit)


def test_a_visit_that_was_sent_in_offers_none(leader: Page, as_user: AsUser, people: Ids) -> None:
    visit = Visit.issued(as_user, people)

    assert offered(leader, visit) == []
