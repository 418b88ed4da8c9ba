"""Conditions in words, in both languages, for people who see an item that is not always shown."""

from collections.abc import Callable, Mapping

from forms.conditions import Comparison, Condition, Join
from forms.schema import FormDefinition, FormItem
from forms.text import Text

RESULTS = {"pass": Text("符合", "pass"), "fail": Text("不符", "fail"), "na": Text("不適用", "n/a")}
_BETWEEN = {"all": Text("，且", " and "), "any": Text("，或", " or ")}


def when_shown(item: FormItem, form: FormDefinition) -> Text | None:
    """When an item of the form is shown, as a sentence; None if it always is."""
    if item.shown_when is None:
        return None
    said = in_words(item.shown_when, form.by_id)
    return Text(f"{said.zh}時才顯示", f"Shown when {said.en}")


def in_words(condition: Condition, items: Mapping[str, FormItem]) -> Text:
    """What a condition asks, as part of a sentence; it names items by their text."""
    if isinstance(condition, Comparison):
        return _comparison(condition, items[condition.item])
    if condition.how == "not":
        inner = in_words(condition.parts[0], items)
        return Text(f"並非（{inner.zh}）", f"not ({inner.en})")
    parts = [_part(part, items) for part in condition.parts]
    between = _BETWEEN[condition.how]
    return Text(between.zh.join(part.zh for part in parts), between.en.join(part.en for part in parts))


def _part(condition: Condition, items: Mapping[str, FormItem]) -> Text:
    """As `in_words`, in brackets where it could be read together with its neighbours."""
    words = in_words(condition, items)
    several = isinstance(condition, Join) and condition.how != "not" and len(condition.parts) > 1
    return Text(f"（{words.zh}）", f"({words.en})") if several else words


def _comparison(condition: Comparison, item: FormItem) -> Text:
    said = _SAID[condition.how](item, condition.with_)
    return Text(f"「{item.text}」{said.zh}", f"“{item.en or item.text}” {said.en}")


def _is(item: FormItem, wanted: object) -> Text:
    words = _answer(item, str(wanted))
    return Text(f"為「{words.zh}」", f"is “{words.en}”")


def _in(item: FormItem, wanted: object) -> Text:
    each = [_answer(item, word) for word in wanted] if isinstance(wanted, tuple) else []
    zh, en = "」或「".join(words.zh for words in each), "” or “".join(words.en for words in each)
    return Text(f"為「{zh}」", f"is “{en}”")


def _at_least(item: FormItem, bound: object) -> Text:
    return Text(f"不小於 {_measured(item, bound)}", f"is at least {_measured(item, bound)}")


def _at_most(item: FormItem, bound: object) -> Text:
    return Text(f"不大於 {_measured(item, bound)}", f"is at most {_measured(item, bound)}")


def _answered(_: FormItem, wanted: object) -> Text:
    return Text("已填答", "is answered") if wanted else Text("留白", "is left blank")


_SAID: dict[str, Callable[[FormItem, object], Text]] = {
    "is": _is,
    "in": _in,
    "at_least": _at_least,
    "at_most": _at_most,
    "answered": _answered,
}


def _answer(item: FormItem, wanted: str) -> Text:
    """What an answer is called: a choice by its text, a result by its name, other words as they are."""
    choices = {choice.id: Text(choice.text.zh, choice.text.en or choice.text.zh) for choice in item.choices}
    return (RESULTS | choices).get(wanted, Text(wanted, wanted))


def _measured(item: FormItem, bound: object) -> str:
    return f"{bound} {item.unit}".strip()
