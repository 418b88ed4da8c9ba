"""/catalogue: the defect catalogue as a tree, what a search finds in it, and one code."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from flask import Blueprint, render_template, request, url_for

from forms.catalogue import Catalogue, DefectCode, Kind, Party, Phase
from forms.errors import UnknownDefectCode
from forms.points import MOST_POINTS
from forms.search import MOST_TYPED, Narrowed, words
from inspect_app.catalogue import code_words, searching, service
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session
from inspect_app.core.problems import NotFound

blueprint = Blueprint("catalogue", __name__, template_folder="templates", url_prefix="/catalogue")

SHOWN = 100
"""As many finds as one scrolls through; more are told to type another word."""

WORDS = {
    "phases": code_words.PHASES,
    "parties": code_words.PARTIES,
    "bears": code_words.BEARS,
    "severities": code_words.SEVERITIES,
}


@dataclass(frozen=True, slots=True)
class Branch:
    """A line with what hangs on it, and how many items there are below it."""

    line: DefectCode
    below: tuple["Branch", ...]
    items: int


@blueprint.get("")
@requires("forms.read")
def index() -> str:
    """The whole tree, or what was searched for."""
    ready = searching.current()
    lines = ready.catalogue
    typed, narrowed = request.args.get("q", "")[:MOST_TYPED], _narrowed(lines)
    asked = bool(words(typed)) or narrowed != Narrowed()
    found = ready.find(current_actor(), typed, narrowed) if asked else []
    return render_template(
        "catalogue/index.html", asked=asked, typed=typed, narrowed=narrowed, total=len(found), found=found[:SHOWN],
        tree=[] if asked else list(_tree(lines)), catalogue=lines,
        trades=[(key, text.zh) for key, text in lines.trades.items()], **WORDS,
    )  # fmt: skip


def _narrowed(lines: Catalogue) -> Narrowed:
    """What the address narrows the lines to; a word that is none of the choices narrows nothing."""
    choices: dict[str, Any] = {
        "trade": lines.trades, "phase": get_args(Phase), "party": get_args(Party), "kind": get_args(Kind),
    }  # fmt: skip
    given = {name: request.args.get(name, "") for name in choices}
    return Narrowed(**{name: text if text in choices[name] else None for name, text in given.items()})  # type: ignore[arg-type]


def _tree(lines: Catalogue) -> Iterator[Branch]:
    """The uppermost groups with all that hangs on them."""
    below: dict[str | None, list[DefectCode]] = {}
    for line in lines.codes:
        below.setdefault(line.parent, []).append(line)

    def branch(line: DefectCode) -> Branch:
        parts = tuple(branch(each) for each in below.get(line.code, ()))
        return Branch(line, parts, sum(part.items for part in parts) + (line.kind == "item"))

    return (branch(line) for line in below[None])


@blueprint.get("/<string:defect_code>")
@requires("forms.read")
def code(defect_code: str) -> str:
    """One item or group: where it belongs, what it may cost, what stands beside it."""
    lines = searching.current().catalogue
    try:
        line = lines.get(defect_code)
    except UnknownDefectCode as error:
        raise NotFound("缺失目錄沒有這個編號；請從缺失目錄搜尋。") from error
    beside = [each for each in lines.codes if each.parent == line.parent and each.kind == line.kind]
    at = beside.index(line)
    return render_template(
        "catalogue/code.html", line=line, catalogue=lines, crumbs=_crumbs(lines, line),
        wording=service.wording(session(), lines.revision, line.code), deductions=_deductions(line),
        below=[each for each in lines.codes if each.parent == line.code],
        before=beside[at - 1] if at else None, after=beside[at + 1] if at + 1 < len(beside) else None, **WORDS,
    )  # fmt: skip


def _crumbs(lines: Catalogue, line: DefectCode) -> list[tuple[str, str]]:
    """The catalogue and the groups above a line, from the top."""
    crumbs: list[tuple[str, str]] = []
    while line.parent is not None:
        line = lines.get(line.parent)
        crumbs.append((f"{line.code} {line.title}", url_for("catalogue.code", defect_code=line.code)))
    return [("缺失目錄", url_for("catalogue.index")), *reversed(crumbs)]


def _deductions(line: DefectCode) -> dict[str, str]:
    """What each severity may cost, in words; nothing for a group."""
    if line.kind != "item":
        return {}
    allowed = "、".join(map(str, line.allowed)) if line.allowed else f"0 到 {MOST_POINTS}（表上未印點數）"
    return {"L": "0", "M": allowed, "S": allowed}
