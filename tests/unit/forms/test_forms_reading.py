"""A checklist's file is read strictly: what is wrong is told with file, line and what to do."""

import re
import subprocess
import sys

import pytest

from forms import schema
from forms.catalogue import catalogue
from forms.conditions import Comparison
from forms.errors import InvalidData
from forms.reading import define
from forms.text import Text
from tests.forms_builders import NAME, sample, sheet

FIRST = "id: a-01"
NUMBER = "id: a-01, kind: number, unit: mm"
BOUND = "id: n-01, kind: number, unit: mm, low: -5, high: 10"
CHOICE = "id: a-01, kind: choice, choices: [{id: x, text: 甲, en: X}]"


def refusal(data: bytes) -> str:
    with pytest.raises(InvalidData) as caught:
        define(data, NAME, catalogue().knows)
    return str(caught.value)


def test_every_field_of_an_item_is_read() -> None:
    form = sample(
        "id: a-01, kind: number, text: 厚, en: Thick, help: 量, help_en: Measure, unit: mm, low: -5, high: 5, "
        "decimals: 2, optional: true, on_fail: {codes: ['5.02'], photo: true, note: true}",
        "id: a-02, kind: choice, choices: [{id: x, text: 甲, en: X}], shown_when: {item: a-01, at_least: 1}",
        "id: a-03, kind: signature, role: leader",
    )

    number, choice, signature = form.by_id.values()
    assert (number.text, number.en, number.help) == ("厚", "Thick", Text("量", "Measure"))
    assert (number.unit, number.low, number.high, number.decimals) == ("mm", -5, 5, 2)
    assert number.optional
    assert number.on_fail == schema.Demands(("5.02",), photo=True, note=True)
    assert choice.choices == (schema.Choice("x", Text("甲", "X")),)
    assert choice.shown_when == Comparison("a-01", "at_least", 1)
    assert signature.role == "leader"


def test_a_checklist_names_its_works_and_its_mark_sheet() -> None:
    head = 'code: "sample"\nversion: 1\nen: Sheet\nworks: road\nmark_sheet: 1'
    form = define(sheet(FIRST, head=head), NAME)

    assert (form.en, form.works, form.mark_sheet) == ("Sheet", "road", 1)


def test_without_them_it_is_a_general_one_with_no_mark_sheet() -> None:
    form = sample(FIRST)

    assert (form.en, form.works, form.mark_sheet) == ("", "general", None)


ITEMS = [
    (f"{FIRST}, {FIRST}", "8: id is given twice; keep one"),
    (f"{FIRST}, kind: maybe", "8: kind must be one of check, value, number"),
    (f"{FIRST}, colour: red", "8: unknown key colour; remove it, or use one of id, text"),
    ("id: 1", "8: id must be of type str"),
    (f"{FIRST}, optional: 'yes'", "8: optional must be of type bool"),
    (f"{FIRST}, text: ' '", "8: text must have 1 to 30 characters"),
    (f"{FIRST}, text: {'長' * 31}", "it has 31"),
    (f"{FIRST}, en: {'x' * 91}", "8: en must have 1 to 90 characters"),
    (f"{FIRST}, help: 量", "8: help_en must have 1 to 320"),
    (f"{FIRST}, help_en: Measure", "8: help must have 1 to 160"),
    ("id: A-01", "8: id 'A-01' must be lower-case ASCII"),
    (f"{FIRST}, unit: mm", "8: unit has no meaning for an item of kind check; remove it"),
    (f"{FIRST}, kind: text, on_fail: {{note: true}}", "8: on_fail has no meaning for an item of kind text"),
    (
        f"{FIRST}, kind: text, role: leader, choices: []",
        "8: choices, role has no meaning for an item of kind text",
    ),
    (f"{FIRST}, kind: number", "8: an item of kind number needs unit"),
    (f"{FIRST}, kind: number, unit: ''", "needs unit"),
    (f"{FIRST}, kind: choice", "8: an item of kind choice needs choices"),
    (f"{FIRST}, kind: choice, choices: []", "needs choices"),
    (f"{FIRST}, kind: signature", "8: an item of kind signature needs role"),
    (f"{FIRST}, kind: signature, role: 領隊", "8: role '領隊' must be lower-case letters"),
    (f"{NUMBER}, low: 2, high: 1", "8: low must not exceed high"),
    (f"{NUMBER}, decimals: 7", "decimals lie from 0 to 6"),
    (f"{NUMBER}, decimals: -1", "decimals lie from 0 to 6"),
    (f"{NUMBER}, low: 0.5", "8: low must be of type int"),
    ("id: a-01, kind: choice, choices: [{id: x, text: 甲}]", "8: en is missing; add it"),
    (CHOICE.replace("]", ", {id: x, text: 乙, en: Y}]"), "8: choice x is used twice"),
    (f"{FIRST}, on_fail: {{codes: ['5.99.99']}}", "8: '5.99.99' is not in the defect catalogue; use a code"),
    (
        f"{FIRST}, on_fail: {{codes: [5.02]}}",
        "5.02 is not in the defect catalogue; use a code that it has, in quotes",
    ),
    (f"{FIRST}, on_fail: {{points: 3}}", "8: unknown key points"),
    (f"{FIRST}, on_fail: {{photo: 1}}", "8: photo must be of type bool"),
]


