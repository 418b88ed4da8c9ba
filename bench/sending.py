"""10,000 messages to a mail server on loopback, every delivery committed, against smtplib in a bare loop."""

import smtplib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from email.headerregistry import Address
from pathlib import Path
from typing import IO, cast

import flask_migrate
from flask import Flask
from sqlalchemy import select, update

from bench import city
from bench.harness import Line, paired, seconds
from inspect_app import create_app
from inspect_app.core.database import db, session, transaction
from inspect_app.core.settings import ROOT, current_settings, load_settings
from inspect_app.messages import delivery, envelope, outbox, rendering
from inspect_app.messages.kinds import Kind, declare
from inspect_app.messages.letters import DueDay, Letter, Link, Recipient, Table
from inspect_app.messages.models import WAITING, OutboxMessage
from tests.databases import running_postgres

MESSAGES, ROUNDS = 10_000, 3
KIND = Kind("bench.digest", "測試彙整", False)
WRITTEN = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
SENDER = "示範市查核小組 <chahe@city.example>"


def lines() -> Iterator[Line]:
    """Mails a second on both databases."""
    with tempfile.TemporaryDirectory() as folder:
        yield _line("SQLite", Path(folder), None)
    with running_postgres(durable=True) as server, tempfile.TemporaryDirectory() as folder:
        yield _line("PostgreSQL", Path(folder), server.url(server.create()))


def _line(kind: str, folder: Path, url: str | None) -> Line:
    with _sink() as port:
        app = _app(folder, url, port)
        _write(app)
        mails = _mails(app)
        ours, bare = paired(lambda: _ours(app), lambda: seconds(lambda: _bare(port, mails)), ROUNDS)
        with app.app_context():
            db.engine.dispose()
    name = f"sending, {kind}"
    return Line(name, MESSAGES / ours, MESSAGES / bare, "1/s", "at least", 0.3, "smtplib loop, same mails")


@contextmanager
def _sink() -> Iterator[int]:
    command = [sys.executable, "-m", "bench.servers.mail_sink"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(cast(IO[str], process.stdout).readline())
        finally:
            process.kill()


def _app(folder: Path, url: str | None, port: int) -> Flask:
    mail = {"SMTP_URL": f"smtp://127.0.0.1:{port}?tls=none", "MAIL_FROM": SENDER}
    app = create_app(load_settings(city.environment(folder, url) | mail))
    with app.app_context():
        flask_migrate.upgrade()
    return app


def _write(app: Flask) -> None:
    declare(KIND)
    with app.app_context(), transaction() as current:
        for number in range(MESSAGES):
            outbox.post(current, _letter(number), WRITTEN)


def _letter(number: int) -> Letter:
    """A digest as an agency gets it: a paragraph, a table of three, a link and a due day."""
    rows = tuple((f"115-{number:05}-{at}", f"第 {at} 號道路改善工程", "尚未填報") for at in range(3))
    return Letter(
        KIND.name,
        "2026-W48",
        Recipient(f"contact:{number}", f"第 {number} 承辦", f"p{number}@agency.example"),
        WRITTEN,
        "本週待辦：3 件標案尚未填報十月份進度",
        (
            "以下標案尚未更新十月份的進度，請於期限前完成。",
            Table("尚未填報", ("編號", "名稱", "狀態"), rows),
            Link("標案", "/tenders"),
        ),
        (DueDay(f"filing-{number}", date(2026, 12, 6), "進度填報期限", "/tenders"),),
    )


def _mails(app: Flask) -> Sequence[envelope.Mail]:
    """The same mails, ready made."""
    with app.app_context():
        settings = current_settings()
        sender = cast(Address, settings.mail_from)
        found = session().scalars(select(OutboxMessage))
        return [envelope.sealed(rendering.mail(row, [], settings.public_url), row, sender) for row in found]


def _ours(app: Flask) -> float:
    """One worker's round over everything, which waits again."""
    again = {"state": WAITING, "attempts": 0, "sent_at": None}
    with app.app_context(), transaction() as current:
        current.execute(update(OutboxMessage).values(again))
    took = seconds(lambda: delivery.deliver(app, "bench"))
    with app.app_context():
        if session().scalars(select(OutboxMessage.id).where(OutboxMessage.state == WAITING)).first():
            raise RuntimeError("a mail was left over")
    return took


def _bare(port: int, mails: Sequence[envelope.Mail]) -> None:
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for mail in mails:
            smtp.sendmail(mail.sender, mail.recipient, mail.content)
