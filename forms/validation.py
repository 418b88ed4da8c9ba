"""What a filled-in checklist must say: the answers to what was shown, and what a fail asks for besides."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple, Protocol

from forms.catalogue import Catalogue
from forms.conditions import Given, holds, number
from forms.schema import JUDGED, Demands, FormDefinition, FormItem

LEADER = "leader"
"""The role whose signature a visit is never without."""


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


class Demand(NamedTuple):
    """A failed item that still asks for a defect with one of these codes."""

    item: str
    codes: tuple[str, ...]


class Besides(NamedTuple):
    """What a submission holds besides its answers: the codes of its defects, the roles of its signatures."""

    codes: Collection[str] = ()
    signed: Collection[str] = ()


def faults(form: FormDefinition, answers: Mapping[str, Answer], besides: Besides) -> Iterator[Fault]:
    """Every fault of the answers, in the order of the form, then of the submission; no catalogue is needed yet."""
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


def unmet(form: FormDefinition, answers: Mapping[str, Answer], besides: Besides) -> Iterator[Demand]:
    """The failed items among those shown for which no defect is recorded, in the order of the form."""
    shown: dict[str, Answer] = {}
    for id_, item in form.by_id.items():
        answer = answers.get(id_)
        if answer is None or not (item.shown_when is None or holds(item.shown_when, shown)):
            continue
        shown[id_] = answer
        codes = item.on_fail.codes if item.on_fail and answer.result == "fail" else ()
        if codes and not any(covers(codes, code) for code in besides.codes):
            yield Demand(id_, codes)


def unrecorded(demands: Iterable[Demand], known: Catalogue) -> Iterator[Fault]:
    """What the demands ask for, as far as the catalogue still has it: what was withdrawn cannot be recorded."""
    for item, codes in demands:
        if left := [code for code in codes if _can_be_recorded(code, known)]:
            named = "、".join(_with_kind(code, known) for code in left)
            yield Fault(f"answers.{item}.result", f"不符時要記一項缺失，編號為下列之一：{named}。")


def as_of(form: FormDefinition, known: Catalogue) -> FormDefinition:
    """The checklist as it can be met under a revision: a fail asks for no code that was withdrawn."""
    gone = {code for code in _asked_codes(form) if not _can_be_recorded(code, known)}
    if not gone:
        return form
    sections = tuple(
        replace(section, items=tuple(_without(item, gone) for item in section.items))
        for section in form.sections
    )
    return replace(form, sections=sections)


def _asked_codes(form: FormDefinition) -> set[str]:
    return {code for item in form.by_id.values() if item.on_fail for code in item.on_fail.codes}


def _without(item: FormItem, gone: Collection[str]) -> FormItem:
    if item.on_fail is None:
        return item
    left = tuple(code for code in item.on_fail.codes if code not in gone)
    return replace(item, on_fail=replace(item.on_fail, codes=left))


def covers(groups: Collection[str], code: str) -> bool:
    """Whether the code is one of the groups or stands below one."""
    return any(code == each or code.startswith(f"{each}.") for each in groups)


def _can_be_recorded(code: str, known: Catalogue) -> bool:
    line = known.by_code.get(code)
    if line is None or line.kind == "item":
        return line is not None
    return any(item.code.startswith(f"{code}.") for item in known.items)


def _with_kind(code: str, known: Catalogue) -> str:
    return f"{code}（其下任一細項）" if known.get(code).kind == "group" else code


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
    if answer.result == "na":
        yield from _not_applicable(item, answer, path)
    else:
        yield from _content(item, answer, besides, path)
    if answer.result == "fail" and item.on_fail:
        yield from _demanded(item.on_fail, answer, path)


def _not_applicable(item: FormItem, answer: Answer, path: str) -> Iterator[Fault]:
    if item.role == LEADER:
        yield Fault(f"{path}.result", "領隊必須簽名，不能填不適用。")
    elif item.kind in ("photo", "signature") and _is_blank(answer.note):
        yield Fault(f"{path}.note", "填不適用時，請說明原因。")


def _content(item: FormItem, answer: Answer, besides: Besides, path: str) -> Iterator[Fault]:
    if item.kind == "number" and (reason := _number_fault(item, answer.value)):
        yield Fault(f"{path}.value", reason)
    elif item.kind == "choice" and answer.value not in [choice.id for choice in item.choices]:
        known = "、".join(f"{choice.id}（{choice.text.zh}）" for choice in item.choices)
        yield Fault(f"{path}.value", f"請選其中之一：{known}。")
    elif item.kind == "text" and _is_blank(answer.value):
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


def _demanded(demands: Demands, answer: Answer, path: str) -> Iterator[Fault]:
    if demands.photo and not answer.photos:
        yield Fault(f"{path}.photos", "不符時要有照片。")
    if demands.note and _is_blank(answer.note):
        yield Fault(f"{path}.note", "不符時要說明。")


def _is_blank(text: str | None) -> bool:
    return not (text or "").strip()
