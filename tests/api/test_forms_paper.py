"""The paper form as people get it: what is printed on it, its QR, and who may have that of a visit."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from forms import published
from forms.catalogue import catalogue
from forms.marksheet import mark_sheet
from forms.wording import when_shown
from tests.catalogue_samples import withdraw
from tests.checklist_samples import CODE, publish_samples, sample
from tests.conftest import Write
from tests.inspections_builders import AsUser, Ids, Visit, strangers

FORMS = [*published.every(), sample()]
QUERY = {"form": CODE, "version": "2"}
ITEMS_A_PAGE, PAGES_BESIDES = 5, 5


@pytest.fixture(autouse=True)
def samples(monkeypatch: pytest.MonkeyPatch) -> None:
    publish_samples(monkeypatch)


class Paper:
    """A PDF as it was answered, read by poppler."""

    def __init__(self, answer: TestResponse, folder: Path) -> None:
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), answer.text
        self.path = folder / "paper.pdf"
        self.path.write_bytes(answer.data)

    def pages(self) -> list[str]:
        """The text of each page, without white space."""
        text = _run("pdftotext", "-raw", "-enc", "UTF-8", self.path, "-").decode()
        return ["".join(page.split()) for page in text.split("\f")[:-1]]

    def pictures(self, dpi: int = 150) -> Iterator[Image.Image]:
        _run("pdftoppm", "-r", str(dpi), "-gray", self.path, self.path.with_suffix(""))
        for found in sorted(self.path.parent.glob("paper-*.pgm")):
            with Image.open(found) as image:
                yield image.copy()


def _run(*command: str | Path) -> bytes:
    return subprocess.run([str(word) for word in command], capture_output=True, check=True, timeout=60).stdout


Print = Callable[..., Paper]


@pytest.fixture
def paper(as_user: AsUser, tmp_path: Path) -> Print:
    """`paper("/forms/…/paper.pdf", **query)` is that paper, asked for by the leader."""

    def get(path: str, **query: Any) -> Paper:
        return Paper(as_user("leader").get(path, **query), tmp_path)

    return get


@pytest.fixture
def everybody(people: Ids, write: Write) -> Ids:
    with write() as session:
        people.update(strangers(session))
    return people


def taken(visit: Visit, username: str) -> TestResponse:
    """What a person gets who asks for the paper of a visit."""
    return visit.api(username).get(visit.path("/paper.pdf"), **QUERY)


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.code}-{form.version}")
def test_everything_of_every_checklist_is_on_its_paper(paper: Print, form: Any) -> None:
    pages = paper(f"/forms/{form.code}/{form.version}/paper.pdf").pages()
    text, sheet = "".join(pages), mark_sheet()

    assert squeezed(form.title) in text
    for number, item in enumerate(form.by_id.values(), 1):
        assert f"{number}.{squeezed(item.text)}" in text
        assert squeezed(item.en) in text
        for words in (item.help, *(choice.text for choice in item.choices)):
            assert words is None or squeezed(words.zh) in text
        if shown := when_shown(item, form):
            assert squeezed(shown.zh.removesuffix("時才顯示")) in text
        for code in item.on_fail.codes if item.on_fail else ():
            assert f"{code}{squeezed(catalogue().get(code).title)}" in text
    for words in [line.text for part in sheet.parts for line in part.lines]:
        assert squeezed(words.zh) in text
    for code in (*sheet.merits, *sheet.advice):
        assert f"□{code}{squeezed(catalogue().get(code).title)}" in text
    assert 2 <= len(pages) <= PAGES_BESIDES + len(form.item_ids) / ITEMS_A_PAGE
    for number, page in enumerate(pages, 1):
        assert f"檢查表：{form.code}第{form.version}版" in page
        assert f"第{number}/{len(pages)}頁" in page


def test_each_kind_has_its_own_places_to_answer(paper: Print) -> None:
    text = "".join(paper(f"/forms/{CODE}/2/paper.pdf").pages())

    assert (
        "Concretecover（0至200mm，最多1位小數）不符時：附照片。□符合□不符□不適用實測值mm說明、照片編號"
        in text
    )
    assert "Kindofstructure□鋼筋混凝土□鋼構□鋼骨鋼筋混凝土□不適用" in text
    assert "照片張數□不適用" in text
    assert "簽名□不適用" in text
    assert text.count("□輕□中□嚴□廠□監□專□機") == 12
    assert "施工進度起評分Startingfrom17" in text
    assert text.count("□不合格□待試驗") == 3
    assert text.count("□有，情節重大") == 3


def test_every_page_tells_a_scanner_which_form_it_is(paper: Print) -> None:
    pictures = [*paper(f"/forms/{CODE}/2/paper.pdf").pictures()]

    assert len(pictures) >= 3
    assert {tuple(found.text for found in zxingcpp.read_barcodes(each)) for each in pictures} == {
        (f"/forms/{CODE}/2",)
    }


def test_the_paper_of_a_visit_names_it_and_its_team(paper: Print, as_user: AsUser, people: Ids) -> None:
    visit = Visit.planned(as_user, people)
    made = paper(f"/inspections/{visit.id}/paper.pdf", **QUERY)
    tender = visit.api("staff").get(f"/tenders/{visit.tender}").get_json()
    text = "".join(made.pages())

    for said in (
        tender["name"],
        tender["number"],
        tender["agency"],
        *(each["name"] for each in visit.read()["team"]),
    ):
        assert squeezed(said) in text
    scanned = zxingcpp.read_barcodes(next(made.pictures()))
    assert [found.text for found in scanned] == [f"/forms/{CODE}/2?inspection={visit.id}"]
    assert as_user("leader").send("GET", f"/{scanned[0].text}").status_code == 200


@pytest.mark.every_database
def test_titles_are_those_of_the_revision_that_counts(
    app: Flask, paper: Print, as_user: AsUser, people: Ids, tmp_path: Path
) -> None:
    merit, demanded = mark_sheet().merits[0], "5.01.01"
    sent, planned = Visit.submitted(as_user, people), Visit.planned(as_user, people)
    withdraw(app, tmp_path, merit, demanded)
    said = {
        path: "".join(paper(path, **query).pages())
        for path, query in (
            (f"/forms/{CODE}/2/paper.pdf", {}),
            (f"/inspections/{planned.id}/paper.pdf", QUERY),
            (f"/inspections/{sent.id}/paper.pdf", QUERY),
        )
    }

    gone = [
        all(f"{code}此版次已無" in text for code in (f"□{merit}", f"記缺失{demanded}"))
        for text in said.values()
    ]
    assert gone == [True, True, False]
    assert f"記缺失{demanded}{squeezed(catalogue().get(demanded).title)}" in [*said.values()][2]
    assert "此版次已無" not in [*said.values()][2]


def test_the_same_paper_is_the_same_bytes(as_user: AsUser, people: Ids) -> None:
    visit = Visit.planned(as_user, people)
    first, second = (taken(visit, "leader") for _ in range(2))
    blank = [as_user("staff").get(f"/forms/{CODE}/2/paper.pdf").data for _ in range(2)]

    assert (first.data, first.headers["ETag"]) == (second.data, second.headers["ETag"])
    assert blank[0] == blank[1] != first.data


# -- who may have it ------------------------------------------------------------------------------------------


OUTSIDE = ("other_leader", "other_member", "auditor", "agency", "supervisor", "contractor", "pcm")


def told(answer: TestResponse) -> tuple[int, Any]:
    return answer.status_code, {**answer.get_json(), "request_id": ""}


@pytest.mark.every_database
def test_a_planned_visits_paper_is_absent_for_whoever_may_not_know_of_it(
    as_user: AsUser, everybody: Ids
) -> None:
    visit = Visit.planned(as_user, everybody)

    for username in ("staff", "leader", "member1", "member2"):
        assert taken(visit, username).status_code == 200
    for username in OUTSIDE:
        api = visit.api(username)
        absent = told(api.get(f"/inspections/{uuid4()}/paper.pdf", **QUERY))
        assert told(api.get(f"/inspections/{visit.id}/paper.pdf", **QUERY)) == absent
        assert absent[0] == 404
    assert taken(visit, "admin").status_code == 403


WRONG = [
    {},
    {"form": CODE},
    {"form": CODE, "version": "0"},
    {"form": CODE, "version": "x"},
    {**QUERY, "x": "1"},
    {"form": "", "version": "1"},
    {"form": CODE, "version": "9"},
]


@pytest.mark.parametrize("query", WRONG)
def test_a_wrong_query_tells_nothing_of_the_visit(
    as_user: AsUser, everybody: Ids, query: dict[str, str]
) -> None:
    visit = Visit.planned(as_user, everybody)
    wanted = 404 if query.get("version") == "9" else 422

    for username in ("leader", "contractor", "other_leader"):
        api = visit.api(username)
        answers = [told(api.get(f"/inspections/{each}/paper.pdf", **query)) for each in (visit.id, uuid4())]
        assert answers[0] == answers[1]
        assert answers[0][0] == wanted


def test_once_issued_the_inspected_are_told_where_to_look_instead(as_user: AsUser, everybody: Ids) -> None:
    visit = Visit.issued(as_user, everybody)

    answer = taken(visit, "contractor")

    assert answer.status_code == 404
    assert "紙本檢查表只供查核小組列印" in answer.get_json()["detail"]


def test_a_cancelled_visit_has_no_paper(as_user: AsUser, people: Ids) -> None:
    visit = Visit.planned(as_user, people)
    visit.post("staff", "/cancel", {"reason": "颱風"})

    answer = taken(visit, "leader")

    assert (answer.status_code, "紙本檢查表" in answer.get_json()["detail"]) == (409, True)
