"""Records of the procurement API, and rows under our own names."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from inspect_app.tenders.reading import ProgressRow, Reader, UnreadableFile, parse, sniff
from tests import tenders_samples as samples


def test_the_notices_of_a_tender_are_merged_by_their_dates() -> None:
    parsed = parse(samples.openfun(samples.AWARDED, samples.CORRECTED, samples.TENDERED))

    (row,) = parsed.rows
    assert (parsed.reader, parsed.read, parsed.rejected) == (Reader.OPENFUN, 1, ())
    assert (row.number, row.name, row.agency, row.agency_code) == (
        "合成-1", "合成護岸改善工程", "示範市水利局", "3.80.1",
    )  # fmt: skip
    assert (row.budget_twd, row.contract_twd, row.contractor) == (9_000_000, 8_765_432, "得標營造")
    assert (row.kind, row.kind_given) == ("work", True)


def test_only_an_award_tells_of_the_contract() -> None:
    (row,) = parse(samples.openfun(samples.TENDERED)).rows

    assert (row.contract_twd, row.contractor) == (None, None)
    assert not row.given.intersection({"contract_twd", "contractor", "supervisor", "status"})


def test_a_single_notice_is_read_too_and_what_is_no_notice_is_listed() -> None:
    single = samples.openfun(samples.TENDERED).split(b'"records": [')[1][:-2]

    assert len(parse(single).rows) == 1
    assert [bad.place for bad in parse(samples.openfun(samples.TENDERED, 7)).rejected] == ["records[1]"]


def test_purchases_of_goods_are_no_tenders_of_ours() -> None:
    goods = samples.record(20260801, "公開招標公告", 採購資料_標的分類="財物類 45")

    assert ["財物" in bad.reason for bad in parse(samples.openfun(goods)).rejected] == [True]


def test_rows_under_our_own_names() -> None:
    (row,) = parse(samples.rows(samples.OWN)).rows

    filed = datetime(2026, 11, 5, 1, tzinfo=UTC)
    assert row.progress == ProgressRow("2026-10", Decimal("50.00"), Decimal("40.25"), filed)
    assert (row.contract_twd, row.status) == (5_000_000, "施工中")
    assert row.given == {"number", "name", "agency", "contract_twd", "status", "progress"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"contract_twd": "5"}, "contract_twd"), ({"contract_twd": True}, "contract_twd"),
        ({"contract_twd": -1}, "contract_twd"), ({"planned": 50}, "planned"), ({"planned": "1e2"}, "planned"),
        ({"month": "115/10"}, "month"), ({"month": None}, "month"), ({"month": "2026-13"}, "month"),
        ({"weather": "晴"}, "weather"), ({"number": 7}, "number"), ({"name": "  "}, "name"),
        ({"filed_at": "昨天"}, "filed_at"), ({"name": "\ud800"}, "name"),
    ],
)  # fmt: skip
def test_rows_are_taken_strictly(change: dict[str, Any], field: str) -> None:
    parsed = parse(samples.rows(samples.OWN | {"number": "好"}, samples.OWN | change))

    assert [row.number for row in parsed.rows] == ["好"]
    assert [(bad.line, bad.field, bad.place) for bad in parsed.rejected] == [(2, field, "rows[1]")]


@pytest.mark.parametrize(
    "data", [b"{", b"[1", b'{"rows": 3}', b'{"rows": [], "x": 1}', b"[" * 100_000, b'"x"']
)
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        parse(data, reader=Reader.ROWS)


def test_they_are_known_by_their_content() -> None:
    assert sniff("x", samples.openfun(samples.TENDERED)) is Reader.OPENFUN
    assert sniff("x", samples.rows(samples.OWN)) is Reader.ROWS
