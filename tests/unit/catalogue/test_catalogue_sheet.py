"""Reading an official sheet: what is understood, and what is refused row by row."""

import io
import time
import tracemalloc
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from forms.catalogue import catalogue
from inspect_app.catalogue import proposals, sheet, sheet_xlsx
from inspect_app.catalogue.proposals import Known
from inspect_app.catalogue.sheet_types import Sheet
from inspect_app.core.delimited import UnreadableFile
from tests.unit.catalogue.sheets import HEADER, delimited, few, rows, words, xlsx

ITEM, GROUP = ("5.01.01", "蜂窩或孔洞", "-3,-5"), ("5.01", "混凝土施工", "")


def read(given: Any, told: dict[str, str] | None = None, wanted: str | None = None) -> Sheet:
    data = given if isinstance(given, bytes) else delimited(given)
    return sheet.read(data, told or {}, wanted)


def lines(found: Sheet) -> list[tuple[str, str, str]]:
    return [(line.code, line.wording, line.points) for line in found.lines]


def reasons(found: Sheet) -> list[tuple[int, str, str]]:
    return [(each.line, each.place, each.reason) for each in found.refused]


# -- kinds of files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        delimited(few(GROUP, ITEM)),
        delimited(few(GROUP, ITEM), encoding="utf-8-sig"),
        delimited(few(GROUP, ITEM), encoding="cp950"),
        delimited(few(GROUP, ITEM), "\t"),
        delimited(few(GROUP, ITEM), "\t", "cp950"),
        xlsx(few(GROUP, ITEM)),
    ],
    ids=["UTF-8", "BOM", "Big5", "TSV", "TSV in Big5", "XLSX"],
)
def test_every_kind_of_file_says_the_same(data: bytes) -> None:
    found = read(data)

    assert (lines(found), found.refused) == ([GROUP, ITEM], ())


def test_the_whole_catalogue_is_read_without_a_refusal() -> None:
    found = read(xlsx(rows()))

    assert [line.code for line in found.lines] == [line.code for line in catalogue().codes]
    assert found.refused == ()


def test_titles_above_the_header_and_notes_below_are_skipped() -> None:
    given = [
        ["品質缺失扣點紀錄表", "", ""],
        ["113 年版"],
        *few(GROUP, ITEM),
        ["註：本表自發布日適用。", "", ""],
    ]
    found = read(given)

    assert (found.layout.line, lines(found), found.skipped) == (3, [GROUP, ITEM], (6,))


def test_the_header_may_come_again_on_every_page() -> None:
    assert lines(read([*few(GROUP), list(HEADER), ITEM])) == [GROUP, ITEM]


@pytest.mark.parametrize("encoding", ["utf-8", "cp950"])
def test_what_parts_the_columns_is_told_by_their_names_not_by_a_count(encoding: str) -> None:
    title = "品質缺失扣點紀錄表,,,,,,,,,,\r\n"
    tabs = (title + delimited(few(GROUP, ITEM), "\t").decode()).encode(encoding)
    commas = ("註\t\t\t\t\t\t\t\t\t\r\n" + delimited(few(GROUP, ITEM)).decode()).encode(encoding)

    assert lines(read(tabs)) == lines(read(commas)) == [GROUP, ITEM]


def test_a_wide_row_of_the_other_delimiter_does_no_harm() -> None:
    note = ["5.01.02", "," * 400, "-1"]

    assert [code for code, *_ in lines(read(delimited([*few(ITEM), note], "\t")))] == ["5.01.01", "5.01.02"]


# -- columns -------------------------------------------------------------------------------------------------------


def test_a_column_of_another_name_is_told_and_the_rest_is_left() -> None:
    found = read([["項次", "號碼", "缺失 內容（摘要）", "扣點數"], ["1", *ITEM]], {"號碼": "code"})

    assert lines(found) == [ITEM]
    assert (found.layout.columns, found.layout.unused) == ({"code": 1, "wording": 2, "points": 3}, ("項次",))


