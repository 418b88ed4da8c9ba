"""What leads from one revision of the catalogue to another."""

from dataclasses import replace
from datetime import date
from typing import Any

from forms.catalogue import Catalogue, catalogue
from forms.differences import LABELS, between

OLD = catalogue()


def revised(*codes: str, **changes: Any) -> Catalogue:
    """The published catalogue with these lines changed."""
    lines = (replace(line, **changes) if line.code in codes else line for line in OLD.codes)
    return Catalogue("later", date(2099, 1, 1), tuple(lines), OLD.trades)


def kept(*withdrawn: str) -> Catalogue:
    lines = tuple(line for line in OLD.codes if line.code not in withdrawn)
    return Catalogue("later", date(2099, 1, 1), lines, OLD.trades)


def test_a_revision_does_not_differ_from_itself() -> None:
    assert not between(OLD, OLD)


def test_what_one_has_and_the_other_has_not_is_added_or_withdrawn() -> None:
    forth, back = between(OLD, kept("5.01.01", "5.01.02")), between(kept("5.01.01", "5.01.02"), OLD)

    assert [line.code for line in forth.withdrawn] == ["5.01.01", "5.01.02"]
    assert [line.code for line in back.added] == ["5.01.01", "5.01.02"]
    assert (forth.added, forth.changed, back.withdrawn, back.changed) == ((), (), (), ())


def test_every_compared_field_is_told_in_words() -> None:
    new = revised(
        "4.01.01",
        points="",
        title="新標題",
        english="New",
        trade="lift",
        phase="site",
        party="pcm",
        also=("agency", "supervisor"),
        bears="safety",
        kind="group",
        parent="4",
    )

    (change,) = between(OLD, new).changed

    assert [(each.name, each.before, each.after) for each in change.fields if each.name != "title"] == [
        ("parent", "4.01", "4"),
        ("kind", "缺失", "分類"),
        ("points", "-2,-4", "無"),
        ("english", OLD.get("4.01.01").english, "New"),
        ("trade", "品質管理文件", "昇降設備"),
        ("phase", "文件", "現場"),
        ("party", "主辦機關", "專案管理廠商"),
        ("also", "無", "主辦機關、監造單位"),
        ("bears", "無", "安全"),
    ]
    assert str(change.fields[3]) == f"標題由「{OLD.get('4.01.01').title}」改為「新標題」"
    assert {each.name for each in change.fields} == set(LABELS) - {"wording"}


def test_words_are_compared_where_both_are_known() -> None:
    before = {"5.01.01": "舊的文字", "5.01.02": "相同", "5.01.03": "只有前版"}
    after = {"5.01.01": "新的文字", "5.01.02": "相同", "5.01.04": "只有後版"}

    (change,) = between(OLD, OLD, (before, after)).changed

    assert str(change) == f"5.01.01 {OLD.get('5.01.01').title}：公告文字由「舊的文字」改為「新的文字」。"
