"""工程管字第10100180300號函: whom a point is taken from; what it costs stands in articles/每點金額.yaml."""

from typing import Any

import pytest
from scoring_builders import Json, ask, good, refused, step_of

HUGE = 200_000_000
RATES = [
    (0, 1_000, 250),
    (HUGE, 8_000, 2_000),
    (10**18, 8_000, 2_000),
]


def deduction(party: str = "contractor", points: int = 1, **more: Any) -> Json:
    return {"code": "5.01.01", "party": party, "points": points, **more}


def penalty(*deductions: Json, twd: int = HUGE, **more: Any) -> Json:
    return ask("penalty", procurement_twd=twd, deductions=list(deductions), **more)


@pytest.mark.parametrize(("twd", "contractor", "consultant"), RATES)
def test_a_point_costs_by_the_size_of_the_procurement(twd: int, contractor: int, consultant: int) -> None:
    parties = penalty(deduction(points=3, also=["supervisor", "pcm", "agency"]), twd=twd)["parties"]

    assert {party: each["per_point_twd"] for party, each in parties.items()} == {
        "contractor": contractor,
        "supervisor": consultant,
        "pcm": consultant,
        "agency": 0,
    }
    assert parties["contractor"] == {
        "points": 3,
        "per_point_twd": contractor,
        "fine_twd": 3 * contractor,
    }


def test_an_agency_loses_points_and_pays_nothing() -> None:
    answer = penalty(deduction("agency", 5))

    assert answer["parties"] == {"agency": {"points": 5, "per_point_twd": 0, "fine_twd": 0}}
    assert answer["total_twd"] == 0


@pytest.mark.parametrize(
    "also", [["contractor"], ["supervisor", "supervisor"], ["contractor", "supervisor", "supervisor"]]
)
def test_a_party_named_twice_in_a_deduction_loses_its_points_once(also: list[str]) -> None:
    parties = penalty(deduction(points=2, also=also))["parties"]

    assert {each["points"] for each in parties.values()} == {2}


def test_the_multiplier_holds_for_all_who_are_deducted() -> None:
    parties = penalty(deduction(points=2, also=["pcm"], multiplier=3))["parties"]

    assert (parties["contractor"]["points"], parties["pcm"]["points"]) == (6, 6)


def test_who_lost_no_points_is_not_named() -> None:
    answer = penalty(deduction(points=0, also=["pcm"], multiplier=5))

    assert (answer["parties"], answer["total_twd"]) == ({}, 0)


@pytest.mark.parametrize(("cap", "total"), [(0, 0), (9_999, 9_999), (10_000, 10_000), (10_001, 10_000)])
def test_a_cap_limits_the_total_and_leaves_the_parties(cap: int, total: int) -> None:
    answer = penalty(deduction(also=["supervisor"]), cap_twd=cap)

    assert answer["total_twd"] == total
    assert [each["fine_twd"] for each in answer["parties"].values()] == [8_000, 2_000]


@pytest.mark.parametrize(("points", "multiplier"), [(1, 1), (2, 1), (2, 9)])
def test_points_before_the_multiplier_must_be_allowed(points: int, multiplier: int) -> None:
    assert penalty(deduction(points=points, allowed=[1, 2], multiplier=multiplier))["total_twd"] > 0


@pytest.mark.parametrize(("points", "allowed"), [(3, [1, 2]), (0, [1, 2]), (1, []), (4, [2])])
def test_points_that_are_not_allowed_are_refused(points: int, allowed: list[int]) -> None:
    wrong = {"procurement_twd": 1, "deductions": [deduction(), deduction(points=points, allowed=allowed)]}
    error = refused("penalty", wrong)

    assert (error.code, error.field) == ("invalid_input", "deductions[1].points")


@pytest.mark.parametrize("bad", ["1", True, None, -1, [1], {}])
def test_each_allowed_value_is_checked_at_its_place(bad: object) -> None:
    wrong = good("penalty", deductions=[deduction(allowed=[1, bad])])

    assert refused("penalty", wrong).field == "deductions[0].allowed[1]"


def test_without_a_day_the_rate_is_the_newest() -> None:
    assert penalty(deduction(), on="2012-05-17") == penalty(deduction())


def test_a_mistake_between_fields_is_told_before_the_day() -> None:
    wrong = {
        "procurement_twd": 1,
        "deductions": [deduction(points=3, allowed=[1])],
        "on": "2012-05-16",
    }

    assert refused("penalty", wrong).code == "invalid_input"


def test_a_slight_defect_takes_no_points_by_a_local_reading() -> None:
    wrong = {"procurement_twd": 1, "deductions": [deduction(severity="L")]}

    assert refused("penalty", wrong).field == "deductions[0].points"
    assert penalty(deduction(points=0, severity="L"))["parties"] == {}


def test_the_steps_name_the_codes_that_cost_points() -> None:
    rows = [deduction(), {**deduction(), "code": "4.03.04"}, {**deduction(points=0), "code": "5.02.01"}]

    assert step_of(penalty(*rows), "penalty.party")["inputs"]["codes"] == ["5.01.01", "4.03.04"]


def test_very_many_points_stay_exact() -> None:
    answer = penalty(deduction(points=10**18, multiplier=10**18))

    assert answer["total_twd"] == 8 * 10**39


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


@pytest.mark.parametrize("on", [{}, {"on": "2012-05-17"}])
def test_an_answer_names_the_version_of_its_rates(on: dict[str, str]) -> None:
    assert penalty(**on)["law_version"] == "2012-05-17"


@pytest.mark.parametrize(
    ("cap", "inputs", "total"),
    [({}, {"sum_twd": 8_000}, 8_000), ({"cap_twd": 5_000}, {"sum_twd": 8_000, "cap_twd": 5_000}, 5_000)],
)
def test_the_last_step_tells_the_sum_and_the_cap_if_there_is_one(cap: Json, inputs: Json, total: int) -> None:
    step = step_of(penalty(deduction(), **cap), "penalty.total")

    assert (step["inputs"], step["value"]) == (inputs, total)