def test_a_told_column_goes_before_one_of_a_known_name() -> None:
    found = read([["編號", "新編號", "內容", "扣點"], ["1", *ITEM]], {"新編號": "code"})

    assert lines(found) == [ITEM]


@pytest.mark.parametrize(
    ("header", "told", "reason"),
    [
        (["編號", "內容"], {}, "缺少：扣點。檔案中有：編號、內容。"),
        (["編號", "代碼", "內容", "扣點"], {}, "「編號、代碼」都像是缺失編號"),
        (["編號", "內容", "扣點"], {"沒有": "parent"}, "沒有「沒有」"),
        ([], {}, "檔案是空的"),
    ],
)
def test_a_header_that_leaves_it_open_is_refused(
    header: list[str], told: dict[str, str], reason: str
) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read([header, ["x"] * len(header)], told)


# -- cells ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["５．０１．０１", " 5.01.01 ", "5.01.01.", "5.01.\u200b01", "5.01\n.01"])
def test_a_code_is_read_in_every_width(code: str) -> None:
    assert lines(read(few((code, "蜂窩", "-3,-5")))) == [("5.01.01", "蜂窩", "-3,-5")]


@pytest.mark.parametrize(
    "text", ["5.01 混凝土施工", "5.01　混凝土施工", "5.01混凝土施工", "５．０１、混凝土施工"]
)
def test_a_heading_may_have_its_words_behind_its_code(text: str) -> None:
    assert lines(read(few((text, "", "")))) == [("5.01", "混凝土施工", "")]


@pytest.mark.parametrize(
    "code", ["5.1", "5.1.1", "5.01.001", "55.01", "5..01", "5.01.01.01.01", "5-01-01", "5.01.0"]
)
def test_what_is_almost_a_code_is_refused(code: str) -> None:
    ((line, place, reason),) = reasons(read(few((code, "蜂窩", "-1"))))

    assert (line, place) == (2, "缺失編號")
    assert "不是缺失編號；每一段兩位數" in reason


@pytest.mark.parametrize(
    ("printed", "points"),
    [
        ("-1、-2", "-1,-2"),
        ("－１～－５", "-1~-5"),
        ("-1,-2", "-1,-2"),
        ("±1,±2", "±1,±2"),
        ("±１、±２", "±1,±2"),
        ("−2，−4", "-2,-4"),
        ("-1 ~ -5點", "-1~-5"),
        ("-3", "-3"),
        ("", ""),
        ("－", ""),
        ("無", ""),
    ],
)
def test_points_are_read_in_their_spellings(printed: str, points: str) -> None:
    assert lines(read(few(("5.01.01", "蜂窩", printed)))) == [("5.01.01", "蜂窩", points)]


@pytest.mark.parametrize(
    "printed", ["1或2", "1,2", "-1或-2", "-2,-1", "-1,-1", "-5~-1", "-1~5", "-0", "-100", "L"]
)
def test_points_that_leave_it_open_are_refused(printed: str) -> None:
    ((_, place, _),) = reasons(read(few(("5.01.01", "蜂窩", printed))))

    assert place == "扣點"


def test_every_problem_of_a_row_is_told() -> None:
    found = reasons(read(few(("5.1", "壞\x07字", "1或2"))))

    assert [place for _, place, _ in found] == ["缺失編號", "缺失內容", "扣點"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("5.01.01", "", "-1"), "沒有文字"),
        (("", "蜂窩", "-1"), "不是缺失編號"),
        (("5.01.01", "長" * 1001, "-1"), "超過 1000 字"),
        (("5.01.01", "壞\ufffd字", "-1"), "損壞的字"),
    ],
)
def test_a_row_that_lost_something_is_refused(row: tuple[str, ...], reason: str) -> None:
    assert reason in reasons(read(few(row)))[0][2]


