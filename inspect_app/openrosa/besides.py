"""What every form asks besides its items: the visit, defects, marks, findings, indicators, merits and advice."""

from collections.abc import Iterator
from typing import Any

from forms.catalogue import Catalogue
from forms.marksheet import MarkSheet
from forms.schema import FormDefinition, FormItem
from forms.text import Text
from inspect_app.inspections.words import TESTS
from inspect_app.openrosa import names, xpath
from inspect_app.openrosa.items import LONGEST_NOTE, LONGEST_VALUE, MORE_PHOTOS, at_most
from inspect_app.openrosa.rows import Option, Row, group, repeat, several

UUID_TEXT = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
CODES_FILE = "codes.csv"

SEVERITIES = {
    "L": Text("輕微（不扣點）", "Minor (no points)"),
    "M": Text("中等", "Medium"),
    "S": Text("嚴重", "Serious"),
}
PARTIES = {
    "contractor": Text("承攬廠商", "Contractor"),
    "supervisor": Text("監造單位", "Supervisor"),
    "pcm": Text("專案管理廠商", "Project manager"),
    "agency": Text("主辦機關", "Agency"),
}
TEST_WORDS = {
    "concrete_core": Text(TESTS["concrete_core"], "Concrete cores"),
    "asphalt_core": Text(TESTS["asphalt_core"], "Asphalt cores"),
    "subgrade_compaction": Text(TESTS["subgrade_compaction"], "Subgrade compaction"),
}
FINDINGS = TEST_WORDS | {
    "main_structure": Text("主要結構與設計不符，情節重大", "Main structure not as designed, grave"),
    "main_material": Text("主要材料設備與設計不符，情節重大", "Main materials not as designed, grave"),
    "safety": Text("其他缺失情節重大，影響安全", "Other grave defects bearing on safety"),
}
YES_NO = {"yes": Text("有", "Yes"), "no": Text("沒有", "No")}
MARK_KINDS = {
    "parts": Text("分項", "Three parts"),
    "total": Text("只給總分", "Total only"),
    "none": Text("未評分", "Did not mark"),
}
PARTS = {"quality_system": "markQuality", "workmanship": "markWorkmanship", "progress": "markProgress"}
"""The questions of a mark's parts, by the part's name in a submission."""


def options() -> Iterator[Option]:
    """The lists that every form chooses from."""
    lists = {
        "yes_no": YES_NO,
        "severity": SEVERITIES,
        "party": PARTIES,
        "finding": FINDINGS,
        "test": TEST_WORDS,
        "mark_kind": MARK_KINDS,
    }
    for name, words in lists.items():
        yield from (Option(name, key, text) for key, text in words.items())


def remarks(sheet: MarkSheet, codes: Catalogue) -> Iterator[Option]:
    """The codes that a merit or an advice may name: the mark sheet's groups and what stands below them."""
    for name, groups in (("merit", sheet.merits), ("advice", sheet.advice)):
        below = tuple(f"{each}." for each in groups)
        for line in codes.codes:
            if line.code in groups or line.code.startswith(below):
                words = Text(f"{line.code} {line.title}", f"{line.code} {line.english}")
                yield Option(name, line.code, words)


def opening(inspection: str) -> Iterator[Row]:
    """When, on which tablet, where, and for which inspection; `inspection` is its id, or empty to ask for it."""
    yield Row("start", "startedAt")
    yield Row("end", "finishedAt")
    yield Row("deviceid", "device")
    if inspection:
        yield Row("calculate", "inspection", calculation=f"'{inspection}'")
    else:
        yield _inspection()
    yield Row("geopoint", "location", Text("所在位置", "Location"))


def _inspection() -> Row:
    message = Text("請填 36 個字元的查核識別碼。", "The inspection's identifier of 36 characters.")
    return Row(
        "text",
        "inspection",
        Text("查核識別碼", "Inspection identifier"),
        Text("查核頁面網址的最後一段", "The last part of the address of the inspection's page"),
        "yes",
        constraint=f"regex(., '^{UUID_TEXT}$')",
        message=message,
    )


# --- defects ---------------------------------------------------------------------------------------------------


def defects(form: FormDefinition) -> Iterator[Row]:
    """The defects found, and what a failed item still asks for."""
    # Asked first: a repeat without it begins with one that would have to be filled in or deleted.
    yield _one(" yes_no", "defectsFound", "有缺失嗎？", "Any defects?", "columns")
    found = f"{xpath.ref('defectsFound')} = 'yes'"
    yield from repeat("defects", Text("缺失", "Defects"), *_defect(), relevant=found)
    joined = f"concat(' ', join(' ', {xpath.ref('defectCode')}), ' ')"
    yield Row("calculate", "defectCodes", calculation=joined)
    yield from (row for item in form.by_id.values() for row in _demanded(item))


def _defect() -> Iterator[Row]:
    code, severe = xpath.ref("defectCode"), f"{xpath.ref('defectSeverity')} != 'L'"
    allowed = f"instance('codes')/root/item[name={code}]/points"
    points = Text("扣點（可扣：${defectAllowed}）", "Points (allowed: ${defectAllowed})")
    yield Row("calculate", "defectId", calculation="once(uuid())")
    yield _one(f"_from_file {CODES_FILE}", "defectCode", "缺失編號", "Defect code", "minimal autocomplete")
    yield Row("calculate", "defectAllowed", calculation=allowed)
    yield _one(" severity", "defectSeverity", "程度", "Severity", "columns")
    yield Row(
        "integer",
        "defectPoints",
        points,
        required="yes",
        relevant=severe,
        constraint=f"selected({xpath.ref('defectAllowed')}, string(.))",
        message=Text("這項缺失不能扣這個點數。", "This defect may not cost that many points."),
    )
    yield _one(" party", "defectParty", "記點對象", "Party deducted")
    yield _also()
    yield Row("text", "defectPlace", Text("位置", "Place"), **at_most(LONGEST_VALUE))
    yield Row("text", "defectNote", Text("說明", "Note"), **at_most(LONGEST_NOTE))
    yield Row("image", "defectPhoto", Text("照片", "Photo"))
    yield from several("defectPhotos", "defectAnother", "defectPhoto", MORE_PHOTOS)


