"""The letters of a week: one a recipient and kind, of what he may see; to agencies and contractors none when all is well.

Before issue a visit is the staff's and its team's (作業辦法 art. 13): the others' letters draw from duties that name
their organisation, and from figures that count issued visits alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.accounts import contacts
from inspect_app.core import roc
from inspect_app.core.permissions import INSPECTED, STAFF, Role
from inspect_app.core.settings import current_settings
from inspect_app.deadlines import clocks, reminding
from inspect_app.deadlines.addressees import Addressees
from inspect_app.deadlines.clocks import CLOCKS, Duty
from inspect_app.defects.duties import OpenDefect
from inspect_app.defects.words import AGENCY, STATES
from inspect_app.documents.answers import file
from inspect_app.messages.kinds import Kind
from inspect_app.messages.letters import Attachment, Block, Letter, Link, Recipient, Section, Table
from inspect_app.reminders import plots, state
from inspect_app.reminders.state import State

TO_AGENCY, TO_CONTRACTOR = "reminders.weekly_agency", "reminders.weekly_contractor"
TO_STAFF, TO_MANAGERS = "reminders.weekly_staff", "reminders.weekly_managers"
KINDS = (
    Kind(TO_AGENCY, "每週辦理情形提醒（機關）", optional=True, roles=frozenset({Role.AGENCY})),
    Kind(TO_CONTRACTOR, "每週缺失改善提醒（廠商）", optional=True, roles=frozenset({Role.CONTRACTOR})),
    Kind(TO_STAFF, "每週辦理情形（查核小組）", optional=True, roles=STAFF, withheld=True),
    Kind(TO_MANAGERS, "每週辦理情形（長官）", optional=True),
)
DEFECTS_SHOWN = ("標案", "缺失", "狀態", "改善期限", "剩餘")
Pair = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class Week:
    """What all letters of a week share."""

    period: str
    due_at: datetime
    found: State

    def letter(
        self, kind: str, to: Recipient, title: str, blocks: Sequence[Block], duties: Iterable[Duty] = ()
    ) -> Letter:
        subject = f"{title}　{plots.in_words(self.period, self.found.today)}"
        days = tuple(day for duty in duties if (day := clocks.due_day(duty)))
        return Letter(kind, self.period, to, self.due_at, subject, tuple(blocks), days)


def letters(session: Session, week: Week) -> Iterator[Letter]:
    """All of them, in an order that does not change."""
    known = Addressees(session)
    yield from agencies(week, known)
    yield from contractors(week, known)
    yield from (staff(week, each) for each in known.staff())
    managers = contacts.of_organisation(session, None, contacts.MANAGER)
    paper = _paper(week) if managers else None
    yield from (_managers(week, each, paper) for each in managers if paper)


# -- to agencies -----------------------------------------------------------------------------------------------


def agencies(week: Week, known: Addressees) -> Iterator[Letter]:
    """What is missing, late or due this week at each agency."""
    found = week.found
    pairs = {pair for duty in found.duties for pair in _pairs(duty) if pair[0] == AGENCY}
    pairs |= {(AGENCY, each.agency_id) for each in found.missing}
    for to, mine in _by_recipient(known, pairs):
        own = [duty for duty in found.duties if duty.who.organisations & mine and not duty.secret]
        others = [
            duty
            for duty in found.duties
            if duty.informed.organisations & mine
            and duty not in own
            and found.is_near(duty)
            and not duty.secret
        ]
        blocks = [*_missing(week, {pair[1] for pair in mine}), *_duties(week, own, others)]
        if blocks:
            yield week.letter(TO_AGENCY, to, "每週辦理情形提醒", [_opening(), *blocks, _all()], own)


def _missing(week: Week, organisations: set[UUID]) -> list[Block]:
    mine = [each for each in week.found.missing if each.agency_id in organisations]
    rows = tuple(
        (each.tender, roc.format_month(each.month), roc.format_weekday(each.due_on)) for each in mine
    )
    return [Section("尚未填報的標案", (Table("尚未填報", ("標案", "月份", "期限"), rows),))] if rows else []


def _duties(week: Week, own: Sequence[Duty], others: Sequence[Duty]) -> list[Block]:
    found, blocks = week.found, list[Block]()
    if own:
        table = reminding.table(own, found.today, found.calendar)
        blocks.append(Section(f"由貴機關辦理（{len(own)} 項）", (table,)))
    if others:
        table = reminding.table(others, found.today, found.calendar)
        blocks.append(Section(f"請督促：已逾期或本週到期（{len(others)} 項）", (table,)))
    return blocks


# -- to contractors --------------------------------------------------------------------------------------------


def contractors(week: Week, known: Addressees) -> Iterator[Letter]:
    """Each contractor's open defects, and those of supervisors and managers of works against whom there are any."""
    found = week.found
    pairs = {pair for each in found.defects for pair in each.answerers if pair[0] != AGENCY}
    for to, mine in _by_recipient(known, pairs):
        defects = [each for each in found.defects if each.answerers & mine]
        own = [duty for duty in found.duties if duty.who.organisations & mine and not duty.secret]
        blocks: list[Block] = [
            f"貴單位有 {len(defects)} 項缺失尚未結案。待改善的，請於期限前改善並回復。",
            Table("未結缺失", DEFECTS_SHOWN, tuple(_row(week, each) for each in defects)),
            Link("回復改善", "/defects"),
            _all(),
        ]
        yield week.letter(TO_CONTRACTOR, to, "每週缺失改善提醒", blocks, own)


