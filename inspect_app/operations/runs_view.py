"""Jobs and their runs for reading, and runs that administrators ask for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from inspect_app.core import jobs, orders, runs
from inspect_app.core.jobs import Job
from inspect_app.core.problems import Conflict, NotFound
from inspect_app.core.runs import FAILED, FINISHED, Run
from inspect_app.operations import words


def latest(session: Session) -> list[Run]:
    """The last run of every job, its outcome only where it cannot tell of a visit."""
    known = {job.name: job for job in jobs.declared()}
    return [_open(known[run.job], run) for run in runs.latest(session)]


def of_job(session: Session, name: str) -> list[Run]:
    """The last runs of a job, newest first; NotFound for a name that is not declared."""
    job = named(name)
    return [_open(job, run) for run in runs.of_job(session, job, runs.SHOWN)]


def named(name: str) -> Job:
    """A declared job; NotFound otherwise."""
    found = next((job for job in jobs.declared() if job.name == name), None)
    if found is None:
        raise NotFound("沒有這項工作；請回到系統狀態頁重新選取。")
    return found


def order(session: Session, name: str, now: datetime) -> str:
    """Let a worker do the last period due, once more if it was done; its period. Conflict while it is under way."""
    job = named(name)
    wanted = orders.slot(session, job, None, now)
    try:
        orders.place(session, job, wanted, now, again=True)
    except orders.AtWork as error:
        raise Conflict(f"「{job.title}」的 {wanted.period} 正在執行；請等它結束後再試。") from error
    return wanted.period


def _open(job: Job, run: Run) -> Run:
    return run if job.writes_messages else replace(run, outcome={})


def label(run: Run) -> str:
    """A run's state in words."""
    return words.RUN_STATES[run.state]


def cause(run: Run) -> str:
    """Why the last attempt failed; empty where it did not."""
    return words.cause(run.error) if run.state == FAILED or (run.error and run.state != FINISHED) else ""


def tone(run: Run) -> str:
    return words.RUN_TONES[run.state]


def outcome(run: Run) -> Sequence[tuple[str, int | str]]:
    """What a run reported, in words where there are some."""
    return [(words.OUTCOMES.get(key, key), value) for key, value in run.outcome.items()]
