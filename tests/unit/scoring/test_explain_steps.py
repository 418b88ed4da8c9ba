"""Sentences that explain a result in two languages."""

from itertools import product
from typing import Any

import pytest

import scoring
from scoring.errors import InvalidInput
from scoring.explain import LANGUAGES, explain

FINDINGS: tuple[list[str], ...] = ([], ["concrete_core"], ["safety"], ["safety", "asphalt_core"])
PENDING: tuple[list[str], ...] = ([], ["subgrade_compaction"])


def steps(total: int, on: str = "2024-05-01", **more: Any) -> list[dict[str, Any]]:
    asked = {"inspected_on": on, "marks": [{"member": "a", "total": total}], **more}
    found: list[dict[str, Any]] = scoring.run("grade", asked)["steps"]  # type: ignore[assignment]
    return found


def sentence(rule: str, lang: str, found: list[dict[str, Any]]) -> str:
    return next(explain(step, lang) for step in found if step["rule"] == rule)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_step_of_every_kind_of_result_has_a_sentence(lang: str) -> None:
    days = ("2020-01-01", "2024-05-01")
    for day, total, findings, pending in product(days, (69, 84), FINDINGS, PENDING):
        for step in steps(total, day, findings=findings, pending_tests=pending):
            said = explain(step, lang)
            assert step["article"] in said
            assert "{" not in said


def test_the_sentence_of_a_mean_in_both_languages() -> None:
    mean = steps(84)[0]

    assert (
        explain(mean, "zh-Hant")
        == "依工程施工查核小組作業辦法第7條第1項，1 位委員評分合計 84 分，平均 84.00 分。"
    )
    assert explain(mean, "en").startswith("The marks of 1 member(s) sum to 84; their mean is 84.00 (")


def test_a_local_reading_is_said_to_be_local() -> None:
    found = steps(84, "2020-01-01", findings=["safety"], pending_tests=["asphalt_core"])

    assert "本地參數 local.other_findings" in sentence("grade.other_finding", "zh-Hant", found)
    assert "local parameter local.pending_where_silent" in sentence("grade.announceable", "en", found)


def test_a_withheld_result_says_for_what_it_waits() -> None:
    found = steps(84, pending_tests=["concrete_core"])

    assert "待試驗（混凝土鑽心試體）" in sentence("grade.announceable", "zh-Hant", found)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_step_without_its_inputs_still_gives_its_value(lang: str) -> None:
    for step in steps(84, findings=["safety", "concrete_core"], pending_tests=["asphalt_core"]):
        brief = explain({**step, "inputs": {}}, lang)
        assert "{" not in brief
    assert "84.00" in explain({**steps(84)[0], "inputs": {}}, lang)
    assert "84.00" in explain({**steps(84)[0], "inputs": {"count": 1}}, lang)


@pytest.mark.parametrize(("rule", "lang"), [("grade.mean", "fr"), ("grade.luck", "en"), (None, "en")])
def test_an_unknown_language_or_rule_is_refused(rule: object, lang: str) -> None:
    with pytest.raises(InvalidInput):
        explain({"rule": rule, "article": "", "inputs": {}, "value": 1}, lang)
