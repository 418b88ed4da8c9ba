"""A checklist as XLSForm and XForm: every kind of item, conditions as XPath, both languages, and what ODK says to it."""

import csv
import io
import re
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product
from threading import Barrier
from time import sleep
from typing import Any, get_args
from uuid import uuid4
from xml.etree.ElementTree import canonicalize

import pytest
import pyxform.validators.odk_validate as odk
from defusedxml.ElementTree import fromstring
from openpyxl import load_workbook
from pyxform.xls2xform import convert

from forms import conditions, published, validation
from forms.catalogue import catalogue
from forms.conditions import Comparison, Condition, Join
from forms.schema import FormDefinition, ItemKind
from inspect_app.inspections.body import Answer
from inspect_app.openrosa import body, instance, items, media, names, xform, xlsform, xpath
from inspect_app.openrosa.rows import CHINESE, ENGLISH, Sheets
from inspect_app.openrosa.xform import Visit
from tests.openrosa_builders import every_kind, fill

FORMS = [*published.every(), every_kind()]
Row = dict[str, str]


def rows(form: FormDefinition, sheet: str = "survey") -> list[Row]:
    return xlsform.sheets(form, xlsform.ANY, xlsform.remarks(form, catalogue())).tables()[sheet]


def row(name: str, form: FormDefinition | None = None) -> Row:
    (found,) = [each for each in rows(form or every_kind()) if each.get("name") == name]
    return found


# -- each kind ---------------------------------------------------------------------------------------------------


def test_a_picture_that_does_not_apply_is_told_why() -> None:
    why = row("ph-01_note")

    assert (why["required"], why["relevant"]) == ("yes", "${ph-01_result} = 'na'")


def test_the_leader_cannot_leave_his_signature_out() -> None:
    names = {each.get("name") for each in rows(every_kind())}

    assert "sg-01_photo" in names
    assert names.isdisjoint({"sg-01_result", "sg-01_note"})


def test_a_check_is_a_verdict_with_note_and_photo_shown_on_a_fail() -> None:
    assert row("ck-01_result")["type"] == "select_one verdict"
    assert row("ck-01_result")["required"] == "yes"
    assert {row(f"ck-01_{what}")["relevant"] for what in ("note", "photo")} == {"${ck-01_result} = 'fail'"}
    assert "required" not in row("ck-01_note")
    assert row("ck-01_photos")["type"] == "begin_repeat"


def test_what_a_fail_demands_is_required() -> None:
    assert (row("ck-02_note")["required"], row("ck-02_photo")["required"]) == ("yes", "yes")
    missing = row("ck-02_missing")
    assert (missing["type"], missing["required"]) == ("note", "yes")
    assert "contains(${defectCodes}, ' 5.01.')" in missing["relevant"]
    assert "5.01、5.03.01" in missing[f"label::{CHINESE}"]


def test_a_number_has_its_bounds_places_and_unit() -> None:
    value = row("nu-01_value")

    assert (value["type"], value["required"]) == ("decimal", "yes")
    assert value["relevant"] == "${nu-01_result} = 'pass' or ${nu-01_result} = 'fail'"
    assert value["constraint"] == ". >= 20 and . <= 75 and abs(. * 10 - round(. * 10)) < 0.000001"
    assert value[f"constraint_message::{CHINESE}"] == "請填：20 至 75 mm，最多 1 位小數。"
    assert value[f"label::{ENGLISH}"] == "Measured value (mm)"
    assert row("nu-02_value")["constraint"].startswith(". >= 0 and abs(")


def test_a_choice_has_its_own_list_and_a_way_to_say_that_it_does_not_apply() -> None:
    asked = row("ch-01_value")

    assert (asked["type"], asked["required"], asked["relevant"]) == (
        "select_one ch-01_choices",
        "yes",
        "${ch-01_result} = ''",
    )
    assert row("ch-01_result")["type"] == "select_one skip"
    options = [each for each in rows(every_kind(), "choices") if each["list_name"] == "ch-01_choices"]
    assert [(each["name"], each[f"label::{ENGLISH}"]) for each in options] == [
        ("steel", "Steel"),
        ("concrete", "Concrete"),
    ]


