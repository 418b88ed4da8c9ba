"""100,000 tenders as each system writes them, and the least program that reads each."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from python_calamine import CalamineWorkbook

ROWS = 100_000
HEAD = ("標案編號", "標案名稱", "主辦機關", "監造單位", "承攬廠商", "預算金額", "契約金額", "執行狀態")
NAMES = ("number", "name", "agency", "supervisor", "contractor", "budget_twd", "contract_twd", "status")
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of file is written and barely read."""

    name: str
    bare_name: str
    write: Callable[[Iterable[Row]], bytes]
    read: Callable[[bytes], Iterator[Row]]


def rows(*, changed: bool) -> Iterator[Row]:
    """The tenders, amounts with commas; of every ten one has another name if `changed`."""
    for number in range(ROWS):
        name = f"第 {number} 號道路及排水改善工程{'（變更）' if changed and number % 10 == 0 else ''}"
        agency, firm = f"第 {number % 100} 工程處", f"第 {number % 1000} 營造公司"
        money = f"{number * 1000 + 1_000_000:,}"
        yield f"115-{number:06}", name, agency, "示範顧問公司", firm, money, money, "施工中"


def _csv(rows: Iterable[Row]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([HEAD, *rows])
    return out.getvalue().encode("utf-8-sig")


def _read_csv(data: bytes) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    next(reader)
    for row in reader:
        yield tuple(row)


_TENDER = (
    '<標案 編號="{}" 執行機關代碼="3.80"><基本資料><標案名稱>{}</標案名稱><主辦機關>{}</主辦機關>'
    "<監造><單位名稱>{}</單位名稱></監造><承攬><廠商名稱>{}</廠商名稱></承攬><預算金額>{}</預算金額>"
    "<契約金額>{}</契約金額><執行狀態>{}</執行狀態></基本資料></標案>\n"
)
_PATHS = ("標案名稱", "主辦機關", "監造/單位名稱", "承攬/廠商名稱", "預算金額", "契約金額", "執行狀態")


def _xml(rows: Iterable[Row]) -> bytes:
    body = "".join(_TENDER.format(*row) for row in rows)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<標案資料>\n{body}</標案資料>\n'.encode()


def _read_xml(data: bytes) -> Iterator[Row]:
    for _, element in ET.iterparse(io.BytesIO(data)):  # noqa: S314 - our own text
        if element.tag == "標案":
            own = element.find("基本資料")
            yield (element.attrib["編號"], *(own.findtext(path, "") for path in _PATHS if own is not None))
            element.clear()


_PART = "http://schemas.openxmlformats.org"
_MAIN, _RELATED = f"{_PART}/spreadsheetml/2006/main", f"{_PART}/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PART}/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
    f'ContentType="{_TYPES}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
    f'ContentType="{_TYPES}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PART}/package/2006/relationships"><Relationship Id="r1" '
    f'Type="{_RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><sheets><sheet name="a" sheetId="1" '
    'r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PART}/package/2006/relationships"><Relationship '
    f'Id="r1" Type="{_RELATED}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def _workbook(rows: Iterable[Row]) -> bytes:
    """A workbook of texts (amounts too, with their commas), as an export writes them."""
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    body = "".join(f"<row>{''.join(cell.format(each) for each in row)}</row>" for row in (HEAD, *rows))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in _PARTS.items():
            archive.writestr(name, part)
        sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return out.getvalue()


def _read_workbook(data: bytes) -> Iterator[Row]:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    for row in sheet.to_python()[1:]:
        yield tuple(map(str, row))


_KEYS = ("採購資料:標案名稱", "機關資料:機關名稱", "採購資料:預算金額", "決標資料:總決標金額")
_WON = ("投標廠商:投標廠商1:廠商名稱", "投標廠商:投標廠商1:是否得標")


def _openfun(rows: Iterable[Row]) -> bytes:
    records = [
        {"date": 20260901, "brief": {"type": "決標公告", "title": row[1]}, "job_number": row[0],
         "unit_id": row[2], "unit_name": row[2],
         "detail": {**dict(zip(_KEYS, (row[1], row[2], f"{row[5]}元", f"{row[6]}元"), strict=True)),
                    _WON[0]: row[4], _WON[1]: "是"}}
        for row in rows
    ]  # fmt: skip
    return json.dumps({"records": records}, ensure_ascii=False).encode()


def _read_openfun(data: bytes) -> Iterator[Row]:
    for each in json.loads(data)["records"]:
        name, agency, budget, contract = (each["detail"][key] for key in _KEYS)
        firm = each["detail"][_WON[0]]
        yield each["job_number"], name, agency, agency, firm, budget[:-1], contract[:-1], ""


def _own(rows: Iterable[Row]) -> bytes:
    found = [dict(zip(NAMES, row, strict=True)) for row in rows]
    amounts = [
        {name: int(row[name].replace(",", "")) for name in ("budget_twd", "contract_twd")} for row in found
    ]
    return json.dumps({"rows": [row | more for row, more in zip(found, amounts, strict=True)]}).encode()


def _read_own(data: bytes) -> Iterator[Row]:
    for each in json.loads(data)["rows"]:
        yield tuple(str(each[name]) for name in NAMES)


KINDS = (
    Kind("CSV", "csv", _csv, _read_csv),
    Kind("XML", "iterparse", _xml, _read_xml),
    Kind("workbook", "calamine", _workbook, _read_workbook),
    Kind("openfun", "json.loads", _openfun, _read_openfun),
    Kind("own rows", "json.loads", _own, _read_own),
)
