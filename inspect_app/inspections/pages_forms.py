"""What people type into the pages of inspections and defects, as the API's schemas take it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
from flask import request

from inspect_app.core import roc
from inspect_app.core.api import Schema
from inspect_app.core.problems import FieldError, InvalidFields, Problem, Stale, flatten

LABELS = {
    "on": "查核日期",
    "method": "查核方式",
    "kind": "查核型態",
    "leader": "領隊",
    "members": "查核委員",
    "conflict": "迴避情事",
    "reason": "理由",
    "correct_by": "改善期限",
    "document": "文號",
    "late_reason": "發文超過七天之原因",
    "party": "補送對象",
    "sha256s": "免補的照片",
    "result": "試驗結果",
    "verdict": "判斷",
    "decided_on": "判定日期",
    "note": "說明",
    "before": "改善前照片",
    "during": "改善中照片",
    "after": "改善後照片",
}
"""Every input by its name; an error of any other field is shown without a link."""

QUESTIONS = {
    "review-result": "改善是否完妥",
    "written-result": "主辦機關審查改善是否完妥",
    "issue-document": "發文文號",
    "written-document": "主辦機關的文號",
    "extend-correct_by": "新的改善期限",
    "extend-reason": "展延理由",
    "extend-document": "同意的文號",
    "send-on-document": "補送的文號",
    "late-reason": "發文超過七天之原因",
    "cancel-reason": "取消理由",
    "waive-reason": "免補理由",
    "declare-reason": "應迴避的事由",
    "review-note": "審查意見",
    "written-note": "審查意見",
    "correct-note": "改善說明",
}
"""Inputs, by form and name, that their form asks for in other words."""

PATH = re.compile(r"^photos\.|\[\d+\].*")
"""What of an error's path is not the input's name."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A form that was not taken: which, what was typed, what is wrong. Inputs have the id `form-name`."""

    form: str = ""
    typed: Mapping[str, Any] | None = None
    errors: tuple[FieldError, ...] = ()
    title: str = ""
    status: int = 200

    def value(self, form: str, name: str, default: Any = "") -> Any:
        """What was typed into an input, or what else to show there."""
        return self.typed.get(name, default) if self.typed is not None and form == self.form else default

    def error(self, form: str, name: str) -> str:
        """What is wrong with an input, or nothing."""
        mine = self.errors if form == self.form else ()
        return next((error.reason for error in mine if error.field == name), "")

    @property
    def summary(self) -> list[FieldError]:
        """The errors by the inputs' ids, each with its label."""
        return [self._linked(error) for error in self.errors]

    def _linked(self, error: FieldError) -> FieldError:
        if error.field not in LABELS:
            return FieldError("", error.reason)
        input_ = f"{self.form}-{error.field}"
        return FieldError(input_, f"{QUESTIONS.get(input_, LABELS[error.field])}：{error.reason}")


def refusal(form: str, problem: Problem) -> Refusal:
    """The form of this request as refused by a problem."""
    errors = [FieldError(PATH.sub("", error.field), error.reason) for error in problem.errors]
    title = "請更正下列項目" if errors else problem.title
    unique = tuple(dict.fromkeys(errors or [FieldError("", problem.detail)]))
    return Refusal(form, typed(), unique, title, problem.status)


def typed() -> dict[str, Any]:
    """The inputs of this request's form, as typed; `members` and `sha256s` are lists."""
    lists = {name: request.form.getlist(name) for name in ("members", "sha256s")}
    return {**request.form.to_dict(), **lists}


def read(schema: Schema, days: Collection[str] = (), **known: Any) -> Any:
    """This request's form through a schema; `days` are typed in years of the Republic, `known` are not typed.

    InvalidFields names every input that is wrong.
    """
    given = {name: text for name in schema.fields if (text := _plain(typed().get(name)))} | known
    wrong: dict[str, FieldError] = {}
    for name in given.keys() & set(days):
        try:
            given[name] = roc.parse(given[name]).isoformat()
        except roc.RocDateError as error:
            wrong[name] = FieldError(name, str(error))
    return _loaded(schema, given, wrong)


def _loaded(schema: Schema, given: dict[str, Any], wrong: dict[str, FieldError]) -> Any:
    try:
        loaded = schema.load(given)
    except ma.ValidationError as error:
        others = [each for each in flatten(error.messages) if each.field not in wrong]
        raise InvalidFields("請依各欄位的說明更正後再送。", errors=[*wrong.values(), *others]) from error
    if wrong:
        raise InvalidFields("請依各欄位的說明更正後再送。", errors=tuple(wrong.values()))
    return loaded


def _plain(value: Any) -> Any:
    return value.strip().replace("\r\n", "\n") if isinstance(value, str) else value


def check_seen(version: int) -> None:
    """Stale when the page that the form stood on showed another version."""
    seen = request.form.get("version")
    if seen is not None and seen != str(version):
        raise Stale("頁面開啟後，資料已有更新。請看過最新內容再送一次；您輸入的內容仍在。")
