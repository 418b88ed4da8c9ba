"""The verifier page says in words what happened: every action that an inspection's chain can hold."""

import re

from inspect_app.defects.words import ANSWERED, CORRECTED, OPENED, UNDER_REVIEW
from inspect_app.evidence import page
from inspect_app.inspections import pages_history


def test_the_page_has_a_word_for_every_event_of_an_inspection() -> None:
    words = set(re.findall(r'"([a-z_]+\.[a-z_]+)": "', page.html([])))
    defects = {f"defect.{state}" for state in (ANSWERED, CORRECTED, OPENED, UNDER_REVIEW)}

    assert {*pages_history.ORDER, "photo.cleared", "inspection.exported", *defects} - words == set()
