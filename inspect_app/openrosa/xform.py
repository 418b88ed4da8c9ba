"""A checklist as XForm, which ODK Collect fills in; made by pyxform from the XLSForm."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from uuid import UUID
from xml.sax.saxutils import escape

from forms.catalogue import Catalogue
from forms.schema import FormDefinition
from forms.validation import as_of
from inspect_app.openrosa.letters import legal
from inspect_app.openrosa.rows import Option, Sheets
from inspect_app.openrosa.xlsform import ANY, Head, remarks, sheets

ROOT = "data"
"""The name of an instance's root element."""

PLACES = Head("CHAHE-FORM", "CHAHE-TITLE", "CHAHE-INSPECTION", "CHAHE-TEAM", "CHAHE-NAMES", "990990")
"""Stand where one inspection's own words go: the form is made once, and filled for each."""

_UNQUOTABLE = str.maketrans({"'": "’", '"': "”"})
_MAKING = Lock()
_made: dict[tuple[FormDefinition, Head, tuple[Option, ...]], str] = {}


@dataclass(frozen=True, slots=True)
class Visit:
    """The inspection a form is filled in for: its id, how it is called, its team in order, its revision's codes."""

    inspection_id: UUID
    called: str
    team: tuple[tuple[UUID, str], ...]
    codes: Catalogue


def of_any(form: FormDefinition, codes: Catalogue) -> str:
    """The XForm of a checklist, which asks for the inspection."""
    return _once(form, ANY, codes)


def of_visit(form: FormDefinition, visit: Visit) -> str:
    """The XForm of a checklist for one inspection."""
    words = {
        PLACES.form_id: visit_form_id(form.code, visit.inspection_id),
        PLACES.title: title(form, visit),
        PLACES.inspection: str(visit.inspection_id),
        PLACES.team: " ".join(str(id_) for id_, _ in visit.team),
        PLACES.names: _listed(name for _, name in visit.team),
        PLACES.count: str(len(visit.team)),
    }
    places = re.compile("|".join(words))
    return places.sub(lambda found: escape(legal(words[found[0]])), _once(form, PLACES, visit.codes))


def title(form: FormDefinition, visit: Visit) -> str:
    """How a visit's form is called in a tablet's list."""
    return f"{form.title} {visit.called}"


def visit_form_id(code: str, inspection_id: UUID) -> str:
    """The form id of a checklist for one inspection; a code has no underscore."""
    return f"{code}_{inspection_id}"


def parted(form_id: str) -> tuple[str, str]:
    """A form id's checklist code, and the inspection's id or nothing."""
    code, _, inspection = form_id.partition("_")
    return code, inspection


def _listed(names: Iterable[str]) -> str:
    """Names as words of an XPath text: without what would end the text or part a name in two."""
    return " ".join("_".join(name.translate(_UNQUOTABLE).split()) for name in names)


def _once(form: FormDefinition, head: Head, codes: Catalogue) -> str:
    """A form is made once and by one thread: eight that make the same at a time would hold up everybody."""
    key = (as_of(form, codes), head, remarks(form, codes))
    if (made := _made.get(key)) is not None:
        return made
    with _MAKING:
        if key not in _made:
            _made[key] = _converted(sheets(*key))
        return _made[key]


def _converted(found: Sheets) -> str:
    from pyxform.xls2xform import (
        convert,
    )  # takes a third of the application's start, and few processes need it

    heads = {f"{name}_header": [dict.fromkeys(columns)] for name, columns in found.columns().items()}
    return str(convert({**found.tables(), **heads}, form_name=ROOT, validate=False).xform)
