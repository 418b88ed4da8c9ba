"""What an item's questions are called in an XForm.

An item's id has no underscore and no capital (`forms.reading`), so that these names meet neither each other nor
those of the questions that every form has, which are single words or written inCamelCase.
"""

from forms.schema import JUDGED, FormItem
from forms.validation import LEADER

RESULT, VALUE, NOTE, PHOTO, MORE, ANOTHER = "result", "value", "note", "photo", "photos", "another"


def of(item: FormItem, what: str) -> str:
    """The question of an item that holds its result, value, note, first photo, further photos or one of them."""
    return f"{item.id}_{what}"


def has_result(item: FormItem) -> bool:
    """Whether an item asks for a result: a verdict, or whether it does not apply."""
    return item.kind in JUDGED or not (item.optional or item.role == LEADER)


def has_value(item: FormItem) -> bool:
    """Whether an item asks for a value."""
    return item.kind in ("value", "number", "choice", "text")
