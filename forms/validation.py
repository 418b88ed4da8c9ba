"""What a filled-in checklist must say: the answers to what was shown, and what a fail asks for besides."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple, Protocol

from forms.conditions import Given, holds, number
from forms.schema import JUDGED, FormDefinition, FormItem


class Answer(Given, Protocol):
    """One item's answer as a submission holds it."""

    @property
    def note(self) -> str | None: ...

    @property
    def photos(self) -> Collection[str]: ...


class Fault(NamedTuple):
    """What is wrong with a field of the submission, and what to do."""

    field: str
    reason: str


class Besides(NamedTuple):
    """What a submission holds besides its answers: the codes of its defects, the roles of its signatures."""

    codes: Collection[str] = ()
    signed: Collection[str] = ()


def faults(form: FormDefinition, answers: Mapping[str, Answer], besides: Besides) -> Iterator[Fault]:
    """Every fault of the answers, in the order of the form, then of the submission."""
    shown: dict[str, Answer] = {}
    for id_, item in form.by_id.items():
        answer = answers.get(id_)
        if item.shown_when is not None and not holds(item.shown_when, shown):
            if answer is not None:
                yield Fault(f"answers.{id_}", "依前面的答案，這一項不必填；請刪去。")
        elif answer is not None:
            shown[id_] = answer
            if not _is_plain(item, answer):
                yield from _of_item(item, answer, besides)
        elif not (item.optional or item.role in besides.signed):
            yield _unanswered(item)
    yield from _unknown(form, answers)


def _is_plain(item: FormItem, answer: Answer) -> bool:
    """Whether there is nothing more to look at: most items are checks that passed."""
    return item.kind == "check" and answer.result in ("pass", "na")


def _unknown(form: FormDefinition, answers: Mapping[str, Answer]) -> Iterator[Fault]:
    for id_ in answers:
        if id_ not in form.by_id:
            yield Fault(f"answers.{id_}", "這份查核表沒有這一項。")


def _unanswered(item: FormItem) -> Fault:
    if item.kind == "signature":
        return _unsigned(item)
    return Fault(f"answers.{item.id}", "每一項都要有結果。")


def _unsigned(item: FormItem) -> Fault:
    return Fault("signatures", f"缺少簽名：role 為 {item.role}（{item.text}）。")


def _of_item(item: FormItem, answer: Answer, besides: Besides) -> Iterator[Fault]:
    path = f"answers.{item.id}"
    if item.kind in JUDGED:
        if answer.result is None:
            yield Fault(f"{path}.result", "請選 pass（符合）、fail（不符）或 na（不適用）。")
    elif answer.result == "fail":
        yield Fault(f"{path}.result", "這一項沒有合格與否；不適用請填 na，否則免填。")
    if answer.result != "na":
        yield from _content(item, answer, besides, path)
    if answer.result == "fail" and item.on_fail:
        yield from _demanded(item, answer, besides, path)


def _content(item: FormItem, answer: Answer, besides: Besides, path: str) -> Iterator[Fault]:
    if item.kind == "number" and (reason := _number_fault(item, answer.value)):
        yield Fault(f"{path}.value", reason)
    elif item.kind == "choice" and answer.value not in [choice.id for choice in item.choices]:
        known = "、".join(f"{choice.id}（{choice.text.zh}）" for choice in item.choices)
        yield Fault(f"{path}.value", f"請選其中之一：{known}。")
    elif item.kind == "text" and not (answer.value or "").strip():
        yield Fault(f"{path}.value", "請填寫，或填 na（不適用）。")
    elif item.kind == "photo" and not answer.photos:
        yield Fault(f"{path}.photos", "這一項要有照片。")
    elif item.kind == "signature" and item.role not in besides.signed:
        yield _unsigned(item)


def _number_fault(item: FormItem, text: str | None) -> str | None:
    """Why a text is not a number that this item takes; None when it is one."""
    value = number(text)
    if value is None:
        return f"請填數字（{item.unit}），例：12.5。"
    if not _lies_within(item, value):
        bounds = (("不小於", item.low), ("不大於", item.high))
        said = "、".join(f"{word} {bound}" for word, bound in bounds if bound is not None)
        return f"應{said} {item.unit}；請核對單位與小數點。"
    if value != round(value, item.decimals):
        return f"最多 {item.decimals} 位小數。"
    return None


def _lies_within(item: FormItem, value: Decimal) -> bool:
    return (item.low is None or value >= item.low) and (item.high is None or value <= item.high)


def _demanded(item: FormItem, answer: Answer, besides: Besides, path: str) -> Iterator[Fault]:
    demands = item.on_fail
    if demands is None:
        return
    if demands.codes and not any(_covers(demands.codes, code) for code in besides.codes):
        yield Fault(f"{path}.result", f"不符時要記一項缺失，編號為下列之一：{'、'.join(demands.codes)}。")
    if demands.photo and not answer.photos:
        yield Fault(f"{path}.photos", "不符時要有照片。")
    if demands.note and not (answer.note or "").strip():
        yield Fault(f"{path}.note", "不符時要說明。")


def _covers(wanted: Collection[str], code: str) -> bool:
    return any(code == each or code.startswith(f"{each}.") for each in wanted)
