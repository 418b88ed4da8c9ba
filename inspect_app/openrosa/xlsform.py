"""A checklist as XLSForm, which a city may open in any spreadsheet and upload to its own ODK server."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from forms.catalogue import Catalogue
from forms.marksheet import MarkSheet, mark_sheet
from forms.schema import FormDefinition
from forms.validation import as_of
from inspect_app.openrosa import besides, items
from inspect_app.openrosa.rows import CHINESE, Option, Row, Sheets


@dataclass(frozen=True, slots=True)
class Head:
    """What makes a checklist that of one inspection; all empty for any inspection.

    `team` and `names` are of the same people in the same order, put together by spaces; `count` is how many.
    """

    form_id: str = ""
    title: str = ""
    inspection: str = ""
    team: str = ""
    names: str = ""
    count: str = ""


ANY = Head()


def remarks(form: FormDefinition, codes: Catalogue) -> tuple[Option, ...]:
    """What a checklist takes from a revision of the catalogue: the choices of its merits and advice."""
    return tuple(besides.remarks(_marked_on(form), codes))


@cache
def sheets(form: FormDefinition, head: Head = ANY, remarks: tuple[Option, ...] = ()) -> Sheets:
    """The three sheets of a checklist, with a revision's `remarks`."""
    settings = {
        "form_title": head.title or form.title,
        "form_id": head.form_id or form.code,
        "version": str(form.version),
        "default_language": CHINESE,
    }
    return Sheets(tuple(_survey(form, _marked_on(form), head)), (*_choices(form), *remarks), settings)


def workbook(form: FormDefinition, codes: Catalogue) -> bytes:
    """The XLSX file of a checklist."""
    return _workbook(as_of(form, codes), remarks(form, codes))


@cache
def _workbook(form: FormDefinition, remarks: tuple[Option, ...]) -> bytes:
    from openpyxl import Workbook  # as for pyxform
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.worksheets[0])
    found = sheets(form, ANY, remarks)
    for name, columns in found.columns().items():
        page = book.create_sheet(name)
        page.append(columns)
        for cell in page[1]:
            cell.font = Font(bold=True)
        for row in found.tables()[name]:
            page.append([row.get(column) for column in columns])
        page.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _survey(form: FormDefinition, sheet: MarkSheet, head: Head) -> Iterator[Row]:
    yield from besides.opening(head.inspection)
    for section in form.sections:
        yield from items.section_rows(section, form.by_id)
    yield from besides.defects(form)
    yield from besides.marks(sheet, head.team, head.names, head.count)
    yield from besides.closing(sheet)


def _choices(form: FormDefinition) -> Iterator[Option]:
    yield from items.VERDICTS
    for item in form.by_id.values():
        yield from items.choices(item)
    yield from besides.options()


def _marked_on(form: FormDefinition) -> MarkSheet:
    return mark_sheet(form.mark_sheet or 1)
