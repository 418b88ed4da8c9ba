"""What holds for any file."""

import csv
import io
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_app.tenders.reading import Unit, UnreadableFile, parse
from inspect_app.tenders.reading.types import ParsedFile

HEADER = "標案編號,標案名稱,主辦機關,契約金額（元）,年,月,預定進度,實際進度\n"
hundredths = st.integers(0, 99_999).map(lambda n: f"{n // 100}.{n % 100:02}")
words = st.text(st.characters(codec="utf-8", categories=["Lu", "Ll", "Lo"]), min_size=1, max_size=20).map(
    lambda text: unicodedata.normalize("NFC", text)[:40]
)
rows = st.lists(
    st.tuples(
        words, words, st.integers(0, 10**15), st.integers(1, 130), st.integers(1, 12), hundredths, hundredths
    ),
    max_size=20,
    unique_by=lambda row: row[0],
)


def read_or_refuse(data: bytes, unit: Unit | None) -> ParsedFile | None:
    try:
        return parse(data, unit)
    except UnreadableFile:
        return None


@settings(max_examples=200)
@given(st.binary(max_size=300), st.sampled_from([None, *Unit]))
def test_any_bytes_are_read_or_refused(data: bytes, unit: Unit | None) -> None:
    read_or_refuse(data, unit)


@settings(max_examples=300)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(alphabet=',"\r\n-0915.年月元千&#;工程　', max_size=200).map(str.encode),
        st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")),
    )
)
def test_any_bytes_below_a_header_are_read_rejected_or_refused(body: bytes) -> None:
    parsed = read_or_refuse(HEADER.encode() + body, None)
    if parsed:
        assert parsed.read == len(parsed.rows) + len({rejection.line for rejection in parsed.rejected})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@settings(max_examples=60)
@given(written=rows)
def test_what_was_written_is_read_again(
    encoding: str, written: list[tuple[str, str, int, int, int, str, str]]
) -> None:
    out = io.StringIO()
    csv.writer(out).writerows((a, b, "局", *rest) for a, b, *rest in written)
    parsed = parse((HEADER + out.getvalue()).encode(encoding), None)

    assert parsed.rejected == ()
    assert [
        (
            row.number,
            row.name,
            row.contract_twd,
            row.progress.month,
            row.progress.planned,
            row.progress.actual,
        )
        for row in parsed.rows
        if row.progress
    ] == [
        (number, name, amount, f"{year + 1911}-{month:02}", Decimal(planned), Decimal(actual))
        for number, name, amount, year, month, planned, actual in written
    ]
