"""The file as a whole: encodings, lines, header, limits."""

import io
import time
from collections.abc import Callable

import pytest

from inspect_app.core import delimited
from inspect_app.tenders.reading import ParsedFile, Rejection, Unit, UnreadableFile, gathering, parse

ReadText = Callable[[str], ParsedFile]
HEADER = "標案編號,標案名稱,主辦機關\n"


def thousands(sample: bytes) -> bytes:
    """The sample with its amounts in 千元, in zh headers, as Big5. Synthetic."""
    head, *rows = sample.decode().splitlines()
    head = head.replace("decide_tenders_price", "契約金額（千元）").replace(
        "contract_budget", "預算金額（千元）"
    )
    cells = [row.split(",") for row in rows]
    lines = [",".join([*row[:4], str(int(float(row[4])) / 1000), *row[5:]]) for row in cells]
    return "\r\n".join([head, *lines]).encode("cp950")


def test_the_public_sample_is_read_whole(sample: bytes) -> None:
    parsed = parse(sample, Unit.TWD)

    assert (parsed.read, len(parsed.rows), parsed.rejected) == (190, 190, ())
    assert (parsed.encoding, parsed.unit) == ("utf-8", Unit.TWD)
    assert parsed.ignored_columns == ("percentage_of_dulta", "s_public_date", "r_decide_tenders_date")


def test_66_rows_of_the_sample_have_no_month_and_so_no_progress(sample: bytes) -> None:
    assert sum(row.progress is None for row in parse(sample, Unit.TWD).rows) == 66


def test_the_sample_as_big5_in_thousands_gives_the_same_tenders(sample: bytes) -> None:
    parsed = parse(thousands(sample), None)

    assert (parsed.encoding, parsed.unit) == ("cp950", Unit.THOUSAND_TWD)
    assert parsed.rows == parse(sample, Unit.TWD).rows


def test_a_stream_is_read_like_bytes(sample: bytes) -> None:
    assert parse(io.BytesIO(sample), Unit.TWD) == parse(sample, Unit.TWD)


def test_a_byte_order_mark_is_no_part_of_the_first_column(sample: bytes) -> None:
    assert parse(b"\xef\xbb\xbf" + sample, Unit.TWD).rows == parse(sample, Unit.TWD).rows


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "欄名"),
        (b"\n" + HEADER.encode(), "欄名"),
        (b",,,\n", "欄名"),
        (b'"\n', "引號"),
        (HEADER.encode("utf-16"), "NUL"),
        (HEADER.encode() + b"A1,\xff\xff", "第 2 行"),
        (b"a,b,c\n1,2,3\n", "標案編號、標案名稱"),
        (HEADER.replace(",", "\t").encode(), "逗號"),
        ("標案編號,標案名稱,標案名稱,主辦機關\n".encode(), "重複：標案名稱"),
        ("標案編號,pcc_no,標案名稱,主辦機關\n".encode(), "同一欄"),
        (("," * 301).encode() + HEADER.encode(), "300"),
    ],
)
def test_a_file_of_which_nothing_can_be_used_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        parse(data, Unit.TWD)

    assert refused.value.field == "file"
    assert says in refused.value.reason


@pytest.mark.parametrize("encoding", ["utf-8", "cp950"])
def test_a_file_cut_in_the_middle_of_a_character_is_refused_with_its_line(encoding: str) -> None:
    text = f"{HEADER}A1,甲,局\nA2,乙，某某某某某"

    with pytest.raises(UnreadableFile, match="第 3 行"):
        parse(text.encode(encoding)[:-1], None)


def test_damaged_utf8_is_not_taken_for_big5() -> None:
    damaged = "pcc_no,name,implementation_department\nA1,排水".encode() + b"\xa4\x40" + "工程,局\n".encode()

    with pytest.raises(UnreadableFile, match="UTF-8"):
        parse(damaged, Unit.TWD)


def test_the_line_is_the_one_where_the_row_starts(read_text: ReadText) -> None:
    parsed = read_text('標案編號,標案名稱,主辦機關,備註\nA1,甲,局,"一\n二\n三"\n\nA2,乙,局,\n')

    assert [row.line for row in parsed.rows] == [2, 6]


def test_rows_of_blanks_are_no_rows(read_text: ReadText) -> None:
    assert read_text(f"{HEADER},,\n　,,\nA1,甲,局\n,,\n").read == 1


def test_unknown_columns_are_named_as_ignored(read_text: ReadText) -> None:
    assert read_text("標案編號,標案名稱,主辦機關,天氣,\nA1,甲,局,晴,\n").ignored_columns == (
        "天氣",
        "（第 5 欄，無欄名）",
    )


@pytest.mark.parametrize("row", ["A1,甲", "A1,甲,局,多"])
def test_a_row_of_another_width_than_the_header_is_rejected(read_text: ReadText, row: str) -> None:
    parsed = read_text(f"{HEADER}{row}\nA2,乙,局\n")

    assert [(r.line, r.field) for r in parsed.rejected] == [(2, "")]
    assert [row.number for row in parsed.rows] == ["A2"]


@pytest.mark.parametrize("broken", ['A1,"甲,局', 'A1,"甲"乙,局'])
def test_a_broken_quote_costs_its_own_line_only(read_text: ReadText, broken: str) -> None:
    parsed = read_text(f"{HEADER}A0,零,局\n{broken}\nA2,乙,局\nA3,丙,局\n")

    assert [(r.line, "引號" in r.reason) for r in parsed.rejected] == [(3, True)]
    assert [(row.line, row.number) for row in parsed.rows] == [(2, "A0"), (4, "A2"), (5, "A3")]
    assert parsed.read == 4


def test_a_file_cut_in_the_middle_loses_its_last_row_only(sample: bytes) -> None:
    lines = sample.splitlines(keepends=True)
    parsed = parse(b"".join(lines[:3]) + lines[3][:8], Unit.TWD)

    assert (len(parsed.rows), [r.line for r in parsed.rejected]) == (2, [4])


def test_a_cell_beyond_the_csv_limit_is_rejected(read_text: ReadText) -> None:
    assert [r.line for r in read_text(f"{HEADER}A1,{'甲' * 140_000},局\n").rejected] == [2]


def test_a_row_of_endless_cells_is_rejected(read_text: ReadText) -> None:
    assert read_text(f"{HEADER}{',' * 300_000}x\n").rejected == (
        Rejection(2, "", "這一列過長；請檢查引號是否成對。"),
    )


def test_a_file_made_of_open_quotes_is_refused_quickly() -> None:
    hostile = HEADER.encode() + b'a","x\n' * 500_000
    start = time.perf_counter()

    with pytest.raises(UnreadableFile, match="引號"):
        parse(hostile, Unit.TWD)

    assert time.perf_counter() - start < 30


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MAX_ROWS", 2)

    with pytest.raises(UnreadableFile, match="分成數個檔案"):
        parse((HEADER + "A1,甲,局\n" * 3).encode(), Unit.TWD)


def test_too_many_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "MAX_BYTES", 10)

    with pytest.raises(UnreadableFile, match="分成數個檔案"):
        parse(io.BytesIO(HEADER.encode()), Unit.TWD)


def test_twenty_thousand_rows_take_no_more_than_seconds(sample: bytes) -> None:
    head, *rows = sample.decode().splitlines()
    many = "\n".join([head, *(f"X{n}-{rows[n % 190]}" for n in range(20_000))]).encode()
    start = time.perf_counter()

    assert len(parse(many, Unit.TWD).rows) == 20_000
    assert time.perf_counter() - start < 10
