"""Gathering what the operations page shows; it only reads."""

import platform
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy
from flask import current_app
from sqlalchemy.orm import Session

from inspect_app.core import jobs, runs, space
from inspect_app.core.clock import legal_day
from inspect_app.core.health import BEAT_FRESH
from inspect_app.core.metrics import metrics
from inspect_app.core.runs import FAILED, WAITING, Run
from inspect_app.core.settings import Settings, current_settings
from inspect_app.messages import queries as messages
from inspect_app.operations import measuring, queries, settings_view, words
from inspect_app.operations.measuring import Disk
from inspect_app.operations.overview import (
    WARN,
    Damage,
    Database,
    Finding,
    JobState,
    Overview,
    Storage,
    Versions,
    Worker,
    findings,
)
from inspect_app.photos import queries as photos
from inspect_app.photos.keeping import findings as photo_findings
from inspect_app.photos.keeping import ledger
from inspect_app.photos.keeping.findings import Found
from scoring import lawbook

SHOWN_DAMAGES = 200

WORKERS_SINCE = timedelta(days=1)
LATE = timedelta(hours=1)
CALENDAR_AHEAD = timedelta(days=60)
READING = "photos.scrub"
"""The job that reads every stored byte."""

KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def overview(session: Session, now: datetime) -> Overview:
    """Everything as it is now, with what it asks a person to do."""
    settings = current_settings()
    versions = Versions(current_app.config["API_VERSION"], platform.python_version(), sqlalchemy.__version__)
    seen = Overview(
        at=now,
        versions=versions,
        database=_database(session, settings),
        disks=_disks(settings),
        storage=_storage(session),
        workers=_workers(session, now),
        jobs=_jobs(session, now),
        messages=messages.standing(session, now),
        requests=metrics().totals(),
        settings=settings_view.in_force(settings),
    )
    return replace(seen, findings=(*findings(seen), *_of_calendar(now)))


def _of_calendar(now: datetime) -> Iterator[Finding]:
    """Said some time before: without a calendar a weekly job is not moved off a holiday."""
    day = legal_day(now + CALENDAR_AHEAD)
    if not lawbook.at(legal_day(now)).known_years.holds(day.year):
        what = f"{day.year} 年的政府行政機關辦公日曆尚未確認，該年的工作日與期限算不出來，遇假日順延的工作不會順延。"
        yield Finding(
            WARN, what, "請核對該年的辦公日曆，並在 scoring/law/calendar/known_years.yaml 加上該年。"
        )


def _database(session: Session, settings: Settings) -> Database:
    wal = queries.wal_path(settings.database_url)
    return Database(
        kind=KINDS[session.get_bind().dialect.name],
        version=queries.database_version(session),
        size_below_mib=measuring.below(queries.database_bytes(session)),
        wal_below_mib=measuring.below(measuring.file_size(wal)) if wal else None,
        revision=queries.revision(session),
        head=queries.head(),
    )


def _disks(settings: Settings) -> tuple[Disk, ...]:
    return (
        measuring.disk("data", "資料", settings.data_dir),
        measuring.disk("uploads", "照片", settings.uploads_dir),
    )


def _storage(session: Session) -> Storage:
    number, size = photos.published_size(session)
    remote = current_settings().remote_storage
    waiting, since = ledger.waiting_published(session) if remote else (0, None)
    return Storage(
        photos=number,
        bytes=size,
        remote=str(remote) if remote else None,
        away_since=photo_findings.away_since(session) if remote else None,
        waiting=waiting,
        waiting_since=since,
        read_at=queries.last_successes(session).get(READING),
        has_room=not space.is_short(),
        faulty=photo_findings.published_open(session),
        damages=[_damage(found) for found in photo_findings.published(session, SHOWN_DAMAGES)],
    )


def _damage(found: Found) -> Damage:
    return Damage(
        what=words.DAMAGES[found.kind],
        place=words.PLACES[found.place],
        name=found.name,
        first_seen=found.first_seen,
        last_seen=found.last_seen,
        healed_at=found.healed_at,
        todo=words.HEALED[found.healed_from or ""] if found.healed_at else words.TODO[found.kind],
    )


def _workers(session: Session, now: datetime) -> list[Worker]:
    return [
        Worker(beat.worker, beat.at, now - beat.at <= BEAT_FRESH)
        for beat in queries.beats(session, now - WORKERS_SINCE)
    ]


def _jobs(session: Session, now: datetime) -> Sequence[JobState]:
    successes = queries.last_successes(session)
    due = {job.name: job.schedule.latest(now).due_at for job in jobs.declared()}
    return [
        _job(run, successes.get(run.job), late=_is_late(run, due[run.job], now))
        for run in runs.latest(session)
    ]


def _is_late(run: Run, due_at: datetime, now: datetime) -> bool:
    """Whether nobody has begun the period that has been due for an hour."""
    begun = run.period is not None and run.due_at >= due_at and (run.attempts > 0 or run.state != WAITING)
    return not begun and now - due_at > LATE


def _job(run: Run, success: datetime | None, *, late: bool) -> JobState:
    retried = run.state == WAITING and run.error is not None
    return JobState(
        name=run.job,
        title=run.title,
        state=run.state,
        label="逾時未執行" if late else "失敗，稍後再試" if retried else words.RUN_STATES[run.state],
        tone="bad" if run.state == FAILED else "warn" if late or retried else words.RUN_TONES[run.state],
        period=run.period,
        last_run_at=run.finished_at or run.started_at,
        last_success_at=success,
        next_due_at=run.next_due_at,
        attempts=run.attempts,
        cause=words.cause(run.error) if retried or run.state == FAILED else "",
        todo=_todo(run, late=late, retried=retried),
    )


def _todo(run: Run, *, late: bool, retried: bool) -> str:
    if run.state == FAILED:
        return f"請在日誌中查 {run.job} 的錯誤，排除原因；下一期會自動再執行。"
    if late:
        return "請確認背景程序在運作；它啟動後會自動補做。"
    return "系統會自動再試；持續失敗時請在日誌中查原因。" if retried else ""
