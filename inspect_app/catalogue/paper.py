"""A checklist on paper, to be filled in by pen where no tablet is at hand, and typed in afterwards.

The QR at the foot of every page is an address without a host: `/forms/CODE/VERSION`, the checklist's own page, and
with a visit `/forms/CODE/VERSION?inspection=ID`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from forms.catalogue import Catalogue
from forms.marksheet import MarkSheet, Part, sheet_of
from forms.schema import JUDGED, FormDefinition, FormItem
from forms.wording import RESULTS, when_shown
from inspect_app.catalogue import words
from inspect_app.documents import (
    Blank,
    Block,
    Column,
    Document,
    Fact,
    Heading,
    Paragraph,
    Question,
    Questions,
    Ruled,
    Signature,
    Signatures,
    Table,
)
from inspect_app.inspections.words import FINDINGS, TESTS

HEAD = ("標案名稱", "標案編號", "主辦機關", "專案管理", "監造單位", "承攬廠商", "查核日期")
ANYBODY = (("領隊", ""), *[("查核委員", "")] * 3)
INSPECTED = ("主辦機關", "監造單位", "承攬廠商")
DEFECTS, NOTES, CHOICES_ON_A_LINE, MARKS_ON_A_SHEET = 12, 6, 15, 5
_PRESENT = "□ "


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of the visit: its facts for the head, and its team as role and name."""

    id: UUID
    facts: tuple[Fact, ...]
    team: tuple[tuple[str, str], ...]


def paper(form: FormDefinition, lines: Catalogue, issued_by: str, visit: Visit | None = None) -> Document:
    """The checklist to be filled in by pen, with all that a submission may hold besides its answers.

    `lines`: the catalogue whose titles it prints.
    """
    team = visit.team if visit else ANYBODY
    sheet = sheet_of(form)
    return Document(
        title=form.title,
        number=f"{form.code} 第 {form.version} 版",
        number_label="檢查表",
        issued_by=issued_by,
        link=address(form, visit),
        head=(*(visit.facts if visit else _blank(HEAD)), *_blank(("開始時間", "結束時間"))),
        blocks=(
            *_introduction(form),
            *_sections(form, lines),
            *_defects(),
            *_marks(sheet, team),
            *_indicators(sheet),
            *_findings(),
            *_remarks("優點 Merits", sheet.merits, lines),
            *_remarks("設計及其他建議 Advice", sheet.advice, lines),
            Heading("備註 Notes"),
            Ruled(NOTES),
            Heading("簽名 Signatures"),
            Signatures(tuple(Signature(*who) for who in team), across=3),
            Signatures(tuple(Signature(who) for who in INSPECTED), across=3),
        ),
        footer="現場手寫用；事後依本表登錄。QR 為檢查表、版次與查核的位址。",
    )


def address(form: FormDefinition, visit: Visit | None = None) -> str:
    """What the QR holds: see the top of this module."""
    return f"/forms/{form.code}/{form.version}" + (f"?inspection={visit.id}" if visit else "")


def _blank(labels: Sequence[str]) -> tuple[Fact, ...]:
    return tuple(Fact(label, "") for label in labels)


def _introduction(form: FormDefinition) -> Iterator[Block]:
    if form.en:
        yield Paragraph(form.en)
    yield Paragraph("在 □ 內打勾。不符者在缺失表記下編號，照片編號以相機或手機上的為準。")


# --- the checklist -----------------------------------------------------------------------------------------


def _sections(form: FormDefinition, lines: Catalogue) -> Iterator[Block]:
    number = 0
    for section in form.sections:
        yield Heading(_both(section.title, section.en))
        asked = enumerate(section.items, number + 1)
        yield Questions(tuple(_question(item, at, form, lines) for at, item in asked))
        number += len(section.items)


def _question(item: FormItem, number: int, form: FormDefinition, lines: Catalogue) -> Question:
    return Question(f"{number}.", item.text, tuple(_notes(item, form, lines)), tuple(_answers(item)))


def _notes(item: FormItem, form: FormDefinition, lines: Catalogue) -> Iterator[str]:
    if item.en:
        yield item.en
    if shown := when_shown(item, form):
        yield f"（{shown.zh.removesuffix('才顯示')}填寫）"
    if item.kind == "number":
        yield f"（{words.bounds(item).zh}）"
    if item.help:
        yield item.help.zh
    if demanded := words.demanded(item, lines):
        codes = [f"記缺失 {'、'.join(map(words.code_title, demanded.codes))}"] if demanded.codes else []
        yield f"不符時：{'；'.join([*codes, *(thing.zh for thing in demanded.things)])}。"


