"""One invented inspection in each state, made through the same services as real ones."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from forms.catalogue import catalogue
from forms.published import load as load_form
from inspect_app.core.auth import Actor
from inspect_app.core.clock import TAIPEI, legal_day
from inspect_app.defects import queries as defects
from inspect_app.defects import service as defect_service
from inspect_app.demo.pictures import Shot
from inspect_app.inspections import decisions, intake, plans, policy, submissions
from inspect_app.photos import service as photos

FORM = ("construction-inspection", 1)
FOUR_HOURS = timedelta(hours=4)
FOUND = (
    ("5.01.01", "M", 3, "柱底混凝土有蜂窩", "一樓 A3 柱"),
    ("5.14.01.01", "M", None, "施工架開口未設護欄", "二樓東側"),
    ("4.03.02.04", "L", 0, "自主檢查表未附照片", None),
)


STAGES = {"before": "改善前", "during": "改善中", "after": "改善後"}
COPIES = {"issued-0-after": "closed-1-after"}
"""One contractor sends the photo of another defect once more, so that there is a photo note to see."""
VISITS = ("incomplete", "submitted", "issued", "closed")


def shots() -> list[tuple[str, str]]:
    """The pictures these visits need: (key, what it shows)."""
    found = [(f"{visit}-{place}", FOUND[place][3]) for visit in VISITS for place in range(len(FOUND))]
    fixed = [
        (f"{visit}-{place}-{stage}", f"{words}　{FOUND[place][3]}")
        for visit, places in (("issued", 1), ("closed", len(FOUND)))
        for place in range(places)
        for stage, words in STAGES.items()
    ]
    return found + fixed


@dataclass(frozen=True, slots=True)
class Cast:
    """The people who play, by account name, and the pictures they take, by key."""

    people: dict[str, Actor]
    shots: dict[str, Shot]

    def __getitem__(self, name: str) -> Actor:
        return self.people[name]


def load(session: Session, cast: Cast, tenders: list[UUID], now: datetime) -> None:
    """Planned for tomorrow, started, incomplete, submitted and withheld, issued, closed, cancelled."""
    today = legal_day(now)
    _plan(session, cast, tenders[0], today + timedelta(days=1), now)
    started = _plan(session, cast, tenders[6], today, now)
    _declare_and_start(session, cast, started, now)
    _submitted(session, cast, "incomplete", tenders[2], today - timedelta(days=2), sent=1)
    _submitted(session, cast, "submitted", tenders[1], today - timedelta(days=5), pending=["concrete_core"])
    _issued(session, cast, tenders[3], today - timedelta(days=20), now)
    _closed(session, cast, tenders[9], today - timedelta(days=60), now)
    cancelled = _plan(session, cast, tenders[5], today + timedelta(days=9), now)
    row = policy.readable(session, cast["staff"], cancelled, lock=True)
    plans.cancel(session, row, "工程停工中，改期辦理", cast["staff"], now)


def _plan(session: Session, cast: Cast, tender: UUID, on: date, now: datetime) -> UUID:
    members = (cast["member1"].id, cast["member2"].id)
    wanted = plans.Plan(tender, on, "unannounced", "inspection", cast["leader"].id, members)
    return plans.plan(session, wanted, cast["staff"], now).id


def _declare_and_start(session: Session, cast: Cast, inspection: UUID, now: datetime) -> None:
    for name in ("leader", "member1", "member2"):
        plans.declare(session, inspection, cast[name], now, conflict=False, reason=None)
    row = policy.led(session, cast["leader"], inspection)
    plans.start(session, row, now, cast["leader"], now)


def _submitted(
    session: Session,
    cast: Cast,
    visit: str,
    tender: UUID,
    on: date,
    *,
    sent: int | None = None,
    pending: list[str] | None = None,
) -> UUID:
    """A visit with its photos; `sent` limits how many of them arrive."""
    at = datetime(on.year, on.month, on.day, 9, tzinfo=TAIPEI)
    inspection = _plan(session, cast, tender, on, at)
    _declare_and_start(session, cast, inspection, at)
    taken = [cast.shots[f"{visit}-{place}"] for place in range(len(FOUND))]
    submissions.submit(
        session,
        inspection,
        intake.read(_body(cast, at, taken, pending or [])),
        cast["leader"],
        at + FOUR_HOURS,
    )
    for shot in taken[:sent]:
        photos.record(session, shot.facts, inspection, cast["leader"], at + FOUR_HOURS)
    return inspection


def _body(cast: Cast, at: datetime, taken: list[Shot], pending: list[str]) -> dict[str, Any]:
    code, version = FORM
    hashes = [shot.facts.sha256 for shot in taken]
    answers: dict[str, Any] = {item: {"result": "pass"} for item in load_form(code, version).item_ids}
    answers["wk-01"] = {"result": "fail", "note": FOUND[0][3], "photos": hashes[:1]}
    return {
        "id": str(uuid4()),
        "form": {"code": code, "version": version},
        "started_at": at.isoformat(),
        "finished_at": (at + timedelta(hours=3)).isoformat(),
        "answers": answers,
        "defects": [_defect(place, hashes[place]) for place in range(len(FOUND))],
        "marks": [
            {"member": str(cast["leader"].id), "quality_system": 17, "workmanship": 49, "progress": 16},
            {"member": str(cast["member1"].id), "quality_system": 16, "workmanship": 50, "progress": 17},
            {"member": str(cast["member2"].id), "total": 84},
        ],
        "pending_tests": pending,
        "photos": [
            {
                "sha256": shot.facts.sha256,
                "bytes": shot.facts.bytes,
                "taken_at": at.isoformat(),
                "caption": shot.words,
            }
            for shot in taken
        ],
    }


def _defect(place: int, sha256: str) -> dict[str, Any]:
    code, severity, points, note, where = FOUND[place]
    allowed = catalogue().item(code).allowed
    return {
        "id": str(uuid4()),
        "code": code,
        "severity": severity,
        "points": (allowed or (1,))[0] if points is None else points,
        "party": "contractor",
        "also": ["supervisor"] if severity == "M" else [],
        "note": note,
        "place": where,
        "photos": [sha256],
    }


def _issued(session: Session, cast: Cast, tender: UUID, on: date, now: datetime) -> UUID:
    """Issued two days ago, its deadline ten days from now; the first defect is answered."""
    inspection = _submitted(session, cast, "issued", tender, on)
    number = f"示範府查字第{on.year - 1911}{on:%m%d}號（虛構）"
    then = now - timedelta(days=2)
    _issue(session, cast, inspection, legal_day(now) + timedelta(days=10), number, then)
    first = defects.of_inspection(session, inspection)[0]
    _correct(session, cast, "issued-0", inspection, first.id, now)
    return inspection


def _closed(session: Session, cast: Cast, tender: UUID, on: date, now: datetime) -> None:
    """Issued, every defect corrected and reviewed, closed."""
    inspection = _submitted(session, cast, "closed", tender, on)
    then = datetime(on.year, on.month, on.day, 17, tzinfo=TAIPEI) + timedelta(days=4)
    number = f"示範府查字第{on.year - 1911}{on:%m%d}號（虛構）"
    _issue(session, cast, inspection, on + timedelta(days=30), number, then)
    for place, row in enumerate(defects.of_inspection(session, inspection)):
        _correct(session, cast, f"closed-{place}", inspection, row.id, then + timedelta(days=14))
        for name, words, days in (("agency", "審查完妥", 16), ("staff", "同意備查", 18)):
            review = defect_service.Review("pass", words)
            defect_service.review(session, row.id, review, cast[name], then + timedelta(days=days))
    held = policy.readable(session, cast["staff"], inspection, lock=True)
    decisions.close(session, held, cast["staff"], then + timedelta(days=18))


def _issue(
    session: Session, cast: Cast, inspection: UUID, correct_by: date, number: str, now: datetime
) -> None:
    held = policy.readable(session, cast["staff"], inspection, lock=True)
    given = decisions.Issue(correct_by, number, "等候鑽心試體試驗報告（虛構）")
    decisions.issue(session, held, given, cast["staff"], now)


def _correct(session: Session, cast: Cast, key: str, inspection: UUID, defect: UUID, now: datetime) -> None:
    by = cast["contractor"]
    stages = {stage: [cast.shots[f"{key}-{stage}"].facts.sha256] for stage in STAGES}
    for stage in STAGES:
        photos.record(session, cast.shots[f"{key}-{stage}"].facts, inspection, by, now)
    defect_service.correct(session, defect, "已敲除修補並重新養護。", stages, by, now)
