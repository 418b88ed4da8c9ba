"""Published checklists and mark sheets for whoever asks by address: what is not published is not found."""

from forms import marksheet, published
from forms.errors import UnknownForm
from forms.marksheet import MarkSheet
from forms.schema import FormDefinition
from inspect_app.core.problems import NotFound


def form(code: str, version: int) -> FormDefinition:
    """The published checklist; NotFound if there is none."""
    try:
        return published.load(code, version)
    except UnknownForm as error:
        raise NotFound(str(error)) from error


def mark_sheet(version: int) -> MarkSheet:
    """The published mark sheet; NotFound if there is none."""
    try:
        return marksheet.mark_sheet(version)
    except UnknownForm as error:
        raise NotFound(str(error)) from error
