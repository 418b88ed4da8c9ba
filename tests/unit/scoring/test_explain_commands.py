"""Sentences for every step of every command, in both languages, for every variant."""

import re
from collections.abc import Iterator
from copy import deepcopy
from string import Formatter

import pytest
from scoring_builders import GOOD, Json, ask, good

import scoring
from scoring.explain import LANGUAGES, explain, explain_answer
from scoring.sentences import SENTENCES, VARIANTS
from scoring.sentences.names import NAMES

LARGE, SMALL = {"id": "L", "budget_twd": 50_000_000}, {"id": "S", "budget_twd": 3_000_000}
FEW, MANY = [LARGE, SMALL], [{**LARGE, "count": 30}, {**SMALL, "count": 30}]


def answers() -> Iterator[Json]:
    """Results of every kind."""
    for command, request in GOOD.items():
        yield scoring.run(command, request)
    for year in (2002, 2020, 2024):
        for tenders in ([], FEW, MANY):
            yield ask("quota", year=year, tenders=tenders)
    yield ask("quota", year=2024, tenders=[])
    yield good_penalty()
    yield ask("penalty", procurement_twd=1, deductions=[])
    yield ask("deadline", rule="tender_update", month="2026-10")
    yield ask("deadline", rule="quarterly_return", year=2026, quarter=1)
    yield ask("filing", month="2026-10", as_of="2026-11-01T00:00:00Z", entries=[])
    yield ask("filing", **good("filing", as_of="2026-12-01T00:00:00Z"))
    for day in ("2020-01-01", "2024-05-01"):
        for total in (69, 84):
            for findings in ([], ["concrete_core"], ["safety", "asphalt_core"]):
                marks = [{"member": "a", "total": total}]
                pending = ["subgrade_compaction"]
                yield ask("grade", inspected_on=day, marks=marks, findings=findings, pending_tests=pending)
    yield ask("draw", **good("draw", count=3))
    marks = [{"member": "王", "total": 79}, {"member": "李", "total": 80}]
    yield ask("grade", inspected_on="2024-05-01", marks=marks)


def good_penalty() -> Json:
    parties = ["supervisor", "pcm", "agency"]
    row = {"code": "5.01.01", "party": "contractor", "points": 1, "also": parties}
    return ask("penalty", procurement_twd=10**9, deductions=[row])


STEPS = [step for answer in answers() for step in [*answer["steps"], *answer.get("warnings", [])]]
CODE_NAME = re.compile(r"(?<!local\.)\b[a-z]+_[a-z_]+\b")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_step_has_a_sentence_without_brace_none_or_code_name(lang: str) -> None:
    for step in STEPS:
        said = explain(step, lang)
        assert step["article"] in said
        assert not re.search(r"[{}]|None|True|False", said), said
        assert not CODE_NAME.search(said), said


def test_every_sentence_was_said() -> None:
    said = {
        key
        for step in STEPS
        for ending in [
            VARIANTS[step["rule"]](step["inputs"], step["value"]) if step["rule"] in VARIANTS else ""
        ]
        for key in [f"{step['rule']}/{ending}" if ending else step["rule"]]
    }
    only_in_drafts = {"quota.band/share"}

    assert {key for key in SENTENCES if not key.endswith("/brief")} - said == only_in_drafts


@pytest.mark.parametrize("key", sorted(SENTENCES))
def test_a_sentence_says_the_same_figures_in_both_languages(key: str) -> None:
    figures = {
        lang: {name for _, name, _, _ in Formatter().parse(SENTENCES[key][lang]) if name}
        for lang in LANGUAGES
    }

    assert set(SENTENCES[key]) == set(LANGUAGES)
    assert figures["en"] - {"label"} <= figures["zh-Hant"] | {"value"}
    if key.endswith("/brief"):
        assert figures["zh-Hant"] | figures["en"] <= {"value"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_step_whose_inputs_were_taken_out_is_said_shortly(lang: str) -> None:
    for step in STEPS:
        said = explain({**step, "inputs": {}}, lang)
        assert "{" not in said
        assert "None" not in said or step["value"] is None


def test_every_name_is_said_in_both_languages() -> None:
    assert {frozenset(words) for words in NAMES.values()} == {frozenset(LANGUAGES)}


@pytest.mark.parametrize("name", ["A", "safety", "pcm", "{value}", "up"])
def test_a_tender_or_member_named_like_a_code_keeps_its_name(name: str) -> None:
    tenders = [{"id": name, "budget_twd": 1, "ordered": True}]
    ranked = ask("priorities", as_of="2026-11-23", tenders=tenders)["steps"]
    entries = [{"tender": name, "agency": "x"}]
    flagged = ask("filing", **good("filing", entries=entries))["steps"][-1]
    drawn = ask("draw", **good("draw", tenders=[{"id": name}], count=1))["steps"][-1]

    for step in (*ranked, flagged, drawn):
        assert name in explain(deepcopy(step), "zh-Hant")


def test_amounts_have_separators_and_years_have_none() -> None:
    rate = explain(good_penalty()["steps"][0], "zh-Hant")
    year = explain(ask("deadline", rule="quarterly_return", year=2026, quarter=1)["steps"][0], "zh-Hant")

    assert "採購金額 1,000,000,000 元" in rate
    assert "2026 年第 1 季" in year


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_answer_is_said_step_by_step_and_its_warnings_after_them(lang: str) -> None:
    answer = ask("grade", inspected_on="2024-05-01", marks=[{"member": "王", "total": 84}])
    told = [*answer["steps"], *answer["warnings"]]

    assert len(answer["warnings"]) == 2
    assert explain_answer(answer, lang) == [explain(step, lang) for step in told]
    assert len(explain_answer(ask("deadline", **GOOD["deadline"]), lang)) == 1
