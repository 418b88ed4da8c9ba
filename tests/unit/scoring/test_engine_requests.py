"""Every field of every command, wrong in turn: always the right error, at its place, and never anything else."""

import ast
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_builders import GOOD, Json, good, refused

import scoring
from scoring.explain import explain_error
from scoring.sentences.mistakes import MISTAKES
from scoring.strict_json import Unread

ENGINE = Path(scoring.__file__).parent
CODES = {"invalid_input", "unknown_field", "rule_not_in_force", "calendar_not_known"}
Place = tuple[str | int, ...]

NO_TEXT: tuple[object, ...] = (None, True, 1, [], {}, "", " \u3000\t", Unread("1.5"), "\ud800")
NO_WHOLE: tuple[object, ...] = (None, True, "1", [], {}, -1, 10**18 + 1, 10**5000, Unread("1.0"))
NO_FLAG: tuple[object, ...] = (None, 0, 1, "true", [], {})
NO_LIST: tuple[object, ...] = (None, True, 1, "x", {})
NO_OBJECT: tuple[object, ...] = (None, True, 1, "x", [])
WRONG: dict[type, tuple[object, ...]] = {
    str: NO_TEXT,
    int: NO_WHOLE,
    bool: NO_FLAG,
    list: NO_LIST,
    dict: NO_OBJECT,
}
OPTIONAL = {
    "grade": {"outside", "findings", "pending_tests", "marks[0].outside"},
    "quota": {
        *("as_of", "inspections", "overrides", "visits_per_month", "inspections[0].count"),
        *("tenders[0].own", "tenders[0].count", "tenders[1].own", "tenders[1].count"),
    },
    "penalty": {
        *("on", "cap_twd"),
        *(f"deductions[0].{key}" for key in ("also", "multiplier", "allowed", "severity")),
    },
    "deadline": {"closures"},
    "filing": {"day", "entries[0].must_file", "entries[0].filed_at", "entries[1].filed_at"},
    "progress": {"limit"},
    "priorities": {
        f"tenders[0].{key}" for key in GOOD["priorities"]["tenders"][0] if key not in ("id", "budget_twd")
    }
    - {"tenders[0].planned", "tenders[0].actual"},
    "draw": {f"tenders[{i}].weight" for i in range(3)},
    "replay": {"request.limit"},
}
"""Every key that may be left out of the good requests; all others are required."""


def places(value: object, at: Place = ()) -> Iterator[tuple[Place, object]]:
    """Every value inside a request, with its place; what replay compares is anybody's."""
    if at:
        yield at, value
    if at == ("result",):
        return
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield from places(child, (*at, key))


def path(at: Place) -> str:
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in at)
    return text.removeprefix(".")


def changed(command: str, at: Place, value: object) -> Json:
    """A good request with the value at a place replaced; `...` takes it away."""
    request = deepcopy(GOOD[command])
    parent: Any = request
    for key in at[:-1]:
        parent = parent[key]
    if value is ...:
        del parent[at[-1]]
    else:
        parent[at[-1]] = value
    return request


def is_right(at: Place, value: object) -> bool:
    """Tell the two values that are right all the same: nothing filed, and a whole number as a limit."""
    return (at[-1] == "filed_at" and value is None) or (at[-1] == "limit" and type(value) is int)


def error_of(command: str, request: Json) -> scoring.ScoringError | None:
    """The error of a request, or None when it has an answer."""
    try:
        scoring.run(command, request)
    except scoring.ScoringError as wrong:
        return wrong
    return None


EVERY_PLACE = [(command, at, value) for command, request in GOOD.items() for at, value in places(request)]


@pytest.mark.parametrize("command", GOOD)
def test_the_good_requests_are_good(command: str) -> None:
    assert scoring.run(command, GOOD[command])["steps"]


@pytest.mark.parametrize(
    ("command", "at", "value"), EVERY_PLACE, ids=[f"{command} {path(at)}" for command, at, _ in EVERY_PLACE]
)
def test_a_value_of_the_wrong_type_is_told_at_its_place(command: str, at: Place, value: object) -> None:
    for wrong in WRONG[str if value is None else type(value)]:
        if is_right(at, wrong):
            continue
        error = refused(command, changed(command, at, wrong))
        said = explain_error(error)

        assert (error.code, error.field) == ("invalid_input", path(at))
        assert 0 < len(error.detail) < 400
        assert said.endswith("。")
        assert "{" not in said