def test_a_code_given_twice_stands_once() -> None:
    found = read(few(ITEM, ("５.01.01", "另一段文字", "-1")))

    assert lines(found) == [ITEM]
    assert "與第 2 行重複" in reasons(found)[0][2]


def test_a_parent_must_be_the_codes_own() -> None:
    given = [
        [*HEADER, "上層編號"],
        [*ITEM, "5.01"],
        ["5.01.02", "x", "-1", "5.02"],
        ["5.01.03", "x", "-1", ""],
    ]
    found = read(given)

    assert [line.code for line in found.lines] == ["5.01.01", "5.01.03"]
    assert "5.01.02 的上層應是 5.01，不是 5.02" in reasons(found)[0][2]


def test_a_line_break_between_characters_is_none() -> None:
    assert lines(read(xlsx(few(("5.01.01", "蜂窩\n或 孔洞\n x", "-1")))))[0][1] == "蜂窩或 孔洞 x"


def test_an_unclosed_quote_costs_its_row() -> None:
    found = read('編號,內容,扣點\n5.01.01,"蜂窩,-1\n5.01.02,孔洞,"-1,-2"\n'.encode())

    assert [(line, reason[:7]) for line, _, reason in reasons(found)] == [(2, "這一列的引號未")]
    assert [line.code for line in found.lines] == ["5.01.02"]


# -- workbooks -----------------------------------------------------------------------------------------------------


def test_a_number_that_can_be_but_one_code_is_read() -> None:
    assert [code for code, *_ in lines(read(xlsx(few((5, "品質", ""), (5.01, "混凝土", "")))))] == [
        "5",
        "5.01",
    ]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (5.1, "存成數字 5.1"),
        ("=A1&1", "是公式"),
        (datetime(2026, 5, 1), "是日期"),  # noqa: DTZ001 - as a sheet has it
        (date(2026, 5, 1), "是日期"),
        (True, "是日期、真假值"),
    ],
)
def test_a_cell_that_is_no_text_is_refused_by_its_address(code: Any, reason: str) -> None:
    ((line, place, told),) = reasons(read(xlsx(few(GROUP, (code, "蜂窩", "-1")))))

    assert (line, place) == (3, "A3")
    assert reason in told


def test_points_stored_as_a_number_are_read() -> None:
    assert lines(read(xlsx(few(("5.01.01", "蜂窩", -1)))))[0][2] == "-1"
    assert "不是扣點" in reasons(read(xlsx(few(("5.01.01", "蜂窩", 12)))))[0][2]


def test_merged_points_hold_for_every_row_they_cover() -> None:
    given = few(GROUP, ITEM, ("5.01.02", "冷縫", None), ("5.01.03", "裂縫", None))

    found = read(xlsx(given, lambda book: book.active.merge_cells("C3:C5")))

    assert [points for *_, points in lines(found)] == ["", "-3,-5", "-3,-5", "-3,-5"]


def test_merged_codes_and_words_are_refused_row_by_row() -> None:
    def merge(book: Workbook) -> None:
        book.active.merge_cells("A2:A3")
        book.active.merge_cells("B4:B5")

    given = few(ITEM, (None, "第二行文字", "-1"), ("5.01.02", "冷縫", "-1"), ("5.01.03", None, "-1"))
    found = reasons(read(xlsx(given, merge)))

    assert [(line, place) for line, place, _ in found] == [(3, "A3"), (5, "B5")]
    assert all("合併儲存格" in reason for *_, reason in found)


def test_a_heading_merged_over_the_columns_is_read_and_a_row_merged_downward_is_one() -> None:
    def merge(book: Workbook) -> None:
        book.active.merge_cells("A2:C2")
        for column in "ABC":
            book.active.merge_cells(f"{column}3:{column}4")

    found = read(xlsx(few(("5.01 混凝土施工",), ITEM, (None, None, None)), merge))

    assert (lines(found), found.refused) == ([GROUP, ITEM], ())


