"""The pages where staff plan a visit or change the plan."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from sqlalchemy.orm import Session

from inspect_app.accounts import queries as accounts
from inspect_app.core import roc
from inspect_app.core.auth import current_actor
from inspect_app.core.database import session
from inspect_app.core.permissions import Role
from inspect_app.core.problems import NotFound
from inspect_app.inspections.models import Inspection
from inspect_app.inspections.pages_forms import Refusal, read
from inspect_app.inspections.plans import Plan
from inspect_app.inspections.schemas import PlanIn
from inspect_app.inspections.words import KINDS, METHODS
from inspect_app.tenders import policy as tender_policy
from inspect_app.tenders import queries as tenders

FORM = "plan"
MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class Given:
    """What the form shows before anything is typed; ids as text."""

    on: str = ""
    method: str = "unannounced"
    kind: str = "inspection"
    leader: str = ""
    members: tuple[str, ...] = ()


def read_plan(**known: Any) -> Plan:
    """The form as a plan; InvalidFields. Whoever leads is not also counted as a member."""
    members = [id_ for id_ in request.form.getlist("members") if id_ != request.form.get("leader")]
    wanted: Plan = read(PlanIn(), days=("on",), members=members, **known)
    return wanted


def choose_tender() -> str:
    """The page that finds the tender first."""
    q = request.args.get("q", "").strip()[:100]
    wanted = tenders.TenderFilter(q=q)
    query = tenders.listed(current_actor(), wanted).limit(MOST_FOUND)
    rows = list(session().scalars(query)) if q else []
    total = tenders.count(session(), current_actor(), wanted) if q else 0
    return render_template(
        "inspections/choose.html",
        q=q,
        rows=rows,
        total=total,
        crumbs=[("查核", url_for("inspections.index"))],
    )


def planning(tender_id: str, refused: Refusal) -> str:
    """The form for a new visit to a tender."""
    return _form(tender_id, Given(), refused, action=url_for("inspections.create"), row=None)


def replanning(row: Inspection, refused: Refusal) -> str:
    """The form for a planned visit."""
    return _form(
        str(row.tender_id), given(row), refused, url_for("inspections.update", inspection_id=row.id), row
    )


def given(row: Inspection) -> Given:
    """A planned visit as the form shows it."""
    members = tuple(str(person.user_id) for person in row.team if person.role != "leader")
    return Given(roc.format_slash(row.on), row.method, row.kind, str(row.leader.user_id), members)


def _form(tender_id: str, shown: Given, refused: Refusal, action: str, row: Inspection | None) -> str:
    inspectors = accounts.inspectors(session())
    leaders = [person for person in inspectors if person.role == Role.LEADER]
    members = [person for person in inspectors if person.role != Role.LEADER]
    return render_template(
        "inspections/plan.html",
        tender=_tender(session(), tender_id),
        row=row,
        action=action,
        given=asdict(shown),
        refused=refused,
        leaders=[(str(person.id), _name(person)) for person in leaders],
        members=[(str(person.id), _name(person)) for person in members + leaders],
        methods=list(METHODS.items()),
        kinds=list(KINDS.items()),
        crumbs=_crumbs(row),
    )


def _crumbs(row: Inspection | None) -> list[tuple[str, str]]:
    crumbs = [("查核", url_for("inspections.index"))]
    if row is not None:
        crumbs.append((row.tender_row.name, url_for("inspections.inspection", inspection_id=row.id)))
    return crumbs


def _name(person: Any) -> str:
    return f"{person.name}（{'外聘' if person.outside else '內聘'}{'，領隊' if person.role == Role.LEADER else ''}）"


def _tender(current: Session, tender_id: str) -> Any:
    try:
        wanted = UUID(tender_id)
    except ValueError as error:
        raise NotFound("沒有這件標案；請從標案清單選取。") from error
    return tender_policy.readable(current, current_actor(), wanted)