@pytest.mark.parametrize("command", GOOD)
def test_a_missing_key_is_told_unless_it_is_optional(command: str) -> None:
    optional = set()
    for at, _ in places(GOOD[command]):
        if isinstance(at[-1], int):
            continue
        error = error_of(command, changed(command, at, ...))
        if error is None:
            optional.add(path(at))
        else:
            assert (error.code, error.field) == ("invalid_input", path(at))

    assert optional == OPTIONAL[command]


@pytest.mark.parametrize("command", GOOD)
def test_an_unknown_key_is_told_before_anything_else_in_its_object(command: str) -> None:
    for at, value in [((), GOOD[command]), *places(GOOD[command])]:
        if isinstance(value, dict) and at != ("result",):
            rubbish = {key: each if key in ("rule", "command") else [[]] for key, each in value.items()}
            strange = {**rubbish, "x y": 1}
            error = refused(command, changed(command, at, strange) if at else strange)
            assert (error.code, error.field) == ("unknown_field", path((*at, "x y")))
            assert explain_error(error).startswith("沒有這個欄位")


@pytest.mark.parametrize("word", ["\u202eabc", "a\x00b", "x" * 100_000, "۱۲", "𠮷", "\u202e", "{0}", "%s"])
def test_strange_names_are_taken_as_they_are(word: str) -> None:
    answer = scoring.run("filing", good("filing", entries=[{"tender": word, "agency": word}]))

    assert answer["flagged"] == [word]
    assert answer["agencies"] == [{"agency": word, "due": 1, "on_time": 0, "late": 0, "missing": 1}]


@pytest.mark.parametrize(
    "time",
    [
        *("2026-11-06", "2026-11-06T10:00:00", "2026-11-06 10:00:00+08:00", "2026-11-06T10:00:00+0800"),
        *(
            "2026-11-06T24:00:00+08:00",
            "2026-11-06T23:59:60Z",
            "2026-11-06T23:60:00Z",
            "2026-11-06T10:00:00+08:60",
        ),
        *(
            "2026-11-06T10:00:00+24:00",
            "2026-02-30T10:00:00Z",
            "0000-01-01T00:00:00Z",
            "2026-11-06T10:00:00 Z",
        ),
        *(
            "2026-11-06T10:00:00.Z",
            "2026-11-06T10:00:00.1234567Z",
            "2026-11-06T10Z",
            "２０２６-11-06T10:00:00Z",
        ),
        *("20261106T100000Z", "2026-11-06t10:00:00z", "2026-11-06T10:00:00Z\n", "now", "1762423200"),
    ],
)
def test_a_time_that_is_not_plain_is_not_guessed(time: str) -> None:
    error = refused("filing", good("filing", as_of=time))

    assert (error.code, error.field) == ("invalid_input", "as_of")
    assert refused(
        "filing", good("filing", entries=[{"tender": "T", "agency": "A", "filed_at": time}])
    ).field == ("entries[0].filed_at")


@pytest.mark.parametrize(
    "day", ["2024-02-30", "20240501", "2024-5-1", "113-05-01", "2024-05-01T00:00:00Z", "２０２４-05-01"]
)
def test_a_day_that_is_not_plain_is_not_guessed(day: str) -> None:
    assert refused("grade", good("grade", inspected_on=day)).field == "inspected_on"


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-00", "2026-1", "202610", "2026-10-01", "0000-01", "115-10"]
)
def test_a_month_that_is_not_plain_is_not_guessed(month: str) -> None:
    assert refused("filing", good("filing", month=month)).field == "month"


@pytest.mark.parametrize(
    "text", ["1000", "1.234", ".5", "5.", "-1", "+1", "1e1", "1,0", " 1", "1 ", "٣", "", "50%"]
)
def test_a_decimal_that_is_not_plain_is_not_guessed(text: str) -> None:
    tenders = [{"planned": "1", "actual": "1"}, {"planned": "1", "actual": text}]

    assert refused("progress", {"tenders": tenders}).field == "tenders[1].actual"


