"""The defect catalogue: what it holds, and which points a defect may cost."""

import csv
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from forms import catalogue as catalogues
from forms.catalogue import NOT_AVAILABLE, catalogue
from forms.errors import InvalidData, UnknownDefectCode, UnknownRevision
from forms.points import parse_points

ROOT = Path(catalogues.__file__).parents[1]
OFFICIAL = ROOT / "tests" / "data" / "defect_codes.tsv"
"""The official list without its wording."""

HEAD = 'revision: "r"\ncounts_from: "2022-01-01"\ntrades: {t: {zh: "工", en: "t"}}\ncodes:\n  - '
GROUP = '{code: "1", kind: group, points: "", trade: t, title: "類", english: "Group"}'
ITEM = (
    '{code: "1.01", parent: "1", kind: item, points: "-1,-2", phase: site, trade: t, party: agency, '
    'title: "缺", english: "Defect"}'
)
ALSO = ("[foo]", "[3]", "[pcm, pcm]", "[agency]", "[[pcm]]")
"""What an item of the agency's cannot name besides."""


def points_allowed(code: str, severity: str, points: int) -> bool:
    return catalogue().points_allowed(code, severity, points)


def test_codes_parents_and_points_are_those_of_the_official_list() -> None:
    with OFFICIAL.open(encoding="utf-8") as file:
        official = [tuple(row.values()) for row in csv.DictReader(file, delimiter="\t")]

    assert [(line.code, line.parent or "", line.kind, line.points) for line in catalogue().codes] == official


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


def test_each_item_names_the_edition_it_was_seen_in() -> None:
    assert Counter(item.edition for item in catalogue().items) == {
        "110-111": 205,
        "107-": 359,
        "107": 11,
        "111": 4,
    }


def test_codes_stand_in_official_order() -> None:
    codes = [line.code for line in catalogue().codes]

    assert codes == sorted(codes, key=lambda code: [int(part) for part in code.split(".")])


def test_every_line_stands_under_its_parent() -> None:
    lines = catalogue().codes

    assert {line.code for line in lines if line.parent is None} == {"0", "4", "5", "6", "7", "8"}
    assert [line.code for line in lines if line.parent and not line.code.startswith(f"{line.parent}.")] == []


def test_an_inspector_can_tell_every_item_from_every_other() -> None:
    known = [item for item in catalogue().items if item.title != NOT_AVAILABLE]

    assert len({item.title for item in known}) == len({item.english.lower() for item in known}) == 575


def test_what_is_known_by_its_code_only_says_so() -> None:
    unknown = [item for item in catalogue().items if item.title == NOT_AVAILABLE]

    assert [item.code for item in unknown] == ["5.10.99", "5.14.00.01", "5.14.00.02", "5.14.00.03"]
    assert {item.edition for item in unknown} == {"111"}


def test_titles_fit_a_tablet_row() -> None:
    assert max(len(line.title) for line in catalogue().codes) <= 30


def test_each_room_deducts_its_own_party() -> None:
    parties = {item.code[:4]: item.party for item in catalogue().items if item.code[0] == "4"}

    assert parties == {"4.01": "agency", "4.02": "supervisor", "4.03": "contractor"}


def test_a_revision_counts_from_a_day() -> None:
    assert [(each.revision, each.counts_from) for each in catalogues.revisions()] == [
        ("roc-111", date(2018, 7, 1))
    ]


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


@pytest.mark.parametrize(
    "printed", ["1,2", "-1, -2", "-1~5", "-", "無", "-1.5", "-1,", "-5~-1", "-0", "-1~-999999999"]
)
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
        (ITEM.replace("-1,-2", "-1;-2"), "must look like"),
        (GROUP.replace("kind: group", "kind: chapter"), "kind must be one of item, group"),
        (ITEM.replace("phase: site", "phase: night"), "phase must be one of document, site, test"),
        (ITEM.replace("trade: t", "trade: u"), "trade must be one of t"),
        (ITEM.replace("party: agency, ", ""), "an item needs phase and party"),
        (GROUP.replace("類", "類" * 31), "title must have 1 to 30"),
        (GROUP.replace('"Group"', '" "'), "english must have 1 to 70"),
        (f"{GROUP}\n  - {ITEM.replace('-1,-2', '-5~-1')}", r"^r.yaml:6: 1.01: points '-5~-1' must look like"),
        (f"{GROUP}\n  - {ITEM}\n  - {ITEM}", "^r.yaml:7: 1.01 must stand once"),
        (GROUP.replace('"1"', '"zz 9"'), "^r.yaml:5: zz 9: code must be numbers joined by points"),
        (ITEM.replace('"1.01"', '"4.01"'), "^r.yaml:5: 4.01: parent '1' must be the beginning of the code"),
        *(
            (ITEM.replace("party:", f"also: {also}, party:"), "r.yaml:5: 1.01: also must name parties")
            for also in ALSO
        ),
        (GROUP.replace('code: "1"', "code: 1"), "r.yaml:5: code must be of type str"),
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


@pytest.mark.parametrize("day", ["2022-02-30", "soon"])
def test_a_day_that_does_not_exist_is_refused(day: str) -> None:
    with pytest.raises(InvalidData, match="counts_from must be a day"):
        catalogues.define((HEAD + GROUP).replace("2022-01-01", day).encode(), "r.yaml")
