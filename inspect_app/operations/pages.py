"""/operations: how the installation is, on one page; the runs of a job; what would be sent tomorrow."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from inspect_app.core import clock
from inspect_app.core.auth import requires
from inspect_app.core.database import session, transaction
from inspect_app.operations import previews, runs_view, service

blueprint = Blueprint("operations", __name__, template_folder="templates")


@blueprint.get("/operations")
@requires("operations.read")
def index() -> str:
    """What needs doing first, then everything else."""
    return render_template("operations/index.html", seen=service.overview(session(), clock.now()))


@blueprint.get("/operations/jobs/preview")
@requires("jobs.preview")
def preview() -> str:
    """What the jobs would send until the end of tomorrow."""
    return render_template("operations/preview.html", previews=previews.tomorrow(session()))


@blueprint.get("/operations/jobs/<string:job>")
@requires("operations.read")
def job(job: str) -> str:
    """One job and its last runs."""
    found = runs_view.of_job(session(), job)
    return render_template("operations/job.html", job=runs_view.named(job), runs=found, view=runs_view)


@blueprint.post("/operations/jobs/<string:job>/run")
@requires("jobs.run")
def run(job: str) -> Response:
    """Let the worker do the last period due."""
    with transaction() as current:
        period = runs_view.order(current, job, clock.now())
    flash(f"已排入 {period}，背景程序會在幾秒內執行；重新整理即可看到結果。", "good")
    return redirect(url_for("operations.job", job=job), 303)
