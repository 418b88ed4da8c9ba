"""`flask --app wsgi jobs …`: what is declared, what ran, one run now, or what it would do."""

from datetime import datetime

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from inspect_app.core import clock, jobs, leases, orders, rehearsing, runs, working
from inspect_app.core.clock import TAIPEI
from inspect_app.core.database import session, transaction
from inspect_app.core.jobs import Job, Slot
from inspect_app.operations import previews, words
from inspect_app.operations.previews import Preview

group = AppGroup("jobs", help="定期工作：清單、執行、預演")
REFUSALS = {
    orders.NotDue: "{} 尚未到期；要先看會做什麼，請加 --dry-run。",
    orders.AtWork: "{} 正在執行；請等它結束。",
    orders.AlreadyDone: "{} 已完成；要再做一次，請加 --again。",
    orders.UnknownPeriod: "沒有 {} 這一期；期別的寫法見 jobs list 的 period。",
}


def init_app(app: Flask) -> None:
    app.cli.add_command(group)


@group.command("list")
def list_() -> None:
    """Every job: name, state, period, last run, duration, next run, title; one a line, separated by tabs."""
    click.echo("job\tstate\tperiod\tlast\tseconds\tnext\ttitle")
    for run in runs.latest(session()):
        times = (_local(run.finished_at or run.started_at), _seconds(run), _local(run.next_due_at))
        click.echo("\t".join((run.job, run.state, run.period or "-", *times, run.title)))


@group.command("run")
@click.argument("name", metavar="JOB")
@click.option("--period", help="期別，例如 2026-11-23；省略時為最近到期的一期")
@click.option("--dry-run", is_flag=True, help="只印出會寫入什麼，不留下任何資料")
@click.option("--again", is_flag=True, help="已完成的再做一次")
def run(name: str, period: str | None, dry_run: bool, again: bool) -> None:
    """Do one period of JOB now, as a worker would; 1 when it fails."""
    job = _job(name)
    try:
        if dry_run:
            _rehearse(job, orders.slot(session(), job, period, clock.now()))
        else:
            _do(job, period, again=again)
    except tuple(REFUSALS) as refusal:
        raise click.ClickException(REFUSALS[type(refusal)].format(refusal)) from refusal


def _job(name: str) -> Job:
    found = next((job for job in jobs.declared() if job.name == name), None)
    if found is None:
        raise click.ClickException(f"沒有名為 {name} 的工作；請執行 flask --app wsgi jobs list 查看名稱。")
    return found


def _do(job: Job, period: str | None, *, again: bool) -> None:
    app, now = current_app._get_current_object(), clock.now()  # type: ignore[attr-defined]
    with transaction() as current:
        wanted = orders.slot(current, job, period, now)
        orders.place(current, job, wanted, now, again=again)
    with transaction() as current:
        mine = runs.claim(current, job, leases.process_name(), now, wanted.period)
    if mine is None:
        raise click.ClickException(f"{job.name} 正由背景程序執行；請以 jobs list 查看結果。")
    working.attempt(app, job, mine)
    _tell(job, wanted)


def _tell(job: Job, wanted: Slot) -> None:
    session().rollback()  # what was read before is not how it ended
    done = next(run for run in runs.of_job(session(), job, runs.SHOWN) if run.period == wanted.period)
    if done.error and done.state != runs.FINISHED:
        raise click.ClickException(
            f"{job.name} {wanted.period} 失敗：{words.cause(done.error)}。請查看日誌。"
        )
    click.echo(f"{job.name} {wanted.period} {words.RUN_STATES[done.state]}（{_seconds(done)} 秒）")
    for key, value in done.outcome.items():
        click.echo(f"  {key}: {value}")


def _rehearse(job: Job, wanted: Slot) -> None:
    at = max(clock.now(), wanted.due_at)
    try:
        (found,) = rehearsing.rehearse([(job, wanted, at)])
    except rehearsing.NotRehearsable as error:
        raise click.ClickException(
            f"{error} 會動到資料庫以外的東西，不能預演；只有寫訊息的工作可以。"
        ) from error
    preview = previews.told(found)
    click.echo(f"預演 {preview.job} {preview.period}（到期 {_local(preview.due_at)}），沒有留下任何資料。")
    _tell_preview(preview)


def _tell_preview(preview: Preview) -> None:
    if preview.error:
        raise click.ClickException(f"執行會失敗：{words.cause(preview.error)}（{preview.error}）。")
    for key, value in preview.outcome.items():
        click.echo(f"  {key}: {value}")
    click.echo(f"會寫入 {len(preview.messages)} 則訊息：")
    for each in preview.messages:
        click.echo("\t".join((each.kind, each.period, each.recipient, each.email or "-", each.subject)))


def _local(at: datetime | None) -> str:
    return f"{at.astimezone(TAIPEI):%Y-%m-%d %H:%M}" if at else "-"


def _seconds(run: runs.Run) -> str:
    return "-" if run.seconds is None else f"{run.seconds:.1f}"
