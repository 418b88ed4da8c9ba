"""What holds of quotas, penalties, draws and lines, whatever is asked."""

import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_builders import GOOD, SEED, Json, ask

from scoring.__main__ import main

bounded = settings(max_examples=100, deadline=None)
BUDGETS = (1_000_000, 1_500_000, 10_000_000, 50_000_000, 200_000_000)
BEGINNINGS = {2002: BUDGETS[3:4], 2020: (*BUDGETS[:1], *BUDGETS[2:4]), 2024: BUDGETS[1:4]}
"""The amounts at which a band begins, by year."""


# --- a visit more -----------------------------------------------------------------------------------------


@st.composite
def visited_years(draw: st.DrawFn) -> Json:
    """A year with groups of tenders and some visits, none of them more than the group holds."""
    year = draw(st.sampled_from(sorted(BEGINNINGS)))
    budgets = draw(st.lists(st.sampled_from(BUDGETS), min_size=1, max_size=4))
    tenders = [
        {"id": f"T{i}", "budget_twd": budget, "count": draw(st.integers(1, 40))}
        for i, budget in enumerate(budgets)
    ]
    visits = [draw(visits_of(year, tenders)) for _ in range(draw(st.integers(0, 4)))]
    return {"year": year, "tenders": tenders, "inspections": visits}


def visits_of(year: int, tenders: list[Json]) -> st.SearchStrategy[Json]:
    """A row of visits to one of the groups, in autumn: in 2002 the rule began on 23 August."""
    return st.sampled_from(tenders).flatmap(
        lambda tender: st.fixed_dictionaries(
            {
                "tender": st.just(tender["id"]),
                "on": st.dates().map(lambda day: f"{year}-{9 + day.month % 4:02}-{1 + day.day % 28:02}"),
                "kind": st.sampled_from(["inspection", "reinspection", "agency_check"]),
                "count": st.integers(1, tender["count"]),
            }
        )
    )


@bounded
@given(visited_years(), st.data())
def test_a_visit_more_never_raises_what_is_short(asked: Json, data: st.DataObject) -> None:
    another = data.draw(visits_of(asked["year"], asked["tenders"]))
    before = ask("quota", **asked)
    after = ask("quota", **{**asked, "inspections": [*asked["inspections"], another]})

    for old, new in zip(before["bands"], after["bands"], strict=True):
        assert new["shortfall"] <= old["shortfall"]
        assert new["required"] == old["required"]
    assert after["unvisited"] <= before["unvisited"]
    assert after["done"] >= before["done"]
    assert after["met"] or not before["met"]


# --- one dollar -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("year", "edge"), [(year, edge) for year in BEGINNINGS for edge in BEGINNINGS[year]])
def test_a_band_begins_at_its_amount_and_not_one_dollar_below(year: int, edge: int) -> None:
    def band(budget: int) -> int:
        """How many bands begin at or below a budget."""
        answer = ask("quota", year=year, tenders=[{"id": "T", "budget_twd": budget}])
        places = [i for i, each in enumerate(answer["bands"]) if each["tenders"]]
        return len(answer["bands"]) - places[0] if places else 0

    assert (band(edge - 1) + 1, band(edge), band(edge + 1)) == (band(edge),) * 3


@bounded
@given(st.integers(0, 10**12), st.sampled_from(sorted(BEGINNINGS)))
def test_every_budget_lies_in_the_band_that_holds_it_and_in_no_other(budget: int, year: int) -> None:
    bands = ask("quota", year=year, tenders=[{"id": "T", "budget_twd": budget}])["bands"]
    holding = [
        each["from_twd"] <= budget and (each["to_twd"] is None or budget < each["to_twd"]) for each in bands
    ]

    assert [each["tenders"] for each in bands] == [int(held) for held in holding]
    assert sum(holding) <= 1


@bounded
@given(st.sampled_from([10_000_000, 50_000_000, 200_000_000]), st.sampled_from(["contractor", "supervisor"]))
def test_a_point_costs_twice_as_much_from_each_size_of_procurement_on(edge: int, party: str) -> None:
    def cost(twd: int) -> int:
        rows = [{"code": "5.01.01", "party": party, "points": 1}]
        return int(ask("penalty", procurement_twd=twd, deductions=rows)["total_twd"])

    assert 2 * cost(edge - 1) == cost(edge) == cost(edge + 1)


# --- lines ------------------------------------------------------------------------------------------------

requests = st.sampled_from([json.dumps(each) for each in GOOD.values()])
lines = st.lists(requests | st.sampled_from(["{}", "[]", "x", '{"a": 1, "a": 2}']), max_size=6)


def run(*args: str, stdin: str) -> tuple[int, list[Any]]:
    out, err = BytesIO(), BytesIO()
    code = main(args, BytesIO(stdin.encode()), out, err)
    return code, [json.loads(line) for line in (out.getvalue() or err.getvalue()).splitlines()]


@bounded
@given(st.sampled_from(sorted(GOOD)), lines)
def test_lines_are_answered_like_one_by_one(command: str, asked: list[str]) -> None:
    alone = [run(command, stdin=line) for line in asked]
    code, together = run(command, "--lines", stdin="\n".join(asked))

    assert together == [answer for _, (answer,) in alone]
    assert code == max((code for code, _ in alone), default=0)


# --- draws ------------------------------------------------------------------------------------------------

names = st.text("甲乙丙丁AB1-", min_size=1, max_size=4)
seeds = st.text(min_size=16, max_size=24).filter(str.strip)


def drawn(weights: dict[str, int], count: int, seed: str = SEED) -> list[str]:
    rows = [{"id": name, "weight": weight} for name, weight in weights.items()]
    return list(ask("draw", seed=seed, count=count, tenders=rows)["drawn"])


@bounded
@given(st.dictionaries(names, st.integers(1, 50), max_size=12), st.integers(1, 5), seeds)
def test_a_draw_of_all_is_an_order_of_all(weights: dict[str, int], more: int, seed: str) -> None:
    assert sorted(drawn(weights, len(weights) + more, seed)) == sorted(weights)


@bounded
@given(st.dictionaries(names, st.integers(1, 50), min_size=1, max_size=12), st.data(), seeds)
def test_a_shorter_draw_is_the_beginning_of_a_longer_one(
    weights: dict[str, int], data: st.DataObject, seed: str
) -> None:
    count = data.draw(st.integers(1, len(weights)))

    assert drawn(weights, count, seed) == drawn(weights, len(weights), seed)[:count]


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 9))
def test_who_weighs_more_is_drawn_first_as_much_more_often(weight: int) -> None:
    times = 400
    first = sum(drawn({"甲": weight, "乙": 1}, 1, f"{SEED} {n}") == ["甲"] for n in range(times))
    expected, variance = times * weight / (weight + 1), times * weight / (weight + 1) ** 2

    assert (first - expected) ** 2 <= 25 * variance  # five standard deviations
