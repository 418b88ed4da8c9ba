"""Conditions as data, and in words for people."""

import json
from typing import Any

import pytest

from forms import conditions, published, wording
from forms.conditions import as_data, read
from tests.checklist_samples import sample

FAIL: dict[str, Any] = {"item": "st-01", "is": "fail"}
STEEL: dict[str, Any] = {"item": "st-03", "in": ["steel", "src"]}
THICK: dict[str, Any] = {"item": "st-02", "at_least": 30}
FEW: dict[str, Any] = {"item": "st-04", "at_most": 3}

WORDS: list[tuple[dict[str, Any], str, str]] = [
    (FAIL, "「混凝土面平整，無蜂窩」為「不符」", "“Concrete is even, without honeycombs” is “fail”"),
    (
        STEEL,
        "「構造種類」為「鋼構」或「鋼骨鋼筋混凝土」",
        "“Kind of structure” is “Steel” or “Steel reinforced concrete”",
    ),
    ({"item": "st-03", "is": "na"}, "「構造種類」為「不適用」", "“Kind of structure” is “n/a”"),
    (THICK, "「保護層厚度」不小於 30 mm", "“Concrete cover” is at least 30 mm"),
    (FEW, "「抽查處數」不大於 3 處", "“Places looked at” is at most 3 處"),
    ({"item": "st-05", "answered": True}, "「不符處的處理」已填答", "“What is done about it” is answered"),
    ({"item": "st-05", "answered": False}, "「不符處的處理」留白", "“What is done about it” is left blank"),
    ({"item": "st-05", "is": "敲除"}, "「不符處的處理」為「敲除」", "“What is done about it” is “敲除”"),
    ({"item": "cl-02", "at_least": 5}, "「氣溫」不小於 5", "“氣溫” is at least 5"),
    (
        {"all": [THICK, FEW]},
        "「保護層厚度」不小於 30 mm，且「抽查處數」不大於 3 處",
        "“Concrete cover” is at least 30 mm and “Places looked at” is at most 3 處",
    ),
    (
        {"any": [{"all": [THICK, FEW]}, {"not": THICK}]},
        "（「保護層厚度」不小於 30 mm，且「抽查處數」不大於 3 處），或並非（「保護層厚度」不小於 30 mm）",
        "(“Concrete cover” is at least 30 mm and “Places looked at” is at most 3 處)"
        " or not (“Concrete cover” is at least 30 mm)",
    ),
    ({"any": [{"all": [FEW]}]}, "「抽查處數」不大於 3 處", "“Places looked at” is at most 3 處"),
]


@pytest.mark.parametrize(("data", "zh", "en"), WORDS)
def test_a_condition_reads_as_words(data: dict[str, Any], zh: str, en: str) -> None:
    assert wording.in_words(read(data, "sample"), sample().by_id) == (zh, en)


@pytest.mark.parametrize("data", [data for data, _, _ in WORDS])
def test_a_condition_as_data_is_what_it_was_read_from(data: dict[str, Any]) -> None:
    assert json.loads(json.dumps(as_data(read(data, "sample")))) == data


def test_an_item_says_when_it_is_shown() -> None:
    form = sample()

    assert wording.when_shown(form.by_id["st-01"], form) is None
    assert wording.when_shown(form.by_id["st-05"], form) == (
        "「混凝土面平整，無蜂窩」為「不符」時才顯示",
        "Shown when “Concrete is even, without honeycombs” is “fail”",
    )


def test_every_way_to_compare_has_words() -> None:
    assert wording._SAID.keys() == conditions.COMPARISONS.keys()


@pytest.mark.parametrize(
    "form", [*published.every(), sample()], ids=lambda form: f"{form.code}-{form.version}"
)
def test_every_condition_of_every_checklist_reads_as_words_and_comes_back(form: Any) -> None:
    for item in form.by_id.values():
        if item.shown_when is not None:
            said = wording.when_shown(item, form)
            assert said is not None
            assert said.zh.endswith("時才顯示")
            assert read(as_data(item.shown_when), "sample") == item.shown_when
