"""Sending what is due: rows held under a lease go one by one over one connection, each committed before the next.

A process killed at any moment loses nothing. Only between the server's «250» and our commit may a mail go twice: with
the same Message-ID and the same bytes, and the row's attempts tell.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from email.headerregistry import Address
from threading import Event
from typing import TypeVar

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from inspect_app.core import clock, leases
from inspect_app.core.database import session, transaction
from inspect_app.core.jobs import LeaseLost
from inspect_app.core.mail_address import MailServer
from inspect_app.core.problems import Busy
from inspect_app.core.settings import current_settings
from inspect_app.messages import envelope, queue, rendering, smtp
from inspect_app.messages.envelope import Mail, WrongRecipient
from inspect_app.messages.models import SENT, WAITING, OutboxMessage
from inspect_app.messages.pacing import pacing
from inspect_app.messages.queue import Outcome
from inspect_app.messages.smtp import Away, Broken, Closed, Connection, Refused

log = structlog.get_logger()
T = TypeVar("T")
INSIST_EVERY_S = 0.5


@dataclass(slots=True)
class Post:
    """One round's connection to the server, opened when first needed, and how it has fared.

    `breaks` counts broken deliveries in a row; `answered`: it took or refused a mail; `probing`: it was away and has
    not yet answered; `away`: it is so now, and the round ends.
    """

    server: MailServer
    sender: Address
    probing: bool
    connection: Connection | None = None
    breaks: int = 0
    answered: bool = False
    away: bool = False

    def open(self) -> Connection:
        """The connection; Away when there is none to be had."""
        if self.connection is None:
            self.connection = smtp.connect(self.server, self.sender.domain)
        return self.connection

    def send(self, mail: Mail) -> None:
        """Hand over one mail; on a fresh connection if the server has closed the old one."""
        try:
            self.open().send(mail)
        except Closed:
            self.close()
            self.open().send(mail)

    def well(self) -> None:
        """The server has given an answer about a mail."""
        self.breaks, self.answered = 0, True

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows held by `holder`, some with files; `check` raises LeaseLost when they may be another's."""

    holder: str
    rows: Sequence[OutboxMessage]
    check: Callable[[], None]
    stopping: Event
    with_files: frozenset[object] = field(default=frozenset())


def deliver(app: Flask, worker: str, stopping: Event | None = None) -> int:
    """Send what is due until nothing is, or the server is away; returns how many mails it took."""
    post = _post(app)
    if post is None:
        return 0
    sent, stop = 0, stopping or Event()
    try:
        while not post.away and not stop.is_set() and (taken := _batch(app, worker, post, stop)) is not None:
            sent += taken
    except LeaseLost:
        log.warning("mail_lease_lost")
    finally:
        post.close()
    return sent


def _post(app: Flask) -> Post | None:
    """A round's means, if there is a server, it is not left alone for now, and something is due."""
    with app.app_context():
        settings, now, current = current_settings(), clock.now(), session()
        if settings.smtp_url is None or settings.mail_from is None:
            return None
        rest = queue.paused(current)
        if (rest and rest.until > now) or not queue.is_due(current, now):
            return None
        return Post(settings.smtp_url, settings.mail_from, probing=rest is not None)


def _batch(app: Flask, worker: str, post: Post, stopping: Event) -> int | None:
    """Send some of what is due, a single mail to a server that was away; None when there is no more to do."""
    holder = leases.new_holder(worker)
    with app.app_context():
        if not _reached(post):
            return None
        with transaction() as current:
            rows = queue.claim(current, holder, clock.now(), 1 if post.probing else pacing().batch)
            with_files = frozenset(queue.attached(current, [row.id for row in rows]))
    if not rows:
        return None
    with (
        leases.renewing(app, lambda current, until: queue.renew(current, holder, until)) as check,
        app.app_context(),
    ):
        return _send_all(Batch(holder, rows, check, stopping, with_files), post)


def _reached(post: Post) -> bool:
    """Whether there is a connection; if not, the queue pauses before any row is touched."""
    try:
        post.open()
    except Away as away:
        log.warning("mail_server_away", reason=str(away))
        with transaction() as current:
            queue.pause(current, str(away), clock.now())
        return False
    return True


def _send_all(batch: Batch, post: Post) -> int:
    """One commit a mail: how it ended, and that the next one begins."""
    sent, at = 0, _insist(batch, lambda: _turn(batch, post, None, None))
    while at is not None:
        outcome = _attempt(batch, post, batch.rows[at])
        sent += outcome.state == SENT
        at = _written(batch, post, at, outcome)
    return sent


def _written(batch: Batch, post: Post, at: int, outcome: Outcome) -> int | None:
    following = _insist(batch, lambda: _turn(batch, post, at, outcome))
    post.away = outcome.pause is not None
    post.probing = post.probing and not post.answered
    return following


def _turn(batch: Batch, post: Post, done: int | None, outcome: Outcome | None) -> int | None:
    """Write down how row `done` ended and begin the next that is still ours; None when there is none to begin."""
    now = clock.now()
    with transaction() as current:
        if done is not None and outcome is not None:
            queue.finish(current, batch.rows[done], batch.holder, outcome, now)
            if outcome.pause:
                queue.pause(current, outcome.pause, now)
            elif post.probing and post.answered:
                queue.resume(current)
        if not (outcome and outcome.pause) and _goes_on(batch):
            for at in range(0 if done is None else done + 1, len(batch.rows)):
                if queue.begin(current, batch.rows[at], batch.holder, now):
                    return at
        queue.release(current, batch.holder)
    return None


def _goes_on(batch: Batch) -> bool:
    try:
        batch.check()
    except LeaseLost:
        return False
    return not batch.stopping.is_set()


def _insist(batch: Batch, work: Callable[[], T]) -> T:
    """Do it again while the database is busy or away, as long as the rows are ours: what was sent must be written."""
    while True:
        try:
            return work()
        except (Busy, SQLAlchemyError):
            log.warning("delivery_not_yet_written", exc_info=True)
            batch.check()
            time.sleep(INSIST_EVERY_S)


def _attempt(batch: Batch, post: Post, row: OutboxMessage) -> Outcome:
    """Send one mail; whatever happens is an outcome, so that none keeps the next from going."""
    now = clock.now()
    try:
        post.send(_mail(batch, post, row))
    except Away as away:
        log.warning("mail_server_away", reason=str(away))
        return Outcome(WAITING, row.error, counts=False, pause=str(away))
    except Refused as refused:
        post.well()
        return queue.failed(row, str(refused), now, permanent=refused.permanent)
    except WrongRecipient:
        return queue.failed(row, "收件人的信箱格式不正確", now, permanent=True)
    except Broken as broken:
        return _broken(post, row, str(broken))
    except Exception as error:
        log.exception("mail_not_sent")
        post.close()
        return queue.failed(row, f"程式無法產生或寄出這封郵件（{type(error).__name__}）", now)
    post.well()
    return Outcome(SENT)


def _broken(post: Post, row: OutboxMessage, words: str) -> Outcome:
    """An attempt of this row's; of several in a row the server is the cause."""
    post.close()
    post.breaks += 1
    many = post.probing or post.breaks >= pacing().breaks
    return replace(queue.failed(row, words, clock.now()), pause=words if many else None)


def _mail(batch: Batch, post: Post, row: OutboxMessage) -> Mail:
    files = queue.attachments(session(), row.id) if row.id in batch.with_files else []
    body = rendering.mail(row, files, current_settings().public_url)
    return envelope.sealed(body, row, post.sender)
