"""A checklist as XLSForm, which a city may open in any spreadsheet and upload to its own ODK server."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from forms.marksheet import MarkSheet, mark_sheet
from forms.schema import FormDefinition
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


@cache
def sheets(form: FormDefinition, head: Head = ANY) -> Sheets:
    """The three sheets of a checklist."""
    sheet = mark_sheet(form.mark_sheet or 1)
    settings = {
        "form_title": head.title or form.title,
        "form_id": head.form_id or form.code,
        "version": str(form.version),
        "default_language": CHINESE,
    }
    return Sheets(tuple(_survey(form, sheet, head)), tuple(_choices(form, sheet)), settings)


@cache
def workbook(form: FormDefinition) -> bytes:
    """The XLSX file of a checklist."""
    from openpyxl import Workbook  # as for pyxform
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.worksheets[0])
    found = sheets(form)
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


def _choices(form: FormDefinition, sheet: MarkSheet) -> Iterator[Option]:
    yield from items.VERDICTS
    for item in form.by_id.values():
        yield from items.choices(item)
    yield from besides.options(sheet)
