"""Conditions of a checklist as XPath, true of the same answers as `forms.conditions.holds`."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from forms.conditions import Comparison, Condition, Join
from forms.schema import JUDGED, FormItem
from inspect_app.openrosa import names

FALSE = "false()"


def condition(asked: Condition, items: Mapping[str, FormItem]) -> str:
    """The condition over `${name}` references; `items` are the form's by id."""
    if isinstance(asked, Comparison):
        return _COMPARISONS[asked.how](items[asked.item], asked.with_)
    return _joined(asked, items)


def literal(text: str) -> str:
    """A text as XPath writes it; one with both kinds of quotes is put together."""
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    return f"concat({', '.join(_pieces(text))})"


def ref(name: str) -> str:
    """A question's answer, as XLSForm refers to it."""
    return f"${{{name}}}"


def either(parts: list[str]) -> str:
    """True where one of the parts is."""
    return f"({' or '.join(parts)})" if parts else FALSE


def _joined(asked: Join, items: Mapping[str, FormItem]) -> str:
    parts = [condition(part, items) for part in asked.parts]
    if asked.how == "not":
        return f"not({parts[0]})"
    return either(parts) if asked.how == "any" else f"({' and '.join(parts)})"


def _pieces(text: str) -> Iterator[str]:
    for index, piece in enumerate(text.split("'")):
        if index:
            yield '"\'"'
        yield f"'{piece}'"


def _fields(item: FormItem) -> list[str]:
    """References to what `holds` looks at: the result and the value, as far as the item asks for them."""
    asked = ((names.RESULT, names.has_result(item)), (names.VALUE, names.has_value(item)))
    return [ref(names.of(item, what)) for what, there in asked if there]


def _is(item: FormItem, wanted: str) -> str:
    fields = [ref(names.of(item, names.RESULT))] if item.kind in JUDGED else _fields(item)
    return either([f"{field} = {literal(wanted)}" for field in fields])


def _in(item: FormItem, wanted: tuple[str, ...]) -> str:
    return either([_is(item, each) for each in wanted])


def _bound(sign: str) -> Callable[[FormItem, int], str]:
    def compare(item: FormItem, bound: int) -> str:
        value = ref(names.of(item, names.VALUE))
        return f"number({value}) {sign} {bound}" if names.has_value(item) else FALSE

    return compare


def _answered(item: FormItem, wanted: bool) -> str:
    said = either([f"{field} != ''" for field in _fields(item)])
    return said if wanted else f"not({said})"


_COMPARISONS: dict[str, Callable[[FormItem, Any], str]] = {
    "is": _is,
    "in": _in,
    "at_least": _bound(">="),
    "at_most": _bound("<="),
    "answered": _answered,
}
