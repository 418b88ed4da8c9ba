"""Commands of `flask --app wsgi`: worker, demonstration data, first accounts."""

import click
from flask import Flask, current_app

from inspect_app import scheduler
from inspect_app.accounts import addresses
from inspect_app.accounts import service as accounts
from inspect_app.backups import commands as backups
from inspect_app.catalogue import commands as catalogue
from inspect_app.core import clock
from inspect_app.core.database import transaction
from inspect_app.core.permissions import Role
from inspect_app.core.problems import InvalidFields
from inspect_app.demo import loading
from inspect_app.evidence import commands as evidence
from inspect_app.messages import commands as messages
from inspect_app.operations import commands as operations
from inspect_app.photos import commands as photos
from inspect_app.photos.keeping import commands as keeping


@click.command("worker")
def worker() -> None:
    """Run the worker process until it is told to stop."""
    backups.check_whole()
    scheduler.run(current_app._get_current_object())  # type: ignore[attr-defined]


@click.command("demo")
def demo() -> None:
    """Load the invented demonstration data into an empty database; again: does nothing."""
    backups.check_whole()
    click.echo(loading.load_if_empty())


@click.command("add-user")
@click.argument("username")
@click.option("--name", required=True, help="姓名")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--organisation", help="所屬機關或廠商")
@click.option("--outside", is_flag=True, help="外聘專家")
@click.option("--email", help="通知信箱；不填則訊息只進收件匣")
@click.password_option(help="至少 12 個字元")
def add_user(
    username: str,
    name: str,
    role: str,
    organisation: str | None,
    outside: bool,
    email: str | None,
    password: str,
) -> None:
    """Add a person who may sign in."""
    try:
        checked = addresses.address(email) if email else None
        new = accounts.NewUser(username, name, Role(role), password, organisation, outside, email=checked)
        with transaction() as session:
            accounts.add_user(session, new, clock.now())
    except InvalidFields as problem:
        raise click.ClickException("; ".join(error.reason for error in problem.errors)) from problem
    click.echo(f"已新增 {username}（{name}）。")


def init_app(app: Flask) -> None:
    for command in (worker, demo, add_user):
        app.cli.add_command(command)
    backups.init_app(app)
    catalogue.init_app(app)
    evidence.init_app(app)
    operations.init_app(app)
    messages.init_app(app)
    photos.init_app(app)
    keeping.init_app(app)
