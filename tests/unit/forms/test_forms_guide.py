"""docs/checklists.md: its example is a checklist that is read, and its tables name what there is."""

import re
from typing import get_args

from forms import conditions
from forms.catalogue import catalogue
from forms.lock import DEFINITIONS
from forms.reading import MAX_ENGLISH, MAX_HELP, MAX_TEXT, define
from forms.schema import FormDefinition, ItemKind, Works
from tests.forms_builders import FAIL, Reply, complaints, visit

GUIDE = (DEFINITIONS.parents[1] / "docs" / "checklists.md").read_text("utf-8")


def example() -> FormDefinition:
    (written,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    return define(written.encode(), "bridge-works/v1.yaml", catalogue().knows)


def test_the_example_is_read() -> None:
    assert example().item_ids == ("op-01", "sw-01", "sw-02", "cl-01")


def test_the_example_does_what_the_guide_says() -> None:
    form = example()
    failed = visit(form, {"sw-01": FAIL, "sw-02": Reply("fail", "-12")})

    assert complaints(form, visit(form, {"op-01": Reply(value="concrete")}), signed={"leader"}) == []
    assert [fault.field for fault in complaints(form, failed, codes={"5.07.03.01"}, signed={"leader"})] == [
        "answers.sw-01.photos",
        "answers.sw-02.photos",
        "answers.sw-02.note",
        "answers.sw-01.result",
    ]


def test_the_guide_names_every_kind_comparison_and_kind_of_works() -> None:
    current = set(get_args(ItemKind)) - {"value"}
    words = {*current, *conditions.COMPARISONS, *conditions.JOINS, *get_args(Works)}

    assert {word for word in words if not re.search(rf"\b{word}\b", GUIDE)} == set()


def test_the_guide_names_the_lengths() -> None:
    assert f"題目{MAX_TEXT}字以內，英文{MAX_ENGLISH}字以內；`help` {MAX_HELP}字以內" in GUIDE
    assert conditions.DEEPEST == 5
    assert "最多五層" in GUIDE
