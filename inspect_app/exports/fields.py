"""The authority's fields in its order: of a record (查核紀錄), its marks, its defects, and the quarterly return.

Each field has the authority's own name and its title. What nobody records here is an empty cell, to be filled in there.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from inspect_app.core import roc
from inspect_app.core.clock import legal_day
from inspect_app.core.sheets import Cell, Sheet
from inspect_app.defects.words import PARTIES
from inspect_app.exports.records import Record
from inspect_app.inspections.words import KINDS, TESTS

if TYPE_CHECKING:
    from inspect_app.defects.models import Defect
    from inspect_app.inspections.models import Mark

T = TypeVar("T")
METHODS = {"announced": "Y", "unannounced": "N"}
TYPES = {"inspection": "A", "reinspection": "B", "agency_check": "C"}
RESULTS = {"pass": "合格", "fail": "不合格"}
LEVELS = {"S": "A", "M": "B", "L": "C"}
"""The authority's letters for 嚴重, 中等, 輕微."""


@dataclass(frozen=True, slots=True)
class Field(Generic[T]):
    """A column: the authority's name ("" where it has none), its title, and what stands in it."""

    name: str
    title: str
    of: Callable[[T], Cell]

    @property
    def head(self) -> str:
        return f"{self.title}（{self.name}）" if self.name else self.title


def sheet(title: str, fields: tuple[Field[T], ...], rows: Iterable[T]) -> Sheet:
    """Rows under the fields' heads."""
    head = tuple(field.head for field in fields)
    return Sheet(title, head, [tuple(field.of(row) for field in fields) for row in rows])


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A member's mark beside the inspection it belongs to."""

    record: Record
    mark: "Mark"

    @property
    def member(self) -> str:
        return next(each.name for each in self.record.inspection.team if each.user_id == self.mark.member_id)

    @property
    def total(self) -> int | None:
        points = self.mark.points
        return sum(points.values()) if points else None


@dataclass(frozen=True, slots=True)
class DefectRow:
    """A defect beside the inspection it belongs to."""

    record: Record
    defect: "Defect"


def _roc_day(value: datetime | None) -> Cell:
    return roc.format_compact(legal_day(value)) if value else None


def _names(record: Record, *, outside: bool) -> str:
    return "、".join(person.name for person in record.people(outside=outside))


def _thousands(twd: int | None) -> Cell:
    """Thousand TWD, as the authority counts; not rounded unless it must be."""
    if twd is None:
        return None
    return twd // 1000 if twd % 1000 == 0 else Decimal(twd) / 1000


def _progress(record: Record) -> Cell:
    told = record.progress
    if told is None:
        return None
    return f"截至{roc.format_month(told.month)}：預定 {told.planned}%，實際 {told.actual}%"


def _test(record: Record, test: str) -> Cell:
    found = next((row for row in record.tests if row.test == test), None)
    return (RESULTS.get(found.result or "", "待判定")) if found else "未實施"


def _tests(record: Record) -> Cell:
    return "；".join(f"{TESTS[row.test]}{RESULTS.get(row.result or '', '待判定')}" for row in record.tests)


def _points(record: Record, party: str) -> int:
    return sum(row.points for row in record.defects if party in (row.party, *row.also))


def _words(defect: "Defect") -> str:
    return f"【{defect.place}】{defect.note or ''}" if defect.place else defect.note or ""


def _of_record(row: MarkRow | DefectRow, of: Callable[[Record], Cell]) -> Cell:
    return of(row.record)


