"""The values that the engine hands about: none changes once it is made, and what is left out means what is told."""

import dataclasses
import importlib
import pkgutil
from datetime import UTC, date, datetime

import pytest

import scoring
from scoring.fields import Fields
from scoring.filings import Entry, Month, assess
from scoring.penalties import Deduction
from scoring.quotas import TenderGroup, Visits
from tests.scoring_builders import Json, ask, good, refused, step_of

VALUES = sorted(
    {
        value
        for module in pkgutil.walk_packages(scoring.__path__, "scoring.")
        if not module.name.endswith("__main__")
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, type)
        and dataclasses.is_dataclass(value)
        and value.__module__.startswith("scoring")
    }
    - {Fields},
    key=lambda kind: kind.__qualname__,
)


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__qualname__)
def test_a_value_is_never_changed_and_takes_no_other_attribute(kind: type) -> None:
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(kind)


def test_a_tender_must_file_and_a_deduction_counts_once_unless_told_otherwise() -> None:
    late = datetime(2026, 11, 20, tzinfo=UTC)
    month = Month(date(2026, 11, 6), late, (Entry("A", "B"),), "條次")

    assert assess(month)["flagged"] == ["A"]
    assert Deduction("5.01.01", ("contractor",), 3).total == 3


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


@pytest.mark.parametrize(
    ("totals", "mean"),
    [((84, 83), "83.50"), ((80, 80, 79), "239/3"), ((80, 80, 80), "80.00"), ((81, 80, 80, 80), "80.25")],
)
def test_the_exact_mean_stands_in_the_step_that_rounds_it(totals: tuple[int, ...], mean: str) -> None:
    marks = [{"member": str(number), "total": total} for number, total in enumerate(totals)]
    answer = ask("grade", inspected_on="2024-05-01", marks=marks)

    assert step_of(answer, "grade.raw_score")["inputs"] == {"mean": mean}


def test_an_eighth_is_told_exactly() -> None:
    marks = [{"member": str(number), "total": 81 if number < 5 else 80} for number in range(8)]
    answer = ask("grade", inspected_on="2024-05-01", marks=marks)

    assert (answer["mean"], step_of(answer, "grade.raw_score")["inputs"]) == ("80.63", {"mean": "645/8"})


@pytest.mark.parametrize(
    ("findings", "rule", "article"),
    [([], "grade.grade", "第7條"), (["safety"], "grade.forced_grade", "第8條")],
)
def test_the_last_step_cites_what_gave_the_grade(findings: list[str], rule: str, article: str) -> None:
    marks = [{"member": "甲", "total": 90}, {"member": "乙", "total": 78}, {"member": "丙", "total": 78}]
    answer = ask("grade", inspected_on="2024-05-01", marks=marks, findings=findings)

    assert article in step_of(answer, rule)["article"]
    assert [step["rule"] for step in answer["steps"]].count(rule) == 1
    deciding = [each for each in answer["warnings"] if each["rule"] == "warning.deciding_mark"]
    assert bool(deciding) is not bool(findings)  # no mark decides a grade that a finding forces


def test_of_two_tests_both_failed_and_pending_the_first_is_named() -> None:
    tests = ["asphalt_core", "concrete_core"]
    error = refused("grade", good("grade", findings=tests, pending_tests=tests))

    assert (error.rule, error.inputs) == ("grade.both", {"test": "asphalt_core"})
    assert "asphalt_core" in error.detail


@pytest.mark.parametrize(
    ("progress", "field"), [(21, "progress"), (-1, "progress"), (0, "total"), (20, "total")]
)
def test_a_part_beside_a_total_is_looked_at_before_both_are_refused(progress: int, field: str) -> None:
    mark: Json = {"member": "甲", "total": 80, "progress": progress}
    error = refused("grade", {"inspected_on": "2024-05-01", "marks": [mark]})

    assert error.field == f"marks[0].{field}"


def test_a_tender_is_ones_own_and_stands_for_itself_unless_told_otherwise() -> None:
    assert TenderGroup("A", 60_000_000) == ("A", 60_000_000, True, 1)
    assert Visits("A", date(2024, 1, 1), "inspection").count == 1  # type: ignore[comparison-overlap]


