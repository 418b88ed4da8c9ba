"""The law on a day."""

from dataclasses import FrozenInstanceError
from datetime import date, timedelta

import pytest

from scoring import lawbook
from scoring.errors import LawError, RuleNotInForce
from scoring.lawbook import LAW, check_versions
from scoring.lawfile import load
from scoring.parameters import GROUPS, Grades
from scoring.sources import Parameters

DAY = date(2024, 5, 1)


def test_a_value_knows_where_it_stands() -> None:
    source = lawbook.at(DAY).inspection.failed_tests.source

    assert source.citation == "工程施工查核小組作業辦法第8條第3項"
    assert (source.promulgated_on, source.in_force_on) == (date(2021, 3, 19), date(2021, 3, 21))
    assert (source.scope, source.status) == ("national", "confirmed")
    assert source.checked_on >= source.promulgated_on


def test_what_is_our_reading_is_local_and_says_so() -> None:
    for group in lawbook.book().values():
        for value in filter(None, group.values):
            assert (value.source.status == "reading") is (value.source.scope == "local")


def test_every_group_was_read_against_every_version() -> None:
    promulgated = {
        date(2002, 8, 21),
        date(2003, 9, 10),
        date(2016, 9, 19),
        date(2021, 3, 19),
        date(2023, 8, 9),
    }

    procedures = "工程施工查核小組作業辦法"
    read = {group.versions for group in lawbook.book().values() if group.regulation == procedures}
    assert read == {frozenset(promulgated)}


@pytest.mark.parametrize("value", lawbook.book()["inspection.regulation"].values)
def test_a_version_is_found_on_its_first_day_and_not_on_the_day_before(value: object) -> None:
    first = value.source.in_force_on  # type: ignore[attr-defined]
    before = first - timedelta(days=1)

    assert lawbook.at(first).inspection.regulation is value
    if before > date(2002, 8, 22):
        assert lawbook.at(before).inspection.regulation is not value


def test_a_rule_that_is_not_in_force_says_from_when_it_is() -> None:
    with pytest.raises(RuleNotInForce, match="no value on 2002-08-22; the first known is 2002-08-23"):
        _ = lawbook.at(date(2002, 8, 22)).inspection.regulation


def test_a_rule_that_a_later_text_replaces_ends() -> None:
    assert lawbook.at(date(2021, 3, 20)).local.pending_where_silent.withheld_from is None
    with pytest.raises(RuleNotInForce):
        _ = lawbook.at(date(2021, 3, 21)).local.pending_where_silent


def test_the_law_files_are_read_once() -> None:
    assert lawbook.book() is lawbook.book()


@pytest.mark.parametrize(
    "change", [date(2003, 9, 12), date(2016, 9, 21), date(2021, 3, 21), date(2023, 8, 11)]
)
def test_a_part_of_the_law_is_shared_from_one_change_to_the_next(change: date) -> None:
    on_it, after = lawbook.at(change).inspection, lawbook.at(change + timedelta(days=1)).inspection

    assert on_it is after
    assert on_it is not lawbook.at(change - timedelta(days=1)).inspection
    assert on_it.regulation.source.in_force_on == change


@pytest.mark.parametrize("day", [date(2003, 9, 10), date(2003, 9, 11)])
def test_where_a_rule_is_missing_the_error_names_the_day_asked_for(day: date) -> None:
    with pytest.raises(RuleNotInForce, match=f"no value on {day}"):
        _ = lawbook.at(day).inspection.grades


def test_a_draft_being_tried_is_not_shared_with_the_law() -> None:
    group = lawbook.book()["inspection.grades"]

    with lawbook.trying([group]):
        assert lawbook.at(DAY).inspection is not lawbook.at(DAY).inspection


def test_values_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        lawbook.at(DAY).inspection.failed_tests.counted_as = 70  # type: ignore[misc]


def test_a_law_file_without_its_class_is_refused() -> None:
    with pytest.raises(LawError, match="each law file needs its class"):
        lawbook.read(LAW, GROUPS[1:])


def test_a_version_that_a_group_was_not_read_against_is_refused() -> None:
    text = (LAW / "inspection" / "grades.yaml").read_text("utf-8").replace(", 2023-08-09]", "]")
    others = [group for name, group in lawbook.book().items() if name != Grades.group]

    with pytest.raises(LawError, match=r"inspection\.grades does not account for the version of 2023-08-09"):
        check_versions([*others, load(text, "grades.yaml", Grades)])


def test_grades_go_down_to_0() -> None:
    text = (LAW / "inspection" / "grades.yaml").read_text("utf-8").replace("from_mark: 80", "from_mark: 95")

    with pytest.raises(LawError, match="go down from the best grade to 0"):
        load(text, "grades.yaml", Grades)


# --- what follows an inspection (art. 9 and 10) -----------------------------------------------------------


def test_every_group_is_found_by_its_name() -> None:
    law = lawbook.at(DAY)
    for kind in GROUPS:
        room, _, name = kind.group.partition(".")
        if kind.group not in ("local.pending_where_silent", "calendar.known_years"):
            assert isinstance(getattr(getattr(law, room), name), kind)
    assert law.known_years.source.group == "calendar.known_years"


def test_what_is_ordered_when_a_correction_is_late_is_among_the_measures() -> None:
    for day in (date(2002, 8, 23), date(2003, 9, 12), DAY):
        law = lawbook.at(day).inspection
        names = [measure.name for measure in law.measures.measures]
        assert set(law.late_corrections.one_of) <= set(names)
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("group", "old", "new", "told"),
    [
        ("corrections", "[before, during, after]", "[before, once]", "photos: each once"),
        ("corrections", "reviewers: [agency]", "reviewers: [mayor]", "parties: each once"),
        ("award_reference", "ended_by: [C]", "ended_by: [D]", "grades: each once"),
        ("award_reference", "[most_advantageous]", "[lowest]", "methods: each once"),
        ("award_reference", "years: 2", "years: two", "a whole number"),
        ("measures", "trigger: grade_c", "trigger: rumour", "triggers: each once"),
        ("measures", "item: 5", "item: 6", "numbered from 1"),
        ("measures", "name: professionals", "name: agency_staff", "measures: each once"),
        ("late_corrections", "one_of: [contractor_site_staff]", "one_of: [nobody]", "measures: each once"),
        ("escalation", "told: [agency, superior", "told: [agency, agency", "those told: each once"),
        ("staff_records", "registered: yes", "registered: true", "choose out of no, yes"),
    ],
)
def test_a_word_that_the_code_does_not_know_is_refused(group: str, old: str, new: str, told: str) -> None:
    kind: type[Parameters] = next(each for each in GROUPS if each.group == f"inspection.{group}")
    text = (LAW / "inspection" / f"{group}.yaml").read_text("utf-8")
    assert old in text

    with pytest.raises(LawError, match=told):
        load(text.replace(old, new), f"{group}.yaml", kind)


def test_no_more_than_some_thousand_days_are_kept() -> None:
    for number in range(lawbook.DAYS_KEPT + 50):
        lawbook.at(date(2003, 9, 12) + timedelta(days=number))

    assert len(lawbook._laws) <= lawbook.DAYS_KEPT
    assert lawbook.at(DAY).inspection.regulation.source.promulgated_on == date(2023, 8, 9)
