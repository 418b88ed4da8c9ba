"""Gauges read at the moment of a scrape: only of what is issued, and sizes in coarse steps."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import structlog
from flask import current_app
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from inspect_app.core import clock
from inspect_app.core.database import session
from inspect_app.core.settings import current_settings
from inspect_app.core.writers import WriterQueue
from inspect_app.defects import queries as defects
from inspect_app.inspections import queries as inspections
from inspect_app.messages import queries as messages
from inspect_app.operations import measuring, queries
from inspect_app.photos import queries as photos

log = structlog.get_logger()
WAITING_STEP = 5
Samples = Mapping[Any, float]
"""Values by the tuple of their labels."""


def states(version: str, shared: bool) -> list[Metric]:
    """All gauges; those of the database are left out when it cannot be read, and `database_up` says so.

    `shared`: several processes answer, so that one's own writer queue is not the whole.
    """
    found = [*_of_machine(version)]
    try:
        found += _of_database(session(), clock.now())
        up = 1.0
    except SQLAlchemyError as error:
        session().rollback()
        log.warning("metrics_without_database", exc_info=error)
        up = 0.0
    found.append(_gauge("database_up", "Whether the database can be read.", up))
    return found if shared else [*found, *_of_writers()]


def _of_machine(version: str) -> Iterator[Metric]:
    yield _gauge("info", "The version at work.", {(version,): 1}, "version")
    settings = current_settings()
    disks = [
        measuring.disk("data", "", settings.data_dir),
        measuring.disk("uploads", "", settings.uploads_dir),
    ]
    total = {(each.name,): each.total_bytes for each in disks}
    free = {(each.name,): each.free_percent / 100 for each in disks}
    yield _gauge("disk_total_bytes", "The volume's size.", total, "volume")
    yield _gauge("disk_free_ratio", "Free space, rounded down to steps of 0.05.", free, "volume")


def _of_database(current: Session, now: datetime) -> list[Metric]:
    number, size = photos.published_size(current)
    return [
        *_of_work(current, now),
        *_of_messages(current, now),
        _gauge(
            "inspections_issued",
            "Inspections issued, closed ones included.",
            inspections.count_published(current),
        ),
        _gauge("defects_open", "Defects issued and not yet corrected.", defects.count_all_open(current)),
        _gauge("photos_stored", "Photos received for issued inspections.", number),
        _gauge("photos_stored_bytes", "Bytes of their originals.", size),
        _gauge(
            "uploads_unfinished",
            "Resumable uploads under way for issued inspections.",
            photos.unfinished_published(current),
        ),
    ]


def _of_work(current: Session, now: datetime) -> Iterator[Metric]:
    beat = queries.last_beat(current)
    age = {} if beat is None else {(): (now - beat).total_seconds()}
    yield _gauge("worker_heartbeat_age_seconds", "Since a worker last said that it lives.", age)
    runs = {key: float(number) for key, number in queries.runs_by_state(current).items()}
    yield _gauge("job_runs", "Runs in the ledger.", runs, "job", "state")
    ages = {(job,): (now - at).total_seconds() for job, at in queries.last_successes(current).items()}
    yield _gauge("job_last_success_age_seconds", "Since each job last ended well.", ages, "job")


def _of_messages(current: Session, now: datetime) -> Iterator[Metric]:
    """Without those that would tell of a visit before its issue."""
    states = {(state,): float(number) for state, number in messages.by_state(current).items()}
    yield _gauge("messages", "Messages in the outbox.", states, "state")
    queue = messages.standing(current, now)
    age = (now - queue.oldest).total_seconds() if queue.oldest else 0
    yield _gauge("message_oldest_waiting_seconds", "Since the longest waiting message is due.", age)
    yield _gauge("mail_paused", "Whether the mail server cannot be used.", float(bool(queue.paused_since)))


def _of_writers() -> Iterator[Metric]:
    """In steps of 5: one writer at work must not show."""
    queue: WriterQueue | None = current_app.extensions["chahe.writers"]
    if queue is not None:
        waiting = queue.waiting // WAITING_STEP * WAITING_STEP
        yield _gauge("writers_waiting", "Writers in line, rounded down to steps of 5.", waiting)


def _gauge(name: str, text: str, value: float | Samples, *labels: str) -> Metric:
    family = GaugeMetricFamily(f"chahe_{name}", text, labels=labels)
    samples: Samples = value if isinstance(value, Mapping) else {(): value}
    for key in sorted(samples):
        family.add_metric(key, samples[key])
    return family
