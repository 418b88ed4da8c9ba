"""How titles sound: every reading of a character, cut up as people type it."""

import subprocess
import sys

import pytest

from forms.sounds import Sounds, readings

TITLES = ("混凝土", "重量", "行車", "長度", "綠地率", "垃圾")
READINGS = readings(TITLES)
SOUNDS = Sounds([[READINGS[each] for each in title] for title in TITLES])


def found(typed: str) -> list[str]:
    return [TITLES[number] for number in SOUNDS.find(typed)]


TYPED = [
    ("hnt", "混凝土"),
    ("ㄏㄋㄊ", "混凝土"),
    ("hunningtu", "混凝土"),
    ("hunnt", "混凝土"),
    ("ㄏㄨㄣㄋㄧㄥㄊㄨ", "混凝土"),
    ("ningt", "混凝土"),
    ("zl", "重量"),
    ("cl", "重量"),
    ("zhongliang", "重量"),
    ("chongliang", "重量"),
    ("ㄓㄌ", "重量"),
    ("ㄔㄌ", "重量"),
    ("xc", "行車"),
    ("hangche", "行車"),
    ("xingju", "行車"),
    ("zd", "長度"),
    ("chd", "長度"),
    ("lvdi", "綠地率"),
    ("ludilu", "綠地率"),
    ("lese", "垃圾"),
    ("laji", "垃圾"),
    ("ㄌㄙ", "垃圾"),
]


@pytest.mark.parametrize(("typed", "title"), TYPED)
def test_a_title_is_found_by_any_of_its_readings(typed: str, title: str) -> None:
    assert title in found(typed)


@pytest.mark.parametrize("typed", ["", "hnx", "hntu混", "ntz", "tuzhong", "ㄊㄓ", "unningtu", "h" * 5000])
def test_nothing_is_found_by_what_nobody_reads_there(typed: str) -> None:
    """Nor from the middle of a syllable, nor on into the next title."""
    assert found(typed) == []


def test_it_is_told_whether_a_title_begins_so() -> None:
    assert SOUNDS.find("h")[0] is True
    assert SOUNDS.find("nt") == {0: False}


def test_readings_have_no_tones_and_only_of_chinese_characters() -> None:
    assert readings(["混A，"]) == {"混": ("hun", "gun", "kun", "ㄏㄨㄣ", "ㄍㄨㄣ", "ㄎㄨㄣ")}


def test_the_library_is_not_imported_before_it_is_needed() -> None:
    probe = "import sys, forms.search; print('pypinyin' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    assert run.stdout == "False\n"
