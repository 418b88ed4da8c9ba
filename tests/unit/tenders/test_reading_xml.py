"""The tender system's XML: months, units, encodings, and files that break off."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from inspect_app.tenders.reading import ParsedFile, ProgressRow, Reader, Unit, UnreadableFile, parse, sniff
from inspect_app.tenders.reading.gathering import EVERY
from tests import tenders_samples as samples

FILED = datetime(2026, 11, 4, 16, tzinfo=UTC)


def told(parsed: ParsedFile) -> list[tuple[str, str | None, str | None]]:
    return [(row.number, row.progress and row.progress.month, row.status) for row in parsed.rows]


@pytest.mark.parametrize("encoding", ["UTF-8", "Big5", "UTF-16"])
def test_each_filed_month_is_a_row_and_the_last_tells_the_status(encoding: str) -> None:
    parsed = parse(samples.xml(encoding))

    assert parsed.rejected == ()
    assert parsed.reader is Reader.XML
    assert told(parsed) == [
        ("115-合成-1", "2026-09", "施工中"), ("115-合成-1", "2026-10", "停工中"), ("115-合成-2", None, None),
    ]  # fmt: skip


def test_a_tender_says_what_its_elements_say() -> None:
    _, row, other = parse(samples.xml()).rows

    assert (row.name, row.agency, row.agency_code) == ("合成堃道路工程", "示範市工務局", "3.80.1")
    assert (row.contract_twd, row.budget_twd) == (1_234_500, 2_000_000)
    assert (row.supervisor, row.contractor, row.category) == ("示範顧問", None, "道路")
    assert row.progress == ProgressRow("2026-10", Decimal("50.5"), Decimal(40), FILED)
    assert "contractor" in row.given
    assert "contractor" not in other.given
    assert (other.kind, other.kind_given) == ("service", False)


@pytest.mark.parametrize("filed", ["1151105", "115/11/05", "115.11.5", "115年11月5日", "115/11/5 00:00"])
def test_roc_dates_in_every_spelling(filed: str) -> None:
    progress = parse(samples.xml(filed=filed)).rows[1].progress

    assert progress is not None
    assert progress.filed_at == FILED


def test_elements_without_a_field_are_listed() -> None:
    assert parse(samples.xml()).ignored_columns == ("座標", "落後資料")


def test_a_bare_amount_needs_a_unit() -> None:
    bare = samples.xml(change=lambda text: text.replace(' 單位="千元"', ""))

    with pytest.raises(UnreadableFile) as refused:
        parse(bare)

    assert refused.value.field == "unit"
    assert parse(bare, Unit.THOUSAND_TWD).rows[0].contract_twd == 1_234_500
    assert parse(bare, Unit.THOUSAND_TWD).rows[0].budget_twd == 2_000_000


def test_a_bad_month_is_listed_with_its_line_and_place_and_costs_no_other() -> None:
    parsed = parse(samples.xml(change=lambda text: text.replace("38.25", "三成")))

    (bad,) = parsed.rejected
    assert (bad.line, bad.field, bad.place) == (13, "總累計實際進度", "標案 115-合成-1 115 年 9 月")
    assert (parsed.read, len(parsed.rows)) == (3, 2)


def test_of_a_file_that_breaks_off_what_was_whole_is_read_and_the_break_is_listed() -> None:
    data = samples.xml()
    parsed = parse(data[: data.index("合成橋梁".encode())])

    assert told(parsed) == [("115-合成-1", "2026-09", "施工中"), ("115-合成-1", "2026-10", "停工中")]
    assert [(bad.line, "中斷" in bad.reason) for bad in parsed.rejected] == [(22, True)]


@pytest.mark.parametrize("data", [samples.xml()[:300], b"<a/>", b"<?xml", b'<?xml encoding="klingon"?><a/>'])
def test_a_file_without_a_whole_tender_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        parse(data, reader=Reader.XML)


def test_it_is_known_by_its_content() -> None:
    assert sniff("清單.csv", samples.xml("UTF-16")[:4096]) is Reader.XML
    with pytest.raises(UnreadableFile, match="網頁"):
        sniff("清單.xls", b"<html><table>")


def test_progress_is_told_and_may_stop_the_reading() -> None:
    data = samples.many_tenders(3 * EVERY)
    heard: list[tuple[int, int, int]] = []

    def stop(rows: int, done: int, total: int) -> None:
        heard.append((rows, done, total))
        if rows >= 2 * EVERY:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        parse(data, Unit.TWD, progress=stop)

    assert [rows for rows, _, _ in heard] == [EVERY, 2 * EVERY]
    assert all(0 < done <= total == len(data) for _, done, total in heard)
