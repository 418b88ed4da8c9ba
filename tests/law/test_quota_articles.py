"""作業辦法 art. 4, sentence by sentence; day by day it stands in articles/第4條.yaml."""

import re
from typing import Any

import pytest
from scoring_builders import Json, ask, good, refused, step_of

from scoring import lawbook

LARGE, MIDDLE, SMALL = 50_000_000, 10_000_000, 3_000_000


def tender(budget: int, count: int = 1, name: str = "T", **more: Any) -> Json:
    return {"id": name, "budget_twd": budget, "count": count, **more}


def visit(count: int = 1, on: str = "2024-03-01", kind: str = "inspection", name: str = "T") -> Json:
    return {"tender": name, "on": on, "kind": kind, "count": count}


def quota(year: int, *tenders: Json, **more: Any) -> Json:
    return ask("quota", year=year, tenders=list(tenders), **more)


def required(answer: Json) -> list[int]:
    return [band["required"] for band in answer["bands"]]


# --- how many ---------------------------------------------------------------------------------------------


def test_in_2002_a_fifth_of_the_large_tenders_is_visited_rounded_up() -> None:
    answer = quota(2002, tender(LARGE, 6), tender(LARGE - 1, 100, "S"))

    assert answer["bands"] == [
        {"from_twd": LARGE, "to_twd": None, "tenders": 6, "required": 2, "done": 0, "shortfall": 2}
    ]
    assert (answer["required"], answer["ratio_base"], answer["unvisited"]) == (2, None, 0)


def test_in_2002_few_tenders_are_not_visited_in_full() -> None:
    answer = quota(2002, tender(LARGE, 5), inspections=[visit(1, "2002-12-01")])

    assert (answer["required"], answer["unvisited"], answer["met"]) == (1, 0, True)


@pytest.mark.parametrize("year", [2003, 2016, 2020])
@pytest.mark.parametrize(("tenders", "visits"), [(0, 0), (19, 19), (20, 20), (100, 20), (101, 21), (170, 34)])
def test_until_2021_a_fifth_of_the_large_tenders_and_at_least_20(
    year: int, tenders: int, visits: int
) -> None:
    groups = [tender(LARGE, tenders)] if tenders else []

    assert required(quota(year, *groups))[0] == visits


@pytest.mark.parametrize(
    ("year", "band", "budget", "minimum"),
    [
        (2020, 1, MIDDLE, 15),
        (2020, 2, SMALL, 20),
        (2021, 0, LARGE, 20),
        (2021, 1, MIDDLE, 15),
        (2021, 2, SMALL, 10),
        (2024, 0, LARGE, 20),
        (2024, 1, MIDDLE, 15),
        (2024, 2, SMALL, 10),
    ],
)
def test_a_band_asks_for_its_minimum_and_for_all_where_there_are_fewer(
    year: int, band: int, budget: int, minimum: int
) -> None:
    for tenders in (1, minimum - 1, minimum, minimum + 1, 90):
        assert required(quota(year, tender(budget, tenders, own=False)))[band] == min(tenders, minimum)


@pytest.mark.parametrize(
    ("year", "budget", "band"),
    [
        (2020, 50_000_000, 0),
        (2020, 49_999_999, 1),
        (2020, 10_000_000, 1),
        (2020, 9_999_999, 2),
        (2020, 1_000_000, 2),
        (2020, 999_999, None),
        (2022, 1_000_000, 2),
        (2022, 999_999, None),
        (2024, 1_500_000, 2),
        (2024, 1_499_999, None),
        (2024, 0, None),
        (2024, 10**18, 0),
    ],
)
def test_a_band_begins_with_its_first_dollar(year: int, budget: int, band: int | None) -> None:
    found = [i for i, each in enumerate(quota(year, tender(budget))["bands"]) if each["tenders"]]

    assert found == ([] if band is None else [band])


@pytest.mark.parametrize(("own", "share"), [(0, 0), (1, 1), (10, 1), (11, 2), (600, 60), (601, 61)])
def test_since_2021_a_tenth_of_ones_own_tenders_rounded_up(own: int, share: int) -> None:
    answer = quota(2024, *([tender(SMALL, own)] if own else []), tender(SMALL, 500, "E", own=False))

    assert answer["ratio_base"] == {"tenders": own, "required": share}
    assert answer["required"] == max(10, share)


def test_subsidised_tenders_count_in_bands_and_in_what_is_done() -> None:
    answer = quota(2024, tender(SMALL, 3, own=False), inspections=[visit(3)])

    assert (answer["bands"][2]["tenders"], answer["done"], answer["met"]) == (3, 3, True)
    assert answer["ratio_base"] == {"tenders": 0, "required": 0}