def test_what_is_optional_is_neither_required_nor_skipped() -> None:
    for name in ("te-02_value", "ph-02_photo", "sg-02_photo"):
        assert "required" not in row(name)
        assert "relevant" not in row(name)
    assert not [each for each in rows(every_kind()) if each.get("name") in ("te-02_result", "ph-02_result")]


def test_photos_and_signatures_are_images() -> None:
    assert (row("ph-01_photo")["type"], row("ph-01_another")["type"]) == ("image", "image")
    assert (row("sg-01_photo")["type"], row("sg-01_photo")["appearance"]) == ("image", "signature")


def test_a_value_of_an_old_version_is_a_text_of_the_length_a_submission_takes() -> None:
    value = row("wk-03_value", published.load("construction-inspection", 1))

    assert (value["type"], value["constraint"]) == ("text", "string-length(.) <= 200")


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_every_item_is_asked_for(form: FormDefinition) -> None:
    asked = {each.get("name", "").partition("_")[0] for each in rows(form)}

    assert set(form.item_ids) <= asked


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_no_two_questions_have_one_name(form: FormDefinition) -> None:
    named = [each["name"] for each in rows(form) if "name" in each]

    assert len(set(named)) == len(named)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_every_word_is_there_in_both_languages(form: FormDefinition) -> None:
    for sheet in ("survey", "choices"):
        for each in rows(form, sheet):
            for column in ("label", "hint", "constraint_message"):
                assert (f"{column}::{CHINESE}" in each) == (f"{column}::{ENGLISH}" in each)
                assert each.get(f"{column}::{CHINESE}", "x").strip()


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (0, None, ("請填：至少 0 支，填整數。", "Enter at least 0 支, whole number.")),
        (None, 9, ("請填：最多 9 支，填整數。", "Enter at most 9 支, whole number.")),
        (1, 9, ("請填：1 至 9 支，填整數。", "Enter 1 to 9 支, whole number.")),
    ],
)
def test_a_number_is_told_the_bounds_it_has(low: int | None, high: int | None, told: tuple[str, str]) -> None:
    item = replace(every_kind().by_id["nu-01"], low=low, high=high, unit="支", decimals=0)
    (asked,) = [row for row in items.item_rows(item, every_kind().by_id) if row.name == "nu-01_value"]

    assert asked.message
    assert (asked.message.zh, asked.message.en) == told


@pytest.mark.parametrize("one", ["merit", "advice"])
def test_a_remark_is_noted_only_under_a_code(one: str) -> None:
    assert row(f"{one}Note")["relevant"] == f"${{{one}Code}} != ''"


def test_help_is_the_hint() -> None:
    assert row("ck-01_result")[f"hint::{CHINESE}"] == "以直尺量 <3 處> & 記錄"
    assert row("ck-01_result")[f"hint::{ENGLISH}"] == "Measure 3 places with a rule"


def test_the_codes_file_has_every_item_with_the_points_it_may_cost() -> None:
    found = {
        line["name"]: line["points"]
        for line in csv.DictReader(io.StringIO(media.codes(catalogue()).decode()))
    }

    assert list(found) == [item.code for item in catalogue().items]
    assert (found["5.01.01"], found["4.01.20.01"], found["5.10.99"]) == ("3 5", "1 2", "0 1 2 3 4 5")


# -- conditions --------------------------------------------------------------------------------------------------


def test_a_condition_is_the_relevance_of_its_item() -> None:
    assert row("ck-03_item")["relevant"] == "(${ck-01_result} = 'fail')"
    assert row("ck-06_item")["relevant"].count("concat('O', \"'\", 'Hara \"Co\"')") == 2


