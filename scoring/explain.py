"""Sentences for the steps of a result, in Traditional Chinese and English.

    explain(step, "zh-Hant")
    explain_answer(answer, "en")
    explain_error(error)

A step whose `inputs` were taken out (members' marks are not for everyone) gets a shorter sentence.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from scoring.errors import InvalidInput, ScoringError
from scoring.fields import shown
from scoring.sentences import SENTENCES, VARIANTS
from scoring.sentences.mistakes import MISTAKES
from scoring.sentences.names import CODED, CODED_VALUES, NAMES
from scoring.types import Step

LANGUAGES = ("zh-Hant", "en")


def explain_error(error: ScoringError) -> str:
    """Return one sentence in zh-Hant that says what is wrong; `error.detail` says it in English."""
    words = _words(error.inputs, "zh-Hant", CODED)
    rules = [error.rule if error.rule in MISTAKES else error.code, *(["roc"] if "roc" in words else [])]
    return "".join([MISTAKES[rule].format(**words) for rule in rules])


def explain_answer(answer: Mapping[str, object], lang: str) -> list[str]:
    """Return one sentence for each step of an answer, in order, then one for each of its warnings."""
    told = [cast("Sequence[Step]", answer.get(key, ())) for key in ("steps", "warnings")]
    return [explain(step, lang) for steps in told for step in steps]


def explain(step: Mapping[str, object], lang: str) -> str:
    """Return one sentence for a step, in "zh-Hant" or "en"; InvalidInput for any other step or language."""
    if lang not in LANGUAGES:
        raise InvalidInput(f"Choose out of {', '.join(LANGUAGES)}; got {shown(lang)}.", "lang")
    rule, inputs = step.get("rule"), step.get("inputs")
    if not isinstance(rule, str) or f"{rule}/brief" not in SENTENCES:
        raise InvalidInput(f"There is no sentence for the rule {shown(rule)}.", "rule")
    given = inputs if isinstance(inputs, Mapping) else {}
    coded = CODED | {"value"} if rule in CODED_VALUES else CODED
    words = _words({**given, "value": step.get("value")}, lang, coded)
    article = str(step.get("article", ""))
    try:
        return _cited(SENTENCES[_chosen(rule, given, step.get("value"))][lang].format(**words), article, lang)
    except KeyError:  # some inputs were taken out
        return _cited(SENTENCES[f"{rule}/brief"][lang].format(**words), article, lang)


def _chosen(rule: str, inputs: Mapping[str, object], value: object) -> str:
    """Return which sentence of a rule a step asks for."""
    if not inputs:
        return f"{rule}/brief"
    ending = VARIANTS[rule](inputs, value) if rule in VARIANTS else ""
    return f"{rule}/{ending}" if ending else rule


def _cited(sentence: str, article: str, lang: str) -> str:
    return f"依{article}，{sentence}。" if lang == "zh-Hant" else f"{sentence} ({article})."


def _words(values: Mapping[str, object], lang: str, coded: frozenset[str]) -> dict[str, str]:
    """Return values as people say them; only those under `coded` keys are code names, a tender may be called A."""
    return {key: _said(value, lang, key in coded) for key, value in values.items()}


def _said(value: object, lang: str, is_coded: bool) -> str:
    if isinstance(value, bool):
        return {"zh-Hant": ("暫不", "得"), "en": ("may not yet", "may")}[lang][value]
    if isinstance(value, list | tuple):
        return ("、" if lang == "zh-Hant" else ", ").join(_said(item, lang, is_coded) for item in value)
    if isinstance(value, int) and value >= 10_000:
        return f"{value:,}"
    return NAMES[value][lang] if is_coded and isinstance(value, str) and value in NAMES else str(value)
