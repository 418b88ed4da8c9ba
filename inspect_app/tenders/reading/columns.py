"""What a file's header says: which column is which field, which are ignored, and the unit of the money."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from inspect_app.core.delimited import UnreadableFile
from inspect_app.tenders.reading.cells import clean
from inspect_app.tenders.reading.types import Choice, Choices, Unit

MAX_COLUMNS = 300

NAMES: Mapping[str, tuple[str, ...]] = {
    "number": ("標案編號", "pcc_no"),
    "name": ("標案名稱", "name"),
    "agency": ("主辦機關", "implementation_department"),
    "supervisor": ("監造單位",),
    "contractor": ("承攬廠商",),
    "pcm": ("專案管理單位", "專案管理廠商"),
    "kind": ("案件性質", "標案性質"),
    "budget_twd": ("預算金額", "contract_budget"),
    "contract_twd": ("契約金額", "decide_tenders_price"),
    "category": ("工程類別",),
    "status": ("執行狀態",),
    "year": ("年", "民國年", "進度年", "year"),
    "month": ("月", "月份", "年月", "日曆月", "進度月", "進度年月", "month"),
    "planned": ("預定進度", "累計預定進度", "總累計預定進度", "percentage_of_predict_progress"),
    "actual": ("實際進度", "累計實際進度", "總累計實際進度", "percentage_of_real_progress"),
    "filed_at": ("填報日期", "填報時間"),
    "agency_code": ("執行機關代碼",),
}
"""Field to the names its column goes by; the first is the one in messages. Two of them in a file are an error."""

NEAR: Mapping[str, tuple[str, ...]] = {
    "name": ("工程名稱",),
    "agency": ("執行機關", "執行機關名稱"),
    "contractor": ("得標廠商", "廠商名稱"),
    "supervisor": ("監造廠商",),
    "budget_twd": ("發包預算",),
    "contract_twd": ("決標金額",),
    "filed_at": ("更新日期", "更新時間", "最後更新日期"),
    "agency_code": ("主辦機關代碼", "機關代碼"),
}
"""Names that stand in for a field of which the file has no column proper: the first of them that it has."""

KEYS = ("agency", "number", "name")
MONEY = ("budget_twd", "contract_twd")
CHOOSABLE = tuple(NAMES)
"""The fields a person may say a column is."""
PROGRESS = ("year", "month", "planned", "actual", "filed_at")
_FIELD_OF = {name: field for field, names in NAMES.items() for name in names}
_NEAR = tuple((field, name) for field, names in NEAR.items() for name in names)
_UNITS = {"元": Unit.TWD, "千元": Unit.THOUSAND_TWD}
_MARKED = re.compile(r"(.+?)\((?:單位[::]?)?(?:新[臺台]幣)?(千?元|%)\)")


@dataclass(frozen=True, slots=True)
class Layout:
    """A header understood: `columns` maps a field to its place, `given` is what `TenderRow.given` carries.

    `units` are those of money columns that differ from `unit`, as a person chose. `marked`: every amount
    may say its own unit, and is otherwise in the one `assumed`; to assume none refuses a bare amount.
    """

    header: tuple[str, ...]
    columns: Mapping[str, int]
    ignored: tuple[str, ...]
    unit: Unit
    given: frozenset[str]
    units: Mapping[str, Unit] = field(default_factory=dict)
    marked: bool = False
    assumed: Unit | None = None

    def titles(self) -> tuple[tuple[str, str], ...]:
        """Every column's title with the field it was taken for, "" for none."""
        fields = {place: name for name, place in self.columns.items()}
        return tuple((title, fields.get(place, "")) for place, title in enumerate(titled(self.header)))


def understand(
    cells: Sequence[str], unit: Unit | None, choices: Choices | None = None, where: str = "第 1 行"
) -> Layout:
    """The layout of a header row; UnreadableFile when a key column, or the unit of the money, is missing.

    `choices` go before the names; `where` is how messages name the row.
    """
    if len(cells) > MAX_COLUMNS:
        raise UnreadableFile(f"{where}有 {len(cells)} 欄；最多 {MAX_COLUMNS} 欄。")
    header = tuple(clean(cell) for cell in cells)
    _refuse_repeats(header, where)
    chosen = _chosen(titled(header), choices or {})
    found = _places(header, chosen, where)
    columns = _with_whole_progress(found)
    used = set(columns.values())
    ignored = tuple(title for place, title in enumerate(titled(header)) if place not in used)
    units = _units_chosen(titled(header), columns, choices or {})
    asked = _unit(header, {name: at for name, at in columns.items() if name not in units}, unit)
    return Layout(header, columns, ignored, asked, _given(columns), units)


def titled(header: Sequence[str]) -> tuple[str, ...]:
    """The titles as people are told them: a blank one by its place."""
    return tuple(name or f"（第 {n} 欄，無欄名）" for n, name in enumerate(header, 1))