def hidden(book: Workbook) -> None:
    book.create_sheet("舊版").sheet_state = "hidden"


def test_a_hidden_sheet_is_named_and_not_read() -> None:
    data = xlsx(few(ITEM), hidden)

    assert read(data).hidden == ("舊版",)
    with pytest.raises(UnreadableFile, match="是隱藏的"):
        read(data, wanted="舊版")


def test_of_several_sheets_one_is_asked_for() -> None:
    data = xlsx(few(ITEM), lambda book: book.create_sheet("附表"))

    with pytest.raises(UnreadableFile, match="--sheet 指定工作表：Sheet、附表"):
        read(data)
    assert lines(read(data, wanted="Sheet")) == [ITEM]
    with pytest.raises(UnreadableFile, match="沒有工作表「第三張」"):
        read(data, wanted="第三張")


# -- far too much --------------------------------------------------------------------------------------------------


def test_three_hundred_columns_are_read_and_one_more_is_refused() -> None:
    wide = [[*HEADER, *(f"欄{n}" for n in range(297))], [*ITEM, *(["x"] * 297)]]

    assert lines(read(xlsx(wide))) == lines(read(wide)) == [ITEM]
    for made in (xlsx([[*row, "y"] for row in wide]), delimited([[*row, "y"] for row in wide])):
        with pytest.raises(UnreadableFile, match="超過 300 欄"):
            read(made)


def test_blank_rows_cost_nothing_and_rows_far_down_are_refused() -> None:
    def place(book: Workbook, line: int) -> None:
        for column, value in enumerate(ITEM, 1):
            book.active.cell(line, column, value)

    assert lines(read(xlsx(few(GROUP), lambda book: place(book, 50_000)))) == [GROUP, ITEM]
    with pytest.raises(UnreadableFile, match="超過 100,000 列"):
        read(xlsx(few(GROUP), lambda book: place(book, 100_001)))


def test_a_hundred_thousand_rows_are_refused_in_bounded_memory() -> None:
    data = delimited([HEADER, *([f"x{n}", "文字", "-1"] for n in range(100_000))])
    codes = delimited(
        [HEADER, *([f"{n % 10}.{n // 10 % 100:02}.{n // 1000:02}", "字", "-1"] for n in range(99_999))]
    )
    tracemalloc.start()

    for made, reason in ((data, "有問題的地方超過 1,000 處"), (codes, "編號超過 5,000 項")):
        with pytest.raises(UnreadableFile, match=reason):
            read(made)

    assert tracemalloc.get_traced_memory()[1] < 40_000_000
    tracemalloc.stop()


def bomb(size: int, name: str = "xl/sharedStrings.xml") -> bytes:
    """A workbook one of whose parts unpacks to `size` bytes."""
    out = io.BytesIO(xlsx(few(ITEM)))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive, archive.open(f"{name}2", "w") as part:
        for _ in range(size // 1_000_000):
            part.write(bytes(1_000_000))
    return out.getvalue()


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    data = bomb(80_000_000)
    tracemalloc.start()

    with pytest.raises(UnreadableFile, match="解開後超過 64 MiB"):
        read(data)

    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_declared_size_that_lies_is_damage() -> None:
    data = xlsx(rows())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    told = part.file_size.to_bytes(4, "little")

    with pytest.raises(UnreadableFile, match="不是完整的 XLSX"):
        read(data.replace(told, (100).to_bytes(4, "little")))


@pytest.mark.parametrize("part", [b"<mergeCell ", b"<mergeCell ref", b"<a", b"<mergeCell ref= "])
def test_merged_cells_are_found_in_time_that_grows_with_the_part(part: bytes) -> None:
    started = time.monotonic()

    assert not sheet_xlsx._covered(part * 30_000)

    assert time.monotonic() - started < 1


ENTITIES = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


def test_entities_are_refused() -> None:
    source, out = io.BytesIO(xlsx(few(ITEM))), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, ENTITIES.encode() + data if name.endswith("sheet1.xml") else data)

    with pytest.raises(UnreadableFile, match="不是完整的 XLSX"):
        read(out.getvalue())


