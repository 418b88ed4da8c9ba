"""When an item is shown: each comparison, how they are joined, and what unanswered means."""

from collections.abc import Mapping

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forms import conditions
from forms.conditions import Comparison, Condition, Join, holds, items_of, number
from tests.forms_builders import FAIL, NA, PASS, Replies, Reply, complaints, sample

IS_FAIL = Comparison("a", "is", "fail")
BOTH = {"a": FAIL, "b": PASS}


def met(condition: Condition, **answers: Reply) -> bool:
    return holds(condition, answers)


def test_is_compares_the_result() -> None:
    assert met(IS_FAIL, a=FAIL)
    assert not met(IS_FAIL, a=PASS)
    assert not met(IS_FAIL, b=FAIL)


def test_is_compares_what_was_chosen() -> None:
    steel = Comparison("a", "is", "steel")

    assert met(steel, a=Reply(value="steel"))
    assert not met(steel, a=Reply(value="rc"))


def test_what_was_chosen_before_na_no_longer_counts() -> None:
    left = Reply("na", "12")

    assert not met(Comparison("a", "is", "12"), a=left)
    assert not met(Comparison("a", "at_least", 3), a=left)
    assert not met(Comparison("a", "at_most", 30), a=left)
    assert met(Comparison("a", "is", "na"), a=left)


def test_a_judged_item_is_told_by_its_result_alone() -> None:
    form = sample(
        "id: a", "id: b, shown_when: {item: a, is: fail}", "id: c, shown_when: {item: a, in: [fail]}"
    )

    assert complaints(form, {"a": Reply("pass", value="fail")}) == []


def test_in_is_one_of_several() -> None:
    either = Comparison("a", "in", ("rc", "src"))

    assert [met(either, a=Reply(value=word)) for word in ("rc", "src", "steel")] == [True, True, False]


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("3", True, True),
        ("2.99", False, True),
        ("3.01", True, False),
        ("-3", False, True),
        ("+4", True, False),
    ],
)
def test_a_number_is_compared_by_its_size(value: str, least: bool, most: bool) -> None:
    assert met(Comparison("a", "at_least", 3), a=Reply("pass", value)) is least
    assert met(Comparison("a", "at_most", 3), a=Reply("pass", value)) is most


@pytest.mark.parametrize(
    "value", [None, "", "三", "３", "1e9", "NaN", "Infinity", "1_0", " 4", "4 ", "0x9", "4,0"]
)
def test_what_is_no_number_meets_no_bound(value: str | None) -> None:
    assert number(value) is None
    assert not met(Comparison("a", "at_least", -999), a=Reply("pass", value))
    assert not met(Comparison("a", "at_most", 999), a=Reply("pass", value))


def test_a_number_has_at_most_fifteen_digits() -> None:
    assert number("9" * 15) == int("9" * 15)
    assert number("9" * 16) is None


def test_answered_is_a_result_or_a_value() -> None:
    answered = Comparison("a", "answered", with_=True)

    assert [met(answered, a=each) for each in (PASS, NA, Reply(value="x"), Reply(), Reply(value=""))] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert not met(answered)


def test_not_answered_is_met_by_silence() -> None:
    silent = Comparison("a", "answered", with_=False)

    assert met(silent)
    assert met(silent, a=Reply())
    assert not met(silent, a=PASS)


def test_all_needs_each_and_any_needs_one() -> None:
    parts = (IS_FAIL, Comparison("b", "is", "fail"))

    assert not holds(Join("all", parts), BOTH)
    assert holds(Join("any", parts), BOTH)
    assert holds(Join("all", parts), {"a": FAIL, "b": FAIL})
    assert not holds(Join("any", parts), {"a": PASS, "b": PASS})


def test_not_turns_it_round_and_is_met_by_silence() -> None:
    assert not holds(Join("not", (IS_FAIL,)), BOTH)
    assert holds(Join("not", (IS_FAIL,)), {"a": PASS})
    assert holds(Join("not", (IS_FAIL,)), {})


def test_a_condition_names_its_items_in_its_order() -> None:
    read = conditions.read({"any": [{"item": "b", "is": "x"}, {"not": {"item": "a", "at_least": 1}}]}, "f")

    assert list(items_of(read)) == ["b", "a"]


def test_hidden_items_count_as_unanswered() -> None:
    form = sample(
        "id: a",
        "id: b, shown_when: {item: a, is: fail}",
        "id: c, shown_when: {item: b, is: pass}",
        "id: d, shown_when: {not: {item: b, is: pass}}",
    )

    assert complaints(form, {"a": PASS, "d": PASS}) == []
    assert [fault.field for fault in complaints(form, {"a": PASS, "b": PASS, "c": PASS})] == [
        "answers.b",
        "answers.c",
        "answers.d",
    ]


WORDS = st.sampled_from(["a", "b", "c"])
BASE = st.one_of(
    st.builds(Comparison, WORDS, st.just("is"), st.text(max_size=4)),
    st.builds(Comparison, WORDS, st.just("in"), st.lists(st.text(max_size=4), min_size=1).map(tuple)),
    st.builds(Comparison, WORDS, st.sampled_from(["at_least", "at_most"]), st.integers()),
    st.builds(Comparison, WORDS, st.just("answered"), st.booleans()),
)
ANY = st.recursive(
    BASE,
    lambda inner: st.one_of(
        st.builds(Join, st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Join, st.just("not"), st.tuples(inner)),
    ),
    max_leaves=8,
)
VALUES = st.one_of(st.none(), st.text(max_size=30), st.decimals().map(str), st.integers().map(str))
ANSWERS = st.dictionaries(
    WORDS, st.builds(Reply, st.sampled_from([None, "pass", "fail", "na"]), VALUES), max_size=3
)


@given(ANY, ANSWERS)
def test_any_answers_can_be_judged(condition: Condition, answers: Replies) -> None:
    assert holds(condition, answers) is not holds(Join("not", (condition,)), answers)


@given(ANY)
def test_what_is_read_is_what_was_written(condition: Condition) -> None:
    assume(_depth(condition) <= conditions.DEEPEST)

    assert conditions.read(_written(condition), "f") == condition


def _depth(condition: Condition) -> int:
    return 1 + max(map(_depth, condition.parts)) if isinstance(condition, Join) else 1


def _written(condition: Condition) -> Mapping[str, object]:
    if isinstance(condition, Comparison):
        with_ = list(condition.with_) if isinstance(condition.with_, tuple) else condition.with_
        return {"item": condition.item, condition.how: with_}
    parts = [_written(part) for part in condition.parts]
    return {condition.how: parts[0] if condition.how == "not" else parts}