def evaluated(expression: str, values: Mapping[str, str]) -> bool:
    """An expression of ours as Python reads it: an empty answer is no number, as in XPath."""
    text = expression.replace("concat('O', \"'\", 'Hara \"Co\"')", "OHARA")
    text = re.sub(r"number\(\$\{([^}]+)\}\)", lambda found: f"number({values.get(found[1], '')!r})", text)
    text = re.sub(r"\$\{([^}]+)\}", lambda found: repr(values.get(found[1], "")), text)
    text = re.sub(r"(?<![<>!=])=(?!=)", "==", text).replace("false()", "False").replace("not(", "not (")
    known = {"number": lambda each: float(each) if each else float("nan"), "OHARA": 'O\'Hara "Co"'}
    return bool(eval(text, {"__builtins__": {}}, known))  # noqa: S307 - of our own making


GIVEN = {
    "ck-01": ({}, {"result": "pass"}, {"result": "fail"}, {"result": "na"}),
    "nu-01": (
        {},
        {"result": "na"},
        *({"result": "pass", "value": each} for each in ("30", "30.1", "50", "49.9")),
    ),
    "ch-01": ({}, {"result": "na"}, {"value": "steel"}, {"value": "concrete"}),
    "te-01": ({}, {"result": "na"}, {"value": 'O\'Hara "Co"'}, {"value": "other"}),
    "te-02": ({}, {"value": "x"}),
    "ph-02": ({}, {"photos": ["a" * 64]}),
}
SHOWN = [item for item in every_kind().by_id.values() if item.shown_when]


@pytest.mark.parametrize("item", SHOWN, ids=lambda item: item.id)
def test_the_tablet_shows_what_the_server_expects(item: Any) -> None:
    expression = xpath.condition(item.shown_when, every_kind().by_id)
    asked = sorted(set(conditions.items_of(item.shown_when)))
    seen = set()
    for given in product(*(GIVEN[each] for each in asked)):
        answers = {each: Answer(**said) for each, said in zip(asked, given, strict=True) if said}
        holds = conditions.holds(item.shown_when, answers)
        assert evaluated(expression, questions(answers)) == holds, (expression, given)
        seen.add(holds)

    assert seen == {True, False}


def questions(answers: Mapping[str, Answer]) -> dict[str, str]:
    """The answers as a tablet holds them, by question."""
    found = {}
    for id_, answer in answers.items():
        found |= {f"{id_}_result": answer.result or "", f"{id_}_value": answer.value or ""}
        found |= {f"{id_}_photo": "p.jpg"} if answer.photos else {}
    return found


def parts(condition: Condition) -> Iterator[str]:
    if isinstance(condition, Comparison):
        yield condition.how
    else:
        yield condition.how
        for each in condition.parts:
            yield from parts(each)


def test_the_tests_own_checklist_has_every_way_to_ask() -> None:
    used = {how for item in SHOWN if item.shown_when for how in parts(item.shown_when)}

    assert used == conditions.COMPARISONS.keys() | conditions.JOINS.keys()
    assert {item.kind for item in every_kind().by_id.values()} | {"value"} == set(get_args(ItemKind))


@pytest.mark.parametrize("how", ["at_least", "at_most"])
def test_a_bound_of_what_has_no_value_is_never_met(how: str) -> None:
    condition = Join("not", (Comparison("ck-01", how, 3),))

    assert xpath.condition(condition, every_kind().by_id) == "not(false())"


@pytest.mark.parametrize("text", ["", "a", "it's", 'say "no"', 'it\'s "so"', "''\"\"'"])
def test_any_text_can_be_written(text: str) -> None:
    pieces = re.findall(r"'[^']*'|\"[^\"]*\"", xpath.literal(text))

    assert "".join(each[1:-1] for each in pieces) == text


# -- back ---------------------------------------------------------------------------------------------------------


def lookup(code: str, version: int) -> FormDefinition:
    assert (code, version) == ("every-kind", 1)
    return every_kind()


