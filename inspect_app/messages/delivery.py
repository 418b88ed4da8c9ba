"""Sending what is due: rows held under a lease go one by one over a connection, each committed before its next.

A process killed at any moment loses nothing. Only between the server's «250» and our commit may a mail go twice: with
the same Message-ID and the same bytes, and the row's attempts tell. Many mails go over several connections at once.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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
class Round:
    """What the connections of one round share.

    `probing`: the server was away and has not yet answered, so a single mail goes; `away`: it is so now, and the round
    ends; `found`: whether there was anything to take.
    """

    app: Flask
    worker: str
    server: MailServer
    sender: Address
    stopping: Event
    probing: bool
    connections: int
    away: bool = False
    found: bool = False

    def goes_on(self) -> bool:
        return not (self.away or self.stopping.is_set())


@dataclass(slots=True)
class Post:
    """One connection to the server, opened when first needed, and how it has fared.

    `breaks` counts broken deliveries in a row; `answered`: it took or refused a mail.
    """

    of: Round
    connection: Connection | None = None
    breaks: int = 0
    answered: bool = False

    def open(self) -> Connection:
        """The connection; Away when there is none to be had."""
        if self.connection is None:
            self.connection = smtp.connect(self.of.server, self.of.sender.domain)
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
    with_files: frozenset[object] = field(default=frozenset())


def deliver(app: Flask, worker: str, stopping: Event | None = None) -> int:
    """Send what is due until nothing is, or the server is away; returns how many mails it took."""
    sent, stop = 0, stopping or Event()
    while (now := _round(app, worker, stop)) is not None:
        with ThreadPoolExecutor(now.connections, "post") as pool:
            sent += sum(pool.map(_empty, [Post(now) for _ in range(now.connections)]))
        if not (now.found and now.goes_on()):
            break
    return sent


def _round(app: Flask, worker: str, stopping: Event) -> Round | None:
    """A round's means, if there is a server, it is not left alone for now, and something is due."""
    with app.app_context():
        settings, now, current = current_settings(), clock.now(), session()
        if settings.smtp_url is None or settings.mail_from is None:
            return None
        rest = queue.paused(current)
        if rest and rest.until > now:
            return None
        connections = queue.batches(current, now, 1 if rest else pacing().connections)
        if not connections:
            return None
        told = settings.smtp_url, settings.mail_from, stopping
        return Round(app, worker, *told, probing=rest is not None, connections=connections)


def _empty(post: Post) -> int:
    """Send batch after batch over one connection; returns how many mails the server took."""
    sent = 0
    try:
        while post.of.goes_on() and (taken := _batch(post)) is not None:
            sent += taken
            if post.of.probing:
                break
    except LeaseLost:
        log.warning("mail_lease_lost")
    finally:
        post.close()
    return sent


def _batch(post: Post) -> int | None:
    """Send some of what is due, a single mail to a server that was away; None when there is no more to do."""
    holder = leases.new_holder(post.of.worker)
    with post.of.app.app_context():
        if not _reached(post):
            return None
        with transaction() as current:
            rows = queue.claim(current, holder, clock.now(), 1 if post.of.probing else pacing().batch)
            with_files = frozenset(queue.attached(current, [row.id for row in rows]))
    if not rows:
        return None
    post.of.found = True
    with (
        leases.renewing(post.of.app, lambda current, until: queue.renew(current, holder, until)) as check,
        post.of.app.app_context(),
    ):
        return _send_all(Batch(holder, rows, check, with_files), post)


def _reached(post: Post) -> bool:
    """Whether there is a connection; if not, the queue pauses before any row is touched."""
    try:
        post.open()
    except Away as away:
        log.warning("mail_server_away", reason=str(away))
        post.of.away = True
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
    post.of.away = post.of.away or outcome.pause is not None
    return _insist(batch, lambda: _turn(batch, post, at, outcome))


def _turn(batch: Batch, post: Post, done: int | None, outcome: Outcome | None) -> int | None:
    """Write down how row `done` ended and begin the next that is still ours; None when there is none to begin."""
    now = clock.now()
    with transaction() as current:
        if done is not None and outcome is not None:
            queue.finish(current, batch.rows[done], batch.holder, outcome, now)
            if outcome.pause:
                queue.pause(current, outcome.pause, now)
            elif post.of.probing and post.answered:
                queue.resume(current)
        if _goes_on(batch, post):
            for at in range(0 if done is None else done + 1, len(batch.rows)):
                if queue.begin(current, batch.rows[at], batch.holder, now):
                    return at
        queue.release(current, batch.holder)
    return None


def _goes_on(batch: Batch, post: Post) -> bool:
    try:
        batch.check()
    except LeaseLost:
        return False
    return post.of.goes_on()


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
    many = post.of.probing or post.breaks >= pacing().breaks
    return replace(queue.failed(row, words, clock.now()), pause=words if many else None)


def _mail(batch: Batch, post: Post, row: OutboxMessage) -> Mail:
    files = queue.attachments(session(), row.id) if row.id in batch.with_files else []
    body = rendering.mail(row, files, current_settings().public_url)
    return envelope.sealed(body, row, post.of.sender)
