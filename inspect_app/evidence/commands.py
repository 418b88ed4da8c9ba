"""`flask --app wsgi evidence`: verify FOLDER|PDF, export INSPECTION, rotate-key, new-key, withdraw-key."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from inspect_app.core import audit, clock, sealing
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import Problem
from inspect_app.evidence import comparing, packing, service, verifying
from inspect_app.inspections import queries as inspections

OFFLINE = "離線核對：只依這份資料本身，未與資料庫比對。"
COMPARED = "已與本機關的資料庫比對。"
HELD = click.Path(exists=True, path_type=Path)


@click.group("evidence")
def evidence() -> None:
    """Packages of evidence, their verification, and the signing key."""


@evidence.command("verify")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--receipt", "--paper", "held", multiple=True, type=HELD, help="另存的收據或文件，與資料夾一起核對"
)
@click.option("--offline", is_flag=True, help="不與資料庫比對")
@with_appcontext
def verify(path: Path, held: tuple[Path, ...], offline: bool) -> None:
    """Say of every file of a package, or of a PDF, whether it is the original; 1 when one is not."""
    report = verifying.verify(path, held)
    compared = not offline and _compared(report)
    click.echo(COMPARED if compared else OFFLINE)
    for line in verifying.told(report):
        click.echo(line)
    if not report.holds:
        raise click.exceptions.Exit(1)


def _compared(report: verifying.Report) -> bool:
    """Whether the database could be asked; what it says, or why not, stands in the report."""
    if not report.key:
        return False
    try:
        comparing.compare(session(), report)
    except (SQLAlchemyError, Problem) as error:
        why = error.detail if isinstance(error, Problem) else type(error).__name__
        report.add("資料庫", verifying.UNKNOWN, f"無法比對（{why}）；只要離線核對時請加 --offline")
        return False
    return True


@evidence.command("export")
@click.argument("inspection_id", metavar="INSPECTION", type=click.UUID)
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--address", default="", help="本系統的網址，印在文件的 QR")
@with_appcontext
def export(inspection_id: UUID, folder: Path, address: str) -> None:
    """Write an inspection's whole package, with all marks, into a new FOLDER."""
    rows = inspections.of_ids(session(), [inspection_id])
    if not rows:
        raise click.ClickException("沒有這件查核。")
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException("資料夾不是空的；請給新的資料夾。")
    order = packing.Order(whole=True, address=address, made_at=clock.now())
    with transaction() as current:  # first: who takes the originals away leaves a trace whatever comes of it
        audit.record(current, None, "inspection.exported", ("inspection", inspection_id), clock.now())
    try:
        packing.pack(session(), rows[0], packing.Folder(folder), order)
    except Problem as problem:
        raise click.ClickException(problem.detail) from problem
    click.echo(f"已寫出 {folder}。核對：flask --app wsgi evidence verify {folder}")


@evidence.command("rotate-key")
@with_appcontext
def rotate_key() -> None:
    """Sign with a new key from now on; the old one endorses it and is deleted."""
    _replace(service.introduce)


@evidence.command("new-key")
@with_appcontext
def new_key() -> None:
    """Sign with a new key where the old one is lost; nobody endorses it."""
    _replace(service.replace_lost)


def _replace(write_down: Callable[[Session, sealing.Key, datetime], None]) -> None:
    """Write down a new key and lay it into the key file."""
    new = sealing.generate()
    try:
        with transaction() as current:
            write_down(current, new, clock.now())
            service.take_into_use(new)  # within: a file that cannot be written leaves no key that never signs
    except Problem as problem:
        raise click.ClickException(problem.detail) from problem
    except OSError as error:
        raise click.ClickException(f"金鑰檔寫不進去，仍使用舊的金鑰：{error}") from error
    click.echo(f"已換成金鑰 {new.id}。請公布新的金鑰，並備份金鑰檔。")


@evidence.command("withdraw-key")
@click.argument("key_id", metavar="ID")
@click.option("--since", required=True, type=click.DateTime(), help="自何時起不再信任（臺北時間）")
@with_appcontext
def withdraw_key(key_id: str, since: datetime) -> None:
    """Trust nothing that a leaked key signs from then on; rotate it first."""
    try:
        with transaction() as current:
            service.withdraw(current, key_id, since.replace(tzinfo=clock.TAIPEI))
    except Problem as problem:
        raise click.ClickException(problem.detail) from problem
    click.echo(f"已公布：金鑰 {key_id} 自 {since:%Y-%m-%d %H:%M} 起不再信任。請一併公告。")


def init_app(app: Flask) -> None:
    app.cli.add_command(evidence)
