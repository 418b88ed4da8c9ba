"""/forms: the checklists, and each as an inspector will see it on a tablet."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, render_template

from forms import published
from forms.catalogue import Catalogue, DefectCode
from forms.marksheet import MarkSheet, sheet_of
from forms.schema import FormDefinition, FormItem, Section
from forms.text import Text
from forms.wording import RESULTS, when_shown
from inspect_app.catalogue import lookup, service, words
from inspect_app.core import clock
from inspect_app.core.auth import requires
from inspect_app.core.database import session

blueprint = Blueprint("forms", __name__, template_folder="templates", url_prefix="/forms")


@dataclass(frozen=True, slots=True)
class Listed:
    """A checklist in the list: its newest version, and all of them, newest first."""

    newest: FormDefinition
    versions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the page draws it; `number` counts through the whole checklist, from 1."""

    number: int
    item: FormItem
    shown: Text | None
    demanded: words.Demanded | None
    bounds: Text


@blueprint.get("")
@requires("forms.read")
def index() -> str:
    """Every published checklist, the general one first."""
    return render_template("forms/index.html", rows=[*_listed()], works=words.WORKS)


@blueprint.get("/<string:code>/<int:version>")
@requires("forms.read")
def form(code: str, version: int) -> str:
    """One version of a checklist, with what goes with it: mark sheet, indicators, merits and advice; titles of today."""
    found = lookup.form(code, version)
    lines = service.current(session(), clock.today())
    sheet = sheet_of(found)
    newest = next(each.version for each in published.newest() if each.code == code)
    return render_template(
        "forms/form.html",
        form=found,
        sections=[*_sections(found, lines)],
        works=words.WORKS,
        results=RESULTS,
        newest=newest,
        sheet=sheet,
        points=words.points,
        code_title=words.code_title,
        remarks=[*_remarks(sheet, lines)],
    )


def _listed() -> Iterator[Listed]:
    for form in published.newest():
        versions = (each.version for each in published.every() if each.code == form.code)
        yield Listed(form, tuple(sorted(versions, reverse=True)))


def _sections(form: FormDefinition, lines: Catalogue) -> Iterator[tuple[Section, list[Asked]]]:
    numbers = {id_: number for number, id_ in enumerate(form.item_ids, 1)}
    for section in form.sections:
        yield section, [_asked(item, numbers[item.id], form, lines) for item in section.items]


def _asked(item: FormItem, number: int, form: FormDefinition, lines: Catalogue) -> Asked:
    return Asked(number, item, when_shown(item, form), words.demanded(item, lines), words.bounds(item))


def _remarks(sheet: MarkSheet, lines: Catalogue) -> Iterator[tuple[Text, list[DefectCode]]]:
    """What members may remark on, by the groups of the catalogue."""
    yield Text("優點", "Merits"), [words.line_of(lines, code) for code in sheet.merits]
    yield (
        Text("設計及其他建議", "Advice on design and others"),
        [words.line_of(lines, code) for code in sheet.advice],
    )