@pytest.mark.parametrize(("item", "reason"), ITEMS)
def test_an_unsound_item_is_refused_with_its_line(item: str, reason: str) -> None:
    said = refusal(sheet(item))

    assert said.startswith(f"{NAME}:8: ")
    assert reason in said


def test_the_line_is_that_of_the_second_key() -> None:
    said = refusal(b'code: "sample"\nversion: 1\ntitle: "x"\nsections: []\n\ntitle: "y"\n')

    assert said == f"{NAME}:6: title is given twice; keep one of them."


def test_an_id_is_used_once_in_the_whole_file() -> None:
    assert refusal(sheet(FIRST, "id: a-02", FIRST)).startswith(f"{NAME}:10: a-01 is used twice")


def test_an_id_that_is_no_word_is_refused_too() -> None:
    assert "id must be of type str" in refusal(sheet("id: [a]", "id: [a]").replace(b"id: [a]", b"id: [b]", 1))


def test_a_section_without_items_is_refused() -> None:
    assert refusal(sheet()) == f"{NAME}:5: section s has no items; add one, or remove it."


def test_a_section_named_twice_is_refused() -> None:
    twice = sheet(FIRST).decode() + "  - {id: s, title: 再, items: [{id: b-01, kind: check, text: 題}]}\n"

    assert refusal(twice.encode()).startswith(f"{NAME}:9: s is used twice")


@pytest.mark.parametrize(
    ("data", "line"),
    [(b"code: sample\ntitle: [", 2), (b"code: sample\n'", 2), (b"\xff\xfe\xff", 1), (b"a: 1\nb: *x", 2)],
)
def test_what_is_not_yaml_is_refused_with_its_line(data: bytes, line: int) -> None:
    assert refusal(data).startswith(f"{NAME}:{line}: this is not YAML: ")


@pytest.mark.parametrize("open_", [b"{a: ", b"[", b"- ", b"? ", b"[ # ]\n"])
@pytest.mark.parametrize("times", [60, 50_000])
def test_a_file_nested_too_deep_is_refused(open_: bytes, times: int) -> None:
    """In a process of its own: what is not refused may end it."""
    probe = (
        "import sys\nfrom forms.datafiles import parse\nfrom forms.errors import InvalidData\n"
        "try: parse(sys.stdin.buffer.read(), 'x')\nexcept InvalidData as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", probe], input=open_ * times, capture_output=True, check=True)

    assert re.fullmatch(
        rb"x:[0-9]+: (nested too deep; split what is inside|this is not YAML: .*)\.\n", run.stdout
    )


def test_what_should_be_a_mapping_is_told_by_the_line_it_stands_inside() -> None:
    rows = b'code: "sample"\nversion: 1\ntitle: x\nsections:\n  - id: s\n    title: x\n    items:\n      - a-01\n'

    assert refusal(rows).startswith(f"{NAME}:5: expected a mapping with id, text, kind, not 'a-01'")
    assert refusal(rows[: rows.index(b"  - id")] + b"  - s\n").startswith(f"{NAME}:1: expected a mapping")
    assert refusal(sheet(CHOICE.replace("{id: x, text: 甲, en: X}", "x"))).startswith(f"{NAME}:8: expected")


@pytest.mark.parametrize("data", [b"", b"- a", b"text", b"7"])
def test_a_file_that_holds_no_mapping_is_refused(data: bytes) -> None:
    assert "expected a mapping with code, version" in refusal(data)


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ('code: "sample"\nversion: 1\nworks: bridge', "works must be one of general, building, road"),
        ('code: "sample"\nversion: 1\nmark_sheet: "1"', "mark_sheet must be of type int"),
        ('code: "sample"\nversion: 1\nen: ""', "en must have 1 to 90"),
    ],
)
def test_an_unsound_head_is_refused(head: str, reason: str) -> None:
    said = refusal(sheet(FIRST, head=head))

    assert said.startswith(f"{NAME}:1: ")
    assert reason in said


# --- conditions ----------------------------------------------------------------------------------------------


def conditional(condition: str, *before: str) -> bytes:
    """The items before, from line 8, and after them one that is shown on the condition."""
    return sheet(*before, f"id: b-01, shown_when: {condition}", "id: c-01")