@pytest.mark.parametrize(
    ("command", "changes", "field"),
    [
        ("quota", {"as_of": "2025-01-01"}, "as_of"),
        ("quota", {"as_of": "2023-12-31"}, "as_of"),
        ("quota", {"year": 0}, "year"),
        ("quota", {"year": 10_000}, "year"),
        ("quota", {"tenders": [{"id": "L", "budget_twd": 1}] * 2}, "tenders[1].id"),
        ("quota", {"tenders": [{"id": "L", "budget_twd": 1, "count": 0}]}, "tenders[0].count"),
        ("quota", {"tenders": [{"id": "S", "budget_twd": 1}]}, "inspections[0].tender"),
        ("quota", {"tenders": [{"id": "l", "budget_twd": 1}]}, "inspections[0].tender"),
        ("quota", {"tenders": [{"id": "L ", "budget_twd": 1}]}, "inspections[0].tender"),
        (
            "quota",
            {
                "tenders": [{"id": "L", "budget_twd": 1}],
                "inspections": [{"tender": "L", "on": "1999-01-01", "kind": "agency_check", "count": 2}],
            },
            "inspections[0].count",
        ),
        (
            "quota",
            {"inspections": [{"tender": "L", "on": "2024-01-01", "kind": "visit"}]},
            "inspections[0].kind",
        ),
        ("penalty", {"deductions": [{"code": "x", "party": "owner", "points": 1}]}, "deductions[0].party"),
        ("filing", {"day": 29}, "day"),
        ("filing", {"day": 0}, "day"),
        ("deadline", {"rule": "tea", "from": ..., "closures": ...}, "rule"),
        ("priorities", {"tenders": [{"id": "A", "budget_twd": 1}] * 2}, "tenders[1].id"),
        ("draw", {"tenders": [{"id": "A"}, {"id": "A"}]}, "tenders[1].id"),
        ("draw", {"seed": "x" * 15}, "seed"),
        ("draw", {"seed_sha256": "0" * 64}, "seed"),
        ("draw", {"count": 0}, "count"),
        ("replay", {"command": "weather"}, "command"),
        ("grade", {"marks": []}, "marks"),
        ("grade", {"outside": ["c"]}, "outside[0]"),
    ],
)
def test_a_rule_between_fields_is_told_at_its_place(command: str, changes: Json, field: str) -> None:
    error = refused(command, good(command, **changes))

    assert (error.code, error.field) == ("invalid_input", field)
    assert explain_error(error) not in (MISTAKES["invalid_input"], "")


@pytest.mark.parametrize(
    ("command", "changes", "code"),
    [
        (
            "grade",
            {"inspected_on": "2000-01-01", "marks": [{"member": "a", "total": 1}] * 2},
            "invalid_input",
        ),
        ("grade", {"inspected_on": "2000-01-01", "x": 1}, "unknown_field"),
        ("quota", {"year": 2001, "as_of": "2002-01-01", "overrides": [], "inspections": []}, "invalid_input"),
        ("deadline", {"from": "1999-01-01", "closures": ["x"]}, "invalid_input"),
        ("deadline", {"from": "1999-01-01"}, "rule_not_in_force"),
        ("deadline", {"from": "2010-01-01"}, "calendar_not_known"),
        ("penalty", {"on": "2012-05-16"}, "rule_not_in_force"),
    ],
)
def test_one_error_is_told_in_the_order_of_the_contract(command: str, changes: Json, code: str) -> None:
    assert refused(command, good(command, **changes)).code == code


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(st.data(), st.sampled_from(sorted(GOOD)))
def test_whatever_stands_anywhere_there_is_an_answer_or_one_of_four_errors(
    data: st.DataObject, command: str
) -> None:
    at, _ = data.draw(st.sampled_from(list(places(GOOD[command]))))
    error = error_of(command, changed(command, at, data.draw(json_values)))

    assert error is None or (error.code in CODES and explain_error(error))


# --- every mistake has its sentence -----------------------------------------------------------------------


def errors(module: Path) -> Iterator[tuple[int, ast.expr | None]]:
    """Every error that a module makes: its line, and the rule it names."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        names = {"InvalidInput", "UnknownField", "RuleNotInForce", "CalendarNotKnown"}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            named = {word.arg: word.value for word in node.keywords}
            yield node.lineno, node.args[2] if len(node.args) > 2 else named.get("rule")


WITHOUT_FIELD = {"__main__.py", "arguments.py", "lawlist.py", "strict_json.py", "explain.py"}
"""Their errors are about the call, not about a field that a person filled in."""


def test_every_error_of_a_field_names_a_mistake_that_has_a_sentence() -> None:
    missing = [
        f"{module.name}:{line}"
        for module in sorted(ENGINE.rglob("*.py"))
        if module.name not in WITHOUT_FIELD
        for line, rule in errors(module)
        if rule is None or (isinstance(rule, ast.Constant) and rule.value not in MISTAKES)
    ]

    assert missing == []


def test_no_sentence_is_left_over() -> None:
    text = "".join(module.read_text("utf-8") for module in ENGINE.glob("*.py"))

    assert [rule for rule in MISTAKES if f'"{rule}"' not in text] == []
