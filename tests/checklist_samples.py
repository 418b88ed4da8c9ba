"""A checklist with every kind of item, of condition and of demand, in two versions; registered in tests only."""

import pytest

from forms import published
from forms.catalogue import catalogue
from forms.reading import define
from forms.schema import FormDefinition

CODE = "every-kind"
SHEET = """
code: "every-kind"
version: {version}
title: "每一種題型的檢查表"
en: "A checklist with every kind of item"
works: "building"
mark_sheet: 1
sections:
  - id: "site"
    title: "一、現場"
    en: "On site"
    items:
      - id: "st-01"
        kind: "check"
        text: "混凝土面平整，無蜂窩"
        en: "Concrete is even, without honeycombs"
        help: "逐面看柱、梁、版，記下樓層與軸線。"
        help_en: "Look at columns, beams and slabs; note floor and axis."
        on_fail: {{codes: ["5.01.01", "5.01"], photo: true, note: true}}
      - id: "st-02"
        kind: "number"
        text: "保護層厚度"
        en: "Concrete cover"
        unit: "mm"
        low: 0
        high: 200
        decimals: 1
        on_fail: {{photo: true}}
      - id: "st-03"
        kind: "choice"
        text: "構造種類"
        en: "Kind of structure"
        choices:
          - {{id: "rc", text: "鋼筋混凝土", en: "Reinforced concrete"}}
          - {{id: "steel", text: "鋼構", en: "Steel"}}
          - {{id: "src", text: "鋼骨鋼筋混凝土", en: "Steel reinforced concrete"}}
      - {{id: "st-04", kind: "number", text: "抽查處數", en: "Places looked at", unit: "處", low: 1}}
      - id: "st-05"
        kind: "text"
        text: "不符處的處理"
        en: "What is done about it"
        shown_when: {{item: "st-01", is: "fail"}}
  - id: "closing"
    title: "二、離場"
    items:
      - id: "cl-01"
        kind: "photo"
        text: "工地告示牌"
        en: "The site's board"
        optional: true
        shown_when: {{all: [{{item: "st-03", in: ["steel", "src"]}}, {{item: "st-02", at_least: 30}}]}}
      - id: "cl-02"
        kind: "value"
        text: "氣溫"
        shown_when: {{any: [{{not: {{item: "st-05", answered: true}}}}, {{item: "st-04", at_most: 3}}]}}
      - {{id: "cl-03", kind: "signature", text: "承攬廠商代表", en: "For the contractor", role: "contractor"}}
"""


def sample(version: int = 2) -> FormDefinition:
    """That version of it."""
    data = SHEET.format(version=version).encode()
    return define(data, f"{CODE}/v{version}.yaml", catalogue().knows)


def publish_samples(patch: pytest.MonkeyPatch) -> None:
    """Let the application find both versions beside what is published."""
    load, every = published.load, published.every()
    samples = {(CODE, version): sample(version) for version in (1, 2)}
    both = (*every, *samples.values())
    patch.setattr(
        published, "load", lambda code, version: samples.get((code, version)) or load(code, version)
    )
    patch.setattr(published, "every", lambda: both)
    patch.setattr(published, "newest", lambda: tuple({form.code: form for form in both}.values()))
