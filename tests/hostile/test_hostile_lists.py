"""Lists of tenders that no spreadsheet would write: read, listed as rejected or refused, never half taken."""

import csv
import io
import time
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_app.tenders.reading import Unit, UnreadableFile, parse
from tests.hostile.memory import watched
from tests.hostile.verdicts import CHINESE, ill_told
from tests.hostile.world import World
from tests.inspections_builders import expect

COLUMNS = ("標案編號", "標案名稱", "主辦機關", "契約金額（元）", "年", "月", "預定進度", "實際進度", "備註")
HEADER = ",".join(COLUMNS[:3])
ROW = "115-水-{0},護岸工程,甲機關"
MANY, BAD = 100_000, 1_000

# -- any file ------------------------------------------------------------------------------------------------

cells = st.one_of(
    st.sampled_from(
        ["", " ", "-", "115", "13", "12/31", "1,000", "1e9", "-1", "NaN", "９９", "千元", "=1+1", "&#0;", "&#xD800;",
         "\u202e", "\ufeff", "\x07", '"', '""', "\r", "\n", "長" * 300, "9" * 5000, "0.1", "99.999", "𠮷", "﨑", "碁"]
    ),
    st.text(max_size=8),
)  # fmt: skip
files = st.tuples(
    st.lists(st.sampled_from(COLUMNS), max_size=10),
    st.lists(st.lists(cells, max_size=10), max_size=6),
    st.sampled_from([",", ";", "\t", "|", " "]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "cp950", "utf-16", "shift_jis", "latin-1"]),
    st.integers(0, 3),
)


def written(file: tuple[Any, ...]) -> bytes:
    """A file as some program might write it, cut short by some bytes."""
    header, rows, separator, quoting, end, encoding, cut = file
    out = io.StringIO()
    csv.writer(out, delimiter=separator, quoting=quoting, lineterminator=end).writerows([header, *rows])
    data = out.getvalue().encode(encoding, "replace")
    return data[: len(data) - cut]


@settings(max_examples=400, derandomize=True, deadline=None)
@given(files, st.sampled_from([None, *Unit]))
def test_every_row_of_any_file_is_taken_or_listed(file: tuple[Any, ...], unit: Unit | None) -> None:
    try:
        parsed = parse(written(file), unit)
    except UnreadableFile as error:
        parsed, refused = None, error.reason

    if parsed is None:
        assert CHINESE.search(refused)
        return
    assert parsed.read == len(parsed.rows) + len({rejection.line for rejection in parsed.rejected})
    assert all(rejection.line > 1 and CHINESE.search(rejection.reason) for rejection in parsed.rejected)


# -- over the API ----------------------------------------------------------------------------------------------


def big_list() -> bytes:
    """100,000 rows; of every hundred the last has no name."""
    step = MANY // BAD
    rows = (f"115-水-{at},{'' if at % step == 0 else '護岸工程'},機關{at % 50}" for at in range(1, MANY + 1))
    return "\n".join([HEADER, *rows]).encode()


def test_of_100_000_rows_the_good_go_in_and_the_1_000_bad_are_listed(world: World) -> None:
    staff = world.api("staff")
    with watched() as memory:
        report = expect(staff.upload("/tenders/imports", big_list()), 200).get_json()

    assert (report["read"], report["created"], len(report["rejected"])) == (MANY, MANY - BAD, BAD)
    assert [each["line"] for each in report["rejected"]] == list(range(101, MANY + 2, 100))
    assert memory.above_idle_mib < 700
    assert staff.get("/tenders", q="115-水-99999").get_json()["items"][0]["name"] == "護岸工程"


def spreadsheet_bomb() -> bytes:
    """Named like a workbook; unpacked it is 500 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(500):
                sheet.write(bytes(2**20))
    return out.getvalue()


WIDE = ",".join([HEADER, *(f"欄{at}" for at in range(297))])
GOOD = ROW.format(1)
LISTS: dict[str, tuple[bytes, int, int]] = {
    "300 columns": (f"{WIDE}\n{GOOD}{',' * 297}\n".encode(), 1, 0),
    "3,000 columns, one row narrow": (f"{HEADER}{',x' * 3000}\n{GOOD}\n".encode(), -1, -1),
    "cut in a letter": (f"{HEADER}\n{GOOD}\n".encode()[:-2], -1, -1),
    "cut in a quoted cell": (f'{HEADER}\n{GOOD}\n115-水-2,"護岸'.encode(), 1, 1),
    "a quote never closed": (f'{HEADER}\n"{GOOD}\n{ROW.format(2)}\n{ROW.format(3)}\n'.encode(), 2, 1),
    "a column twice": (f"{HEADER},標案名稱\n{GOOD},橋\n".encode(), -1, -1),
    "10 MB in one cell": (f"{HEADER}\n{GOOD}\n2,{'長' * (10 * 2**20 // 3)},乙\n".encode(), 1, 1),
    "10 MB in the header": (f"{HEADER},{'長' * (10 * 2**20 // 3)}\n{GOOD},x\n".encode(), -1, -1),
    "NUL in a cell": (f"{HEADER}\n{GOOD}\n2,a\0b,乙\n".encode(), -1, -1),
    "a million empty lines": (f"{HEADER}\n{GOOD}\n".encode() + b"\n" * 10**6, 1, 0),
    "a million commas": (f"{HEADER}\n{GOOD}\n".encode() + b"," * 10**6, 1, 1),
    "300 broken quotes": (f"{HEADER}\n{GOOD}\n".encode() + b'a"b"c,"d"e\n"\n' * 300, -1, -1),
    "UTF-16": (f"{HEADER}\n{GOOD}\n".encode("utf-16"), -1, -1),
    "a formula": (f"{HEADER}\n\"=cmd|' /C calc'!A0\",橋,甲\n".encode(), 1, 0),
    "a name with control letters": (f"{HEADER}\n{GOOD}\n2,橋\u202e,乙\n".encode(), 1, 1),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(1000), -1, -1),
    "a workbook that is a bomb": (spreadsheet_bomb(), -1, -1),
}
"""A file, how many tenders of it are taken and how many rows listed; -1 where it is refused whole."""


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("query", [{}, {"dry_run": True}, {"strict": True}], ids=["written", "dry", "strict"])
def test_a_hostile_list_is_taken_by_the_row_or_refused_whole(
    world: World, name: str, query: dict[str, bool]
) -> None:
    data, taken, listed = LISTS[name]
    before = world.digest()

    began = time.perf_counter()
    answer = world.api("staff").upload("/tenders/imports", data, "../../etc/名單.xlsx", **query)
    seconds = time.perf_counter() - began

    assert seconds < 8
    if taken < 0:
        assert answer.status_code in {415, 422}
        assert list(ill_told(answer)) == []
        assert [error["field"] for error in answer.get_json()["errors"]] == ["file"]
    else:
        report = expect(answer, 200).get_json()
        assert (report["created"], len({each["line"] for each in report["rejected"]})) == (taken, listed)
        assert len(answer.data) < 100_000
    writes = taken > 0 and not query.get("dry_run") and not (query.get("strict") and listed)
    assert (world.digest() != before) == writes


def test_a_workbook_bomb_is_refused_at_once(world: World) -> None:
    data = LISTS["a workbook that is a bomb"][0]
    with watched() as memory:
        began = time.perf_counter()
        answer = world.api("staff").upload("/tenders/imports", data, "名單.xlsx")
        seconds = time.perf_counter() - began

    assert answer.status_code in {415, 422}
    assert seconds < 1
    assert memory.above_idle_mib < 50
