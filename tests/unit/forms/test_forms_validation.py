"""What a filled-in checklist must say: each fault names its field and what to do."""

from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.catalogue import catalogue
from forms.validation import as_of
from tests.forms_builders import FAIL, NA, PASS, PHOTO, Reply, complaints, sample, without

CHECK = sample("id: a-01")
NUMBER = sample("id: a-01, kind: number, unit: mm, low: -5, high: 60, decimals: 1")
UNBOUND = sample("id: a-01, kind: number, unit: mm")
CHOICE = sample("id: a-01, kind: choice, choices: [{id: x, text: 甲, en: X}, {id: y, text: 乙, en: Y}]")
TEXT = sample("id: a-01, kind: text")
PICTURE = sample("id: a-01, kind: photo")
SIGNED = sample("id: a-01, kind: signature, role: leader, text: 領隊簽名")
DEMANDING = sample("id: a-01, on_fail: {codes: ['5.02', '5.01.01'], photo: true, note: true}")
FULL = Reply("fail", note="短少兩支", photos=(PHOTO,))


def test_pass_fail_and_na_are_answers_to_a_check() -> None:
    assert [complaints(CHECK, {"a-01": each}) for each in (PASS, FAIL, NA)] == [[], [], []]


def test_every_item_needs_an_answer() -> None:
    assert complaints(CHECK, {}) == [("answers.a-01", "每一項都要有結果。")]


def test_an_optional_item_needs_none() -> None:
    form = sample("id: a-01, optional: true", "id: a-02, kind: number, unit: mm, optional: true")

    assert complaints(form, {}) == []
    assert [fault.field for fault in complaints(form, {"a-02": PASS})] == ["answers.a-02.value"]


def test_a_judged_item_needs_a_result() -> None:
    assert [fault.field for fault in complaints(CHECK, {"a-01": Reply()})] == ["answers.a-01.result"]
    assert [fault.field for fault in complaints(NUMBER, {"a-01": Reply(value="3")})] == [
        "answers.a-01.result"
    ]


def test_what_is_not_on_the_checklist_is_told_in_the_order_given() -> None:
    answers = {"z-03": PASS, "a-01": PASS, "b-02": PASS, "y-09": PASS}

    assert [fault.field for fault in complaints(CHECK, answers)] == [
        "answers.z-03",
        "answers.b-02",
        "answers.y-09",
    ]


@pytest.mark.parametrize("value", ["-5", "0", "60", "12.5", "12.0", "+3", "007"])
def test_a_number_within_its_bounds_passes(value: str) -> None:
    assert complaints(NUMBER, {"a-01": Reply("pass", value)}) == []


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "請填數字（mm），例：12.5。"),
        ("", "請填數字"),
        ("約 30", "請填數字"),
        ("３０", "請填數字"),
        ("1e1", "請填數字"),
        ("-5.1", "應不小於 -5、不大於 60 mm；請核對單位與小數點。"),
        ("60.1", "應不小於 -5、不大於 60 mm"),
        ("12.55", "最多 1 位小數。"),
    ],
)
def test_a_number_otherwise_is_refused_with_the_reason(value: str | None, reason: str) -> None:
    (fault,) = complaints(NUMBER, {"a-01": Reply("fail", value)})

    assert fault.field == "answers.a-01.value"
    assert reason in fault.reason


def test_a_number_with_one_bound_names_that_one() -> None:
    form = sample("id: a-01, kind: number, unit: mm, low: 0")

    assert complaints(form, {"a-01": Reply("pass", "-1")})[0].reason.startswith("應不小於 0 mm；")


@pytest.mark.parametrize("value", ["9" * 15, "9" * 16, "0." + "1" * 15, "1E+40", "-" + "9" * 199])
def test_a_number_of_any_size_is_judged(value: str) -> None:
    assert len(complaints(UNBOUND, {"a-01": Reply("pass", value)})) <= 1


@given(st.text(max_size=200) | st.decimals().map(str))
def test_any_text_is_judged(value: str) -> None:
    for form in (NUMBER, UNBOUND, CHOICE, TEXT):
        assert len(complaints(form, {"a-01": Reply("pass", value)})) <= 1


def test_na_needs_no_number() -> None:
    assert complaints(NUMBER, {"a-01": NA}) == []


def test_a_choice_is_one_of_its_answers() -> None:
    assert complaints(CHOICE, {"a-01": Reply(value="y")}) == []
    assert complaints(CHOICE, {"a-01": NA}) == []
    assert complaints(CHOICE, {"a-01": Reply(value="z")}) == [
        ("answers.a-01.value", "請選其中之一：x（甲）、y（乙）。")
    ]
    assert complaints(CHOICE, {"a-01": Reply()})[0].field == "answers.a-01.value"


def test_a_text_says_something() -> None:
    assert complaints(TEXT, {"a-01": Reply(value="二樓")}) == []
    assert [complaints(TEXT, {"a-01": Reply(value=each)})[0].field for each in (None, "", " 　")] == [
        "answers.a-01.value"
    ] * 3


def test_a_photo_item_has_a_photo() -> None:
    assert complaints(PICTURE, {"a-01": Reply(photos=(PHOTO,))}) == []
    assert complaints(PICTURE, {"a-01": Reply()}) == [("answers.a-01.photos", "這一項要有照片。")]


