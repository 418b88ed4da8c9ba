"""What is printed of a text, and where its lines end."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_app.documents.fonts import Typeface, typefaces
from inspect_app.documents.text import Line, break_lines, cut, legible

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=80)


@pytest.fixture(scope="module")
def regular() -> Typeface:
    return typefaces().regular


def plain(lines: tuple[Line, ...]) -> list[str]:
    return ["".join(run.text for run in line.runs) for line in lines]


def shown(text: str) -> str:
    return legible(text, typefaces().regular, set())


@pytest.mark.parametrize(
    ("given_text", "printed_text"),
    [
        ("<b>粗</b> & &amp; <para>", "<b>粗</b> & &amp; <para>"),
        ("a\x00b\x1b", "a〔U+0000〕b〔U+001B〕"),
        ("\ud842", "〔U+D842〕"),
        ("\U000f0000", "〔U+F0000〕"),
        ("甲\u202e乙\u202c\u2066丙\u200b\ufeff\u00ad", "甲乙丙"),
        ("葛\U000e0100城", "葛城"),
        ("cafe\u0301", "café"),
        ("一\r\n二\r三\u2028四", "一\n二\n三\n四"),
        ("☑是 ☐否", "■是 □否"),
        ("𠮷峯堃喆", "𠮷峯堃喆"),
        ("嗀\ufa0d", "嗀\ufa0d"),
    ],
)
def test_what_is_printed(given_text: str, printed_text: str) -> None:
    assert shown(given_text) == printed_text


def test_code_points_that_no_face_has_are_reported(regular: Typeface) -> None:
    missing: set[str] = set()

    legible("甲\U000f0000\x07", regular, missing)

    assert missing == {"U+F0000", "U+0007"}


def test_a_rare_character_comes_from_the_fallback_face(regular: Typeface) -> None:
    (line,) = break_lines("吉𠮷", regular, 5000)

    assert [(run.face, run.text) for run in line.runs] == [
        ("NotoSansTC-Regular", "吉"),
        ("NotoSansJP-Regular", "𠮷"),
    ]


@pytest.mark.parametrize("codec", ["big5", "cp950"])
def test_every_character_of_big5_can_be_printed(codec: str) -> None:
    pairs = (bytes((lead, trail)) for lead in range(0x81, 0xFF) for trail in range(0x40, 0xFF))
    repertoire = "".join(
        text for pair in pairs if (text := pair.decode(codec, "ignore")) and text.isprintable()
    )
    missing: set[str] = set()

    for typeface in (typefaces().regular, typefaces().bold):
        legible(repertoire, typeface, missing)

    assert len(set(repertoire)) > 13_000
    assert missing == set()


def test_no_line_starts_with_closing_punctuation(regular: Typeface) -> None:
    assert plain(break_lines("一二三四，五六七。", regular, 4000)) == ["一二三", "四，五六", "七。"]


def test_no_line_ends_with_an_opening_bracket(regular: Typeface) -> None:
    assert plain(break_lines("一二三（四）", regular, 4000)) == ["一二三", "（四）"]


def test_a_number_or_word_stays_on_one_line(regular: Typeface) -> None:
    assert plain(break_lines("編號 KHC-109-0123 號", regular, 7000)) == ["編號", "KHC-109-0123", "號"]


def test_a_word_longer_than_the_line_is_broken(regular: Typeface) -> None:
    lines = break_lines("W" * 500, regular, 10_000)

    assert "".join(plain(lines)) == "W" * 500
    assert max(line.width for line in lines) <= 10_000


@settings(max_examples=100, deadline=None)
@given(ANY_TEXT, st.integers(min_value=1100, max_value=30_000))
def test_lines_fit_and_lose_nothing(text: str, room: int) -> None:
    typeface = typefaces().regular
    printable = legible(text, typeface, set())

    lines = break_lines(printable, typeface, room)

    assert all(line.width <= room for line in lines)
    assert "".join(plain(lines)).replace(" ", "") == printable.replace("\n", "").replace(" ", "")


def test_a_cut_line_ends_with_an_ellipsis(regular: Typeface) -> None:
    line = cut("一二三四五六", regular, 4000)

    assert plain((line,)) == ["一二三…"]
    assert plain((cut("一二", regular, 4000),)) == ["一二"]
