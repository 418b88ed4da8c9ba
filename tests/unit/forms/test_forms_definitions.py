"""The checklists of this generation: bilingual, in the order of a visit, demanding what exists and fits."""

import re
from itertools import chain

import pytest

from forms.catalogue import catalogue
from forms.conditions import holds
from forms.marksheet import mark_sheet
from forms.published import every, load, newest
from forms.schema import FormDefinition, FormItem
from tests.forms_builders import FAIL, Replies, Reply, complaints, reply, visit, ways

FORMS = list(newest())
CODES = [form.code for form in FORMS]
SIGNERS = {"leader", "contractor", "supervisor", "agency"}

FITTING = {
    "opening": r"4\.02\.(03|05|13|14|99)|4\.03\.(08|11|12|13|14)|5\.14\.05",
    "walk": r"5\.0[1-9]|5\.10\.19|5\.1[4-7]|4\.03\.(10|14)",
    "documents": r"4\.0[123]|5\.04\.(06|57)|5\.07\.(02\.06|02\.23|04\.30|05\.(01|12)|07\.(27|29)|08\.10|14)"
    r"|5\.10|5\.14\.(02\.06|04|10)|5\.15|5\.16\.01|6\.01|7\.02",
    "tests": r"5\.",
}
"""The codes that a section may demand."""

TRADES = {
    "construction-inspection": {
        "5.01",
        "5.02",
        "5.03",
        "5.04",
        "5.05",
        "5.06",
        "5.08",
        "5.14",
        "5.16",
        "6.01",
    },
    "building-works": {"5.01", "5.02", "5.03", "5.04", "5.08", "5.10.01", "5.10.02", "5.10.03", "5.14.02"},
    "road-works": {"5.07.02.11", "5.07.02.12", "5.07.02.18", "5.10.10", "5.10.04", "5.15"},
    "drainage-works": {"5.02", "5.07.02.10", "5.07.02.16", "5.07.12", "5.10.12", "5.14.06", "5.16"},
    "slope-works": {"5.06", "5.07.01.12", "5.07.02.04", "5.07.02.05", "5.07.02.19", "5.07.14", "5.10.14"},
    "equipment-works": {
        "5.07.04",
        "5.07.05",
        "5.07.06",
        "5.07.07",
        "5.07.08",
        "5.07.09",
        "5.10.05",
        "5.10.17",
    },
}
"""What belongs to a trade: each is demanded by some item."""

FOREIGN = {
    "building-works": r"5\.07\.0[23]|5\.07\.1[123]|5\.10\.1[02]|5\.15",
    "road-works": r"5\.0[34]|5\.07\.0[356789]|5\.07\.1|5\.10\.0[2356789]",
    "drainage-works": r"5\.04|5\.07\.0[4789]|5\.10\.10",
    "slope-works": r"5\.04|5\.07\.0[3-9]|5\.10\.(05|06|08|09|10)",
    "equipment-works": r"5\.0[1236]|5\.07\.0[23]|5\.10\.(01|02|10|12)|5\.15",
}
"""What belongs to another trade: no item demands it."""

each_form = pytest.mark.parametrize("form", FORMS, ids=CODES)


def demanded(form: FormDefinition) -> set[str]:
    return {code for item in form.by_id.values() if item.on_fail for code in item.on_fail.codes}


def covers(wanted: str, code: str) -> bool:
    return code == wanted or code.startswith(f"{wanted}.")


def defects(form: FormDefinition, answers: Replies) -> set[str]:
    """A code for every fail that demands one."""
    failed = [form.by_id[id_].on_fail for id_, answer in answers.items() if answer.result == "fail"]
    return {on_fail.codes[0] for on_fail in failed if on_fail and on_fail.codes}


def failing(form: FormDefinition, chosen: Replies) -> Replies:
    """Every judged item shown fails, without what that demands."""
    behind = {"pg-02": Reply("fail", "-12.5")}
    return visit(form, behind | chosen, "fail")


def every_way(form: FormDefinition) -> list[Replies]:
    """Answers to the choices at the start, one of each after the other."""
    choices = [item for item in form.by_id.values() if item.kind == "choice"]
    return [{item.id: Reply(value=choice.id)} for item in choices for choice in item.choices]


def test_there_is_one_for_each_kind_of_works() -> None:
    assert [(form.works, form.code, form.version) for form in FORMS] == [
        ("general", "construction-inspection", 2),
        ("building", "building-works", 1),
        ("road", "road-works", 1),
        ("drainage", "drainage-works", 1),
        ("slope", "slope-works", 1),
        ("equipment", "equipment-works", 1),
    ]