def _answers(item: FormItem) -> Iterator[str | Blank]:
    if item.kind in JUDGED:
        yield "　".join(f"{_PRESENT}{result.zh}" for result in RESULTS.values())
    if item.kind in ("number", "value"):
        yield Blank("實測值", item.unit)
    yield from _content(item)
    yield Blank("說明、照片編號")


def _content(item: FormItem) -> Iterator[str | Blank]:
    """What is asked for where nothing is judged."""
    if item.kind == "choice":
        yield from _choices(item)
    elif item.kind == "text":
        yield from (Blank(), Blank())
    elif item.kind == "photo":
        yield Blank("照片張數")
    elif item.kind == "signature":
        yield from (Blank(), Blank("簽名"))
    if item.kind not in JUDGED:
        yield f"{_PRESENT}{RESULTS['na'].zh}"


def _choices(item: FormItem) -> Iterator[str]:
    """Short ones on one line, else each on its own."""
    texts = [f"{_PRESENT}{choice.text.zh}" for choice in item.choices]
    together = "　".join(texts)
    yield from [together] if len(together) <= CHOICES_ON_A_LINE else texts


# --- what comes after it ------------------------------------------------------------------------------------


def _defects() -> Iterator[Block]:
    columns = (
        Column("項次", 7, "right"),
        Column("缺失編號", 13),
        Column("等級", 17),
        Column("扣點", 8),
        Column("記點對象", 22),
        Column("位置", 14),
        Column("情形、照片編號", 27),
    )
    ticks = ("", "□輕□中□嚴", "", "□廠□監□專□機", "", "")
    yield Heading("缺失 Defects")
    yield Table(columns, tuple((str(number), *ticks) for number in range(1, DEFECTS + 1)))
    yield Paragraph("輕微不扣點。廠為承攬廠商，監為監造單位，專為專案管理，機為主辦機關；併扣者一併打勾。")


def _marks(sheet: MarkSheet, team: Sequence[tuple[str, str]]) -> Iterator[Block]:
    yield Heading(_both(sheet.text.zh, sheet.text.en))
    for start in range(0, len(team), MARKS_ON_A_SHEET):
        people = team[start : start + MARKS_ON_A_SHEET]
        titles = [name or role for role, name in people]
        columns = (Column("評分項目", 50), Column("分數", 13), *(Column(title, 12) for title in titles))
        yield Table(columns, tuple((*row, *[""] * len(people)) for row in _mark_rows(sheet)))


def _mark_rows(sheet: MarkSheet) -> Iterator[tuple[str, str]]:
    for part in sheet.parts:
        yield from _part_rows(part)
    total = sum(part.points for part in sheet.parts)
    yield "合計 Total", f"0 至 {total}"


def _part_rows(part: Part) -> Iterator[tuple[str, str]]:
    if part.base is not None:
        yield f"{part.text.zh}起評分　Starting from", str(part.base)
    for line in part.lines:
        yield f"{line.text.zh}\n{line.text.en}", words.points(line, part)
    yield f"【{part.text.zh}】小計　{part.text.en}", f"0 至 {part.points}"


def _indicators(sheet: MarkSheet) -> Iterator[Block]:
    yield Heading("品質指標 Quality indicators（各 0 至 100，不計入成績）", level=2)
    columns = tuple(Column(f"{each.text.zh}\n{each.text.en}") for each in sheet.indicators)
    yield Table(columns, (("",) * len(columns),))


def _findings() -> Iterator[Block]:
    """What makes the grade C (作業辦法 art. 8), and the tests that may still do so."""
    yield Heading("應列丙等情形（作業辦法第 8 條） Findings", level=2)
    rows = [
        (name, "□ 不合格　□ 待試驗" if finding in TESTS else "□ 有，情節重大", "")
        for finding, name in FINDINGS.items()
    ]
    yield Table((Column("情形", 34), Column("認定", 26), Column("說明、樣品編號", 40)), tuple(rows))


def _remarks(title: str, codes: Sequence[str], lines: Catalogue) -> Iterator[Block]:
    found = (words.line_of(lines, code) for code in codes)
    rows = tuple((f"{_PRESENT}{line.code}", f"{line.title}\n{line.english}", "") for line in found)
    yield Heading(title, level=2)
    yield Table((Column("編號", 12), Column("類別", 40), Column("具體內容", 48)), rows)


def _both(zh: str, en: str) -> str:
    return f"{zh}　{en}" if en else zh
