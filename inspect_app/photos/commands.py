"""`flask --app wsgi photos …`: carrying erasures over a restore."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
from flask import Flask
from flask.cli import AppGroup

from inspect_app.core import clock
from inspect_app.core.database import session
from inspect_app.photos import erasing
from inspect_app.photos.erasing import Erasure

photos = AppGroup("photos", help="照片的清除紀錄")


def init_app(app: Flask) -> None:
    app.cli.add_command(photos)


@photos.command("erased")
def erased() -> None:
    """Write every erasure, one JSON object a line: keep it apart from the backups."""
    for each in erasing.every(session()):
        click.echo(json.dumps(asdict(each), default=str, ensure_ascii=False))


@photos.command("erase-again")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def erase_again(file: Path) -> None:
    """Erase anew, after a restore, what FILE (of `photos erased`) tells was erased."""
    told = [_read(number, line) for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)]
    done = sum(erasing.again(each, clock.now()) for each in told)
    click.echo(f"清單 {len(told)} 張；這次清除 {done} 張，其餘已清除或不在這個資料庫。")


def _read(number: int, line: str) -> Erasure:
    try:
        given = json.loads(line)
        instant, by = datetime.fromisoformat(given["erased_at"]), UUID(given["erased_by"])
        texts = {name: str(given[name]) for name in ("sha256", "erased_by_name", "reason")}
    except (ValueError, KeyError, TypeError) as error:
        raise click.ClickException(f"第 {number} 行不是清除紀錄；請用 photos erased 寫出的檔案。") from error
    return Erasure(**texts, erased_at=instant, erased_by=by)
