"""The defect catalogue: what it holds, and which points a defect may cost."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from forms import catalogue as catalogues
from forms.catalogue import catalogue, parse_points, points_allowed
from forms.errors import InvalidData, UnknownDefectCode, UnknownRevision

ROOT = Path(catalogues.__file__).parents[1]
HEAD = 'revision: "r"\ncodes:\n  - '
GROUP = '{code: "1", kind: "group", points: "", allowed: [], revision: ""}'
ITEM = '{code: "1.01", parent: "1", kind: "item", points: "-1,-2", allowed: [1, 2], revision: "e"}'


def test_the_catalogue_has_579_items_in_82_groups() -> None:
    assert Counter(line.kind for line in catalogue().codes) == {"item": 579, "group": 82}
    assert len(catalogue().items) == 579


def test_points_are_printed_as_on_the_official_sheet() -> None:
    assert Counter(item.points for item in catalogue().items) == {
        "-1,-2": 340,
        "-2,-4": 107,
        "-3,-5": 48,
        "-1~-5": 27,
        "±1,±2": 44,
        "±2,±4": 9,
        "": 4,
    }


def test_each_line_names_the_edition_it_was_seen_in() -> None:
    assert Counter(item.revision for item in catalogue().items) == {
        "about ROC 110-111": 205,
        "before ROC 107-07": 359,
        "ROC 107-07": 11,
        "code seen in use ROC 111": 4,
    }


def test_codes_stand_in_official_order() -> None:
    codes = [line.code for line in catalogue().codes]

    assert codes == sorted(codes, key=lambda code: [int(part) for part in code.split(".")])


def test_every_line_stands_under_its_parent() -> None:
    lines = catalogue().codes

    assert {line.code for line in lines if line.parent is None} == {"0", "4", "5", "6", "7", "8"}
    assert [line.code for line in lines if line.parent and not line.code.startswith(f"{line.parent}.")] == []


def test_groups_have_a_short_title_and_items_none_yet() -> None:
    titles = [line.title for line in catalogue().codes if line.kind == "group"]

    assert all(title and len(title) <= 30 for title in titles)
    assert {item.title for item in catalogue().items} == {None}


def test_a_line_is_found_by_its_code() -> None:
    line = catalogue().get("5.01.01")

    assert (line.parent, line.kind, line.points, line.allowed) == ("5.01", "item", "-3,-5", (3, 5))


def test_merits_and_advice_are_found_as_groups() -> None:
    assert [catalogue().get(code).kind for code in ("0.04", "7.01")] == ["group", "group"]


@pytest.mark.parametrize("code", ["9.99", "", "5.1.1", "5.01.01 ", "５.01.01"])
def test_an_unknown_code_is_refused(code: str) -> None:
    with pytest.raises(UnknownDefectCode, match="不在缺失目錄"):
        catalogue().get(code)


def test_a_group_is_no_defect() -> None:
    assert catalogue().item("5.01.01").code == "5.01.01"
    with pytest.raises(UnknownDefectCode, match=r"「5\.01」是分類"):
        catalogue().item("5.01")


@pytest.mark.parametrize(
    ("printed", "allowed"),
    [
        ("-1,-2", (1, 2)),
        ("-2,-4", (2, 4)),
        ("-3,-5", (3, 5)),
        ("-1~-5", (1, 2, 3, 4, 5)),
        ("±1,±2", (1, 2)),
        ("±2,±4", (2, 4)),
        ("-1", (1,)),
        ("", ()),
    ],
)
def test_printed_points_are_whole_deductions(printed: str, allowed: tuple[int, ...]) -> None:
    assert parse_points(printed) == allowed


@pytest.mark.parametrize("printed", ["1,2", "-1, -2", "-1~5", "-", "無", "-1.5", "-1,"])
def test_points_printed_otherwise_are_refused(printed: str) -> None:
    with pytest.raises(InvalidData, match="must look like"):
        parse_points(printed)


def test_a_minor_defect_costs_nothing() -> None:
    assert [points for points in range(7) if points_allowed("5.01.01", "L", points)] == [0]


@pytest.mark.parametrize("severity", ["M", "S"])
@pytest.mark.parametrize(
    ("code", "allowed"),
    [("5.01.01", [3, 5]), ("4.01.01", [2, 4]), ("5.01.99", [1, 2, 3, 4, 5]), ("4.01.20.01", [1, 2])],
)
def test_a_medium_or_serious_defect_costs_what_the_item_allows(
    severity: str, code: str, allowed: list[int]
) -> None:
    assert [points for points in range(-2, 9) if points_allowed(code, severity, points)] == allowed


@pytest.mark.parametrize("code", ["5.10.99", "5.14.00.01"])
def test_an_item_printed_without_points_may_cost_up_to_five(code: str) -> None:
    assert catalogue().get(code).allowed == ()
    assert [points for points in range(-2, 9) if points_allowed(code, "S", points)] == [0, 1, 2, 3, 4, 5]
    assert [points for points in range(-2, 9) if points_allowed(code, "L", points)] == [0]


def test_a_group_takes_no_points() -> None:
    assert not any(points_allowed("5.01", severity, 0) for severity in "LMS")


def test_an_unknown_severity_takes_no_points() -> None:
    assert not points_allowed("5.01.01", "X", 3)


def test_points_of_an_unknown_code_are_an_error() -> None:
    with pytest.raises(UnknownDefectCode):
        points_allowed("9.99", "L", 0)


def test_an_unknown_revision_names_those_at_hand() -> None:
    with pytest.raises(UnknownRevision, match="roc-111"):
        catalogue("../lock")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (ITEM, "below its parent"),
        (f"{GROUP}\n  - {GROUP}", "stand once"),
        (f"{GROUP}\n  - {ITEM.replace('[1, 2]', '[1, 3]')}", "allows"),
        (GROUP.replace("group", "chapter"), "must be one of item, group"),
        (GROUP.replace('code: "1"', "code: 1"), "code must be of type str"),
        (GROUP.replace('points: ""', 'points: "", severity: "L"'), "unknown key severity"),
    ],
)
def test_an_unsound_catalogue_is_refused_with_the_reason(rows: str, reason: str) -> None:
    with pytest.raises(InvalidData, match=reason):
        catalogues.define((HEAD + rows).encode(), "r.yaml")


def test_a_catalogue_under_another_name_is_refused() -> None:
    with pytest.raises(InvalidData, match="file's name"):
        catalogues.define((HEAD + GROUP).encode(), "s.yaml")


def test_forms_need_neither_the_engine_nor_the_web() -> None:
    probe = (
        "import sys, forms.schema, forms.catalogue\n"
        "print([name for name in ('scoring', 'inspect_app', 'flask', 'sqlalchemy') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=ROOT)

    assert run.stdout == "[]\n"
