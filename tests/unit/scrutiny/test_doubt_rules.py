"""Each rule of filing notes tells of what it is for, with the exact months and values, and of nothing beside it."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from inspect_app.scrutiny.looking import Found, look
from inspect_app.scrutiny.months import Filed, Seen, months, named, number
from inspect_app.scrutiny.rules import FILE, RulesError, read, rules

ONE, OTHER = UUID(int=1), UUID(int=2)
Row = tuple[str, str, str]


def filed(*rows: Row, first: str = "2026-01", tender: UUID = ONE) -> list[Filed]:
    """Months one after the other: planned, actual, status; "" leaves a month out."""
    return [
        Filed(tender, named(number(first) + at), _hundredths(planned), _hundredths(actual), status, None)
        for at, (planned, actual, status) in enumerate(rows)
        if planned
    ]


def _hundredths(text: str) -> int:
    return round(float(text) * 100)


def told(rows: list[Filed], seen: tuple[Seen, ...] = (), oldest: str = "2000-01") -> list[Found]:
    return list(look(months(rows, seen, rules().stages), rules(), number(oldest)))


def names(rows: list[Filed], seen: tuple[Seen, ...] = ()) -> list[str]:
    return [note.rule for note in told(rows, seen)]


def building(*pairs: tuple[str, str]) -> list[Filed]:
    return filed(*((planned, actual, "施工中") for planned, actual in pairs))


TELLS: dict[str, list[Filed]] = {
    "frozen": building(("30", "28"), ("40", "45.2"), ("50", "45.2"), ("60", "45.2"), ("70", "50")),
    "copied": building(("30", "30"), ("40", "38"), ("40", "38"), ("60", "50")),
    "falling": building(("30", "30"), ("40", "27.99")),
    "rescheduled": building(("40", "40"), ("38.99", "41")),
    "jump": building(("30", "30"), ("35", "43.1"), ("40", "46")),
    "actual_beyond": building(("30", "110.01")),
    "planned_beyond": building(("100.01", "90")),
    "still_stopped": filed(("30", "30", "停工中"), ("30", "30.51", "停工中")),
    "full_yet_building": building(("100", "100"), ("100", "100"), ("100", "100")),
    "awaiting_acceptance": filed(*[("100", "100", "完工待驗收")] * 3),
    "accepted_yet_open": filed(*[("100", "100", "驗收完成")] * 3),
    "backwards": filed(("100", "100", "已結案"), ("100", "100", "施工中")),
    "finished_short": filed(("100", "99.99", "完工待驗收")),
    "missing_month": filed(("10", "10", "施工中"), ("", "", ""), ("20", "20", "施工中")),
}
SILENT: dict[str, list[Filed]] = {
    "an honest work": building(("10", "9"), ("25", "22"), ("40", "40.5"), ("60", "55"), ("80", "77")),
    "two months alike, the plan having changed": building(
        ("30", "28"), ("40", "45"), ("50", "45"), ("60", "52")
    ),
    "a lawful stop": filed(("30", "30", "施工中"), *[("30", "31", "停工中")] * 6, ("40", "38", "施工中")),
    "stopped in the month it still rose": filed(("30", "30", "施工中"), ("40", "36", "停工中")),
    "not begun": filed(*[("0", "0", "施工中")] * 5),
    "exactly the limits": building(("100", "110")),
    "a small correction": building(("30", "30"), ("40", "28")),
    "a steep plan followed": building(("10", "10"), ("40", "45"), ("75", "80")),
    "finished and closed": filed(
        ("100", "100", "施工中"),
        ("100", "100", "完工待驗收"),
        ("100", "100", "驗收中"),
        ("100", "100", "已結案"),
    ),
    "ended by contract": filed(("60", "40", "施工中"), ("60", "40", "解約")),
    "one month alone": building(("30", "28")),
    "no months": [],
}


@pytest.mark.parametrize("rule", TELLS)
def test_a_rule_tells_of_what_it_is_for(rule: str) -> None:
    assert names(TELLS[rule]) == [rule]


def test_every_rule_has_such_an_example() -> None:
    elsewhere = {"against_visit", "filed_early"}

    assert set(TELLS) | elsewhere == set(rules().titles)


@pytest.mark.parametrize("case", SILENT)
def test_nothing_is_told_of(case: str) -> None:
    assert names(SILENT[case]) == []


def test_a_note_names_its_months_its_exact_values_and_says_them() -> None:
    (note,) = told(TELLS["frozen"])

    assert (note.first, note.last, note.strong) == ("2026-02", "2026-04", False)
    assert note.facts == tuple(
        {"month": month, "planned": planned, "actual": "45.20", "status": "施工中"}
        for month, planned in (("2026-02", "40.00"), ("2026-03", "50.00"), ("2026-04", "60.00"))
    )
    assert note.zh == "施工中，實際進度自115年2月至115年4月連續 3 個月都是 45.20 %。"
    assert "45.20 % in each of 3 months, 2026-02 to 2026-04" in note.en


def test_a_note_grows_with_its_months_and_stays_the_same_note() -> None:
    before = told(TELLS["frozen"][:4])[0]
    longer = building(
        ("30", "28"), ("40", "45.2"), ("50", "45.2"), ("60", "45.2"), ("70", "45.2"), ("80", "45.2")
    )

    (after,) = told(longer)

    assert (after.id, after.last, after.strong) == (before.id, "2026-06", True)
    assert after.digest != before.digest


def test_months_told_one_after_the_other_are_one_note() -> None:
    (note,) = told(building(("50", "50"), ("55", "45"), ("60", "40"), ("65", "42")))

    assert (note.rule, note.first, note.last, len(note.facts)) == ("falling", "2026-01", "2026-03", 3)


def test_a_fall_across_a_month_not_filed_is_told_a_rise_is_not() -> None:
    gap = ("", "", "")

    assert names(filed(("40", "40", "施工中"), gap, ("50", "20", "施工中"))) == ["falling", "missing_month"]
    assert names(filed(("40", "40", "施工中"), gap, ("50", "90", "施工中"))) == ["missing_month"]


def test_the_last_month_of_one_tender_is_not_before_the_first_of_the_next() -> None:
    rows = building(("50", "50")) + filed(("10", "5", "施工中"), first="2026-02", tender=OTHER)

    assert names(rows) == []


def test_tenders_together_are_told_as_each_alone() -> None:
    every = [
        [row._replace(tender=UUID(int=at)) for row in rows]
        for at, rows in enumerate([*TELLS.values(), *SILENT.values()], 1)
    ]
    together = told([row for rows in every for row in rows])

    assert sorted(together, key=lambda note: note.id) == sorted(
        (note for rows in every for note in told(rows)), key=lambda note: note.id
    )


def test_a_month_filed_before_it_began_is_told_by_the_day_in_taipei() -> None:
    row = Filed(ONE, "2026-11", 3000, 2800, "施工中", datetime(2026, 10, 31, 15, 59, tzinfo=UTC))

    (note,) = told([row])

    assert (note.rule, note.facts[0]["filed_at"]) == ("filed_early", "2026-10-31T15:59:00+00:00")
    assert told([row._replace(filed_at=datetime(2026, 10, 31, 16, 0, tzinfo=UTC))]) == []


@pytest.mark.parametrize(
    ("lead", "is_told"),
    [(-901, True), (-900, False), (-500, False), (-200, False), (200, False), (201, True)],
)
def test_a_visit_is_compared_with_both_ends_of_its_month(lead: int, is_told: bool) -> None:
    """Filed: 5 points behind at the end of January, 2 behind at the end of February; 4 apart are let pass."""
    rows = building(("30", "25"), ("40", "38"))

    assert names(rows, (Seen(ONE, date(2026, 2, 10), lead),)) == (["against_visit"] if is_told else [])


def test_notes_older_than_asked_are_left_out() -> None:
    assert told(TELLS["frozen"], oldest="2026-05") == []
    assert len(told(TELLS["frozen"], oldest="2026-04")) == 1


# -- the file ---------------------------------------------------------------------------------------------------


TEXT = FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("field: actual_run, at_least: 3", "field: actual_runs, at_least: 3", "actual_runs"),
        ("field: actual_run, at_least: 3", "field: actual_run", "frozen.actual_run: a status needs"),
        ("field: actual_run, at_least: 3", 'field: actual_run, at_least: "3.50"', "whole numbers"),
        ("field: status, among: [施工中]", "field: status, at_least: 3", "frozen.status: a status needs"),
        ("{months} 個月都是", "{month} 個月都是", "names ['month']"),
        ("unless: [frozen]", "unless: [falling]", "must stand above"),
        ("rule: copied", "rule: frozen", "given twice"),
        ("span: actual_run", "span: actual", "actual"),
    ],
)
def test_a_wrong_row_is_refused_with_its_place(before: str, after: str, words: str) -> None:
    assert before in TEXT

    with pytest.raises(RulesError) as refused:
        read(TEXT.replace(before, after, 1).encode(), "rules.yaml")

    assert words in str(refused.value)
