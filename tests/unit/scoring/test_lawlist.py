"""The law as a list, and trying a draft of another one."""

import json
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from scoring_builders import Json, good

from scoring import lawbook, lawlist
from scoring.__main__ import main
from scoring.lawbook import LAW
from scoring.parameters import GROUPS

TODAY = date(2026, 11, 23)
ALL = {kind.group for kind in GROUPS}


def run(*args: str, stdin: object = None) -> tuple[int, Any]:
    """The exit code, and what was printed: the answer, or the error."""
    out, err = BytesIO(), BytesIO()
    code = main(args, BytesIO(json.dumps(stdin).encode()), out, err)
    return code, json.loads(out.getvalue() or err.getvalue())


def text_of(group: str) -> str:
    return LAW.joinpath(*group.split(".")).with_suffix(".yaml").read_text("utf-8")


def draft(folder: Path, group: str, *changes: tuple[str, str]) -> str:
    """The path of a draft of a group, some of its text changed."""
    text = text_of(group)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / f"{group}.yaml"
    path.write_text(f"group: {group}\n{text}", "utf-8")
    return str(path)


# --- on a day, and between two ----------------------------------------------------------------------------


@pytest.mark.parametrize("group", sorted(ALL))
def test_a_group_is_listed_on_each_of_its_days_and_not_before_its_first(group: str) -> None:
    for day, value in zip(lawbook.book()[group].days, lawbook.book()[group].values, strict=True):
        listed = lawlist.on(day)
        names = [each["group"] for each in listed["in_force"]]  # type: ignore[attr-defined]
        assert (group in names) is (value is not None)
        assert (group in listed["not_in_force"]) is (value is None)  # type: ignore[operator]
    before = lawlist.on(lawbook.book()[group].first_day() - timedelta(days=1))  # type: ignore[operator]
    assert group in before["not_in_force"]  # type: ignore[operator]


def test_today_every_group_but_one_is_in_force_with_its_article_and_values() -> None:
    listed: Json = lawlist.on(TODAY)

    assert listed["not_in_force"] == ["local.pending_where_silent"]
    assert {each["group"] for each in listed["in_force"]} == ALL - {"local.pending_where_silent"}
    quota = next(each for each in listed["in_force"] if each["group"] == "inspection.quota")
    assert (quota["article"], quota["in_force_on"], quota["status"]) == ("第4條", "2023-08-11", "confirmed")
    assert [band["minimum"] for band in quota["values"]["bands"]] == [20, 15, 10]


def test_what_nobody_checked_for_a_year_is_named() -> None:
    checked = sorted(
        value.source.checked_on for group in lawbook.book().values() for value in group.values if value
    )

    assert lawlist.on(checked[0] + timedelta(days=365))["unchecked"] == []
    assert set(lawlist.on(checked[-1] + timedelta(days=366))["unchecked"]) == ALL - {
        "local.pending_where_silent"
    }  # type: ignore[call-overload]


def test_a_difference_names_each_group_that_changed_with_both_values() -> None:
    found: Json = lawlist.diff(date(2023, 8, 10), date(2023, 8, 11))

    groups = [each["group"] for each in found["changed"]]
    assert groups == ["inspection.quota", "inspection.regulation", "local.priorities"]
    quota = found["changed"][0]
    assert quota["before"]["values"]["own_from_twd"] == 1_000_000
    assert quota["after"]["values"]["own_from_twd"] == 1_500_000


def test_a_group_that_begins_or_ends_has_nothing_on_one_side() -> None:
    began: Json = lawlist.diff(date(2002, 8, 22), date(2002, 8, 23))
    ended: Json = lawlist.diff(date(2021, 3, 20), date(2021, 3, 21))

    assert all(each["before"] is None for each in began["changed"])
    silent = next(each for each in ended["changed"] if each["group"] == "local.pending_where_silent")
    assert silent["after"] is None


def test_a_difference_tells_each_parameter_before_and_after() -> None:
    quota: Json = lawlist.diff(date(2021, 3, 20), date(2021, 3, 21), "inspection.quota")
    differs = {each["name"]: (each["before"], each["after"]) for each in quota["changed"][0]["differs"]}

    assert [each["group"] for each in quota["changed"]] == ["inspection.quota"]
    assert differs["bands[2].minimum"] == (20, 10)
    assert "bands[0].minimum" not in differs


def test_a_parameter_that_is_only_there_on_one_day_has_none_on_the_other() -> None:
    began: Json = lawlist.diff(date(2002, 8, 22), date(2002, 8, 23), "inspection.record_deadline")
    ended: Json = lawlist.diff(date(2021, 3, 20), date(2021, 3, 21), "local.pending_where_silent")

    assert began["changed"][0]["differs"] == [{"name": "working_days", "before": None, "after": 7}]
    assert [each["name"] for each in ended["changed"][0]["differs"]] == ["withheld_from"]


