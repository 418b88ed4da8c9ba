"""/exports: what can be taken out for the authority, and the quarterly returns as they were built."""

import re
from datetime import date

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from inspect_app.core import clock, roc
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import Conflict, NotFound
from inspect_app.core.sheets import XLSX, saved
from inspect_app.exports import quarterly, service
from inspect_app.exports.service import DATASETS, Quarter

blueprint = Blueprint("exports", __name__, template_folder="templates", url_prefix="/exports")
QUARTER = re.compile(r"([0-9]{4})-([1-4])")
QUARTERS_SHOWN = 5


@blueprint.get("")
@requires("exports.read")
def index() -> str:
    """The datasets by year, and the last five quarters with what was built of each."""
    built = {(row.year, row.quarter): row for row in quarterly.built(session())}
    quarters = service.last_quarters(clock.today(), QUARTERS_SHOWN)
    rest = [Quarter(*key) for key in built if Quarter(*key) not in quarters]
    return render_template(
        "exports/index.html",
        datasets={name: each.title for name, each in DATASETS.items() if name != "quarterly-return"},
        years=[(year, f"{roc.year(date(year, 1, 1))}年") for year in service.last_years(clock.today(), 3)],
        quarters=[*quarters, *rest],
        built=built,
        may_build=current_actor().may("exports.build"),
    )


@blueprint.post("/quarterly-return/<string:quarter>")
@requires("exports.build")
def build(quarter: str) -> Answer:
    """Build a quarter's return anew, with what is issued by now."""
    wanted = _quarter(quarter)
    if wanted.first_day > clock.today():
        raise Conflict("這一季還沒有開始；請選已開始的季別。")
    with transaction() as current:
        row = quarterly.build(current, wanted.year, wanted.number, clock.now(), current_actor())
    flash(f"已產生{wanted.title}的季報，共 {row.inspections} 件。", "success")
    return redirect(url_for(".index"), 303)


@blueprint.get("/quarterly-return/<string:quarter>.xlsx")
@requires("exports.read")
def download(quarter: str) -> Response:
    """The file as it was built."""
    wanted = _quarter(quarter)
    row = quarterly.file(session(), wanted.year, wanted.number)
    return saved(row.content, XLSX, f"{wanted.title}查核結果季報.xlsx")


def _quarter(text: str) -> Quarter:
    found = QUARTER.fullmatch(text)
    if found is None or not roc.is_known(int(found[1])):
        raise NotFound("網址中的季別應為西元年與季，例：2026-3。")
    return Quarter(int(found[1]), int(found[2]))