def test_a_row_number_beyond_all_bounds_ends_soon() -> None:
    source, out = io.BytesIO(xlsx(few(ITEM))), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'<row r="2"', b'<row r="999999999999"'))
    started = time.monotonic()

    with pytest.raises(UnreadableFile):
        read(out.getvalue())

    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "檔案是空的"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "XLS"),
        (b"PK\x03\x04" + bytes(100), "不是完整的 XLSX"),
        (bytes(range(256)), "NUL"),
        (b"x" * (16 * 1024 * 1024 + 1), "超過 16 MiB"),
        (delimited([HEADER]), "沒有任何缺失編號"),
    ],
    ids=["empty", "XLS", "broken", "binary", "large", "no lines"],
)
def test_what_is_no_sheet_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read(data)


@pytest.mark.parametrize("made", [xlsx(rows()), delimited(rows())], ids=["XLSX", "CSV"])
def test_a_file_cut_in_the_middle_is_refused_or_read_to_the_cut(made: bytes) -> None:
    for part in range(1, 20):
        try:
            found = read(made[: len(made) * part // 20])
        except UnreadableFile:
            continue
        whole = {code: (wording, points) for code, wording, points in lines(found)}
        last = found.lines[-1].code
        assert all(whole[code][0] == words(code) for code in whole if code != last)


# -- whatever comes ------------------------------------------------------------------------------------------------

CELLS = st.one_of(
    st.sampled_from(
        ["", "5.01.01", "5.01", "5.20.01", "９", "-1,-2", "±1", "蜂窩", "=1+1", "5.1", "4.02.01 甲"]
    ),
    st.text(max_size=12),
)
VALUES = st.one_of(
    CELLS.filter(lambda text: text.isprintable()), st.integers(), st.floats(), st.booleans(), st.none()
)


def judged(data: bytes) -> None:
    """Read and proposed, or refused by name."""
    try:
        found = read(data)
    except UnreadableFile:
        return
    known = Known(catalogue(), {})
    made = proposals.revision(found, "roc-199", date(2099, 1, 1), [known])
    told = {line.code for line in found.lines}
    refused = {each.line for each in made.refused}
    assert all(made.catalogue.knows(line.code) or line.line in refused for line in found.lines)
    assert set(made.wordings) <= told
    proposals.words_for(found, known)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=5), max_size=12), st.sampled_from([",", "\t"]))
def test_no_text_leads_to_an_error_without_a_name(given_rows: list[list[str]], delimiter: str) -> None:
    judged(delimited([HEADER, *given_rows], delimiter, "utf-8").replace(b"\0", b""))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(VALUES, max_size=5), max_size=8))
def test_no_workbook_leads_to_an_error_without_a_name(given_rows: list[list[Any]]) -> None:
    judged(xlsx([HEADER, *given_rows]))


WORKBOOK = xlsx(few(GROUP, ITEM))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WORKBOOK) - 1), st.binary(min_size=1, max_size=4)), max_size=4))
def test_no_damage_leads_to_an_error_without_a_name(spoilt: list[tuple[int, bytes]]) -> None:
    data = bytearray(WORKBOOK)
    for at, what in spoilt:
        data[at : at + len(what)] = what

    judged(bytes(data))


def test_damage_inside_the_parts_is_named() -> None:
    source = io.BytesIO(WORKBOOK)
    with zipfile.ZipFile(source) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for name, part in parts.items():
        for spoilt in (b"", b"<x/>", part[: len(part) // 2], part.replace(b"1", b"zz")):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as new:
                for each, data in (parts | {name: spoilt}).items():
                    new.writestr(each, data)
            judged(out.getvalue())