@each_form
def test_its_sections_are_in_the_order_of_a_visit(form: FormDefinition) -> None:
    assert [section.id for section in form.sections] == ["opening", "walk", "documents", "tests", "closing"]
    assert [section.title[:2] for section in form.sections] == ["一、", "二、", "三、", "四、", "五、"]


@each_form
def test_it_can_be_done_in_a_visit(form: FormDefinition) -> None:
    assert 35 <= len(form.item_ids) <= 60


@each_form
def test_every_word_is_bilingual(form: FormDefinition) -> None:
    assert form.en
    assert [section.id for section in form.sections if not section.en] == []
    assert [item.id for item in form.by_id.values() if not item.en.isascii() and item.kind != "number"] == []
    assert [
        item.id for item in form.by_id.values() if not item.en or not re.search("[一-鿿]", item.text)
    ] == []
    helps = [item.help for item in form.by_id.values() if item.help]
    assert all(re.search("[一-鿿]", text.zh) and re.search("[a-z]", text.en) for text in helps)


@each_form
def test_nothing_is_asked_twice(form: FormDefinition) -> None:
    items = list(form.by_id.values())

    assert len({item.text for item in items}) == len({item.en for item in items}) == len(items)


def test_the_same_id_is_the_same_question_in_every_checklist() -> None:
    shared = re.compile(r"op-0[1-7]|dc-0.|pg-|ts-0[1-4]|cl-|sw-0[12]$|sw-9.")
    items = [item for form in FORMS for item in form.by_id.values() if shared.match(item.id)]

    texts: dict[str, set[str]] = {}
    for item in items:
        texts.setdefault(item.id, set()).add(item.text)
    assert {id_: found for id_, found in texts.items() if len(found) > 1} == {}


def test_the_next_version_keeps_the_ids_of_the_same_questions() -> None:
    old, new = load("construction-inspection", 1), load("construction-inspection", 2)

    assert {id_ for id_ in old.item_ids if id_ not in new.by_id} == set()
    assert {id_ for id_ in old.item_ids if old.by_id[id_].text != new.by_id[id_].text} == set()


@each_form
def test_its_ids_tell_the_section(form: FormDefinition) -> None:
    prefixes = [{item.id[:3] for item in section.items} for section in form.sections]

    assert [found - {"op-", "qs-", "sw-", "wk-", "dc-", "pg-", "ts-", "cl-"} for found in prefixes] == [
        set()
    ] * 5
    assert [
        len({prefix for prefix in found if prefix not in ("qs-", "wk-", "pg-")}) for found in prefixes
    ] == [1] * 5


@each_form
def test_every_kind_of_answer_is_asked_for(form: FormDefinition) -> None:
    kinds = {item.kind for item in form.by_id.values()}

    assert kinds == {"check", "number", "choice", "text", "photo", "signature"}


@each_form
def test_every_number_has_a_unit_and_both_bounds(form: FormDefinition) -> None:
    numbers = [item for item in form.by_id.values() if item.kind == "number"]

    assert len(numbers) >= 3
    assert all(item.unit and item.low is not None and item.high is not None for item in numbers)
    assert form.by_id["pg-02"].low == -100


@each_form
def test_the_leader_and_the_inspected_sign(form: FormDefinition) -> None:
    closing = form.sections[-1].items

    assert {item.role for item in form.by_id.values() if item.kind == "signature"} == SIGNERS
    assert {item.role for item in closing} - {""} == SIGNERS


@each_form
def test_its_mark_sheet_is_published(form: FormDefinition) -> None:
    assert form.mark_sheet is not None
    assert mark_sheet(form.mark_sheet).version == 1


# --- what a fail demands -------------------------------------------------------------------------------------


@each_form
def test_every_judged_item_demands_something(form: FormDefinition) -> None:
    judged = [item for item in form.by_id.values() if item.kind in ("check", "number")]

    assert [item.id for item in judged if not item.on_fail] == []
    assert [item.id for item in form.sections[1].items if item.on_fail and not item.on_fail.photo] in (
        [],
        ["sw-04"],
    )


@each_form
def test_every_code_demanded_is_in_the_catalogue(form: FormDefinition) -> None:
    known = {line.code for line in catalogue().codes}

    assert demanded(form) - known == set()
    assert [item.id for item in form.by_id.values() if item.on_fail and len(item.on_fail.codes) > 6] == []


