"""作業辦法 art. 4, third paragraph, and the local list: each ground at its threshold and just below."""

import pytest
from scoring_builders import Json, ask, refused, step_of

GROUNDS: dict[str, tuple[Json, Json]] = {
    "reports": ({"reports": 1}, {"reports": 0}),
    "low_award": ({"contract_twd": 70}, {"contract_twd": 71}),
    "behind": ({"planned": "50", "actual": "40"}, {"planned": "50", "actual": "40.01"}),
    "changes": ({"changes": 3}, {"changes": 2}),
    "changed": ({"contract_twd": 100, "changed_twd": 20}, {"contract_twd": 100, "changed_twd": 19}),
    "low_score": ({"last_score": 74}, {"last_score": 75}),
    "accident": ({"accident": True}, {"accident": False}),
    "suspended": ({"suspended": True}, {"suspended": False}),
    "late_filings": ({"late_filings": 1}, {"late_filings": 0}),
    "ordered": ({"ordered": True}, {"ordered": False}),
    "large": ({"budget_twd": 200_000_000}, {"budget_twd": 199_999_999}),
    "never_visited": ({"never_visited": True}, {"never_visited": False}),
}


def rank(*tenders: Json, as_of: str = "2026-11-23") -> list[Json]:
    rows = [{"id": str(i), "budget_twd": 100, **each} for i, each in enumerate(tenders)]
    found: list[Json] = ask("priorities", as_of=as_of, tenders=rows)["tenders"]
    return found


@pytest.mark.parametrize("ground", GROUNDS)
def test_a_ground_is_met_at_its_threshold_and_not_below(ground: str) -> None:
    (at,), (below,) = rank(GROUNDS[ground][0]), rank(GROUNDS[ground][1])

    assert at["grounds"] == [ground]
    assert below == {"id": "0", "score": 0, "grounds": []}


def test_who_meets_more_comes_first_and_equals_go_by_id() -> None:
    rows = [{}, {"reports": 1}, {"reports": 1, "changes": 5}, {}]

    assert [(each["id"], each["score"]) for each in rank(*rows)] == [("2", 7), ("1", 5), ("0", 0), ("3", 0)]


def test_a_tender_without_a_contract_or_budget_has_no_award_to_compare() -> None:
    assert rank({"budget_twd": 0, "contract_twd": 0, "changed_twd": 5})[0]["grounds"] == []


def test_what_the_text_names_is_cited_and_the_rest_is_said_to_be_local() -> None:
    tender = {"id": "A", "budget_twd": 1, "ordered": True, "accident": True}
    answer = ask("priorities", as_of="2026-11-23", tenders=[tender])
    articles = {each["inputs"].get("ground"): each["article"] for each in answer["steps"]}

    assert articles["ordered"] == "工程施工查核小組作業辦法第4條第3項第4款"
    assert articles["accident"] == "本地參數"
    assert step_of(answer, "priority.ground")["inputs"]["reading"] == "local.priorities"


def test_before_2023_the_text_named_no_ground() -> None:
    answer = ask("priorities", as_of="2023-08-10", tenders=[{"id": "A", "budget_twd": 1, "ordered": True}])

    assert {each["article"] for each in answer["steps"]} == {"本地參數"}


@pytest.mark.parametrize(
    ("tender", "field"),
    [
        ({"planned": "1"}, "tenders[0].actual"),
        ({"actual": "1"}, "tenders[0].planned"),
        ({"last_score": 101}, "tenders[0].last_score"),
        ({"ordered": 1}, "tenders[0].ordered"),
    ],
)
def test_a_wrong_fact_is_told_at_its_place(tender: Json, field: str) -> None:
    rows = [{"id": "A", "budget_twd": 1, **tender}]

    assert refused("priorities", {"as_of": "2026-11-23", "tenders": rows}).field == field


def test_before_the_first_local_list_nothing_is_ranked() -> None:
    error = refused("priorities", {"as_of": "2016-09-20", "tenders": []})

    assert (error.code, error.field) == ("rule_not_in_force", "as_of")
