"""What is due on an inspection, by whom, and the one thing its reader does next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from inspect_app.core.auth import Actor
from inspect_app.core.permissions import INSPECTED, Role
from inspect_app.defects.words import (
    ANSWERED,
    OPEN,
    OPENED,
    PARTIES,
    UNDER_REVIEW,
    answerers,
    stands_in,
)
from inspect_app.inspections.models import Inspection
from inspect_app.inspections.words import INCOMPLETE, ISSUED, PLANNED, STARTED, SUBMITTED

if TYPE_CHECKING:
    from inspect_app.defects.models import Defect

STAFF = "查核小組工作人員"


@dataclass(frozen=True, slots=True)
class Situation:
    """What the next step depends on.

    `waiting` names undecided tests, `withheld` tells that they withhold the grade, `named` are the parties that
    have the issued papers.
    """

    row: Inspection
    actor: Actor
    missing: int
    waiting: tuple[str, ...]
    withheld: bool
    defects: Sequence["Defect"]
    named: frozenset[str] = frozenset()

    @property
    def undeclared(self) -> list[str]:
        return [person.name for person in self.row.team if person.conflict is None]

    @property
    def conflicted(self) -> list[str]:
        return [person.name for person in self.row.team if person.conflict]

    @property
    def leads(self) -> bool:
        return self.row.leader.user_id == self.actor.id

    @property
    def must_declare(self) -> bool:
        return any(person.user_id == self.actor.id and person.conflict is None for person in self.row.team)

    def in_state(self, *states: str) -> list["Defect"]:
        return [defect for defect in self.defects if defect.state in states]


@dataclass(frozen=True, slots=True)
class Due:
    """What is due, by whom, and until which day."""

    what: str
    who: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """The primary button: a page (`href`), a paper (`paper`), or a form sent at once (`post`, an endpoint)."""

    label: str
    href: str = ""
    paper: str = ""
    post: str = ""
    confirm: str = ""


def due(now: Situation) -> Due | None:
    """What is due; nothing once closed or cancelled."""
    decide = {
        PLANNED: _due_before,
        STARTED: lambda now: Due("查核後由平板送出結果", f"領隊 {now.row.leader.name}"),
        INCOMPLETE: lambda now: Due(f"補傳 {now.missing} 張照片", f"領隊 {now.row.leader.name}"),
        SUBMITTED: _due_submitted,
        ISSUED: _due_issued,
    }.get(now.row.state)
    return decide(now) if decide else None


def _due_before(now: Situation) -> Due:
    if now.conflicted:
        return Due(f"改派（{'、'.join(now.conflicted)}聲明應迴避）", STAFF, now.row.on)
    if now.undeclared:
        return Due("聲明有無應迴避情事", "、".join(now.undeclared), now.row.on)
    return Due("到場查核", f"領隊 {now.row.leader.name}", now.row.on)


def _due_submitted(now: Situation) -> Due:
    if now.withheld:
        return Due(f"登錄試驗結果（{'、'.join(now.waiting)}）", STAFF)
    return Due("發文", STAFF)


def _due_issued(now: Situation) -> Due:
    if opened := now.in_state(OPENED):
        sides = ("agency" if stands_in(defect.party, now.named) else defect.party for defect in opened)
        parties = dict.fromkeys(PARTIES[side] for side in sides)
        return Due(f"改善 {len(opened)} 項缺失並回復", "、".join(parties), _earliest(opened))
    if answered := now.in_state(ANSWERED):
        return Due(f"審查 {len(answered)} 項改善結果", PARTIES["agency"], _earliest(answered))
    if reviewed := now.in_state(UNDER_REVIEW):
        return Due(f"備查 {len(reviewed)} 項改善結果", STAFF, _earliest(reviewed))
    return Due("結案", STAFF)


def _earliest(defects: Sequence["Defect"]) -> date | None:
    return min((defect.correct_by for defect in defects if defect.correct_by), default=None)


def action(now: Situation) -> Action | None:
    """The reader's one primary action, or none."""
    if now.row.state == PLANNED:
        return _planned(now)
    if now.row.state in (INCOMPLETE, SUBMITTED) and now.actor.role is Role.STAFF:
        return _decide(now)
    return _follow_up(now) if now.row.state == ISSUED else None


def _planned(now: Situation) -> Action | None:
    if now.actor.role is Role.STAFF:
        if now.conflicted:
            return Action("改派查核人員", href="edit")
        return Action("列印書面通知", paper="letter")
    if now.must_declare:
        return Action("聲明有無應迴避情事", href="#declare")
    if now.leads and not now.undeclared and not now.conflicted:
        return Action("開始查核", post="start", confirm="開始後不能再更改名單與迴避聲明。確定開始查核？")
    return None


def _decide(now: Situation) -> Action | None:
    if now.row.state == SUBMITTED and not now.withheld:
        return Action("發文", href="#issue")
    return Action("登錄試驗結果", href="#tests") if now.waiting else None


def _follow_up(now: Situation) -> Action:
    if now.actor.role is Role.STAFF and not now.in_state(*OPEN):
        return Action("結案", post="close", confirm="結案後不再接受照片與改善。確定結案？")
    if now.actor.role is Role.STAFF and now.in_state(UNDER_REVIEW):
        return Action("備查改善結果", href="#defects")
    if now.actor.role is Role.AGENCY and now.in_state(ANSWERED):
        return Action("審查改善結果", href="#defects")
    if now.actor.role in INSPECTED and _own(now):
        return Action("回復改善", href="#defects")
    return Action("下載改善通知", paper="notice")


def _own(now: Situation) -> list["Defect"]:
    side = now.actor.role.value
    return [
        defect for defect in now.in_state(OPENED) if side in answerers(defect.party, defect.also, now.named)
    ]