def known(cells: Sequence[str], choices: Choices | None = None) -> set[str]:
    """The fields a row's cells would be the columns of: what tells a header from the lines above it."""
    names = [clean(cell) for cell in cells[:MAX_COLUMNS]]
    near = {name: field for field, name in _NEAR}
    plain = (_split(name)[0] for name in names if name)
    fields = {_FIELD_OF.get(name) or near.get(name, "") for name in plain}
    fields |= {choices[name].field or "" for name in names if name in choices} if choices else set()
    return fields - {""}


def _refuse_repeats(header: Sequence[str], where: str) -> None:
    names = [name for name in header if name]
    repeated = dict.fromkeys(name for name in names if names.count(name) > 1)
    if repeated:
        raise UnreadableFile(f"{where}的欄名重複：{'、'.join(repeated)}；每欄只能出現一次。")


def _chosen(titles: Sequence[str], choices: Choices) -> dict[int, str | None]:
    """The columns of which a person said what they are; UnreadableFile when two are to be one field."""
    chosen = {place: choices[title].field for place, title in enumerate(titles) if title in choices}
    taken: dict[str, int] = {}
    for place, name in chosen.items():
        if name is not None and name not in NAMES:
            raise UnreadableFile(f"欄位對應中的「{name}」不是本系統的欄位；請重新選擇。", "mapping")
        if name in taken:
            both = f"「{titles[taken[name]]}」與「{titles[place]}」"
            raise UnreadableFile(f"{both}都對應到「{NAMES[name][0]}」；請只留一欄。", "mapping")
        if name:
            taken[name] = place
    return chosen


def _places(header: Sequence[str], chosen: Mapping[int, str | None], where: str) -> dict[str, int]:
    said = {name: place for place, name in chosen.items() if name}
    named = [(place, name) for place, name in enumerate(header) if name and place not in chosen]
    places: dict[str, int] = {}
    for place, name in named:
        field = _FIELD_OF.get(_split(name)[0])
        if field in places:
            raise UnreadableFile(f"「{header[places[field]]}」與「{name}」是同一欄；請只留一欄。")
        if field and field not in said:
            places[field] = place
    places |= said
    _stand_in(places, {_split(name)[0]: place for place, name in named})
    missing = [NAMES[field][0] for field in KEYS if field not in places]
    if missing:
        raise UnreadableFile(_missing(missing, where), "mapping" if chosen else "file")
    return places


def _missing(names: Sequence[str], where: str) -> str:
    return f"{where}缺少欄名：{'、'.join(names)}；{where}應為以逗號分隔的欄名，或由欄位對應指定是哪一欄。"


def _stand_in(places: dict[str, int], named: Mapping[str, int]) -> None:
    for field_, name in _NEAR:
        if field_ not in places and name in named:
            places[field_] = named[name]


def _units_chosen(titles: Sequence[str], columns: Mapping[str, int], choices: Choices) -> dict[str, Unit]:
    none = Choice(None)
    said = {name: choices.get(titles[columns[name]], none).unit for name in MONEY if name in columns}
    return {name: unit for name, unit in said.items() if unit}


def _with_whole_progress(places: dict[str, int]) -> dict[str, int]:
    """Progress needs month, planned and actual: columns of only a part of it are ignored like unknown ones."""
    if all(field in places for field in ("month", "planned", "actual")):
        return places
    return {field: place for field, place in places.items() if field not in PROGRESS}


def _given(columns: Mapping[str, int]) -> frozenset[str]:
    own = frozenset(columns).difference(PROGRESS)
    return own | {"progress"} if "month" in columns else own


def _split(name: str) -> tuple[str, str | None]:
    """A column's name for comparison, and the unit in brackets after it (元, 千元 or %)."""
    plain = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    marked = _MARKED.fullmatch(plain)
    return (marked[1], marked[2]) if marked else (plain, None)


def _unit(header: Sequence[str], columns: Mapping[str, int], asked: Unit | None) -> Unit:
    """The one unit of all money columns: theirs, else the one asked for; never a guess."""
    names = [header[columns[field]] for field in MONEY if field in columns]
    named = {name: _UNITS.get(_split(name)[1] or "") for name in names}
    units = {unit for unit in named.values() if unit}
    if len(units) > 1:
        raise UnreadableFile(f"金額欄的單位不一致：{'、'.join(named)}；請改為同一單位。", "unit")
    if asked and units - {asked}:
        raise UnreadableFile(
            f"指定的單位與欄名「{'、'.join(named)}」不同；請更正指定的單位，或不指定。", "unit"
        )
    unnamed = [name for name, unit in named.items() if unit is None]
    if unnamed and not asked:
        raise UnreadableFile(f"「{'、'.join(unnamed)}」未註明單位；請指定金額單位：元或千元。", "unit")
    return asked or next(iter(units), Unit.TWD)
