"""Invented tenders of the demonstration city, with their months of progress."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.demo.people import AGENCY, CONTRACTOR, OTHER_AGENCY, SUPERVISOR
from inspect_app.filings import months
from inspect_app.filings import service as filings
from inspect_app.filings.months import FilingMonth
from inspect_app.tenders import service
from inspect_app.tenders.service import ProgressData, TenderData

Row = tuple[object, ...]
OTHER_CONTRACTOR = "範例土木公司"

# Number, name, agency, contractor, kind, budget and contract in TWD, category, status, planned and actual percent.
ROWS = (
    ("DEMO-115-001", "示範一號橋改建工程", AGENCY, CONTRACTOR, "work", 268_000_000, 251_300_000, "橋梁", "施工中", "62.50", "58.10"),
    ("DEMO-115-002", "示範國小校舍新建工程", AGENCY, CONTRACTOR, "work", 86_500_000, 82_000_000, "建築", "施工中", "48.00", "47.20"),
    ("DEMO-115-003", "示範路路面改善工程", AGENCY, CONTRACTOR, "work", 18_200_000, 16_950_000, "道路", "施工中", "80.00", "72.40"),
    ("DEMO-115-004", "示範排水護岸整治工程", OTHER_AGENCY, CONTRACTOR, "work", 34_000_000, 31_800_000, "水利", "施工中", "35.00", "36.00"),
    ("DEMO-115-005", "示範公園步道整修工程", AGENCY, CONTRACTOR, "work", 4_600_000, 4_250_000, "景觀", "施工中", "90.00", "91.50"),
    ("DEMO-115-006", "示範活動中心補強工程", AGENCY, OTHER_CONTRACTOR, "work", 9_800_000, 9_100_000, "建築", "停工中", "40.00", "28.00"),
    ("DEMO-115-007", "示範汙水管線第二期工程", OTHER_AGENCY, OTHER_CONTRACTOR, "work", 152_000_000, 148_600_000, "管線", "施工中", "22.00", "21.70"),
    ("DEMO-115-008", "示範停車場新建工程", AGENCY, OTHER_CONTRACTOR, "work", None, 72_400_000, "建築", "準備開工中", "0.00", "0.00"),
    ("DEMO-115-009", "示範一號橋委託監造", AGENCY, SUPERVISOR, "service", 8_200_000, 7_900_000, None, "施工中", "62.50", "58.10"),
    ("DEMO-115-010", "示範滯洪池工程", AGENCY, CONTRACTOR, "work", 61_000_000, 57_700_000, "水利", "完工待驗收", "100.00", "100.00"),
)  # fmt: skip


LATE, MISSING, EXCUSED = "DEMO-115-005", ("DEMO-115-003", "DEMO-115-007"), "DEMO-115-006"
"""How the month whose filing was due last stands; all else was filed in time."""
BEFORE = ((2, Decimal("0.8")), (1, Decimal("0.9")))
"""The months filed before it: how many earlier, and how far the work was then."""


def load(session: Session, by: Actor, now: datetime) -> list[UUID]:
    """Add the tenders, three months of progress, and an excuse; returns their ids in order."""
    last = months.current(now)
    ids = [_tender(session, row, by, now, last) for row in ROWS]
    excused = ids[[row[0] for row in ROWS].index(EXCUSED)]
    reason = filings.ExcuseData("停工期間經核定免按月填報", "示工字第1150001號")
    at = min(_at(last, 2), now)
    filings.excuse(session, last, excused, reason, by, at)
    return ids


def _tender(session: Session, row: Row, by: Actor, now: datetime, last: FilingMonth) -> UUID:
    data, planned, actual = _read(row)
    first = last.before.before
    tender = service.create(session, data, by, months.start_of(first.first) + timedelta(days=9, hours=9))
    for ago, share in BEFORE:
        month = last.before if ago == 1 else first
        told = ProgressData(_part(planned, share), _part(actual, share), data.status, _at(month, 4))
        service.file_progress(session, tender.id, month.name, told, by, _at(month, 4))
    if data.number not in (*MISSING, EXCUSED):
        at = min(_at(last, 9 if data.number == LATE else 3), now)
        service.file_progress(
            session, tender.id, last.name, ProgressData(planned, actual, data.status, at), by, at
        )
    return tender.id


def _read(row: Row) -> tuple[TenderData, Decimal, Decimal]:
    number, name, agency, contractor, kind, budget, contract, category, status, planned, actual = row
    data = TenderData(
        number=str(number),
        name=f"{name}（虛構）",
        agency=str(agency),
        supervisor=SUPERVISOR if kind == "work" else None,
        contractor=str(contractor),
        kind=str(kind),
        budget_twd=budget if isinstance(budget, int) else None,
        contract_twd=contract if isinstance(contract, int) else None,
        category=str(category) if category else None,
        status=str(status),
    )
    return data, Decimal(str(planned)), Decimal(str(actual))


def _part(percent: Decimal, share: Decimal) -> Decimal:
    return (percent * share).quantize(Decimal("0.01"))


def _at(month: FilingMonth, day: int) -> datetime:
    """Ten o'clock on a day of the month in which a month's filing is due."""
    return months.start_of(month.due_month) + timedelta(days=day - 1, hours=10)
