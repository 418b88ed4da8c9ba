"""Invented tenders of the demonstration city, with their months of progress."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.demo.people import AGENCY, CONTRACTOR, OTHER_AGENCY, SUPERVISOR
from inspect_app.tenders import service
from inspect_app.tenders.service import ProgressData, TenderData

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


def load(session: Session, by: Actor, now: datetime, today: date) -> list[UUID]:
    """Add the tenders and their last month's progress; returns their ids in order."""
    return [_tender(session, row, by, now, today) for row in ROWS]


def _tender(session: Session, row: tuple[object, ...], by: Actor, now: datetime, today: date) -> UUID:
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
    tender = service.create(session, data, by, now)
    month = _month_before(today)
    told = ProgressData(Decimal(str(planned)), Decimal(str(actual)), str(status), now)
    service.file_progress(session, tender.id, month, told, by, now)
    return tender.id


def _month_before(day: date) -> str:
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    return f"{year:04d}-{month:02d}"
