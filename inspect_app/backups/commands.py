"""`flask --app wsgi backup FILE` and `restore FILE`: what they take, and what they tell."""

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from inspect_app.backups import making, place, progress, restoring
from inspect_app.backups.errors import BackupError
from inspect_app.backups.making import Made
from inspect_app.backups.manifest import Manifest
from inspect_app.backups.space import in_words
from inspect_app.core import roc
from inspect_app.core.clock import TAIPEI, legal_day

INCOMPLETE = 3
"""Exit status of a backup that was kept although something was missing."""

SHOWN = 20
NOT_INSIDE = "備份不含 SECRET_KEY、證據的私鑰與環境設定（設定檔、憑證）；請另行妥善保存。"
NEXT = "請啟動背景程序與網頁，確認 /readyz 回 200，再登入看一件查核與它的照片。"
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("backup")
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="覆寫已存在的檔案")
@with_appcontext
def backup(file: Path, force: bool) -> None:
    """Write the whole city, rows and photos, to one archive FILE, while it works."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        made = making.backup(app, file.absolute(), force=force, progress=progress.for_terminal())
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    _tell_made(made)
    if made.manifest.faults:
        raise click.exceptions.Exit(INCOMPLETE)


@click.command("restore")
@click.argument("file", type=FILE)
@click.option("--check", is_flag=True, help="只核對備份檔，不還原")
@click.option("--incomplete", is_flag=True, help="備份註明有檔案遺失時仍要還原")
@with_appcontext
def restore(file: Path, check: bool, incomplete: bool) -> None:
    """Restore the archive FILE into an empty database and an empty storage."""
    told = progress.for_terminal()
    try:
        if check:
            _tell_checked(restoring.check(file, told))
            return
        done = restoring.restore(file, incomplete=incomplete, progress=told)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    if done.resumed:
        click.echo("前次還原已寫入資料，本次接續完成最後步驟。")
    click.echo(f"還原完成：{_summary(done.manifest)}。")
    _tell_faults(done.manifest)
    click.echo(NEXT)


def check_whole() -> None:
    """End a command that must not run in a half-restored place."""
    try:
        place.check_whole()
    except BackupError as error:
        raise click.ClickException(str(error)) from error


def init_app(app: Flask) -> None:
    """Add the commands; a half-restored place does not serve."""
    for command in (backup, restore):
        app.cli.add_command(command)
    place.init_app(app)


def _tell_made(made: Made) -> None:
    click.echo(
        f"備份完成：{made.path}（{in_words(made.bytes)}）。{_summary(made.manifest)}；已重新讀回核對。"
    )
    _tell_faults(made.manifest)
    click.echo(NOT_INSIDE)


def _tell_checked(told: Manifest) -> None:
    click.echo(f"備份檔完好：{_summary(told)}。")
    _tell_faults(told)


def _summary(told: Manifest) -> str:
    made = told.made_at.astimezone(TAIPEI)
    objects = sum(1 for _ in told.objects)
    return (
        f"{roc.format_long(legal_day(told.made_at))} {made:%H:%M} 的 {told.database} 資料庫（版本 {told.revision}），"
        f"{len(told.tables)} 個資料表共 {told.rows:,} 列，{objects:,} 個檔案共 {in_words(told.object_bytes)}"
    )


def _tell_faults(told: Manifest) -> None:
    if not told.faults:
        return
    click.echo(f"注意：備份不完整，{len(told.faults)} 個檔案有問題（備份檔內已註明）：", err=True)
    for fault in told.faults[:SHOWN]:
        click.echo(f"  {fault.name}：{fault.reason}", err=True)
    if len(told.faults) > SHOWN:
        click.echo(f"  ……其餘 {len(told.faults) - SHOWN} 個見備份檔內的 manifest.json", err=True)
