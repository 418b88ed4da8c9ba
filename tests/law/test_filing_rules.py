"""The monthly update of the tender system: on time, late, missing, and who is flagged."""

from typing import Any

import pytest
from scoring_builders import Json, ask, step_of

AFTER = "2026-11-30T00:00:00+08:00"
EDGE = "2026-11-07T00:00:00+08:00"


def entry(filed_at: str | None = None, tender: str = "T", agency: str = "工務局", **more: Any) -> Json:
    return {"tender": tender, "agency": agency, "filed_at": filed_at, **more}


def filing(*entries: Json, as_of: str = AFTER, **more: Any) -> Json:
    return ask("filing", month="2026-10", as_of=as_of, entries=list(entries), **more)


def state(filed_at: str | None, as_of: str = AFTER, **more: Any) -> str:
    answer = filing(entry(filed_at), as_of=as_of, **more)
    (found,) = [name for name in ("on_time", "late", "missing") if answer[name]]
    return found


@pytest.mark.parametrize(
    ("filed_at", "found"),
    [
        ("2026-11-06T23:59:59.999999+08:00", "on_time"),
        ("2026-11-07T00:00:00+08:00", "late"),
        ("2026-11-06T15:59:59Z", "on_time"),
        ("2026-11-06T16:00:00Z", "late"),
        ("2026-11-07T05:59:59+14:00", "on_time"),
        ("2026-11-07T06:00:00+14:00", "late"),
        ("2026-11-06T03:59:59-12:00", "on_time"),
        ("2026-11-06T04:00-12:00", "late"),
        ("2026-09-01T00:00:00+08:00", "on_time"),
        ("0001-01-01T00:00:00+14:00", "on_time"),
        ("9999-12-31T23:59:59-12:00", "missing"),
        (None, "missing"),
    ],
)
def test_what_is_filed_by_the_end_of_the_6th_in_taipei_is_on_time(filed_at: str | None, found: str) -> None:
    assert state(filed_at) == found


@pytest.mark.parametrize(
    ("as_of", "found"),
    [
        ("2026-11-06T10:00:00+08:00", "on_time"),
        ("2026-11-06T09:59:59.999999+08:00", "missing"),
        ("2026-11-06T02:00:00Z", "on_time"),
    ],
)
def test_what_is_filed_at_the_moment_of_asking_counts_later_it_is_missing(as_of: str, found: str) -> None:
    assert state("2026-11-06T10:00:00+08:00", as_of) == found


def test_before_the_cut_off_missing_is_not_yet_flagged() -> None:
    before = filing(entry(), as_of="2026-11-06T23:59:59.999999+08:00")

    assert (before["missing"], before["flagged"]) == (1, [])
    assert filing(entry(), as_of=EDGE)["flagged"] == ["T"]


def test_late_is_not_flagged() -> None:
    assert filing(entry("2026-11-08T00:00:00+08:00"))["flagged"] == []


def test_who_need_not_file_counts_nowhere() -> None:
    answer = filing(entry(must_file=False), entry(tender="U", agency="水利局", must_file=False))

    assert (answer["due"], answer["percent"], answer["flagged"], answer["agencies"]) == (0, None, [], [])


def test_entries_are_not_merged_and_lists_go_by_code_point() -> None:
    answer = filing(entry(tender="b"), entry(tender="a", agency="Z"), entry(tender="b"), entry(tender="B"))

    assert answer["flagged"] == ["B", "a", "b", "b"]
    assert [(each["agency"], each["due"]) for each in answer["agencies"]] == [("Z", 1), ("工務局", 3)]


@pytest.mark.parametrize(
    ("on_time", "due", "percent"),
    [(1, 3, "33.33"), (2, 3, "66.67"), (1, 8, "12.50"), (0, 1, "0.00"), (1, 1, "100.00")],
)
def test_the_percent_has_two_places_half_up(on_time: int, due: int, percent: str) -> None:
    rows = [entry("2026-11-01T00:00:00+08:00")] * on_time + [entry()] * (due - on_time)

    assert filing(*rows)["percent"] == percent


@pytest.mark.parametrize(
    ("month", "day", "cutoff"),
    [("2026-12", 28, "2027-01-28"), ("2024-01", 1, "2024-02-01"), ("9999-11", 28, "9999-12-28")],
)
def test_the_day_may_be_another(month: str, day: int, cutoff: str) -> None:
    answer = ask("filing", month=month, day=day, as_of=AFTER, entries=[])

    assert answer["cutoff"] == cutoff


def test_filed_at_may_be_absent() -> None:
    assert filing({"tender": "T", "agency": "A"})["missing"] == 1


@pytest.mark.parametrize(
    ("filed_at", "state"),
    [
        ("2026-11-06T23:59:59+08:00", "on_time"),
        ("2026-11-07T00:00:00+08:00", "late"),
        ("2026-11-12T09:00:00+08:00", "late"),
        ("2026-11-20T00:00:01+08:00", "missing"),
    ],
)
def test_what_is_filed_after_the_day_is_late_however_late(filed_at: str, state: str) -> None:
    entries = [
        {"tender": "A", "agency": "工務局", "filed_at": filed_at},
        {"tender": "B", "agency": "工務局", "filed_at": filed_at, "must_file": False},
        {"tender": "C", "agency": "工務局", "filed_at": filed_at, "must_file": False},
        {"tender": "D", "agency": "工務局", "filed_at": filed_at, "must_file": False},
    ]
    answer = ask("filing", month="2026-10", as_of="2026-11-20T00:00:00+08:00", entries=entries)

    assert {name: answer[name] for name in ("on_time", "late", "missing")}[state] == 1
    assert step_of(answer, "filing.due")["inputs"] == {"entries": 4, "left_out": 3}
