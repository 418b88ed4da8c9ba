"""Files made to break the readers of XML, workbooks and JSON: read, listed or refused, quickly and in little memory."""

import io
import random
import struct
import time
import zipfile
from collections.abc import Callable
from functools import cache

import psutil
import pytest

from inspect_app.tenders.reading import ParsedFile, Reader, Unit, UnreadableFile, parse, workbooks
from tests import tenders_samples as samples
from tests.hostile.memory import watched
from tests.hostile.verdicts import CHINESE

SECRET = "root:x:0"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
ENTITIES = {
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "external DTD": '<!DOCTYPE a SYSTEM "http://example.invalid/a.dtd">',
    "billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]>',
    "parameter entity": '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://example.invalid/">%p;]>',
    "plain doctype": "<!DOCTYPE 標案資料>",
}


@pytest.mark.parametrize("kind", ENTITIES)
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "Big5"])
def test_whatever_is_declared_in_a_doctype_is_refused(kind: str, encoding: str) -> None:
    def change(text: str) -> str:
        head, _, body = text.partition("\n")
        return f"{head}\n{ENTITIES[kind]}\n{body.replace('合成橋梁', '&x;&l9;')}"

    with pytest.raises(UnreadableFile, match="DOCTYPE"):
        parse(samples.xml(encoding, change=change))


