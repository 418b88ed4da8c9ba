"""Deadlines: the record (作業辦法 art. 9), the monthly update of the tender system, the quarterly return.

run("deadline", {"rule": "inspection_record", "from": "2022-01-05"})
"""

from collections.abc import Mapping
from datetime import MAXYEAR, date, timedelta

from scoring import lawbook
from scoring.calendars import count_working_days, following
from scoring.errors import CalendarNotKnown, InvalidInput, RuleNotInForce
from scoring.fields import Fields
from scoring.types import Step, step

INSPECTION_RECORD, TENDER_UPDATE, QUARTERLY_RETURN = RULES = (
    "inspection_record",
    "tender_update",
    "quarterly_return",
)
_KEYS = {
    INSPECTION_RECORD: frozenset({"rule", "from", "closures"}),
    TENDER_UPDATE: frozenset({"rule", "month", "day"}),
    QUARTERLY_RETURN: frozenset({"rule", "year", "quarter"}),
}
_ANY_KEY = frozenset().union(*_KEYS.values())


def run(request: Mapping[str, object]) -> dict[str, object]:
    """Answer the command `deadline`; ScoringError when the request is not right."""
    rule = _rule(request)
    fields = Fields.of(request, "", _KEYS[rule])
    due = {
        INSPECTION_RECORD: _inspection_record,
        TENDER_UPDATE: _tender_update,
        QUARTERLY_RETURN: _quarterly_return,
    }[rule](fields)
    return {"due_on": due["value"], "steps": [due]}


def _rule(request: Mapping[str, object]) -> str:
    """Return the rule asked for; a key that no rule takes is told first."""
    known = request.get("rule")
    keys = _KEYS.get(known, _ANY_KEY) if isinstance(known, str) else _ANY_KEY
    return Fields.of(request, "", keys).word("rule", RULES)


def record_due(inspected_on: date, closures: frozenset[date]) -> Step:
    """Return when the record of an inspection is due, with the ledger of counted days.

    RuleNotInForce before 2002-08-23; CalendarNotKnown when a day counted lies in an unknown year.
    """
    law = lawbook.at(inspected_on)
    rule = law.inspection.record_deadline
    ledger = count_working_days(inspected_on, rule.working_days, closures, law.known_years)
    inputs: dict[str, object] = {
        "from": inspected_on.isoformat(),
        "working_days": rule.working_days,
        "days": [day.as_dict() for day in ledger],
    }
    return step("deadline.inspection_record", rule.source.citation, inputs, ledger[-1].day.isoformat())


def _inspection_record(fields: Fields) -> Step:
    inspected_on, closures = fields.day("from"), frozenset(fields.days("closures"))
    try:
        return record_due(inspected_on, closures)
    except (RuleNotInForce, CalendarNotKnown) as missing:
        raise type(missing)(missing.detail, "from", missing.rule, missing.inputs) from None


def update_due(month: date, day: int | None) -> tuple[date, str]:
    """Return by when a month's progress is filed, and the rule: a day of the next month, by default the local one.

    InvalidInput for the last month of the calendar.
    """
    if (due_month := following(month)) is None:
        detail = "Give an earlier month: the calendar ends with year 9999."
        raise InvalidInput(detail, "month", "deadline.beyond_calendar")
    local = lawbook.at(due_month).local.filing_day
    return due_month.replace(day=local.day if day is None else day), local.source.citation


def _tender_update(fields: Fields) -> Step:
    month, day = fields.month("month"), fields.whole("day", 1, 28) if "day" in fields else None
    due_on, article = update_due(month, day)
    inputs: dict[str, object] = {"month": month.isoformat()[:7], "day": due_on.day}
    return step("deadline.tender_update", article, inputs, due_on.isoformat())


def _quarterly_return(fields: Fields) -> Step:
    year, quarter = fields.whole("year", 1, MAXYEAR), fields.whole("quarter", 1, 4)
    if (begins := following(date(year, 3 * quarter, 1))) is None:
        raise _beyond_calendar()
    try:
        rule = lawbook.at(begins).organisation.quarterly_return
    except RuleNotInForce as missing:
        raise RuleNotInForce(missing.detail, "year", missing.rule, missing.inputs) from None
    due_on = _month_end(begins, rule.months_after)
    inputs: dict[str, object] = {"year": year, "quarter": quarter, "months_after": rule.months_after}
    return step("deadline.quarterly_return", rule.source.citation, inputs, due_on.isoformat())


def _month_end(begins: date, months: int) -> date:
    """Return the last day of the last of so many months, the first of which begins on `begins`."""
    end: date | None = begins
    for _ in range(months):
        end = following(end) if end else None
    if end is None:
        raise _beyond_calendar()
    return end - timedelta(days=1)


def _beyond_calendar() -> InvalidInput:
    detail = "Give an earlier year: the calendar ends with year 9999."
    return InvalidInput(detail, "year", "deadline.beyond_calendar")
