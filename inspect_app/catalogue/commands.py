"""`flask --app wsgi catalogue import FILE`: an official sheet, first looked at, then stored."""

import getpass
import os
import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext

from inspect_app.catalogue import importer, sheet
from inspect_app.catalogue.importer import Outcome, Source, Wanted
from inspect_app.catalogue.proposals import Proposal
from inspect_app.catalogue.sheet_columns import NAMES
from inspect_app.catalogue.sheet_types import Refusal, Sheet
from inspect_app.core import clock, roc
from inspect_app.core.database import session, transaction
from inspect_app.core.delimited import UnreadableFile
from inspect_app.core.problems import Problem

SHOWN = 200
"""Lines of one kind told on the terminal."""

REVISION = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Day(click.ParamType[date]):
    """A day as YYYY-MM-DD or in ROC years."""

    name = "day"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return roc.parse(value)
        except roc.RocDateError as error:
            self.fail(str(error), param, ctx)


def _revision(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    if not REVISION.fullmatch(value):
        raise click.BadParameter("應為小寫英文字母、數字與 -，最多 20 個字，例如 roc-113。")
    return value


def _told(_ctx: click.Context, _param: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    told: dict[str, str] = {}
    for value in values:
        name, _, field = value.rpartition("=")
        if not name.strip() or field not in NAMES or field in told.values():
            raise click.BadParameter(f"「{value}」應為 欄名=欄位，欄位是 {'、'.join(NAMES)} 之一，各一次。")
        told[name] = field
    return told


@click.group("catalogue")
def catalogue() -> None:
    """The defect catalogue: import an official sheet."""


@catalogue.command("import")
@click.argument("file", type=FILE)
@click.option("--revision", required=True, callback=_revision, help="版次編號，例如 roc-113")
@click.option("--counts-from", type=Day(), help="適用日，例如 2024-01-01 或 113/1/1；已公布的版次免填")
@click.option("--map", "told", multiple=True, callback=_told, help="欄名=code（或 wording、points、parent）")
@click.option("--sheet", "wanted", help="XLSX 的工作表名稱")
@click.option("--withdraw-many", is_flag=True, help="新版確實刪除前一版一成以上的編號")
@click.option("--yes", is_flag=True, help="寫入；不加只試匯入")
@with_appcontext
def import_(
    file: Path,
    revision: str,
    counts_from: date | None,
    told: dict[str, str],
    wanted: str | None,
    withdraw_many: bool,
    yes: bool,
) -> None:
    """Look at the official sheet FILE (XLSX, CSV or TSV); with --yes store it as a revision."""
    try:
        data = _bytes(file)
        read = sheet.read(data, told, wanted)
        asked = Wanted(revision, counts_from)
        if not yes:
            _try(read, importer.propose(session(), read, asked), withdraw_many=withdraw_many)
            return
        source = Source.of(file.name, data, _user())
        proposal, outcome = _store(read, asked, source, withdraw_many=withdraw_many)
    except UnreadableFile as error:
        raise click.ClickException(error.reason) from error
    except Problem as problem:
        raise click.ClickException(problem.detail or str(problem)) from problem
    click.echo(_outcome(proposal, outcome))


def init_app(app: Flask) -> None:
    app.cli.add_command(catalogue)


def _bytes(file: Path) -> bytes:
    with file.open("rb") as source:
        return source.read(sheet.MAX_BYTES + 1)


def _user() -> str:
    """Who runs the command; by number where he has no name, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _try(read: Sheet, proposal: Proposal, *, withdraw_many: bool) -> None:
    _tell(read, proposal)
    if not withdraw_many and (caution := importer.caution(proposal)):
        click.echo(caution)
    next_ = "確認無誤後加上 --yes。" if proposal.is_writable else "更正以後再試。"
    click.echo(f"這是試匯入，尚未寫入任何資料；{next_}")


def _store(read: Sheet, asked: Wanted, source: Source, *, withdraw_many: bool) -> tuple[Proposal, Outcome]:
    with transaction() as current:
        proposal = importer.propose(current, read, asked)
        _tell(read, proposal)
        outcome = importer.store(current, proposal, source, clock.now(), withdraw_many=withdraw_many)
        return proposal, outcome


def _outcome(proposal: Proposal, outcome: Outcome) -> str:
    revision = proposal.catalogue.revision
    if outcome == "unchanged":
        return f"{revision} 已經匯入過，內容相同，沒有變動。"
    day = roc.format_long(proposal.catalogue.counts_from)
    return f"已匯入 {revision}：{len(proposal.new_words)} 項公告文字，自 {day}起適用。"


def _tell(read: Sheet, proposal: Proposal) -> None:
    """What was understood of the file, what it would change, and what is refused."""
    click.echo(_columns(read))
    found = proposal.differences
    new, old = proposal.catalogue, proposal.earlier
    click.echo(f"{new.revision}：{len(proposal.wordings)} 項有公告文字；與 {old.revision} 相比：")
    _list("新增", (f"{line.code} {line.title}（{line.points or '無扣點'}）" for line in found.added))
    _list("變更", map(str, found.changed))
    _list("刪除", (f"{line.code} {line.title}" for line in found.withdrawn))
    _list(
        "標題沿用前一版，而公告文字已不同",
        (f"{code} {new.get(code).title}" for code in sorted(proposal.outdated)),
    )
    _list("查核表要求記錄而新版刪去的編號", importer.bereft(proposal))
    _list("略過（沒有編號與扣點）", (f"第 {line} 行" for line in read.skipped))
    _list("退回", map(_refused, proposal.refused))
    if not proposal.is_writable:
        click.echo("有列被退回，或沒有可匯入的列；請更正檔案後再匯入。")


def _columns(read: Sheet) -> str:
    layout = read.layout
    named = [f"{NAMES[field][0]} ← {layout.header[place]}" for field, place in layout.columns.items()]
    parts = [f"工作表「{read.name}」" if read.name else "", f"欄名在第 {layout.line} 行", "、".join(named)]
    if layout.unused:
        parts.append(f"未使用：{'、'.join(layout.unused)}")
    if read.hidden:
        parts.append(f"隱藏而未讀的工作表：{'、'.join(read.hidden)}")
    return "；".join(filter(None, parts)) + "。"


def _refused(refusal: Refusal) -> str:
    place = f"（{refusal.place}）" if refusal.place else ""
    return f"第 {refusal.line} 行{place}：{refusal.reason}"


def _list(heading: str, lines: Iterable[str]) -> None:
    every = list(lines)
    click.echo(f"{heading} {len(every)} 項{'：' if every else '。'}")
    for line in every[:SHOWN]:
        click.echo(f"  {line}")
    if len(every) > SHOWN:
        click.echo(f"  ……其餘 {len(every) - SHOWN} 項未列出")
