"""Checklists over the API, whole enough for a tablet to ask its questions without a network."""

from typing import Any

import pytest

from forms import published
from forms.conditions import as_data
from forms.marksheet import mark_sheet
from tests.checklist_samples import CODE, publish_samples, sample
from tests.clients import Api
from tests.inspections_builders import AsUser, Ids

HERE = f"/forms/{CODE}/2"


@pytest.fixture
def leader(as_user: AsUser, monkeypatch: pytest.MonkeyPatch) -> Api:
    publish_samples(monkeypatch)
    return as_user("leader")


def items_of(api: Api, path: str = HERE) -> dict[str, dict[str, Any]]:
    sections = api.get(path).get_json()["sections"]
    return {item["id"]: item for section in sections for item in section["items"]}


def test_the_list_names_works_and_mark_sheet(leader: Api) -> None:
    rows = leader.get("/forms").get_json()["items"]

    assert rows[-1] == {
        "code": CODE,
        "version": 2,
        "title": "每一種題型的檢查表",
        "en": "A checklist with every kind of item",
        "works": "building",
        "mark_sheet": 1,
    }


def test_each_kind_gives_the_fields_that_it_has_and_no_more(leader: Api) -> None:
    given = items_of(leader)
    known = {"id", "text", "en", "kind"}

    assert given["st-02"] == {
        "id": "st-02",
        "text": "保護層厚度",
        "en": "Concrete cover",
        "kind": "number",
        "unit": "mm",
        "low": 0,
        "high": 200,
        "decimals": 1,
        "on_fail": {"photo": True},
    }
    assert given["st-04"].keys() == known | {"unit", "low", "decimals"}
    assert given["st-04"]["decimals"] == 0
    assert given["st-01"].keys() == known | {"help", "help_en", "on_fail"}
    assert given["st-01"]["on_fail"] == {"codes": ["5.01.01", "5.01"], "photo": True, "note": True}
    assert given["st-03"]["choices"][1] == {"id": "steel", "text": "鋼構", "en": "Steel"}
    assert given["cl-01"].keys() == known | {"optional", "shown_when"}
    assert given["cl-02"].keys() == {"id", "text", "kind", "shown_when"}
    assert given["cl-03"].keys() == known | {"role"}


def test_a_condition_is_given_as_the_definition_writes_it(leader: Api) -> None:
    given = items_of(leader)

    assert given["st-05"]["shown_when"] == {"item": "st-01", "is": "fail"}
    assert given["cl-01"]["shown_when"] == {
        "all": [{"item": "st-03", "in": ["steel", "src"]}, {"item": "st-02", "at_least": 30}]
    }


@pytest.mark.parametrize(
    "form", [*published.every(), sample()], ids=lambda form: f"{form.code}-{form.version}"
)
def test_every_checklist_is_given_whole(leader: Api, form: Any) -> None:
    given = items_of(leader, f"/forms/{form.code}/{form.version}")

    assert [*given] == [*form.item_ids]
    for id_, item in form.by_id.items():
        told = given[id_]
        assert (told["text"], told.get("en", ""), told["kind"]) == (item.text, item.en, item.kind)
        assert (told.get("low"), told.get("high")) == (item.low, item.high)
        assert [choice["id"] for choice in told.get("choices", [])] == [choice.id for choice in item.choices]
        assert told.get("shown_when") == (as_data(item.shown_when) if item.shown_when else None)
        assert (told.get("role", ""), told.get("optional", False)) == (item.role, item.optional)
        assert None not in told.values()


def test_whoever_has_a_version_is_not_sent_it_again(leader: Api) -> None:
    first = leader.get(HERE)
    tag = first.headers["ETag"]

    again = leader.send("GET", HERE, headers={"If-None-Match": tag})
    other = leader.send("GET", f"/forms/{CODE}/1", headers={"If-None-Match": tag})

    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert (other.status_code, other.headers["ETag"] != tag) == (200, True)


def test_the_mark_sheet_is_given_with_its_lines(as_user: AsUser) -> None:
    answer = as_user("member1").get("/mark-sheets/1")
    given, sheet = answer.get_json(), mark_sheet()

    assert [(part["id"], part["points"], part.get("base")) for part in given["parts"]] == [
        ("quality_system", 20, None),
        ("workmanship", 60, None),
        ("progress", 20, 17),
    ]
    assert given["parts"][2]["lines"][0] == {
        "text": "未訂進度的計算基準",
        "en": "No basis for measuring progress",
        "low": -2,
        "high": -1,
    }
    assert [each["id"] for each in given["indicators"]] == [each.id for each in sheet.indicators]
    assert (given["merits"], given["advice"]) == ([*sheet.merits], [*sheet.advice])
    kept = as_user("member1").send("GET", "/mark-sheets/1", headers={"If-None-Match": answer.headers["ETag"]})
    assert kept.status_code == 304


@pytest.mark.parametrize(
    "path", ["/mark-sheets/2", "/mark-sheets/0", "/forms/mark-sheet/1", f"/forms/{CODE}/3/paper.pdf"]
)
def test_what_is_not_published_is_not_found(leader: Api, path: str) -> None:
    assert leader.get(path).status_code == 404


def test_nobody_reads_them_unknown(client: Api, people: Ids) -> None:
    paths = ("/forms", HERE, "/mark-sheets/1", "/forms/construction-inspection/1/paper.pdf")

    assert [client.get(path).status_code for path in paths] == [401] * 4