def _row(week: Week, each: OpenDefect) -> tuple[str, ...]:
    due_on, found = each.defect.correct_by, week.found
    return (
        each.visit.tender_facts.name,
        each.title,
        STATES[each.defect.state],
        roc.format_weekday(due_on) if due_on else "未定",
        reminding.left_in_words(due_on, found.today, found.calendar),
    )


# -- to staff and managers -------------------------------------------------------------------------------------


def staff(week: Week, to: Recipient) -> Letter:
    """The whole city, visits before issue included: these go to staff alone."""
    found = week.found
    records = [duty for duty in found.duties if duty.secret]
    blocks: list[Block] = [*_filed(found), Section("各類期限", (_counts(found),))]
    if records:
        table = reminding.table(records, found.today, found.calendar)
        blocks.append(Section("發文前的期限（請勿轉寄）", (table,)))
    blocks += [plot for plot in plots.plots(found) if plot.caption == plots.NAMES[2]]
    if found.quota_inside:
        blocks.append(
            Section("應查核件數（含尚未發文）", (state.forecast(found.quota_inside), *_bands(found)))
        )
    return week.letter(TO_STAFF, to, "每週辦理情形", [*blocks, _all(), Link("應查核件數", "/quotas")])


def _filed(found: State) -> list[Block]:
    shown = [plot for plot in plots.plots(found) if plot.caption == plots.NAMES[0]]
    told = f"目前尚未填報 {len(found.missing)} 件。"
    return [Section("填報", (told, *shown))] if shown or found.missing else []


def _counts(found: State) -> Table:
    """How many duties of each clock there are, and how many of them are overdue."""
    rows = []
    for clock in CLOCKS.values():
        mine = [duty for duty in found.duties if duty.clock == clock.name]
        rows.append((clock.title, f"{len(mine)}", f"{sum(map(found.is_overdue, mine))}"))
    return Table("各類期限", ("類別", "未結", "已逾期"), tuple(rows))


def _bands(found: State) -> list[Table]:
    bands = state.bands(found.quota_inside) if found.quota_inside else []
    rows = tuple(
        (each["name"], str(each["required"]), str(each["done"]), str(each["shortfall"])) for each in bands
    )
    return [Table("各級件數", ("預算級距", "應查核", "已查核", "尚缺"), rows)] if rows else []


def _managers(week: Week, to: Recipient, paper: Attachment) -> Letter:
    """One page with plots; issued visits alone."""
    found = week.found
    overdue = sum(1 for duty in found.duties if not duty.secret and found.is_overdue(duty))
    told = [
        f"尚未填報 {len(found.missing)} 件；未結缺失 {len(found.defects)} 項；已逾期的事項 {overdue} 件。"
    ]
    told += [state.forecast(found.quota)] if found.quota else []
    written = week.letter(TO_MANAGERS, to, "每週辦理情形", [*told, *plots.plots(found)])
    return Letter(
        written.kind, written.period, to, week.due_at, written.subject, written.blocks, attachments=(paper,)
    )


def _paper(week: Week) -> Attachment:
    _, content = file(plots.paper(week.found, week.period, current_settings().team_name))
    return Attachment(f"weekly-{week.period}.pdf", "application/pdf", content)


# -- shared ----------------------------------------------------------------------------------------------------


def _pairs(duty: Duty) -> frozenset[Pair]:
    return duty.who.organisations | duty.informed.organisations


def _by_recipient(known: Addressees, pairs: Iterable[Pair]) -> list[tuple[Recipient, frozenset[Pair]]]:
    """Whom one writes to, each with all the organisations he is written to for."""
    found: dict[str, tuple[Recipient, set[Pair]]] = {}
    for pair in sorted(pairs):
        for to in known.party(pair) if pair[0] in INSPECTED else ():
            found.setdefault(to.key, (to, set()))[1].add(pair)
    return [(to, frozenset(mine)) for _, (to, mine) in sorted(found.items())]


def _opening() -> str:
    return "以下是貴機關尚待辦理、已逾期或本週到期的事項。"


def _all() -> Link:
    return Link("查看所有期限", "/deadlines")