KEYS: tuple[Field[Record], ...] = (
    Field("wkut", "執行機關", lambda r: r.tender.agency),
    Field("prjno", "標案編號", lambda r: r.tender.number),
    Field("check_date", "查核日期", lambda r: roc.format_compact(r.inspection.on)),
)
RECORD: tuple[Field[Record], ...] = (
    *KEYS,
    Field("name", "標案名稱", lambda r: r.tender.name),
    Field("roveChk5", "型態", lambda r: TYPES[r.inspection.kind]),
    Field("", "型態名稱", lambda r: KINDS[r.inspection.kind]),
    Field("roveChk5a", "方式", lambda r: METHODS[r.inspection.method]),
    Field("checkUnit", "查核小組", lambda r: r.team_name),
    Field("detel0", "進度經費概況", _progress),
    Field("chkLead", "領隊", lambda r: r.inspection.leader.name),
    Field("", "外聘委員", lambda r: _names(r, outside=True)),
    Field("", "內聘委員", lambda r: _names(r, outside=False)),
    Field("checker", "工作人員", lambda r: None),
    Field("unChker", "主管主辦人員", lambda r: None),
    Field("coChker", "監造設計承造人員", lambda r: None),
    Field("score", "評分", lambda r: r.result.get("score")),
    Field("", "等第", lambda r: r.result.get("label")),
    *(Field("testFlag", f"抽驗結果：{title}", partial(_test, test=test)) for test, title in TESTS.items()),
    Field("chkflag", "核定狀況", lambda r: "已核定"),
    Field("roveGNum", "發文字號", lambda r: r.inspection.issue_document),
    Field("roveGDat", "發文日期", lambda r: _roc_day(r.inspection.issued_at)),
    Field("ov7day", "發文超過七天之原因", lambda r: r.inspection.late_reason),
    Field(
        "deadDate",
        "改善期限",
        lambda r: roc.format_compact(r.inspection.correct_by) if r.inspection.correct_by else None,
    ),
    Field("roveFlag", "改善結果", lambda r: "已改善" if r.is_closed else "改善中"),
    Field("roveBNum", "回文字號", lambda r: None),
    Field("endDate", "備查結案日", lambda r: _roc_day(r.inspection.closed_at)),
    Field("", "契約金額（千元）", lambda r: _thousands(r.tender.contract_twd)),
    Field("", "發包預算（千元）", lambda r: _thousands(r.tender.budget_twd)),
    Field("", "專案管理單位", lambda r: r.tender.pcm),
    Field("", "監造單位", lambda r: r.tender.supervisor),
    Field("", "承攬廠商", lambda r: r.tender.contractor),
    *(Field("", f"扣點：{title}", partial(_points, party=party)) for party, title in PARTIES.items()),
)
"""One row an inspection: the fields of a record as the authority's system takes them."""

MARKS: tuple[Field[MarkRow], ...] = (
    *(Field(key.name, key.title, partial(_of_record, of=key.of)) for key in KEYS),
    Field("", "委員", lambda m: m.member),
    Field("", "Q 品質管理制度", lambda m: m.mark.quality_system),
    Field("", "W 施工品質", lambda m: m.mark.workmanship),
    Field("", "P 施工進度", lambda m: m.mark.progress),
    Field("", "評分", lambda m: m.total),
    Field("", "環境", lambda m: m.record.indicators.environment),
    Field("", "安全", lambda m: m.record.indicators.safety),
    Field("", "強度", lambda m: m.record.indicators.strength),
    Field("", "美觀", lambda m: m.record.indicators.aesthetics),
    Field("", "功能", lambda m: m.record.indicators.function),
    Field("", "委員表現", lambda m: None),
)
"""One row a member's mark; the five indicators are the team's, repeated for each."""

DEFECTS: tuple[Field[DefectRow], ...] = (
    *(Field(key.name, key.title, partial(_of_record, of=key.of)) for key in KEYS),
    Field("errNum", "缺失編號", lambda d: d.defect.code),
    Field("errFlag", "等級", lambda d: LEVELS[d.defect.severity]),
    Field("errMain", "內容", lambda d: _words(d.defect)),
    Field("", "扣點數", lambda d: d.defect.points),
    Field("roveTo", "記點對象", lambda d: PARTIES[d.defect.party]),
    Field("rovePcm", "併扣專案管理", lambda d: "Y" if "pcm" in d.defect.also else "N"),
    Field("roveSc", "併扣監造", lambda d: "Y" if "supervisor" in d.defect.also else "N"),
)
"""One row a defect."""

RETURN: tuple[Field[Record], ...] = (
    Field("", "查核日期", lambda r: roc.format_compact(r.inspection.on)),
    Field("", "查核小組", lambda r: r.team_name),
    Field("", "工程主辦單位", lambda r: r.tender.agency),
    Field("", "工程名稱", lambda r: r.tender.name),
    Field("", "契約金額（千元）", lambda r: _thousands(r.tender.contract_twd)),
    Field("", "規劃設計", lambda r: None),
    Field("", "監造", lambda r: r.tender.supervisor),
    Field("", "承攬", lambda r: r.tender.contractor),
    Field("", "專案管理", lambda r: r.tender.pcm),
    Field("", "評分", lambda r: r.result.get("score")),
    Field("", "材料抽檢結果", _tests),
)
"""One row an inspection, as the quarterly return lists them."""
