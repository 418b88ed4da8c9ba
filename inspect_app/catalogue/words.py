"""Words for checklists: kinds of works, results, roles, and what a fail demands."""

from collections.abc import Iterator
from dataclasses import dataclass

from forms.catalogue import Catalogue, DefectCode
from forms.marksheet import Line, Part
from forms.schema import FormItem
from forms.text import Text

WORKS = {
    "general": Text("一般", "General"),
    "building": Text("建築", "Building"),
    "road": Text("道路", "Road"),
    "drainage": Text("排水、水利", "Drainage and water"),
    "slope": Text("邊坡", "Slope"),
    "equipment": Text("設備", "Equipment"),
}
GONE = Text("此版次已無", "no longer in this revision")


@dataclass(frozen=True, slots=True)
class Demanded:
    """What a fail asks for besides: a defect with one of the codes, and things in words."""

    codes: tuple[DefectCode, ...]
    things: tuple[Text, ...]


def line_of(lines: Catalogue, code: str) -> DefectCode:
    """The line of a code that a checklist names; one that says so where this revision has it no longer."""
    if lines.knows(code):
        return lines.get(code)
    return DefectCode(code, None, "item", "", GONE.zh, GONE.en, trade="")


def demanded(item: FormItem, lines: Catalogue) -> Demanded | None:
    """What a fail of the item asks for, by the catalogue's titles; None if nothing."""
    if item.on_fail is None:
        return None
    codes = tuple(line_of(lines, code) for code in item.on_fail.codes)
    found = Demanded(codes, tuple(_things(item.on_fail.photo, item.on_fail.note)))
    return found if found.codes or found.things else None


def _things(photo: bool, note: bool) -> Iterator[Text]:
    if photo:
        yield Text("附照片", "a photo")
    if note:
        yield Text("寫說明", "a note")


def code_title(line: DefectCode) -> str:
    """A code with its title; a group's stands for its items."""
    return f"{line.code} {line.title}{'（任一細項）' if line.kind == 'group' else ''}"


def bounds(item: FormItem) -> Text:
    """Between which numbers a measured one must lie, and its decimals; empty where nothing is said."""
    low, high = item.low, item.high
    if low is not None and high is not None:
        zh, en = f"{low} 至 {high} {item.unit}", f"{low} to {high} {item.unit}"
    elif low is not None:
        zh, en = f"至少 {low} {item.unit}", f"at least {low} {item.unit}"
    elif high is not None:
        zh, en = f"最多 {high} {item.unit}", f"at most {high} {item.unit}"
    else:
        zh, en = item.unit, item.unit
    places = f"，最多 {item.decimals} 位小數" if item.decimals else "，填整數"
    return Text(
        f"{zh}{places}", f"{en}, decimal places: {item.decimals}" if item.decimals else f"{en}, whole number"
    )


def points(line: Line, part: Part) -> str:
    """From how many to how many points a line of the mark sheet gives; signed where it adjusts a base."""
    form = "{:+d}" if part.base is not None else "{:d}"
    low, high = (form.format(bound).replace("-", "−") for bound in (line.low, line.high))
    return low if low == high else f"{low} 至 {high}"
