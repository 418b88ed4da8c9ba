"""/api/v1/operations: how the installation is, for the administrator, and the jobs' runs."""

from typing import Any

from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint
from inspect_app.core.auth import requires
from inspect_app.core.database import session, transaction
from inspect_app.operations import previews, runs_view, schemas, service
from inspect_app.operations.overview import Overview

blp = ApiBlueprint("operations_api", __name__, description="系統狀態")


@blp.get("/operations")
@requires("operations.read")
@blp.response(200, schemas.OperationsOut)
def operations() -> Overview:
    """Versions, database, disks, storage, workers, jobs, failures and settings, with what needs doing."""
    return service.overview(session(), clock.now())


@blp.get("/operations/jobs")
@requires("operations.read")
@blp.response(200, schemas.JobsOut)
def jobs() -> dict[str, Any]:
    """Every job with its last and next run."""
    return {"items": runs_view.latest(session()), "next": None}


@blp.get("/operations/jobs/preview")
@requires("jobs.preview")
@blp.response(200, schemas.PreviewsOut)
def preview() -> dict[str, Any]:
    """What the jobs would send until the end of tomorrow: to the team too, so for staff alone."""
    return {"items": previews.tomorrow(session()), "next": None}


@blp.get("/operations/jobs/<string:job>")
@requires("operations.read")
@blp.response(200, schemas.RunsOut)
def runs(job: str) -> dict[str, Any]:
    """The last fifty runs of one job, newest first."""
    return {"items": runs_view.of_job(session(), job), "next": None}


@blp.post("/operations/jobs/<string:job>/run")
@requires("jobs.run")
@blp.response(202, schemas.OrderOut)
def run(job: str) -> dict[str, str]:
    """Let the worker do the last period due, once more if it was done; 409 while it is under way."""
    with transaction() as current:
        period = runs_view.order(current, job, clock.now())
    return {"job": job, "period": period}