@each_form
def test_every_code_has_a_defect_that_can_be_recorded(form: FormDefinition) -> None:
    items = [item.code for item in catalogue().items if item.title != "文字未取得"]

    assert [code for code in demanded(form) if not any(covers(code, item) for item in items)] == []


@each_form
def test_no_code_is_named_beside_its_group(form: FormDefinition) -> None:
    for item in form.by_id.values():
        codes = item.on_fail.codes if item.on_fail else ()
        assert len(set(codes)) == len(codes)
        assert [(a, b) for a in codes for b in codes if a != b and covers(a, b)] == [], item.id


@each_form
def test_a_section_demands_codes_of_its_chapters(form: FormDefinition) -> None:
    for section in form.sections[:-1]:
        found = {code for item in section.items if item.on_fail for code in item.on_fail.codes}
        assert [code for code in found if not re.match(FITTING[section.id], code)] == [], section.id
    assert [item.id for item in form.sections[-1].items if item.on_fail and item.on_fail.codes] == []


@each_form
def test_a_trade_demands_its_own_codes(form: FormDefinition) -> None:
    found = demanded(form)

    assert {code for code in TRADES[form.code] if not any(covers(code, each) for each in found)} == set()


@each_form
def test_no_trade_demands_the_codes_of_another(form: FormDefinition) -> None:
    foreign = FOREIGN.get(form.code, "never")

    assert [code for code in demanded(form) if re.match(foreign, code)] == []


# --- walking through -----------------------------------------------------------------------------------------


def conditional() -> list[tuple[FormDefinition, FormItem]]:
    return [(form, item) for form in every() for item in form.by_id.values() if item.shown_when]


@pytest.mark.parametrize(
    ("form", "item"), conditional(), ids=[f"{form.code}-{item.id}" for form, item in conditional()]
)
def test_every_condition_can_be_met_and_not_met(form: FormDefinition, item: FormItem) -> None:
    condition = item.shown_when
    assert condition

    assert {holds(condition, answers) for answers in ways(form, condition)} == {True, False}


@each_form
def test_every_item_can_be_reached(form: FormDefinition) -> None:
    conditions = [item.shown_when for item in form.by_id.values() if item.shown_when]
    reached = set(chain.from_iterable(answers for each in conditions for answers in ways(form, each)))

    assert reached == set(form.item_ids)


@each_form
def test_a_choice_makes_a_difference(form: FormDefinition) -> None:
    for item in form.by_id.values():
        seen = [
            frozenset(visit(form, {item.id: reply(item)} | way)) for way in every_way(form) if item.id in way
        ]
        assert not seen or len(set(seen)) > 1, item.id


@each_form
def test_a_visit_where_all_is_well_has_no_fault(form: FormDefinition) -> None:
    for chosen in every_way(form):
        assert complaints(form, visit(form, chosen), signed=SIGNERS) == []


@each_form
def test_a_visit_where_everything_fails_names_what_is_demanded(form: FormDefinition) -> None:
    for chosen in every_way(form):
        answers = failing(form, chosen)
        wanted = []
        for id_, answer in answers.items():
            demands = form.by_id[id_].on_fail if answer.result == "fail" else None
            wanted += [f"answers.{id_}.result"] if demands and demands.codes else []
            wanted += [f"answers.{id_}.photos"] if demands and demands.photo else []
            wanted += [f"answers.{id_}.note"] if demands and demands.note else []

        assert sorted(fault.field for fault in complaints(form, answers, signed=SIGNERS)) == sorted(wanted)
        assert len(wanted) > 40


@each_form
def test_what_was_demanded_settles_it(form: FormDefinition) -> None:
    for chosen in every_way(form):
        answers = {
            id_: Reply("fail", answer.value, "見缺失", ("a" * 64,)) if answer.result == "fail" else answer
            for id_, answer in failing(form, chosen).items()
        }

        assert complaints(form, answers, defects(form, answers), SIGNERS) == []


@each_form
def test_a_visit_without_signatures_names_each(form: FormDefinition) -> None:
    answers = {id_: each for id_, each in visit(form).items() if form.by_id[id_].kind != "signature"}

    said = [fault for fault in complaints(form, answers) if fault.field == "signatures"]
    assert len(said) == 4


@each_form
def test_who_is_behind_says_why(form: FormDefinition) -> None:
    behind, ahead = (visit(form, {"pg-02": Reply("pass", value)}) for value in ("-1", "-0.99"))

    assert {"pg-03", "pg-04"} <= behind.keys()
    assert not {"pg-03", "pg-04"} & ahead.keys()
    assert FAIL not in behind.values()
