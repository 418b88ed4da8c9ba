"""`flask --app wsgi messages …`: list, replay, discard and send, at the machine itself."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from inspect_app.core import clock, leases
from inspect_app.core.clock import TAIPEI
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import Problem
from inspect_app.core.settings import current_settings
from inspect_app.messages import delivery, queries, service
from inspect_app.messages.kinds import KINDS
from inspect_app.messages.models import DEAD, OutboxMessage

messages = AppGroup("messages", help="待寄與已停止的訊息")


def init_app(app: Flask) -> None:
    app.cli.add_command(messages)


@messages.command("list")
@click.option("--state", type=click.Choice(list(queries.STATES)), default=DEAD, show_default=True)
def list_(state: str) -> None:
    """Write the messages of a state, one a line; of withheld kinds only id, attempts and cause."""
    for row in queries.every(session(), state):
        click.echo("\t".join(_line(row)))


@messages.command("replay")
@click.argument("ids", nargs=-1, type=click.UUID)
@click.option("--all", "everything", is_flag=True, help="全部已停止的")
def replay(ids: Sequence[UUID], everything: bool) -> None:
    """Let given-up messages be sent again."""
    if bool(ids) == everything:
        raise click.UsageError("請給識別碼（messages list），或 --all。")
    with transaction() as current:
        try:
            made = (
                service.replay_all(current, None, clock.now())
                if everything
                else sum(service.replay(current, each, None, clock.now()) is not None for each in ids)
            )
        except Problem as problem:
            raise click.ClickException(problem.detail) from problem
    click.echo(f"{made} 則會重送。")


@messages.command("discard")
@click.argument("ids", nargs=-1, type=click.UUID)
@click.option("--before", type=click.DateTime(["%Y-%m-%d"]), help="取消這一天以前到期的")
@click.option("--reason", required=True, help="原因，留在紀錄裡")
def discard(ids: Sequence[UUID], before: datetime | None, reason: str) -> None:
    """Give up messages that wait."""
    if bool(ids) == (before is not None):
        raise click.UsageError("請給識別碼（messages list --state waiting），或 --before。")
    until = before.replace(tzinfo=TAIPEI).astimezone(UTC) if before else None
    with transaction() as current:
        made = service.discard(current, ids, until, reason, clock.now())
    click.echo(f"{made} 則已取消，可用 messages replay 恢復。")


@messages.command("send")
def send() -> None:
    """Send what is due now, also to a server that is left alone for a while."""
    if current_settings().smtp_url is None:
        raise click.ClickException("沒有設定 SMTP_URL，訊息繼續等著；請見 docs/operations.md「寄信」。")
    with transaction() as current:
        service.try_now(current)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    click.echo(f"寄出 {delivery.deliver(app, leases.process_name())} 封。")
    if rest := queries.standing(session(), clock.now()).cause:
        raise click.ClickException(f"{rest}。訊息繼續等著。")


def _line(row: OutboxMessage) -> list[str]:
    kind = KINDS.get(row.kind)
    shown = ["（不公開）"] if kind and kind.withheld else [row.kind, row.period, row.name]
    return [str(row.id), row.state, str(row.attempts), *shown, row.error or ""]