@pytest.mark.parametrize("before", ["2002-08-22", "2016-01-01", "2023-08-10"])
def test_the_groups_that_changed_are_those_whose_values_are_not_the_same(before: str) -> None:
    days = date.fromisoformat(before), TODAY
    first, second = ({each["group"]: each["values"] for each in lawlist.on(day)["in_force"]} for day in days)  # type: ignore[attr-defined]
    found: Json = lawlist.diff(*days)

    assert [each["group"] for each in found["changed"]] == sorted(
        name for name in ALL if first.get(name) != second.get(name)
    )


def test_the_command_line_lists_one_group() -> None:
    listed = run("law", "--on", "2026-11-23", "--group", "local.filing_day")[1]
    differing = run("law", "--diff", "2022-12-31", "2023-01-01", "--group", "procurement.thresholds")[1]

    assert [each["values"] for each in listed["in_force"]] == [{"day": 6}]
    assert differing["changed"][0]["differs"] == [
        {"name": "announcement_twd", "before": 1_000_000, "after": 1_500_000}
    ]


def test_a_group_that_there_is_not_is_refused_with_those_there_are() -> None:
    code, error = run("law", "--on", "2026-11-23", "--group", "weather")

    assert (code, error["field"]) == (2, "--group")
    assert "local.filing_day" in error["detail"]


def test_the_same_day_twice_shows_no_difference() -> None:
    assert lawlist.diff(TODAY, TODAY)["changed"] == []


@pytest.mark.parametrize("day", ["0001-01-01", "2002-08-23", "2026-11-23", "9999-12-31"])
def test_the_command_line_lists_any_day(day: str) -> None:
    code, listed = run("law", "--on", day)

    assert (code, listed["on"]) == (0, day)


@pytest.mark.parametrize(
    "args",
    [
        ("law",),
        ("law", "--on"),
        ("law", "--on", "today"),
        ("law", "--on", "2026-02-30"),
        ("law", "--diff", "2026-01-01"),
        ("law", "--diff", "2026-01-01", "x"),
        ("law", "--on", "2026-01-01", "more"),
        ("law", "--lines"),
        ("law", "--group", "local.filing_day"),
        ("law", "--on", "2026-01-01", "--group"),
    ],
)
def test_a_wrong_call_of_law_is_an_error_object(args: tuple[str, ...]) -> None:
    code, error = run(*args)

    assert (code, error["error"]) == (2, "invalid_input")


# --- drafts -----------------------------------------------------------------------------------------------


def test_a_draft_is_tried_on_last_years_data(tmp_path: Path) -> None:
    asked = {"year": 2025, "tenders": [{"id": "T", "budget_twd": 3_000_000, "count": 90, "own": False}]}
    path = draft(tmp_path, "inspection.quota", ("minimum: 10,", "minimum: 12,"))

    assert run("quota", "--law", path, stdin=asked)[1]["required"] == 12
    assert run("quota", stdin=asked)[1]["required"] == 10


def test_a_draft_of_a_local_rule_is_tried(tmp_path: Path) -> None:
    down = draft(tmp_path, "local.quota_rounding", ("rounding: up", "rounding: half_up"))
    asked = {"year": 2024, "tenders": [{"id": "T", "budget_twd": 3_000_000, "count": 124}]}

    assert run("quota", "--law", down, stdin=asked)[1]["ratio_base"]["required"] == 12
    assert run("quota", stdin=asked)[1]["ratio_base"]["required"] == 13


def test_a_draft_of_the_return_moves_its_day(tmp_path: Path) -> None:
    later = draft(tmp_path, "organisation.quarterly_return", ("months_after: 1", "months_after: 2"))
    asked = {"rule": "quarterly_return", "year": 2024, "quarter": 4}

    assert run("deadline", "--law", later, stdin=asked)[1]["due_on"] == "2025-02-28"


@pytest.mark.parametrize(("quarter", "code"), [(2, 0), (3, 2), (4, 2)])
def test_a_return_that_would_be_due_after_the_calendar_is_refused(
    tmp_path: Path, quarter: int, code: int
) -> None:
    later = draft(tmp_path, "organisation.quarterly_return", ("months_after: 1", "months_after: 5"))
    asked = {"rule": "quarterly_return", "year": 9999, "quarter": quarter}

    found, answer = run("deadline", "--law", later, stdin=asked)

    assert (found, answer.get("due_on", answer.get("field"))) == (code, "year" if code else "9999-11-30")


def test_a_changed_filing_day_leaves_earlier_months_alone(tmp_path: Path) -> None:
    text = "    day: 6\n"
    later = "  2027-01-01:\n    promulgated_on: 2027-01-01\n    article: 本地參數\n    status: reading\n    day: 5\n"
    path = draft(tmp_path, "local.filing_day", (text, text + later))
    months = ("1990-01", "2026-11", "2026-12")
    found = [
        run("deadline", "--law", path, stdin={"rule": "tender_update", "month": each})[1] for each in months
    ]

    assert {tuple(each["drafts"]) for each in found} == {("local.filing_day",)}
    assert [each["due_on"] for each in found] == ["1990-02-06", "2026-12-06", "2027-01-05"]


