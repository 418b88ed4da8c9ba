"""Files of tenders as the systems outside write them, messy as theirs are. All synthetic: no such tender exists."""

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import openpyxl

TITLES = ("標案編號", "標案名稱", "主辦機關", "契約金額（千元）", "年月", "預定進度", "實際進度", "填報日期")
ABOVE: Sequence[Sequence[Any]] = (["標案自選欄位表（合成樣本）"], ["製表日期：115/11/20 14:00"])

XML = """<?xml version="1.0" encoding="{encoding}"?>
<!-- 合成樣本 synthetic -->
<標案資料>
<標案 編號="115-合成-1" 執行機關代碼="3.80.1">
 <基本資料><標案名稱>合成&#22531;道路工程</標案名稱><主辦機關>　示範市工務局　</主辦機關>
  <工程類別>道路</工程類別><監造><單位名稱>示範顧問</單位名稱></監造>
  <承攬><廠商名稱>(未填)</廠商名稱></承攬><決標金額 單位="千元">1,234.5</決標金額>
  <發包預算>2,000,000元</發包預算><座標>--</座標></基本資料>
 <進度資料><年度 民國年="115">
  <月份 日曆月="10">
   <總累計預定進度>50.5</總累計預定進度><總累計實際進度>40</總累計實際進度>
   <執行狀態>停工中</執行狀態><填報日期>{filed}</填報日期></月份>
  <月份 日曆月="9">
   <總累計預定進度>40</總累計預定進度><總累計實際進度>38.25</總累計實際進度>
   <執行狀態>施工中</執行狀態></月份>
  <月份 日曆月="11">
   <總累計預定進度>--</總累計預定進度><總累計實際進度>　</總累計實際進度></月份>
 </年度></進度資料>
 <落後資料><年度 民國年="115"><月份 日曆月="10"><落後因素>合成</落後因素></月份></年度></落後資料>
</標案>
<標案 編號="115-合成-2" 執行機關代碼="3.80.1">
 <基本資料><標案名稱>合成橋梁監造</標案名稱><執行機關>示範市工務局</執行機關></基本資料>
</標案>
</標案資料>
"""


def xml(encoding: str = "UTF-8", filed: str = "1151105", change: Callable[[str], str] = str) -> bytes:
    """Two tenders, one of two filed months out of order; `change` may damage the text."""
    return change(XML.format(encoding=encoding, filed=filed)).encode(
        "cp950" if encoding == "Big5" else encoding
    )


def many_tenders(count: int) -> bytes:
    """XML of `count` tenders of one month each."""
    one = (
        '<標案 編號="合成-{0}" 執行機關代碼="3.80.{1}"><基本資料><標案名稱>第 {0} 號合成排水工程</標案名稱>'
        "<主辦機關>第 {1} 工程處</主辦機關><監造><單位名稱>示範顧問公司</單位名稱></監造>"
        "<承攬><廠商名稱>第 {2} 營造公司</廠商名稱></承攬><決標金額>{3}</決標金額></基本資料><進度資料>"
        '<年度 民國年="115"><月份 日曆月="10"><總累計預定進度>50.50</總累計預定進度>'
        "<總累計實際進度>49.25</總累計實際進度><執行狀態>施工中</執行狀態></月份></年度></進度資料></標案>\n"
    )
    body = (one.format(n, n % 100, n % 1000, n + 1000) for n in range(count))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<標案資料>\n{"".join(body)}</標案資料>\n'.encode()


def workbook(*sheets: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of these sheets of rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"表{number}")
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def exported(*rows: Sequence[Any]) -> bytes:
    """A workbook as the system exports it: a sheet of remarks, then titles above the header."""
    return workbook([["說明"]], [*ABOVE, [], TITLES, *rows])


ROW = ("115-合成-1", "合成道路工程", "示範市工務局", 1234.5, "115/10", 90.74, 0.1 + 0.2, date(2026, 11, 5))


def repacked(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name.endswith(part) else old.read(name))
    return out.getvalue()


def record(day: int, kind: str, **detail: str) -> dict[str, Any]:
    """One notice of the tender 合成-1 as the procurement API gives it."""
    return {
        "date": day,
        "filename": "synthetic",
        "brief": {"type": kind, "title": "合成護岸工程"},
        "job_number": "合成-1",
        "unit_id": "3.80.1",
        "unit_name": "示範市水利局",
        "detail": {key.replace("_", ":", 1): value for key, value in detail.items()},
    }


TENDERED = record(20260801, "公開招標公告", 採購資料_標案名稱="合成護岸工程", 採購資料_標的分類="工程類 5139",
                  採購資料_預算金額="9,000,000元", 決標資料_總決標金額="1元")  # fmt: skip
AWARDED = record(20260901, "決標公告", 決標資料_總決標金額="8,765,432元",
                 **{"投標廠商:投標廠商1:廠商名稱": "未得標公司", "投標廠商:投標廠商1:是否得標": "否",
                    "投標廠商:投標廠商2:廠商名稱": "得標營造", "投標廠商:投標廠商2:是否得標": "是"})  # fmt: skip
CORRECTED = record(20260815, "公開招標更正公告", 採購資料_標案名稱="合成護岸改善工程")


def openfun(*records: Any) -> bytes:
    return json.dumps({"unit_name": "示範市水利局", "records": records}, ensure_ascii=False).encode()


def rows(*rows: Any) -> bytes:
    return json.dumps({"rows": rows}).encode()


OWN = {"number": "合成-1", "name": "合成工程", "agency": "示範市工務局", "contract_twd": 5_000_000,
       "month": "2026-10", "planned": "50.00", "actual": "40.25", "status": "施工中",
       "filed_at": "2026-11-05T09:00:00+08:00"}  # fmt: skip
