"""A checklist's items as questions: each kind in its own way, all on one screen an item."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from forms.schema import FormItem, Section
from forms.text import Text
from inspect_app.catalogue.words import bounds
from inspect_app.openrosa import names, xpath
from inspect_app.openrosa.names import ANOTHER, MORE, NOTE, PHOTO, RESULT, VALUE
from inspect_app.openrosa.rows import Option, Row, group, several

VERDICT, SKIP = "verdict", "skip"
VERDICTS = (
    Option(VERDICT, "pass", Text("符合", "Pass")),
    Option(VERDICT, "fail", Text("不符", "Fail")),
    Option(VERDICT, "na", Text("不適用", "Not applicable")),
    Option(SKIP, "na", Text("不適用", "Not applicable")),
)
MORE_PHOTOS = Text("更多照片", "Further photos")
LONGEST_VALUE, LONGEST_NOTE = 200, 2000
"""What a submission takes (`inspections.body`), in characters."""


def section_rows(section: Section, items: Mapping[str, FormItem]) -> Iterator[Row]:
    """A section with its items."""
    rows = [row for item in section.items for row in item_rows(item, items)]
    yield from group(f"{section.id}_section", Text(section.title, section.en), *rows)


def item_rows(item: FormItem, items: Mapping[str, FormItem]) -> Iterator[Row]:
    """One item: its questions together, then its further photos."""
    shown = xpath.condition(item.shown_when, items) if item.shown_when else ""
    words = Text(item.text, item.en)
    yield from group(
        f"{item.id}_item", words, *_OF_KIND[item.kind](item), relevant=shown, appearance="field-list"
    )
    if item.kind in ("check", "value", "number", "photo"):
        yield from several(names.of(item, MORE), names.of(item, ANOTHER), names.of(item, PHOTO), MORE_PHOTOS)


def choices(item: FormItem) -> Iterator[Option]:
    """What a choice may be answered with."""
    return (Option(_list(item), each.id, each.text) for each in item.choices)


def at_most(length: int) -> dict[str, Any]:
    """The constraint of a text: not longer than a submission takes."""
    message = Text(f"最多 {length} 字。", f"At most {length} characters.")
    return {"constraint": f"string-length(.) <= {length}", "message": message}


def _list(item: FormItem) -> str:
    return f"{item.id}_choices"


def _needed(item: FormItem) -> str:
    return "" if item.optional else "yes"


def _is(item: FormItem, *results: str) -> str:
    return " or ".join(f"{xpath.ref(names.of(item, RESULT))} = '{each}'" for each in results)


def _words(item: FormItem) -> dict[str, Any]:
    return {"label": Text(item.text, item.en), "hint": item.help}


# --- judged kinds --------------------------------------------------------------------------------------------


def _check(item: FormItem) -> Iterator[Row]:
    yield _verdict(item)
    yield from _on_fail(item)


def _value(item: FormItem) -> Iterator[Row]:
    yield _verdict(item)
    yield Row("text", names.of(item, VALUE), Text("實測值", "Measured value"), **at_most(LONGEST_VALUE))
    yield from _on_fail(item)


def _number(item: FormItem) -> Iterator[Row]:
    yield _verdict(item)
    unit = Text(f"實測值（{item.unit}）", f"Measured value ({item.unit})")
    constraint, message = _bounds(item)
    yield Row(
        "decimal",
        names.of(item, VALUE),
        unit,
        required="yes",
        relevant=_is(item, "pass", "fail"),
        constraint=constraint,
        message=message,
    )
    yield from _on_fail(item)


def _verdict(item: FormItem) -> Row:
    name, needed = names.of(item, RESULT), _needed(item)
    return Row(f"select_one {VERDICT}", name, **_words(item), required=needed, appearance="columns")


def _on_fail(item: FormItem) -> Iterator[Row]:
    """What a fail is told with; a demand makes it required."""
    demands, failed = item.on_fail, _is(item, "fail")
    note = "yes" if demands and demands.note else ""
    photo = "yes" if demands and demands.photo else ""
    words = Text("說明", "Note")
    yield Row("text", names.of(item, NOTE), words, None, note, failed, **at_most(LONGEST_NOTE))
    yield Row("image", names.of(item, PHOTO), Text("照片", "Photo"), None, photo, failed)


def _bounds(item: FormItem) -> tuple[str, Text]:
    low, high = ("" if bound is None else str(bound) for bound in (item.low, item.high))
    # Compared with a tolerance: 0.29 * 100 is not 29 for a tablet.
    scale = 10**item.decimals
    parts = [f". >= {low}"] * bool(low) + [f". <= {high}"] * bool(high)
    parts.append(f"abs(. * {scale} - round(. * {scale})) < 0.000001")
    told = bounds(item)
    return " and ".join(parts), Text(f"請填：{told.zh}。", f"Enter {told.en}.")


# --- kinds without a verdict -----------------------------------------------------------------------------------


def _choice(item: FormItem) -> Iterator[Row]:
    yield from _asked(item, Row(f"select_one {_list(item)}", names.of(item, VALUE), **_asks(item)))


def _text(item: FormItem) -> Iterator[Row]:
    yield from _asked(item, Row("text", names.of(item, VALUE), **_asks(item), **at_most(LONGEST_VALUE)))


def _photo(item: FormItem) -> Iterator[Row]:
    yield from _asked(item, Row("image", names.of(item, PHOTO), **_asks(item)))


def _signature(item: FormItem) -> Iterator[Row]:
    yield from _asked(item, Row("image", names.of(item, PHOTO), **_asks(item), appearance="signature"))


def _asks(item: FormItem) -> dict[str, Any]:
    relevant = f"{xpath.ref(names.of(item, RESULT))} = ''" if names.has_result(item) else ""
    return {**_words(item), "required": _needed(item), "relevant": relevant}


def _asked(item: FormItem, row: Row) -> Iterator[Row]:
    """The question, and where it must be answered a way to say that it does not apply, with the reason for a picture."""
    yield row
    if not names.has_result(item):
        return
    yield Row(f"select_one {SKIP}", names.of(item, RESULT), Text("不適用時請選", "If not applicable"))
    if item.kind in ("photo", "signature"):
        why = Text("不適用的原因", "Why it does not apply")
        yield Row("text", names.of(item, NOTE), why, None, "yes", _is(item, "na"), **at_most(LONGEST_NOTE))


_OF_KIND: dict[str, Callable[[FormItem], Iterator[Row]]] = {
    "check": _check,
    "value": _value,
    "number": _number,
    "choice": _choice,
    "text": _text,
    "photo": _photo,
    "signature": _signature,
}
