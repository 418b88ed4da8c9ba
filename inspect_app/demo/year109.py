"""ROC year 109 (2020) of the demonstration city: invented tenders, each month of which was filed in time.

What is told of that year is computed from these rows and never stored.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from inspect_app.accounts import service as accounts
from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.demo.people import AGENCY, CONTRACTOR, SUPERVISOR
from inspect_app.filings.months import FilingMonth, start_of
from inspect_app.tenders import import_store as store
from inspect_app.tenders.service import ORGANISATIONS, PLAIN, TenderData, named

YEAR = tuple(FilingMonth(f"2020-{number:02}") for number in range(1, 13))
AGENCIES = (AGENCY, "示範市水利局", "示範市養護工程處", "示範市新建工程處")
CONTRACTORS = (CONTRACTOR, "範例土木公司", "虛構營造公司")
PLACES = ("北區", "南區", "東區", "西區", "中央", "河濱", "山麓", "港邊", "新市", "舊城")
WORKS = (
    ("道路拓寬工程", "道路"),
    ("排水改善工程", "水利"),
    ("公園新建工程", "景觀"),
    ("校舍補強工程", "建築"),
)
STAGES = ((1, "準備開工中"), (10, "施工中"), (11, "完工待驗收"), (12, "驗收中"))
"""The status up to a month of a tender's life."""
CLOSED = "已結案"


@dataclass(frozen=True, slots=True)
class Life:
    """A tender: what is known of it, and the first and last place in the year in which it files."""

    id: UUID
    data: TenderData
    first: int
    last: int

    def stage(self, place: int) -> str:
        """Its status in a month; whoever ends before the year does has been accepted by the end."""
        age = place - self.first + (12 - self.last if self.last < 12 else 0)
        return next(status for until, status in STAGES if age < until)


def load(session: Session, by: Actor) -> None:
    """Add the tenders, their months as the city would have recorded them, and that all are closed since."""
    lives = list(_lives())
    ids = accounts.organisations(session, {name for life in lives for name in named(life.data)})
    for place, month in enumerate(YEAR):
        begun = [life for life in lives if life.first == place]
        if begun:
            _begin(session, begun, ids, by, start_of(month.first) + timedelta(days=1, hours=9))
    for place, month in enumerate(YEAR):
        rows = [_month(life, place, month) for life in lives if life.first <= place < life.last]
        store.add_months(session, rows, start_of(month.cutoff) + timedelta(hours=18))
    for place, month in enumerate(YEAR, 1):
        ended = [life for life in lives if life.last == place]
        _close(session, ended, start_of(month.due_month) + timedelta(days=8, hours=9))


def _lives() -> Iterator[Life]:
    """Forty: one in four begins during the year, one in five ends before it does."""
    for number in range(40):
        place, (work, category) = PLACES[number // 4], WORKS[number % 4]
        budget = 6_000_000 + 4_700_000 * (number * 7 % 40)
        data = TenderData(
            number=f"示範-109-{number + 1:03}",
            name=f"示範{place}{work}（虛構）",
            agency=AGENCIES[number % 4],
            supervisor=SUPERVISOR,
            contractor=CONTRACTORS[number % 3],
            budget_twd=budget,
            contract_twd=budget * 93 // 100,
            category=category,
            status=STAGES[0][1],
        )
        yield Life(
            uuid4(), data, number % 6 if number % 4 == 3 else 0, 9 + number % 3 if number % 5 == 4 else 12
        )


def _begin(session: Session, lives: list[Life], ids: dict[str, UUID], by: Actor, at: datetime) -> None:
    rows = [{"id": life.id} | _columns(life.data, ids) for life in lives]
    store.add_tenders(session, rows, at)
    told = {"read": len(rows), "created": len(rows), "updated": 0}
    audit.record(session, by, "tenders.imported", ("tenders", "import"), at, **told)


def _columns(data: TenderData, ids: dict[str, UUID]) -> dict[str, Any]:
    known = asdict(data)
    parties = {f"{kind}_id": ids[known[kind]] if known[kind] else None for kind in ORGANISATIONS}
    return {name: known[name] for name in PLAIN} | parties


def _month(life: Life, place: int, month: FilingMonth) -> dict[str, Any]:
    """Filed on one of the first six days, by five in the afternoon."""
    done = Decimal(place - life.first + 1) / Decimal(life.last - life.first) * 100
    behind = Decimal(life.id.int % 4)
    day = (life.id.int // 7 + place) % 6
    return {
        "tender_id": life.id,
        "month": month.name,
        "version": 1,
        "planned": done.quantize(Decimal("0.01")),
        "actual": max(done - behind, Decimal(0)).quantize(Decimal("0.01")),
        "status": life.stage(place),
        "filed_at": start_of(month.due_month) + timedelta(days=day, hours=9 + (life.id.int // 11) % 8),
    }


def _close(session: Session, lives: list[Life], at: datetime) -> None:
    known = [(store.KnownTender(life.id, 1, life.data), {"status": CLOSED}) for life in lives]
    store.change_tenders(session, known, at)
