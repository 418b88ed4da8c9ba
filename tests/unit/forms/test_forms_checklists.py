"""The published checklists, and what makes one unsound."""

import dataclasses

import pytest

from forms import catalogue as catalogues
from forms import published, schema
from forms.errors import InvalidData, UnknownForm
from forms.reading import define
from tests.forms_builders import without

CODE = "construction-inspection"
NAME = "sample/v1.yaml"
ITEM = '{id: "a-01", kind: "check", text: "題目"}'


def sheet(*, head: str = 'code: "sample"\nversion: 1', items: str = ITEM, rest: str = "") -> bytes:
    section = f'sections: [{{id: "a", title: "段", items: [{items}]}}]'
    return f'{head}\ntitle: "表"\n{section}\n{rest}'.encode()


def test_the_inspection_checklist_has_twenty_items() -> None:
    assert len(published.load(CODE, 1).item_ids) == 20


def test_its_sections_follow_the_record_form() -> None:
    titles = [section.title for section in published.load(CODE, 1).sections]

    assert [title.split()[0] for title in titles] == [
        "一、品質管理制度",
        "一、品質管理制度",
        "二、施工品質",
        "三、施工進度",
    ]
    assert [title.partition(" ")[2][:1] for title in titles] == ["A", "B", "", ""]


def test_item_ids_are_used_once_and_in_the_order_shown() -> None:
    form = published.load(CODE, 1)

    assert len(set(form.item_ids)) == len(form.item_ids)
    assert form.item_ids[0] == "qs-01"
    assert form.item_ids[-1] == "pg-03"


def test_every_text_fits_a_tablet_line() -> None:
    texts = [item.text for form in published.every() for part in form.sections for item in part.items]

    assert max(len(text) for text in texts) <= 30


def test_published_lists_every_version_once() -> None:
    assert [(form.code, form.version) for form in published.every()] == [
        (CODE, 1),
        (CODE, 2),
        ("building-works", 1),
        ("road-works", 1),
        ("drainage-works", 1),
        ("slope-works", 1),
        ("equipment-works", 1),
    ]
    assert published.every()[0] is published.load(CODE, 1)


def test_the_newest_are_listed_once_a_checklist() -> None:
    assert [(form.code, form.version) for form in published.newest()][:2] == [
        (CODE, 2),
        ("building-works", 1),
    ]


@pytest.mark.parametrize(
    ("code", "version"),
    [(CODE, 3), (CODE, 0), ("mark-sheet", 1), ("x", 1), ("../forms", 1), (f"{CODE}/v1.yaml#", 1), ("", 1)],
)
def test_what_is_not_published_is_unknown(code: str, version: int) -> None:
    with pytest.raises(UnknownForm, match=r"請改用已公布的版本：.*construction-inspection 第 1 版、"):
        published.load(code, version)


def test_what_is_published_outlives_the_codes_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    newer = without("5.06.01")
    both = (*catalogues.revisions(), newer)
    monkeypatch.setattr(catalogues, "revisions", lambda: both)
    monkeypatch.setattr(published, "catalogue", lambda: newer, raising=False)

    assert published.load.__wrapped__("road-works", 1) == published.load("road-works", 1)
    assert catalogues.was_published("5.06.01")
    assert not catalogues.was_published("5.99.99")


def test_a_definition_cannot_be_altered_in_memory() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        published.load(CODE, 1).title = "x"  # type: ignore[misc]


def test_a_sound_sheet_is_read() -> None:
    form = define(sheet(), NAME)

    assert form.sections[0].items == (schema.FormItem("a-01", "題目", "check"),)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (sheet(rest='note: "x"'), "unknown key note"),
        (sheet(head='code: "sample"'), "version is missing"),
        (sheet(head='code: "sample"\nversion: "1"'), "version must be of type int"),
        (sheet(head='code: "sample"\nversion: true'), "version must be of type int"),
        (sheet(head='code: "sample"\nversion: 2'), "those of the file's name"),
        (sheet(head='code: "other"\nversion: 1'), "those of the file's name"),
        (sheet(rest='title: "again"'), "given twice"),
        (sheet(items=""), "has no items"),
        (sheet(items=f"{ITEM}, {ITEM}"), "a-01 is used twice"),
        (sheet(items=ITEM.replace("a-01", "甲-01")), "lower-case ASCII"),
        (sheet(items=ITEM.replace("check", "maybe")), "must be one of check, value"),
        (sheet(items=ITEM.replace("題目", "題" * 31)), "1 to 30 characters"),
        (sheet(items='"a-01"'), "expected a mapping"),
        (b"title: [", "is not YAML"),
        (b"\xff\xfe\xff", "is not YAML"),
    ],
)
def test_an_unsound_sheet_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(InvalidData, match=reason):
        define(data, NAME)
