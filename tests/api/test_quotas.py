"""The yearly quota: computed from rows, told to nobody with more than he may know."""

from datetime import timedelta
from typing import Any

import pytest

import scoring
from inspect_app.core.clock import FixedClock
from tests import builders
from tests.clients import Page
from tests.inspections_builders import AsUser, Ids, Visit, errors, expect

OVERRIDE = {"band": 0, "required": 1, "document": "府工字第 1 號", "approved_on": "2026-11-20"}


def tender(as_user: AsUser, number: str, **known: Any) -> str:
    body = builders.tender_body(number, **known)
    return str(expect(as_user("staff").post("/tenders", body), 201).get_json()["id"])


def quota(as_user: AsUser, who: str = "staff", year: int = 2026) -> dict[str, Any]:
    return dict(expect(as_user(who).get(f"/quotas/{year}"), 200).get_json())


@pytest.mark.every_database
def test_the_answer_is_the_engines(as_user: AsUser, people: Ids) -> None:
    issued = Visit.issued(as_user, people)
    tender(as_user, "115-水-小", budget_twd=12_000_000)
    tender(as_user, "115-水-未", budget_twd=None)
    tender(as_user, "115-水-勞", kind="service")

    told = quota(as_user)

    asked = {
        "year": 2026,
        "as_of": "2026-11-23",
        "tenders": [
            {"id": issued.tender, "budget_twd": 60_000_000},
            {"id": "b", "budget_twd": 12_000_000},
        ],
        "inspections": [{"tender": issued.tender, "on": "2026-11-20", "kind": "inspection"}],
        "visits_per_month": 1,
    }
    known = scoring.run("quota", asked)
    assert {name: told[name] for name in known} == known
    assert (told["done"], told["required"], told["left_out"]) == (1, 2, {"inspections": 0, "tenders": 1})


def test_a_visit_before_issue_counts_for_the_staff_alone(as_user: AsUser, people: Ids) -> None:
    Visit.planned(as_user, people)
    Visit.started(as_user, people)
    Visit.submitted(as_user, people)

    assert [quota(as_user, who)["done"] for who in ("staff", "leader", "member1", "auditor")] == [1, 0, 0, 0]
    for who in ("agency", "contractor", "admin"):
        expect(as_user(who).get("/quotas/2026"), 403)


def test_tenders_count_for_the_years_in_which_they_were_executed(as_user: AsUser, people: Ids) -> None:
    """By the months reported; without any of that year, by what is known now."""
    staff = as_user("staff")
    for number, status in (("甲", "施工中"), ("乙", "已結案"), ("丙", "設計中"), ("丁", None)):
        tender(as_user, f"115-水-{number}", status=status)
    finished = tender(as_user, "115-水-戊", status="已結案")
    body = {"planned": "100.00", "actual": "100.00"}
    expect(staff.put(f"/tenders/{finished}/progress/2026-03", body | {"status": "施工中"}), 201)
    expect(staff.put(f"/tenders/{finished}/progress/2026-05", body | {"status": "已結案"}), 201)
    expect(staff.put(f"/tenders/{finished}/progress/2025-05", body | {"status": "施工中"}), 201)
    stopped = tender(as_user, "115-水-己", status="施工中")
    expect(staff.put(f"/tenders/{stopped}/progress/2026-05", body | {"status": "驗收完成"}), 201)

    assert quota(as_user)["bands"][0]["tenders"] == 3
    assert quota(as_user, year=2025)["bands"][0]["tenders"] == 1


def test_an_approved_number_stands_in_place_of_the_band(
    as_user: AsUser, people: Ids, fixed_clock: FixedClock
) -> None:
    staff = as_user("staff")
    for number in range(3):
        tender(as_user, f"115-水-{number}")
    assert quota(as_user)["required"] == 3

    expect(staff.post("/quotas/2026/overrides", OVERRIDE), 201)
    fixed_clock.instant += timedelta(minutes=1)
    expect(staff.post("/quotas/2026/overrides", OVERRIDE | {"required": 2}), 201)

    assert quota(as_user)["required"] == 2
    assert [row["required"] for row in staff.get("/quotas/2026/overrides").get_json()["items"]] == [1, 2]
    assert errors(staff.post("/quotas/2026/overrides", OVERRIDE | {"band": 3})) == ["band"]
    assert errors(staff.post("/quotas/2026/overrides", OVERRIDE | {"approved_on": "2026-11-24"})) == [
        "approved_on"
    ]
    expect(as_user("leader").post("/quotas/2026/overrides", OVERRIDE), 403)


@pytest.mark.parametrize("year", [0, 1911, 1950, 2001, 2027, 9999, 10**12])
def test_a_year_without_law_or_to_come_is_not_found(as_user: AsUser, year: int) -> None:
    expect(as_user("staff").get(f"/quotas/{year}"), 404)


def test_a_forecast_at_another_pace(as_user: AsUser, people: Ids) -> None:
    for number in range(3):
        tender(as_user, f"115-水-{number}")

    told = as_user("staff").get("/quotas/2026", visits_per_month="2").get_json()["forecast"]

    assert (told["needed"], told["months_left"], told["reachable"]) == (3, 2, True)
    assert errors(as_user("staff").get("/quotas/2026", visits_per_month="-1")) == ["visits_per_month"]


def test_the_page_tells_bands_forecast_and_why(page: Page, as_user: AsUser, people: Ids) -> None:
    Visit.issued(as_user, people)
    page.sign_in("staff")
    assert page.get("/quotas").headers["Location"] == "/quotas/115"

    shown = page.get("/quotas/115").text
    assert "115年應查核件數" in shown
    assert "5,000 萬元以上" in shown
    assert "應查核 1 件，已查核 1 件" in shown
    refused = page.post(
        "/quotas/115/overrides", band="0", required="十", document="府工字第 1 號", approved_on=""
    )
    assert refused.status_code == 422
    assert "核准件數：應為整數" in refused.text
    given = {"band": "0", "required": "0", "document": "府工字第 1 號", "approved_on": "115/11/20"}
    assert page.post("/quotas/115/overrides", **given).status_code == 303
    assert "府工字第 1 號" in page.get("/quotas/115").text
    assert page.get("/quotas/114").status_code == 200
    assert page.get("/quotas/0").status_code == 404
