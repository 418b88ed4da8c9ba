"""`flask --app wsgi evidence`: verify FOLDER|PDF, export INSPECTION, rotate-key."""

from pathlib import Path
from uuid import UUID

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from inspect_app.core import clock, sealing
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import Problem
from inspect_app.evidence import comparing, packing, service, verifying
from inspect_app.inspections import queries as inspections

OFFLINE = "離線核對：只依這份資料本身，未與資料庫比對。"
COMPARED = "已與本機關的資料庫比對。"


@click.group("evidence")
def evidence() -> None:
    """Packages of evidence, their verification, and the signing key."""


@evidence.command("verify")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--offline", is_flag=True, help="不與資料庫比對")
@with_appcontext
def verify(path: Path, offline: bool) -> None:
    """Say of every file of a package, or of a PDF, whether it is the original; 1 when one is not."""
    report = verifying.verify(path)
    compared = not offline and _compared(report)
    click.echo(COMPARED if compared else OFFLINE)
    for line in verifying.told(report):
        click.echo(line)
    if not report.holds:
        raise click.exceptions.Exit(1)


def _compared(report: verifying.Report) -> bool:
    """Whether the database could be asked; what it says stands in the report."""
    if not report.key:
        return False
    try:
        comparing.compare(session(), report)
    except (SQLAlchemyError, Problem):
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
    try:
        packing.pack(session(), rows[0], packing.Folder(folder), order)
    except Problem as problem:
        raise click.ClickException(problem.detail) from problem
    click.echo(f"已寫出 {folder}。核對：flask --app wsgi evidence verify {folder}")


@evidence.command("rotate-key")
@with_appcontext
def rotate_key() -> None:
    """Sign with a new key from now on; the old one endorses it and is deleted."""
    new = sealing.generate()
    try:
        old = sealing.key().id
        with transaction() as current:
            service.introduce(current, new, clock.now())
    except Problem as problem:
        raise click.ClickException(problem.detail) from problem
    service.take_into_use(new)
    click.echo(f"金鑰已由 {old} 換成 {new.id}。請公布新的金鑰，並備份金鑰檔。")


def init_app(app: Flask) -> None:
    app.cli.add_command(evidence)
