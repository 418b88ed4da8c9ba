"""Monthly progress (填報): set once freely, replaced only under its version."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import builders
from tests.clients import Api
from tests.conftest import Write

AsUser = Callable[[str], Api]
FILED = "2026-12-05T17:30:00+08:00"


@pytest.fixture
def path(write: Write, people: object) -> str:
    """The address of November's progress of one tender."""
    with write() as session:
        return f"/tenders/{builders.tender(session).id}/progress/2026-11"


def told(planned: str = "62.50", actual: str = "57.40", **more: Any) -> dict[str, Any]:
    return {"planned": planned, "actual": actual, "status": "施工中", "filed_at": FILED} | more


@pytest.mark.every_database
def test_a_month_is_set_and_read_again_exactly(as_user: AsUser, path: str) -> None:
    staff = as_user("staff")

    answer = staff.put(path, told())

    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert staff.get(path.rpartition("/")[0]).get_json()["items"] == [
        {
            "month": "2026-11",
            "planned": "62.50",
            "actual": "57.40",
            "status": "施工中",
            "filed_at": "2026-12-05T09:30:00+00:00",
        }
    ]


def test_a_month_that_is_set_is_replaced_only_under_its_version(as_user: AsUser, path: str) -> None:
    staff = as_user("staff")
    staff.put(path, told())

    assert staff.put(path, told(actual="58.00")).status_code == 428
    assert staff.put(path, told(actual="58.00"), if_match='"9"').status_code == 412
    replaced = staff.put(path, told(actual="58.00"), if_match='"1"')
    assert (replaced.status_code, replaced.headers["ETag"]) == (200, '"2"')


def test_months_are_listed_oldest_first(as_user: AsUser, path: str) -> None:
    staff, tender = as_user("staff"), path.rpartition("/")[0]
    for month in ("2026-11", "2025-12", "2026-02"):
        staff.put(f"{tender}/{month}", told())

    months = [each["month"] for each in staff.get(tender).get_json()["items"]]

    assert months == ["2025-12", "2026-02", "2026-11"]


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-00", "2026-1", "202611", "11511", "2026-11-01", "115-11", "x"]
)
def test_a_month_is_a_year_and_a_month(as_user: AsUser, path: str, month: str) -> None:
    answer = as_user("staff").put(f"{path.rpartition('/')[0]}/{month}", told())

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "month"


@pytest.mark.parametrize("percent", ["0", "0.5", "100", "999.99"])
def test_a_percent_has_up_to_three_digits_and_two_places(as_user: AsUser, path: str, percent: str) -> None:
    assert as_user("staff").put(path, told(planned=percent)).status_code == 201


@pytest.mark.parametrize(
    "percent", ["1000", "1.234", "-1", "62,5", "", " 1", "1e2", "NaN", 62.5, 62, None, "６２"]
)
def test_what_is_no_such_percent_is_named(as_user: AsUser, path: str, percent: object) -> None:
    answer = as_user("staff").put(path, told() | {"planned": percent})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == ["planned"]


@pytest.mark.parametrize("filed_at", ["2026-12-05T17:30:00", "2026-12-05", "yesterday", 1765000000])
def test_the_time_of_filing_has_a_zone(as_user: AsUser, path: str, filed_at: object) -> None:
    answer = as_user("staff").put(path, told(filed_at=filed_at))

    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == ["filed_at"]


def test_the_tender_s_contractor_reads_its_progress_and_no_other_does(as_user: AsUser, path: str) -> None:
    as_user("staff").put(path, told())
    months = path.rpartition("/")[0]

    assert len(as_user("contractor").get(months).get_json()["items"]) == 1
    assert as_user("other_contractor").get(months).status_code == 404


def test_only_staff_set_progress(as_user: AsUser, path: str) -> None:
    assert as_user("agency").put(path, told()).status_code == 403