FILLED = {
    "inspection": str(uuid4()),
    "ck-01_result": "fail",
    "ck-02_result": "fail",
    "ck-02_note": "蜂窩",
    "ck-02_photo": "a.jpg",
    "ck-02_photos": [{"ck-02_another": "b.jpg"}, {"ck-02_another": ""}, {"ck-02_another": "a.jpg"}],
    "nu-01_result": "pass",
    "nu-01_value": "50.5",
    "ch-01_value": "concrete",
    "te-01_result": "na",
    "te-02_value": "x",
    "ph-01_photo": "c.jpg",
    "nu-02_result": "na",
    "ck-03_result": "pass",
    "ck-04_result": "na",
    "ck-05_result": "pass",
    "sg-01_photo": "s.png",
    "location": "22.62 120.31 0 8.5",
    "device": "collect:1",
    "findings": "safety main_structure",
    "pendingTests": "asphalt_core",
    "indicator_environment": 80,
    "merits": [{"meritCode": "0.04", "meritNote": "整潔"}, {"meritCode": ""}],
    "advice": [{"adviceCode": "7.01"}],
    "defectsFound": "yes",
    "defects": [
        {
            "defectId": str(uuid4()),
            "defectCode": "5.01.01",
            "defectSeverity": "L",
            "defectParty": "contractor",
        },
        {"defectId": str(uuid4()), "defectCode": ""},
    ],
    "marks": [
        {"markMember": str(uuid4()), "markKind": "none"},
        {"markMember": str(uuid4()), "markKind": "total", "markTotal": 84},
    ],
}
HASHES = {name: name[0] * 64 for name in ("a.jpg", "b.jpg", "c.jpg", "s.png")}


def filled(**changes: Any) -> dict[str, Any]:
    data = fill(xform.of_any(every_kind(), catalogue()), FILLED | changes)
    return body.json_body(instance.read(data, lookup), HASHES)


def test_a_filled_in_form_says_what_a_tablet_of_ours_would() -> None:
    found = filled()

    assert found["answers"] == {
        "ck-01": {"result": "fail"},
        "ck-02": {"result": "fail", "note": "蜂窩", "photos": ["a" * 64, "b" * 64]},
        "nu-01": {"result": "pass", "value": "50.5"},
        "ch-01": {"value": "concrete"},
        "te-01": {"result": "na"},
        "te-02": {"value": "x"},
        "ph-01": {"photos": ["c" * 64]},
        "nu-02": {"result": "na"},
        "ck-03": {"result": "pass"},
        "ck-04": {"result": "na"},
        "ck-05": {"result": "pass"},
    }
    assert found["defects"] == [
        {
            "id": FILLED["defects"][0]["defectId"],  # type: ignore[index]
            "code": "5.01.01",
            "severity": "L",
            "party": "contractor",
            "points": 0,
        }
    ]
    assert found["marks"] == [{"member": FILLED["marks"][1]["markMember"], "total": 84}]  # type: ignore[index]
    assert found["signatures"] == [{"role": "leader", "sha256": "s" * 64}]
    assert [each["sha256"][0] for each in found["photos"]] == ["a", "b", "c"]
    assert (found["findings"], found["pending_tests"]) == (["safety", "main_structure"], ["asphalt_core"])
    assert (found["indicators"], found["location"]) == (
        {"environment": 80},
        {"lat": 22.62, "lon": 120.31, "accuracy_m": 8.5},
    )
    assert (found["merits"], found["advice"]) == ([{"code": "0.04", "note": "整潔"}], [{"code": "7.01"}])


def test_what_the_tablet_lets_pass_the_server_takes() -> None:
    found = filled()
    answers = {id_: Answer(**answer) for id_, answer in found["answers"].items()}
    besides = validation.Besides({"5.01.01"}, {"leader"})

    assert list(validation.faults(every_kind(), answers, besides)) == []


@pytest.mark.parametrize(
    ("told", "read"),
    [("2026-11-20T09:00:00.000+08", "2026-11-20T09:00:00.000+08:00"), ("2026-11-20T01:00:00Z",) * 2],
)
def test_an_instant_of_an_older_tablet_gets_its_minutes(told: str, read: str) -> None:
    assert filled(startedAt=told)["started_at"] == read


# -- made once -----------------------------------------------------------------------------------------------------


