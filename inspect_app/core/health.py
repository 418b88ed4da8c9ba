"""Alive and ready: the two questions a supervisor asks."""

from datetime import datetime, timedelta

from flask import Blueprint, Flask, Response, jsonify
from sqlalchemy import delete, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspect_app.core import clock
from inspect_app.core.auth import requires
from inspect_app.core.database import Base, session
from inspect_app.core.permissions import PUBLIC
from inspect_app.core.settings import current_settings

BEAT_EVERY = timedelta(seconds=10)
BEAT_FRESH = timedelta(seconds=60)
BEAT_KEPT = timedelta(hours=24)

blueprint = Blueprint("health", __name__)


class WorkerBeat(Base):
    """When each worker process last said that it lives."""

    __tablename__ = "worker_beats"

    worker: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


def beat(session: Session, worker: str, at: datetime) -> None:
    """Note that `worker` lives, and forget those long dead; the caller owns the transaction.

    One statement, for another whose clock is ahead may forget this row at the same moment.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    noted = insert(WorkerBeat).values(worker=worker, at=at)
    session.execute(noted.on_conflict_do_update(index_elements=[WorkerBeat.worker], set_={"at": at}))
    session.execute(delete(WorkerBeat).where(WorkerBeat.at < at - BEAT_KEPT))


@blueprint.get("/healthz")
@requires(PUBLIC)
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@requires(PUBLIC)
def readyz() -> tuple[Response, int]:
    """Database, storage and worker: 200 when all are well, else 503 naming what is not."""
    checks = {"database": _database(), "storage": _storage(), "worker": _worker()}
    ready = all(checks.values())
    words = {name: "ok" if well else "failing" for name, well in checks.items()}
    return jsonify(status="ready" if ready else "not_ready", checks=words), 200 if ready else 503


def _database() -> bool:
    try:
        session().execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _storage() -> bool:
    """Whether the folder can be written. A disk nearly full takes no new photos, but what is there is still read."""
    folder = current_settings().uploads_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".ready").touch()
    except OSError:
        return False
    return True


def _worker() -> bool:
    try:
        latest = session().scalar(select(WorkerBeat.at).order_by(WorkerBeat.at.desc()).limit(1))
    except SQLAlchemyError:
        return False
    return latest is not None and clock.now() - latest <= BEAT_FRESH


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