def _one(list_: str, name: str, zh: str, en: str, appearance: str = "") -> Row:
    return Row(f"select_one{list_}", name, Text(zh, en), required="yes", appearance=appearance)


def _also() -> Row:
    return Row(
        "select_multiple party",
        "defectAlso",
        Text("併扣對象", "Deducted with it"),
        constraint=f"not(selected(., {xpath.ref('defectParty')}))",
        message=Text("併扣對象不可與記點對象相同。", "Not the party deducted already."),
    )


def _demanded(item: FormItem) -> Iterator[Row]:
    """A note that cannot be passed while a failed item has no defect with one of its codes."""
    codes = item.on_fail.codes if item.on_fail else ()
    if not codes:
        return
    found = [f"contains({xpath.ref('defectCodes')}, ' {code}{end}')" for code in codes for end in " ."]
    failed = f"{xpath.ref(names.of(item, names.RESULT))} = 'fail'"
    listed = "、".join(codes)
    yield Row(
        "note",
        f"{item.id}_missing",
        Text(
            f"「{item.text}」不符，還沒有記缺失（{listed}）。請回到「缺失」補記一項。",
            f"«{item.en or item.text}» failed: go back and record a defect ({listed}).",
        ),
        required="yes",
        relevant=f"{failed} and not({xpath.either(found)})",
    )


# --- marks -----------------------------------------------------------------------------------------------------


def marks(sheet: MarkSheet, team: str, team_names: str, count: str) -> Iterator[Row]:
    """The members' marks: of each of the team in turn, or where there is none of whomever one names."""
    who = _of_team(team, team_names) if count else _by_id()
    yield from repeat("marks", Text("委員評分", "Members' marks"), *who, *_mark(sheet), count=count)
    kinds = f"join(' ', {xpath.ref('markKind')})"
    yield Row("calculate", "markKinds", calculation=kinds)
    none = " and ".join(f"not(contains({xpath.ref('markKinds')}, '{each}'))" for each in ("parts", "total"))
    yield Row(
        "note",
        "markMissing",
        Text(
            "至少要有一位評分；請回到「委員評分」。", "At least one member must mark; go back to the marks."
        ),
        required="yes",
        relevant=none,
    )


def _of_team(team: str, team_names: str) -> Iterator[Row]:
    at = "position(..) - 1"
    yield Row("calculate", "markMember", calculation=f"selected-at('{team}', {at})")
    yield Row("calculate", "markName", calculation=f"selected-at('{team_names}', {at})")
    yield Row("note", "markWho", Text("${markName} 的評分", "Mark of ${markName}"))


def _by_id() -> Iterator[Row]:
    message = Text("請填 36 個字元的識別碼。", "An identifier of 36 characters.")
    yield Row(
        "text",
        "markMember",
        Text("委員識別碼", "Member's identifier"),
        required="yes",
        constraint=f"regex(., '^{UUID_TEXT}$')",
        message=message,
    )


def _mark(sheet: MarkSheet) -> Iterator[Row]:
    yield _one(" mark_kind", "markKind", "評分方式", "How it is marked", "columns")
    for part in sheet.parts:
        words = Text(f"{part.text.zh}（{part.points}）", f"{part.text.en} ({part.points})")
        yield _whole(PARTS[part.id], words, part.points, f"{xpath.ref('markKind')} = 'parts'")
    yield _whole("markTotal", Text("總分", "Total"), 100, f"{xpath.ref('markKind')} = 'total'")


def _whole(name: str, words: Text, most: int, relevant: str = "", required: str = "yes") -> Row:
    message = Text(f"應為 0 至 {most}。", f"From 0 to {most}.")
    return Row(
        "integer",
        name,
        words,
        required=required,
        relevant=relevant,
        constraint=f". >= 0 and . <= {most}",
        message=message,
    )


# --- the rest --------------------------------------------------------------------------------------------------


def closing(sheet: MarkSheet) -> Iterator[Row]:
    """Findings, tests, indicators, merits and advice; all may be left empty."""
    yield Row("select_multiple finding", "findings", Text("應列丙等情形", "Findings that force grade C"))
    both = " and ".join(
        f"not(selected(., '{test}') and selected({xpath.ref('findings')}, '{test}'))" for test in TEST_WORDS
    )
    yield Row(
        "select_multiple test",
        "pendingTests",
        Text("等待中的試驗", "Tests awaited"),
        constraint=both,
        message=Text("已列為不合格的試驗不必再等。", "A test that failed is not awaited."),
    )
    rows: list[Any] = [
        _whole(f"indicator_{each.id}", each.text, 100, required="") for each in sheet.indicators
    ]
    yield from group("indicators", Text("品質指標", "Quality indicators"), *rows, appearance="field-list")
    yield from _remark("merits", "merit", Text("優點", "Merits"))
    yield from _remark("advice", "advice", Text("建議", "Advice"))


def _remark(name: str, one: str, words: Text) -> Iterator[Row]:
    code = Row(f"select_one {one}", f"{one}Code", words, appearance="minimal autocomplete")
    chosen = f"{xpath.ref(code.name)} != ''"
    note = Row("text", f"{one}Note", Text("說明", "Note"), relevant=chosen, **at_most(LONGEST_NOTE))
    yield from repeat(name, words, code, note)
