"""Jobs for the administrator: their runs, one of them now, and what would be sent tomorrow."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from flask import Flask

from inspect_app.accounts import contacts
from inspect_app.core import runs
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import transaction
from inspect_app.core.jobs import Daily, Job, Outcome, Turn
from inspect_app.core.permissions import Role
from inspect_app.messages import kinds, outbox
from inspect_app.messages.letters import Letter
from inspect_app.scheduler import attend
from tests.clients import Api, Page
from tests.jobs.job_samples import Noted, daily, declare

KIND = "test.preview"


def tell(turn: Turn) -> Outcome:
    """One message to staff, one to the agency."""
    with transaction() as current:
        to = [*contacts.with_role(current, Role.STAFF), *contacts.with_role(current, Role.AGENCY)]
        for each in to:
            outbox.post(
                current, Letter(KIND, turn.period, each, turn.due_at, f"通知{each.name}", []), turn.now
            )
    return {"messages": len(to)}


MESSENGER = Job(KIND, "測試通知", Daily(time(8, 30)), tell, writes_messages=True)


@pytest.fixture(autouse=True)
def kind() -> None:
    kinds.declare(kinds.Kind(KIND, "測試通知", optional=False))


@pytest.mark.usefixtures("people")
def test_a_job_is_told_with_its_runs(
    app: Flask, as_user: Callable[[str], Api], fixed_clock: FixedClock
) -> None:
    declare(app, MESSENGER, daily(Noted()))
    attend(app, MESSENGER, "tester")
    fixed_clock.instant += timedelta(days=1)
    attend(app, MESSENGER, "tester")
    admin = as_user("admin")

    last = admin.get("/operations/jobs").get_json()["items"]
    found = admin.get(f"/operations/jobs/{KIND}").get_json()["items"]

    assert [(each["job"], each["state"]) for each in last] == [(KIND, "finished"), ("test.daily", "waiting")]
    assert [each["period"] for each in found] == ["2026-11-24", "2026-11-23"]
    assert found[0]["outcome"] == {"messages": 2}


@pytest.mark.usefixtures("people")
def test_the_outcome_of_other_jobs_may_tell_of_a_visit_and_is_not_told(
    app: Flask, as_user: Callable[[str], Api]
) -> None:
    declare(app, job := daily(Noted()))
    attend(app, job, "tester")

    assert as_user("admin").get("/operations/jobs/test.daily").get_json()["items"][0]["outcome"] == {}


@pytest.mark.usefixtures("people")
def test_a_run_asked_for_is_done_by_the_worker_not_in_the_request(
    app: Flask, as_user: Callable[[str], Api]
) -> None:
    declare(app, job := daily(work := Noted()))
    attend(app, job, "tester")

    answer = as_user("admin").post("/operations/jobs/test.daily/run")

    assert (answer.status_code, answer.get_json()) == (202, {"job": "test.daily", "period": "2026-11-23"})
    assert work.periods == ["2026-11-23"]
    assert attend(app, job, "tester") == 1
    assert work.periods == ["2026-11-23", "2026-11-23"]


@pytest.mark.usefixtures("people")
def test_a_run_under_way_is_not_asked_for_twice(
    app: Flask, as_user: Callable[[str], Api], fixed_clock: FixedClock
) -> None:
    declare(app, job := daily(Noted()))
    with app.app_context(), transaction() as current:
        runs.claim(current, job, "another", fixed_clock.now())

    assert as_user("admin").post("/operations/jobs/test.daily/run").status_code == 409


@pytest.mark.usefixtures("people")
def test_the_preview_tells_staff_alone_since_rehearsing_touches_visits_before_issue(
    app: Flask, as_user: Callable[[str], Api]
) -> None:
    declare(app, MESSENGER)
    attend(app, MESSENGER, "tester")

    (staff,) = as_user("staff").get("/operations/jobs/preview").get_json()["items"]

    assert (staff["period"], [each["subject"] for each in staff["messages"]]) == (
        "2026-11-24",
        ["通知乙承辦", "通知己主辦"],
    )
    assert as_user("admin").get("/operations/jobs/preview").status_code == 403


@pytest.mark.usefixtures("people")
def test_the_pages_show_runs_and_preview(app: Flask, page: Page) -> None:
    declare(app, MESSENGER)
    attend(app, MESSENGER, "tester")
    page.sign_in("admin")

    shown = page.get(f"/operations/jobs/{KIND}").text
    page.sign_in("staff")
    preview = page.get("/operations/jobs/preview").text

    assert all(word in shown for word in ("2026-11-23", "已完成"))
    assert all(word in preview for word in ("通知乙承辦", "通知己主辦", "第 13 條"))