def test_two_drafts_are_tried_together(tmp_path: Path) -> None:
    first = draft(tmp_path, "local.progress", ("behind_from: 5", "behind_from: 6"))
    second = draft(tmp_path, "local.filing_day", ("day: 6", "day: 9"))
    asked = {"tenders": [{"planned": "50", "actual": "44.5"}]}

    assert run("progress", "--law", first, "--law", second, stdin=asked)[1]["behind"] == 0
    assert run("progress", "--law", first, "--law", first, stdin=asked)[0] == 2


@pytest.mark.parametrize(
    ("group", "old", "new"),
    [
        ("inspection.quota", "minimum: 10", "minimum: ten"),
        ("inspection.quota", "to_twd: 10000000", "to_twd: 20000000"),
        ("inspection.quota", "share_percent: 20", "share_percent: 101"),
        ("inspection.grades", "grade: A,", "grade: A+,"),
        ("inspection.forced_findings", "grade: C", "grade: D"),
        ("inspection.forced_findings", "name: safety", "name: luck"),
        ("inspection.record_deadline", "working_days: 7", "working_days: 0"),
        ("organisation.quarterly_return", "months_after: 1", "months_after: 13"),
        ("organisation.panel", "of_parts: 3", "of_parts: 0"),
        ("local.filing_day", "day: 6", "day: 31"),
        ("local.filing_day", "day: 6", "day: 0"),
        ("local.severity_points", "[L]", "[XL]"),
        ("local.priorities", "name: large", "name: lucky"),
        ("local.priorities", "name: large", "name: ordered"),
        ("local.quota_rounding", "rounding: up", "rounding: down"),
        ("calendar.known_years", "last_year: 2027", "last_year: 2018"),
        ("procurement.penalty_rates", "from_twd: 0,", "from_twd: 1,"),
        ("inspection.quota", "promulgated_on: 2023-08-09", "promulgated_on: 2023-08-10"),
        ("inspection.quota", "promulgated_on: 2023-08-09", "promulgated_on: 9999-12-31"),
        ("inspection.quota", "minimum: 10", "minimum: " + "9" * 5000),
        ("inspection.quota", "title: ", "mood: gay\ntitle: "),
        ("inspection.quota", "scope: national", "scope: &a national\nregulation2: *a"),
        ("inspection.quota", "title: ", "title: " + "[" * 5000),
    ],
)
def test_a_draft_that_is_not_right_is_refused_with_its_file(
    tmp_path: Path, group: str, old: str, new: str
) -> None:
    path = draft(tmp_path, group, (old, new))
    code, error = run("grade", "--law", path, stdin=good("grade"))

    assert (code, error["error"], error["field"]) == (2, "invalid_input", "")
    assert path in error["detail"]


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"title: x\n", b"group: weather\n", b"group:\n", b"group: inspection.quota\n"],
)
def test_a_file_that_is_no_draft_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "draft.yaml"
    path.write_bytes(content)

    assert run("grade", "--law", str(path), stdin=good("grade"))[0] == 2


@pytest.mark.parametrize("args", [("grade", "--law"), ("grade", "--law", "absent.yaml"), ("--law", "grade")])
def test_a_draft_that_is_not_there_is_refused(args: tuple[str, ...]) -> None:
    assert run(*args, stdin=good("grade"))[0] == 2


def test_a_line_of_a_draft_keeps_its_number_in_errors(tmp_path: Path) -> None:
    path = draft(tmp_path, "local.filing_day", ("    day: 6", "    day: 6\n    day: 6"))
    line = Path(path).read_text("utf-8").splitlines().index("    day: 6") + 2

    assert f"line {line}: day is given twice" in run("grade", "--law", path, stdin={})[1]["detail"]


@pytest.mark.parametrize(("encoding", "said"), [("utf-8-sig", "byte order mark"), ("utf-16", "as UTF-8")])
def test_a_draft_that_an_editor_saved_in_its_own_way_is_told_clearly(
    tmp_path: Path, encoding: str, said: str
) -> None:
    path = Path(draft(tmp_path, "local.filing_day"))
    path.write_text(path.read_text("utf-8"), encoding)
    code, error = run("grade", "--law", str(path), stdin=good("grade"))

    assert code == 2
    assert error["detail"].startswith(f"--law {path}: Save ")
    assert said in error["detail"]


def test_a_draft_with_the_line_ends_of_windows_is_read(tmp_path: Path) -> None:
    path = Path(draft(tmp_path, "local.progress", ("behind_from: 5", "behind_from: 6")))
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    asked = {"tenders": [{"planned": "50", "actual": "44.5"}]}

    assert run("progress", "--law", str(path), stdin=asked)[1]["behind"] == 0