@pytest.mark.parametrize(("year", "floor"), [(2022, 1_000_000), (2024, 1_500_000)])
def test_the_tenth_is_of_tenders_from_the_floor_up(year: int, floor: int) -> None:
    assert quota(year, tender(floor), tender(floor - 1, 1, "S"))["ratio_base"]["tenders"] == 1


def test_until_2021_there_is_no_tenth() -> None:
    answer = quota(2020, tender(SMALL, 900))

    assert (answer["ratio_base"], answer["required"]) == (None, 20)


# --- which law --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2001, 1])
def test_before_2002_no_year_has_a_quota(year: int) -> None:
    error = refused("quota", {"year": year, "tenders": []})

    assert (error.code, error.field) == ("rule_not_in_force", "year")


# --- what counts ------------------------------------------------------------------------------------------


def test_inspections_and_reinspections_count_agency_checks_do_not() -> None:
    kinds = [visit(2), visit(1, kind="reinspection"), visit(3, kind="agency_check")]
    answer = quota(2024, tender(LARGE, 5), inspections=kinds)

    assert (answer["inspections"], answer["reinspections"], answer["done"], answer["outside"]) == (2, 1, 3, 0)


@pytest.mark.parametrize(
    ("on", "counted"),
    [("2023-12-31", 0), ("2024-01-01", 1), ("2024-06-30", 1), ("2024-07-01", 0), ("2025-01-01", 0)],
)
def test_only_visits_of_the_year_until_as_of_count(on: str, counted: int) -> None:
    answer = quota(2024, tender(LARGE), as_of="2024-06-30", inspections=[visit(on=on)])

    assert (answer["done"], answer["unvisited"]) == (counted, 1 - counted)


def test_visits_to_tenders_in_no_band_are_outside_agency_checks_are_nowhere() -> None:
    rows = [visit(2), visit(1, kind="reinspection"), visit(4, kind="agency_check"), visit(1, "2023-01-01")]
    answer = quota(2024, tender(100, 9), inspections=rows)

    assert (answer["outside"], answer["done"], answer["inspections"], answer["percent"]) == (3, 0, 0, None)
    assert answer["met"] is True


@pytest.mark.parametrize(("kind", "on"), [("agency_check", "2024-01-01"), ("inspection", "1999-01-01")])
def test_a_row_that_counts_nowhere_must_be_right_all_the_same(kind: str, on: str) -> None:
    wrong = {"year": 2024, "tenders": [tender(LARGE, 2)], "inspections": [visit(), visit(3, on, kind)]}
    strange = {**wrong, "inspections": [visit(1, on, kind, "U")]}

    assert refused("quota", wrong).field == "inspections[1].count"
    assert refused("quota", strange).field == "inspections[0].tender"


# --- in full ----------------------------------------------------------------------------------------------


def test_in_a_full_band_a_reinspection_visits_no_new_tender() -> None:
    rows = [visit(3), visit(2, "2024-09-01", "reinspection")]
    answer = quota(2024, tender(LARGE, 5), inspections=rows)

    assert (answer["done"], answer["required"], answer["unvisited"], answer["met"]) == (5, 5, 2, False)


def test_rows_on_one_group_fall_on_different_tenders_and_not_below_0() -> None:
    answer = quota(
        2024, tender(LARGE, 5), tender(LARGE, 2, "U"), inspections=[visit(3), visit(3), visit(1, name="U")]
    )

    assert answer["unvisited"] == 1


def test_a_band_of_its_minimum_is_not_in_full() -> None:
    rows = [visit(20), visit(19, name="U")]

    assert quota(2024, tender(LARGE, 20), inspections=[rows[0]])["unvisited"] == 0
    assert quota(2024, tender(LARGE, 19, "U"), inspections=[rows[1]])["met"] is True


def test_a_shortfall_in_one_band_is_not_made_up_by_another() -> None:
    answer = quota(2024, tender(LARGE, 30), tender(SMALL, 30, "S"), inspections=[visit(30)])

    assert (answer["done"], answer["required"], answer["percent"], answer["met"]) == (30, 30, 100, False)
    assert [band["shortfall"] for band in answer["bands"]] == [0, 0, 10]


@pytest.mark.parametrize(("done", "percent"), [(0, 0), (1, 5), (3, 15), (20, 100), (30, 150)])
def test_the_percent_is_whole(done: int, percent: int) -> None:
    rows = [visit(done)] if done else []

    assert quota(2024, tender(LARGE, 30), inspections=rows)["percent"] == percent


