"""A list is compared before its turn to write: what moved meanwhile is compared again, and nothing is lost."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from flask import Flask

from inspect_app.core import clock
from inspect_app.core.database import session, transaction
from inspect_app.tenders import import_store, queries, service
from inspect_app.tenders.importer import Plan, carry_out
from inspect_app.tenders.models import Tender
from inspect_app.tenders.reading import ParsedFile, Unit, parse
from inspect_app.tenders.service import ProgressData
from tests import builders

MONTH = "2026-10"

pytestmark = pytest.mark.every_database


@pytest.fixture
def tender(app: Flask) -> Iterator[Tender]:
    """A tender known before the list comes."""
    with app.app_context():
        with transaction() as current:
            builders.people(current)
            made = builders.tender(current, "1", name="橋", budget_twd=1_000_000)
        yield made


def listed(rows: str, header: str = "標案編號,標案名稱,主辦機關") -> ParsedFile:
    return parse(f"{header}\n{rows}\n".encode(), Unit.TWD)


def compared(parsed: ParsedFile) -> Plan:
    plan = Plan(session(), parsed.rows)
    session().rollback()
    return plan


def write(parsed: ParsedFile, plan: Plan) -> Plan:
    with transaction() as current:
        return carry_out(current, parsed, plan, builders.actor(current, "staff"), clock.now())


def read(tender: Tender) -> Tender:
    found = queries.get(session(), tender.id, lock=True)
    assert found is not None
    return found


def test_a_plan_stands_while_nothing_moves(tender: Tender) -> None:
    parsed = listed(f"1,大橋,{builders.AGENCY}")
    plan = compared(parsed)

    assert write(parsed, plan) is plan
    assert (read(tender).name, read(tender).version) == ("大橋", 2)


def test_a_correction_made_meanwhile_is_kept_where_the_list_says_nothing(tender: Tender) -> None:
    parsed = listed(f"1,大橋,{builders.AGENCY}")
    plan = compared(parsed)
    with transaction() as current:
        data = builders.tender_data("1", name="橋", budget_twd=2_000_000)
        service.change(current, tender.id, data, builders.actor(current, "staff"), clock.now())

    write(parsed, plan)

    assert (read(tender).name, read(tender).budget_twd, read(tender).version) == ("大橋", 2_000_000, 3)


def test_a_tender_added_meanwhile_is_not_added_again(tender: Tender) -> None:
    parsed = listed(f"2,路,{builders.AGENCY}")
    plan = compared(parsed)
    with transaction() as current:
        builders.tender(current, "2", name="路")

    assert write(parsed, plan).outcomes == {"unchanged": 1}


def test_a_month_filed_meanwhile_is_compared_again(tender: Tender) -> None:
    header = "標案編號,標案名稱,主辦機關,年月,預定進度,實際進度"
    parsed = listed(f"1,橋,{builders.AGENCY},115/10,10,9", header)
    plan = compared(parsed)
    with transaction() as current:
        filed = ProgressData(Decimal(10), Decimal(8))
        service.file_progress(current, tender.id, MONTH, filed, builders.actor(current, "staff"), clock.now())

    write(parsed, plan)

    found = import_store.months(session(), [tender.id])[tender.id, MONTH]
    assert (found.version, found.actual) == (2, Decimal(9))
