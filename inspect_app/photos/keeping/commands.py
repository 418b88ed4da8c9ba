"""Commands of `flask --app wsgi` for who looks after the machine: offload and read now."""

import click
from flask import Flask
from flask.cli import with_appcontext

from inspect_app.core import clock
from inspect_app.core.database import session
from inspect_app.core.storage import storage
from inspect_app.photos import erasing
from inspect_app.photos.keeping import clearing, findings, offloading, scrubbing


@click.command("offload")
@with_appcontext
def offload() -> None:
    """Put this machine's photos into S3 now, and clear its spool of what others erased or cleared.

    For machines without a worker, from a timer.
    """
    if storage().remote is None:
        raise click.ClickException("STORAGE_URL 不是 s3://…，沒有可送往的地方。")
    _sweep()
    done = offloading.offload(clock.now(), lambda: None)
    if "away" in done:
        raise click.ClickException("S3 連不上；照片仍在本機。請確認服務、網路與 AWS_* 憑證後再執行。")
    click.echo(f"已送往 S3 {done['photos']} 張，並從暫存區移出 {done['made_room']} 個檔案。")


def _sweep() -> None:
    erasing.finish(session(), lambda: None)
    clearing.clear_uploads(clock.now(), lambda: None)
    clearing.clear_strays(clock.now(), lambda: None)


@click.command("scrub")
@with_appcontext
def scrub() -> None:
    """Read every stored byte now, and list what is wrong; the list includes photos of unissued inspections."""
    done = scrubbing.scrub(clock.now(), lambda: None)
    click.echo(f"已讀取 {done['photos']} 張照片；異常 {done['wrong']}，其中已修復 {done['healed']}。")
    still = [each for each in findings.every(session()) if each.healed_at is None]
    for each in still:
        click.echo(f"{each.kind}\t{each.place}\t{each.name}\t{each.first_seen:%Y-%m-%d}")
    if still:
        raise SystemExit(1)


def init_app(app: Flask) -> None:
    for command in (offload, scrub):
        app.cli.add_command(command)