def test_a_half_percent_goes_up() -> None:
    approved = [{"band": 0, "required": 200, "document": "x", "approved_on": "2024-01-01"}]
    answer = quota(2024, tender(LARGE, 30), inspections=[visit(1)], overrides=approved)

    assert answer["percent"] == 1


# --- approved numbers -------------------------------------------------------------------------------------


def approved(number: int, on: str = "2024-02-01", band: int = 0, document: str = "d") -> Json:
    return {"band": band, "required": number, "document": document, "approved_on": on}


@pytest.mark.parametrize("number", [0, 3, 25])
def test_an_approved_number_replaces_the_bands_own_up_or_down(number: int) -> None:
    answer = quota(2024, tender(LARGE, 30), overrides=[approved(number)])

    assert (required(answer)[0], answer["required"]) == (number, max(number, 3))


def test_an_approved_number_ends_in_full() -> None:
    rows = [visit(2)]
    answer = quota(2024, tender(LARGE, 5), inspections=rows, overrides=[approved(2)])

    assert (answer["required"], answer["unvisited"], answer["met"]) == (2, 0, True)


def test_the_tenth_of_ones_own_cannot_be_approved_away() -> None:
    answer = quota(2024, tender(SMALL, 600), overrides=[approved(0, band=2)])

    assert (required(answer), answer["required"]) == ([0, 0, 0], 60)


@pytest.mark.parametrize(
    ("overrides", "number"),
    [
        ([approved(3, "2024-07-01")], 20),
        ([approved(3, "2024-06-30")], 3),
        ([approved(3, "2022-01-01")], 3),
        ([approved(3, "2024-05-01"), approved(4, "2024-04-01")], 3),
        ([approved(3, "2024-05-01"), approved(4, "2024-05-01")], 4),
        ([approved(3, "2024-05-01"), approved(4, "2024-07-01")], 3),
    ],
)
def test_the_latest_approval_not_after_as_of_holds(overrides: list[Json], number: int) -> None:
    answer = quota(2024, tender(LARGE, 30), as_of="2024-06-30", overrides=overrides)

    assert required(answer)[0] == number


@pytest.mark.parametrize(("year", "band", "last"), [(2002, 1, 0), (2020, 3, 2), (2024, 3, 2)])
def test_a_band_that_the_law_lacks_is_refused_even_before_its_approval_holds(
    year: int, band: int, last: int
) -> None:
    late = approved(3, f"{year + 1}-01-01", band)
    error = refused("quota", {"year": year, "tenders": [], "overrides": [late]})

    assert (error.code, error.field) == ("invalid_input", "overrides[0].band")
    assert str(last) in error.detail


@pytest.mark.parametrize(
    ("year", "article"), [(2002, "第4條第1款但書"), (2020, "第4條第2項"), (2024, "第4條第2項")]
)
def test_an_approval_is_cited_from_the_text_of_the_day(year: int, article: str) -> None:
    answer = quota(year, tender(LARGE, 30), overrides=[approved(3, f"{year}-01-01")])

    assert step_of(answer, "quota.override")["article"] == f"工程施工查核小組作業辦法{article}"


def test_the_rounding_is_said_to_be_our_reading() -> None:
    share = step_of(quota(2020, tender(LARGE, 101)), "quota.band")["inputs"]
    own = step_of(quota(2024, tender(SMALL, 101)), "quota.own_share")["inputs"]

    assert share["reading"] == own["reading"] == "local.quota_rounding"


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


def test_a_law_may_have_two_bands() -> None:
    """A draft without the third band: nothing in the engine takes the bands to be one or three."""
    text = (lawbook.LAW / "inspection" / "quota.yaml").read_text("utf-8")
    third = re.compile(r"^ +- \{article: 第4條第1項第3款.*\n", re.MULTILINE)
    asked = {
        "year": 2024,
        "tenders": [tender(LARGE, 3), tender(MIDDLE, 2, "M"), tender(SMALL, 4, "S")],
        "inspections": [visit(2), visit(1, name="M"), visit(1, name="S")],
    }
    with lawbook.trying([lawbook.draft(f"group: inspection.quota\n{third.sub('', text)}", "draft")]):
        answer = ask("quota", **asked)
        error = refused("quota", {**asked, "overrides": [approved(3, band=2)]})

    assert [(each["tenders"], each["done"], each["shortfall"]) for each in answer["bands"]] == [
        (3, 2, 1),
        (2, 1, 1),
    ]
    assert (answer["done"], answer["outside"], answer["unvisited"]) == (3, 1, 2)
    assert (error.field, error.inputs) == ("overrides[0].band", {"last": 1})
    assert "from 0 to 1:" in error.detail