def test_eight_at_once_make_each_form_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made, gate = [], Barrier(8)

    def converted(found: Sheets) -> str:
        made.append(found.settings["form_id"])
        sleep(0.01)
        return "made"

    def ask(_: int) -> set[str]:
        gate.wait()
        return {xform.of_any(form, catalogue()) for form in published.newest()}

    monkeypatch.setattr(xform, "_made", {})
    monkeypatch.setattr(xform, "_converted", converted)
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(ask, range(8)))

    assert told == [{"made"}] * 8
    assert sorted(made) == sorted(form.code for form in published.newest())


# -- what ODK says -----------------------------------------------------------------------------------------------


def visit() -> Visit:
    return Visit(
        uuid4(),
        "115/11/20 115-水-001 <護岸> & 'x' \"y\" CHAHE-TITLE",
        ((uuid4(), "丙\u2003 領隊"), (uuid4(), "O'Hara <&>"), (uuid4(), "戊")),
        catalogue(),
    )


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_the_workbook_makes_the_same_xform(form: FormDefinition) -> None:
    workbook = xlsform.workbook(form, catalogue())

    assert load_workbook(io.BytesIO(workbook)).sheetnames == ["survey", "choices", "settings"]
    made = convert(io.BytesIO(workbook), form_name="data", file_type=".xlsx").xform
    assert canonicalize(made) == canonicalize(xform.of_any(form, catalogue()))


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    """What ODK Validate says of every form, general and of a visit, and of three spoilt ones; one JVM for all."""
    folder = tmp_path_factory.mktemp("xforms")
    (folder / "codes.csv").write_bytes(media.codes(catalogue()))
    texts = {f"{form.code}-{form.version}": xform.of_any(form, catalogue()) for form in FORMS}
    texts |= {f"{form.code}-{form.version}-visit": xform.of_visit(form, visit()) for form in FORMS}
    good = texts["every-kind-1"]
    texts["spoilt-expression"] = good.replace("= 'fail'", "== 'fail'")
    texts["spoilt-reference"] = good.replace('ref="/data/location"', 'ref="/data/nowhere"')
    texts["spoilt-xml"] = good[:-10]
    for name, text in texts.items():
        (folder / f"{name}.xml").write_text(text, "utf-8")
    command = ["java", "-Djava.awt.headless=true", "-jar", odk.ODK_VALIDATE_PATH]
    files = [str(folder / f"{name}.xml") for name in texts]
    told = subprocess.run(
        [*command, *files],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    assert told.returncode == 1
    refused = told.stdout.partition("The following files failed validation:")[2]
    return {name: f"{name}.xml" not in refused for name in texts}


@pytest.mark.parametrize("kind", ["", "-visit"])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_every_form_passes_odk_validate(verdict: Mapping[str, bool], form: FormDefinition, kind: str) -> None:
    assert verdict[f"{form.code}-{form.version}{kind}"]


@pytest.mark.parametrize("how", ["expression", "reference", "xml"])
def test_odk_validate_tells_a_bad_form(verdict: Mapping[str, bool], how: str) -> None:
    assert not verdict[f"spoilt-{how}"]


def test_a_visits_words_stand_in_its_form_alone() -> None:
    given = visit()
    text = xform.of_visit(every_kind(), given)
    title = fromstring(text).find(".//{http://www.w3.org/1999/xhtml}title")

    assert title is not None
    assert title.text == f"各種項目的查核表 {given.called}"
    assert "selected-at('丙_領隊 O’Hara_&lt;&amp;&gt; 戊'" in text
    assert xform.parted(xform.visit_form_id("every-kind", given.inspection_id)) == (
        "every-kind",
        str(given.inspection_id),
    )


def test_the_names_of_items_and_of_our_own_questions_never_meet() -> None:
    for form in FORMS:
        own = {row["name"] for row in rows(form) if "name" in row and "_" not in row["name"]}
        assert not own & {
            names.of(item, what) for item in form.by_id.values() for what in ("result", "value")
        }