def test_a_year_ends_with_its_last_day_unless_told_otherwise() -> None:
    visit = {"tender": "A", "on": "2024-12-31", "kind": "inspection"}
    answer = ask("quota", year=2024, tenders=[{"id": "A", "budget_twd": 60_000_000}], inspections=[visit])

    assert answer["done"] == 1


def test_of_many_tenders_the_second_of_one_id_is_named() -> None:
    tenders = [{"id": str(number), "budget_twd": 60_000_000} for number in range(700)]

    assert ask("quota", year=2024, tenders=tenders)["bands"][0]["tenders"] == 700
    tenders[650] = tenders[300]
    assert refused("quota", {"year": 2024, "tenders": tenders}).field == "tenders[650].id"


def test_the_latest_approved_number_counts_wherever_it_stands() -> None:
    overrides = [
        {"band": 0, "required": required, "document": f"第{required}號", "approved_on": on}
        for required, on in ((5, "2024-01-01"), (7, "2024-03-01"), (6, "2024-02-01"), (9, "2024-07-01"))
    ]
    tenders = [{"id": "A", "budget_twd": 60_000_000, "count": 50}]
    answer = ask("quota", year=2024, as_of="2024-06-30", tenders=tenders, overrides=overrides)

    assert answer["bands"][0]["required"] == 7


@pytest.mark.parametrize("band", [3, 4, 300])
def test_a_band_that_the_law_does_not_have_is_refused_with_the_last_there_is(band: int) -> None:
    override = {"band": band, "required": 1, "document": "第1號", "approved_on": "2024-01-01"}
    error = refused("quota", good("quota", overrides=[override]))

    assert (error.field, error.rule, error.inputs) == ("overrides[0].band", "quota.no_band", {"last": 2})
    assert "from 0 to 2:" in error.detail


@pytest.mark.parametrize(("a_month", "reachable"), [(0, False), (11, False), (12, True)])
def test_a_forecast_asks_for_what_bands_and_ones_own_share_still_need(a_month: int, reachable: bool) -> None:
    """700 of the third band ask for 10, as one's own for 70: 3 are done, 7 missing there, 60 anywhere."""
    answer = ask(
        "quota",
        year=2024,
        as_of="2024-06-30",
        tenders=[{"id": "小", "budget_twd": 3_000_000, "count": 700}],
        inspections=[{"tender": "小", "on": "2024-03-01", "kind": "inspection", "count": 3}],
        visits_per_month=a_month,
    )

    assert (answer["required"], answer["done"]) == (70, 3)
    assert (answer["forecast"]["reachable"], answer["forecast"]["visits_per_month"]) == (reachable, a_month)
    assert answer["forecast"]["needed"] == 67


def test_more_visits_than_required_leave_nothing_to_do() -> None:
    visit = {"tender": "A", "on": "2024-03-01", "kind": "inspection", "count": 3}
    tenders = [
        {"id": "A", "budget_twd": 200_000, "count": 3},
        {"id": "B", "budget_twd": 3_000_000, "own": False},
    ]
    visits = [visit, {"tender": "B", "on": "2024-03-01", "kind": "inspection"}]
    again = {"tender": "B", "on": "2024-04-01", "kind": "reinspection"}
    answer = ask("quota", year=2024, tenders=tenders, inspections=[*visits, again], visits_per_month=1)

    assert (answer["required"], answer["done"], answer["forecast"]["anywhere"]) == (1, 2, 0)


@pytest.mark.parametrize(
    ("allowed", "rule", "said"),
    [([1, 2], "penalty.not_allowed", "1, 2."), ([], "penalty.none_allowed", "there are none.")],
)
def test_points_that_a_code_does_not_allow_are_refused_with_those_it_does(
    allowed: list[int], rule: str, said: str
) -> None:
    row = {"code": "5.01.01", "party": "contractor", "points": 3, "allowed": allowed}
    error = refused("penalty", {"procurement_twd": 1, "deductions": [row]})

    assert (error.field, error.rule, error.inputs) == ("deductions[0].points", rule, {"allowed": allowed})
    assert error.detail.endswith(said)


def test_what_a_code_allows_is_read_with_its_row() -> None:
    row = {"code": "5.01.01", "party": "contractor", "points": 1}
    rows = [row | {"allowed": [-1]}, row | {"points": -1}]

    assert refused("penalty", {"procurement_twd": 1, "deductions": rows}).field == "deductions[0].allowed[0]"