CONDITIONS = [
    ("{item: z-09, is: fail}", "the condition asks about z-09, which is no item; correct its id"),
    ("{item: c-01, is: fail}", "the condition asks about c-01, which comes later; move it before"),
    ("{item: b-01, is: fail}", "the condition of b-01 asks about itself; ask about an earlier item"),
    ("{item: a-01, is: maybe}", "a-01 is never maybe; use pass, fail, na"),
    ("{item: a-01, in: [pass, never]}", "a-01 is never never; use pass, fail, na"),
    ("{item: v-01, is: '12'}", "v-01 is never 12; use pass, fail, na"),
    ("{item: n-01, at_least: 11}", "n-01 is never at_least 11; mind its low and high"),
    ("{item: n-01, at_most: -6}", "n-01 is never at_most -6; mind its low and high"),
    ("{item: a-01, at_least: 3}", "at_least asks for a number, and a-01 is a check"),
    ("{item: a-01}", "beside item give exactly one of is, in, at_least"),
    ("{item: a-01, is: pass, in: [fail]}", "beside item give exactly one of"),
    ("{item: a-01, above: 3}", "unknown key above"),
    ("{item: a-01, is: true}", "is must be of type str"),
    ("{item: a-01, in: []}", "in takes a list of words"),
    ("{item: a-01, in: [1]}", "in takes a list of words"),
    ("{all: []}", "all needs at least one condition"),
    ("{all: [{item: a-01, is: pass}], any: []}", "give item, or exactly one of all, any, not"),
    ("{}", "give item, or exactly one of all, any, not"),
    ("{any: [pass]}", "a condition is a mapping such as {item: ID, is: fail}"),
    ("{not: [pass]}", "not must be of type dict"),
]


@pytest.mark.parametrize(("condition", "reason"), CONDITIONS)
def test_an_unsound_condition_is_refused_with_its_line(condition: str, reason: str) -> None:
    said = refusal(conditional(condition, FIRST, "id: v-01, kind: value", BOUND))

    assert said.startswith(f"{NAME}:11: ")
    assert reason in said


@pytest.mark.parametrize("bound", ["at_least: 10", "at_most: -5", "at_least: -99", "at_most: 99"])
def test_a_condition_may_ask_for_the_bounds_themselves(bound: str) -> None:
    define(conditional(f"{{item: n-01, {bound}}}", BOUND), NAME)


@pytest.mark.parametrize("word", ["pass", "fail", "na"])
def test_no_choice_is_called_as_a_result_is(word: str) -> None:
    said = refusal(sheet(CHOICE.replace("id: x", f"id: {word}")))

    assert said == f"{NAME}:8: choice {word} is what a result is called; name it otherwise."


@pytest.mark.parametrize("kind", ["photo", "signature, role: leader"])
def test_a_condition_cannot_ask_about_what_says_nothing(kind: str) -> None:
    before = f"id: a-01, kind: {kind}"

    assert "a condition asks about the other kinds" in refusal(
        conditional("{item: a-01, answered: true}", before)
    )


def test_a_condition_on_a_choice_names_one_of_its_answers() -> None:
    assert "a-01 is never y; use x, na" in refusal(conditional("{item: a-01, is: y}", CHOICE))
    define(conditional("{item: a-01, in: [x, na]}", CHOICE), NAME)


def test_conditions_that_wait_for_each_other_are_refused() -> None:
    first, second = (
        "id: a-01, shown_when: {item: b-01, is: pass}",
        "id: b-01, shown_when: {item: a-01, is: pass}",
    )

    assert (
        refusal(sheet(first, second)) == f"{NAME}:8: a-01 and b-01 wait for each other; remove one condition."
    )


def test_a_longer_circle_is_found_too() -> None:
    circle = [f"id: {a}-01, shown_when: {{not: {{item: {b}-01, is: pass}}}}" for a, b in ("ab", "bc", "ca")]

    assert "a-01 and b-01 wait for each other" in refusal(sheet(*circle))


def nested(depth: int) -> str:
    return "{not: " * (depth - 1) + "{item: a-01, is: pass}" + "}" * (depth - 1)


def test_a_condition_may_be_five_deep_and_no_deeper() -> None:
    define(conditional(nested(5), FIRST), NAME)
    assert "nested 5 deep; split the item" in refusal(conditional(nested(6), FIRST))


@pytest.mark.parametrize("bounds", ["high: -5", "low: 5", "low: -5, high: -5"])
def test_one_bound_alone_may_lie_on_either_side_of_zero(bounds: str) -> None:
    assert sample(f"{NUMBER}, {bounds}").item_ids == ("a-01",)