def test_what_is_not_judged_cannot_fail() -> None:
    (fault,) = complaints(TEXT, {"a-01": Reply("fail", "二樓")})

    assert fault.field == "answers.a-01.result"


def test_a_signature_needs_no_answer_beside_it() -> None:
    assert complaints(SIGNED, {}, signed={"leader"}) == []
    assert complaints(SIGNED, {"a-01": Reply()}, signed={"leader"}) == []


def test_a_signature_that_is_missing_is_named() -> None:
    wanted = [("signatures", "缺少簽名：role 為 leader（領隊簽名）。")]

    assert complaints(SIGNED, {}) == wanted
    assert complaints(SIGNED, {"a-01": Reply()}, signed={"agency"}) == wanted


@pytest.mark.parametrize("item", ["kind: signature, role: contractor", "kind: photo"])
def test_a_photo_or_signature_that_is_na_says_why(item: str) -> None:
    form = sample(f"id: a-01, {item}")

    assert complaints(form, {"a-01": Reply("na", note="廠商未到場")}) == []
    for note in (None, " \n"):
        assert complaints(form, {"a-01": Reply("na", note=note)}) == [
            ("answers.a-01.note", "填不適用時，請說明原因。")
        ]


@pytest.mark.parametrize("signed", [(), {"leader"}])
def test_the_leader_signs_in_any_case(signed: Collection[str]) -> None:
    assert complaints(SIGNED, {"a-01": Reply("na", note="忘了")}, signed=signed) == [
        ("answers.a-01.result", "領隊必須簽名，不能填不適用。")
    ]


HIDING = sample(
    "id: a-01", "id: a-02, shown_when: {item: a-01, is: fail}", "id: a-03, shown_when: {item: a-02, is: fail}"
)


def test_what_is_hidden_need_not_be_answered() -> None:
    assert complaints(HIDING, {"a-01": PASS}) == []


def test_what_is_hidden_must_not_be_answered() -> None:
    assert complaints(HIDING, {"a-01": PASS, "a-02": FAIL}) == [
        ("answers.a-02", "依前面的答案，這一項不必填；請刪去。")
    ]


def test_what_is_shown_must_be_answered() -> None:
    assert [fault.field for fault in complaints(HIDING, {"a-01": FAIL, "a-02": FAIL})] == ["answers.a-03"]


def test_a_fail_demands_a_defect_a_photo_and_a_note() -> None:
    assert complaints(DEMANDING, {"a-01": FAIL}) == [
        ("answers.a-01.photos", "不符時要有照片。"),
        ("answers.a-01.note", "不符時要說明。"),
        ("answers.a-01.result", "不符時要記一項缺失，編號為下列之一：5.02（其下任一細項）、5.01.01。"),
    ]


@pytest.mark.parametrize("code", ["5.02", "5.02.07", "5.01.01"])
def test_a_defect_of_the_group_or_of_the_item_meets_it(code: str) -> None:
    assert complaints(DEMANDING, {"a-01": FULL}, codes={"6.01.01", code}) == []


@pytest.mark.parametrize("code", ["5.01.02", "5.01", "5.021", "5.0", "5.01.011", "6.01.01"])
def test_another_defect_does_not_meet_it(code: str) -> None:
    assert [fault.field for fault in complaints(DEMANDING, {"a-01": FULL}, codes={code})] == [
        "answers.a-01.result"
    ]


def test_what_the_revision_no_longer_has_is_not_asked_for() -> None:
    (fault,) = complaints(DEMANDING, {"a-01": FULL}, known=without("5.02"))

    assert fault.reason.endswith("下列之一：5.01.01。")
    assert complaints(DEMANDING, {"a-01": FULL}, known=without("5.02", "5.01.01")) == []


def test_a_group_whose_items_are_all_withdrawn_is_not_asked_for() -> None:
    items = [line.code for line in catalogue().items if line.code.startswith("5.02.")]

    assert complaints(DEMANDING, {"a-01": FULL}, known=without("5.01.01", *items)) == []


def test_a_checklist_under_a_revision_asks_for_no_code_that_it_lacks() -> None:
    left = as_of(DEMANDING, without("5.02")).by_id["a-01"].on_fail

    assert left is not None
    assert (left.codes, left.photo, left.note) == (("5.01.01",), True, True)
    assert as_of(DEMANDING, catalogue()) is DEMANDING


def test_what_is_hidden_demands_no_defect() -> None:
    hidden = sample("id: a-01", "id: a-02, shown_when: {item: a-01, is: fail}, on_fail: {codes: ['5.02']}")

    assert [fault.field for fault in complaints(hidden, {"a-01": PASS, "a-02": FAIL})] == ["answers.a-02"]


def test_a_blank_note_is_none() -> None:
    blank = Reply("fail", note=" \n", photos=(PHOTO,))

    assert [fault.field for fault in complaints(DEMANDING, {"a-01": blank}, codes={"5.02"})] == [
        "answers.a-01.note"
    ]


@pytest.mark.parametrize("reply", [PASS, NA])
def test_only_a_fail_demands(reply: Reply) -> None:
    assert complaints(DEMANDING, {"a-01": reply}) == []


def test_a_number_that_failed_demands_too() -> None:
    form = sample("id: a-01, kind: number, unit: mm, on_fail: {note: true}")

    assert complaints(form, {"a-01": Reply("pass", "3")}) == []
    assert [fault.field for fault in complaints(form, {"a-01": Reply("fail", "3")})] == ["answers.a-01.note"]
