"""/deadlines: what is due to whom, by day; for the staff all of it, for others their own."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from inspect_app.core import clock, roc
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session
from inspect_app.deadlines import clocks, rhythms
from inspect_app.deadlines.clocks import CLOCKS, Duty
from inspect_app.deadlines.workdays import Calendar

blueprint = Blueprint("deadlines", __name__, template_folder="templates", url_prefix="/deadlines")

MOST = 500
KINDS = {
    "work": "工作天",
    "makeup": "補行上班",
    "rest": "例假日",
    "holiday": "放假",
    "closure": "停止上班",
}
WHEN = {"late": "已逾期", "week": "七天內"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Row:
    """A duty with the days left in a unit, negative when late; `days` tells how they were counted."""

    duty: Duty
    left: int | None
    unit: str
    days: tuple[tuple[str, str, str], ...]


@blueprint.get("")
@requires("deadlines.read")
def index() -> str:
    """What is due, the earliest first."""
    today, calendar = clock.today(), Calendar.of(session())
    found, narrowed = _found(today, calendar)
    rows = [_row(duty, today, calendar) for duty in found[:MOST]]
    names = [(name, row.title) for name, row in CLOCKS.items()]
    return render_template(
        "deadlines/index.html",
        rows=rows,
        total=len(found),
        narrowed=narrowed,
        wanted=request.args,
        clocks=CLOCKS,
        names=names,
        when=list(WHEN.items()),
        export_url=url_for(".export", **_kept()),
    )


@blueprint.get("/export.csv")
@requires("deadlines.read")
def export() -> Response:
    """The same list as CSV, whole."""
    today, calendar = clock.today(), Calendar.of(session())
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(["期限", "剩餘工作天", "類別", "應辦事項", "對象", "由", "依據"])
    sheet.writerows(
        _line(duty, calendar.left(today, duty.due_on) if duty.due_on else None)
        for duty in _found(today, calendar)[0]
    )
    headers = {"Content-Disposition": "attachment; filename=deadlines.csv"}
    return Response("\ufeff" + out.getvalue(), mimetype="text/csv", headers=headers)


def _found(today: date, calendar: Calendar) -> tuple[list[Duty], bool]:
    """The actor's duties as the address narrows them, and whether it does."""
    duties: Sequence[Duty] = clocks.duties(session(), today, calendar, current_actor())
    kind, when = request.args.get("clock", ""), request.args.get("when", "")
    if kind in CLOCKS:
        duties = [duty for duty in duties if duty.clock == kind]
    if when in WHEN:
        duties = [duty for duty in duties if duty.due_on and _is_when(when, duty.due_on, today)]
    return list(duties), kind in CLOCKS or when in WHEN


def _is_when(when: str, due_on: date, today: date) -> bool:
    return due_on < today if when == "late" else 0 <= (due_on - today).days <= 7


def _kept() -> dict[str, Any]:
    return {name: request.args[name] for name in ("clock", "when") if request.args.get(name)}


def _row(duty: Duty, today: date, calendar: Calendar) -> Row:
    days = tuple(
        (roc.format_weekday(day), KINDS[kind], "" if number is None else str(number))
        for day, kind, number in rhythms.counted(duty)
    )
    left = calendar.left(today, duty.due_on) if duty.due_on else None
    if duty.due_on and left == 0:  # no working day between: 0 of these is today
        return Row(duty, (duty.due_on - today).days, "天", days)
    return Row(duty, left, "個工作天", days)


def _line(duty: Duty, left: int | None) -> list[str]:
    row = CLOCKS[duty.clock]
    known = roc.format_slash(duty.due_on) if duty.due_on else "未定"
    told = [
        known,
        "" if left is None else str(left),
        row.title,
        duty.what,
        duty.subject.title,
        duty.by,
        row.article,
    ]
    return told[:2] + [f"'{text}" if text.startswith(FORMULA) else text for text in told[2:]]