TENDER = '<標案 編號="{0}"><基本資料><標案名稱>橋</標案名稱><主辦機關>甲局</主辦機關></基本資料>{1}</標案>'
GOOD = TENDER.format("A1", "")
LONG = "長" * (10 * 2**20 // 3)
MANY = " ".join(f"x{n}=''" for n in range(100_000))
SPACED = (
    "<x:a xmlns:x='http://example.invalid/'>"
    + GOOD.replace("<標案 ", "<x:標案 ").replace("</標案>", "</x:標案>")
    + "</x:a>"
)
MARKUP = {
    "a million nested elements": ("<a>" * 10**6, -1, -1),
    "a million nested elements in a tender": (TENDER.format("A2", "<a>" * 10**6), -1, -1),
    "an attribute of 10 MB": (f"<a>{GOOD}{TENDER.format(LONG, '')}</a>", 1, 1),
    "a name of 10 MB": (f"<a>{GOOD}{TENDER.format('A2', '').replace('橋', LONG)}</a>", 1, 1),
    "a tag of 10 MB": (f"<a>{GOOD}{TENDER.format('A2', f'<{LONG}/>')}</a>", 2, 0),
    "100,000 attributes": (f"<a>{GOOD}<b {MANY}/></a>", 1, 0),
    "300,000 unknown elements": (f"<a>{TENDER.format('A1', '<b/>' * 300_000)}</a>", 1, 0),
    "100,000 names of unknown elements": (
        f"<a>{TENDER.format('A1', ''.join(f'<b{n}/>' for n in range(100_000)))}</a>", 1, 0),
    "a NUL": (f"<a>{GOOD}\0</a>", -1, -1),
    "a reference to NUL": (f"<a>{GOOD}{TENDER.format('&#0;', '')}</a>", 1, 1),
    "a reference to a surrogate": (f"<a>{GOOD}{TENDER.format('&#xD800;', '')}</a>", 1, 1),
    "an unknown entity": (f"<a>{GOOD}{TENDER.format('&nbsp;', '')}</a>", 1, 1),
    "a tender in a tender": (f"<a>{TENDER.format('A1', GOOD)}</a>", 1, 0),
    "instructions": (f'<?xml-stylesheet href="http://example.invalid/"?><a>{GOOD}</a>', 1, 0),
    "a namespace": (SPACED, 1, 0),
    "two roots": (f"<a>{GOOD}</a><a>{TENDER.format('A2', '')}</a>", 1, 1),
}  # fmt: skip
"""A text, how many tenders of it are taken and how many places listed; -1 where it is refused whole."""


def read_or_refused(data: bytes, unit: Unit | None, reader: Reader | None = None) -> ParsedFile | None:
    """None where it is refused, in words; any other error fails."""
    refused = ""
    try:
        return parse(data, unit, reader=reader)
    except UnreadableFile as error:
        refused = error.reason
    assert CHINESE.search(refused)
    return None


@pytest.mark.parametrize("name", MARKUP)
def test_hostile_markup_is_taken_by_the_tender_or_refused(name: str) -> None:
    text, taken, listed = MARKUP[name]
    began = time.perf_counter()
    with watched() as memory:
        parsed = read_or_refused(text.encode(), None, Reader.XML)
    if parsed:
        assert (len(parsed.rows), len(parsed.rejected)) == (taken, listed)
        assert sum(map(len, parsed.ignored_columns)) < 10_000
    else:
        assert taken == -1
    assert time.perf_counter() - began < 8
    assert memory.above_idle_mib < 300


# -- workbooks -------------------------------------------------------------------------------------------------

SHEET = "worksheets/sheet2.xml"
CORNER = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
BIG = 1200
BOOK = samples.exported(samples.ROW)


@cache
def inflated() -> bytes:
    """The sample workbook with a sheet that is `BIG` MiB when unpacked."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(BOOK)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            head, _, tail = old.read(name).partition(b"</sheetData>")
            with new.open(name, "w") as part:
                part.write(head)
                row = b'<row><c t="inlineStr"><is><t>' + b"a" * (2**20 - 60) + b"</t></is></c></row>"
                for _ in range(BIG if name.endswith(SHEET) else 0):
                    part.write(row)
                part.write(b"</sheetData>" + tail if tail else b"")
    return out.getvalue()


def understated(data: bytes) -> bytes:
    """The same archive, which says of its biggest part that it is small."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        real = max(part.file_size for part in archive.infolist())
    return data.replace(struct.pack("<I", real), struct.pack("<I", 5000))


def swollen(change: bytes) -> bytes:
    return samples.repacked(BOOK, SHEET, lambda part: part.replace(b"</sheetData>", change + b"</sheetData>"))


BOMBS: dict[str, Callable[[], bytes]] = {
    "more than a GiB": inflated,
    "more than a GiB that says it is 5 kB": lambda: understated(inflated()),
    "a cell in the last corner": lambda: swollen(CORNER.encode()),
    "rows and cells without places": lambda: swollen(b"<row/>" * 10**6 + WIDE),
    "10,000 parts": lambda: parts(10_000),
}
WIDE = b"<row>" + b"<c/>" * 10**4 + b"<c><v>1</v></c></row>"


@pytest.mark.parametrize("name", BOMBS)
def test_a_workbook_that_grows_is_refused_before_it_has_grown(name: str) -> None:
    data = BOMBS[name]()
    began = time.perf_counter()
    with watched() as memory, pytest.raises(UnreadableFile) as refused:
        parse(data)

    assert len(data) < 10 * 2**20
    assert CHINESE.search(refused.value.reason)
    assert time.perf_counter() - began < 8
    assert memory.above_idle_mib < 1200
    assert not workbooks_left()


def parts(count: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(count):
            archive.writestr(f"xl/{number}", b"")
    return out.getvalue()


def workbooks_left() -> list[str]:
    children = psutil.Process().children(recursive=True)
    return [line for each in children if "workbook_child" in (line := " ".join(each.cmdline()))]


def test_a_declared_size_is_refused_without_unpacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "_frames", None)

    with pytest.raises(UnreadableFile, match="解開"):
        parse(inflated())


# -- JSON ------------------------------------------------------------------------------------------------------

TEXTS = {
    "a hundred thousand lists": b'{"rows": ' + b"[" * 100_000,
    "three million objects": b'{"rows": [' + b"{}," * 3 * 10**6 + b"{}]}",
    "ten million numbers": b'{"rows": [' + b"1," * 10**7 + b"1]}",
    "a number of a million digits": b'{"rows": [{"contract_twd": ' + b"9" * 10**6 + b"}]}",
    "UTF-16 without a mark": '{"rows": []}'.encode("utf-16-le"),
    "half a text": samples.rows(samples.OWN)[:-3],
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("reader", [Reader.ROWS, Reader.OPENFUN])
def test_json_that_is_no_list_of_sensible_size_is_refused(name: str, reader: Reader) -> None:
    with watched() as memory, pytest.raises(UnreadableFile) as refused:
        parse(TEXTS[name], reader=reader)

    assert CHINESE.search(refused.value.reason)
    assert memory.above_idle_mib < 300


# -- any damage ------------------------------------------------------------------------------------------------

WHOLE = {
    "xml": samples.xml(),
    "big5": samples.xml("Big5"),
    "utf16": samples.xml("UTF-16"),
    "openfun": samples.openfun(samples.TENDERED, samples.AWARDED, samples.CORRECTED),
    "rows": samples.rows(samples.OWN, samples.OWN | {"number": "2"}),
    "csv": "標案自選欄位表\n標案編號,標案名稱,主辦機關,年月,預定進度,實際進度,填報日期\nA1,橋,甲局,115/10,1,1,1151105\n".encode(),
}  # fmt: skip
PIECES = (b"\0", b"\xff", b"\xed\xa0\x80", b"<", b">", b"&", b'"', b"{", b"[", b"]]>", b"<![CDATA[", b"<!--", b"null",
          b"1e999", b"-1", b"NaN", "　".encode(), "標案".encode(), b"\xef\xbb\xbf", b"\xff\xfe", b"\r", b"&#55296;")  # fmt: skip


def damaged(data: bytes, dice: random.Random) -> bytes:
    """A few places cut, doubled, overwritten or filled in."""
    for _ in range(dice.randint(1, 4)):
        at, end = sorted((dice.randrange(len(data) + 1), dice.randrange(len(data) + 1)))
        end = min(end, at + dice.choice((0, 1, 8, 100)))
        middle = dice.choice((b"", data[at:end] * 2, dice.choice(PIECES), dice.randbytes(3)))
        data = data[:at] + middle + data[end:] or b"x"
    return data


def check(data: bytes, unit: Unit | None, reader: Reader | None = None) -> bool:
    """Whether it was read; any error but UnreadableFile fails."""
    parsed = read_or_refused(data, unit, reader)
    if parsed is None:
        return False
    assert parsed.read >= len(parsed.rows)
    assert all(CHINESE.search(bad.reason) and bad.line > 0 for bad in parsed.rejected)
    assert all(row.number and row.name and row.agency for row in parsed.rows)
    return True


@pytest.mark.parametrize("name", WHOLE)
def test_a_damaged_file_is_read_or_refused(name: str) -> None:
    dice = random.Random(f"readers {name}")  # noqa: S311 - the same files each time
    read = [check(damaged(WHOLE[name], dice), dice.choice([None, *Unit])) for _ in range(1500)]

    assert 20 < sum(read) < len(read)


@pytest.mark.parametrize("reader", Reader)
def test_a_file_of_another_kind_is_read_or_refused(reader: Reader) -> None:
    for data in (*WHOLE.values(), BOOK, b"", b"\0" * 100, b"\xef\xbb\xbf"):
        check(data, Unit.TWD, reader)


def test_a_damaged_workbook_is_read_or_refused() -> None:
    dice = random.Random("workbooks")  # noqa: S311 - the same files each time
    names = ("xl/workbook.xml", SHEET, "[Content_Types].xml", "xl/styles.xml")
    files = [
        samples.repacked(BOOK, dice.choice(names), lambda part: overwritten(part, dice)) for _ in range(12)
    ]
    files += [damaged(BOOK, dice) for _ in range(4)]

    assert 0 < sum(check(data, None) for data in files) < len(files)


def overwritten(data: bytes, dice: random.Random) -> bytes:
    """One byte is another."""
    at = dice.randrange(len(data))
    return data[:at] + dice.randbytes(1) + data[at + 1 :]
