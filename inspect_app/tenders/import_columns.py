"""What a file's header says: which column is which field, which are ignored, and the unit of the money."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inspect_app.core.delimited import UnreadableFile
from inspect_app.tenders.import_cells import clean
from inspect_app.tenders.import_types import Unit

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
}
"""Field to the names its column goes by; the first is the one in messages."""

KEYS = ("agency", "number", "name")
MONEY = ("budget_twd", "contract_twd")
_PROGRESS = ("year", "month", "planned", "actual")
_FIELD_OF = {name: field for field, names in NAMES.items() for name in names}
_UNITS = {"元": Unit.TWD, "千元": Unit.THOUSAND_TWD}
_MARKED = re.compile(r"(.+?)\((?:單位[::]?)?(?:新[臺台]幣)?(千?元|%)\)")


@dataclass(frozen=True, slots=True)
class Layout:
    """A header understood: `columns` maps a field to its place, `given` is what `TenderRow.given` carries."""

    header: tuple[str, ...]
    columns: Mapping[str, int]
    ignored: tuple[str, ...]
    unit: Unit
    given: frozenset[str]


def understand(cells: Sequence[str], unit: Unit | None) -> Layout:
    """The layout of a header row; UnreadableFile when a key column, or the unit of the money, is missing."""
    if len(cells) > MAX_COLUMNS:
        raise UnreadableFile(f"第 1 行有 {len(cells)} 欄；最多 {MAX_COLUMNS} 欄。")
    header = tuple(clean(cell) for cell in cells)
    _refuse_repeats(header)
    found = _places(header)
    columns = _with_whole_progress(found)
    used = set(columns.values())
    ignored = tuple(name or f"（第 {n + 1} 欄，無欄名）" for n, name in enumerate(header) if n not in used)
    return Layout(header, columns, ignored, _unit(header, columns, unit), _given(columns))


def _refuse_repeats(header: Sequence[str]) -> None:
    names = [name for name in header if name]
    repeated = dict.fromkeys(name for name in names if names.count(name) > 1)
    if repeated:
        raise UnreadableFile(f"第 1 行的欄名重複：{'、'.join(repeated)}；每欄只能出現一次。")


def _places(header: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        field = _FIELD_OF.get(_split(name)[0])
        if field in places:
            raise UnreadableFile(f"「{header[places[field]]}」與「{name}」是同一欄；請只留一欄。")
        if field:
            places[field] = place
    missing = [NAMES[field][0] for field in KEYS if field not in places]
    if missing:
        raise UnreadableFile(f"第 1 行缺少欄名：{'、'.join(missing)}；第 1 行應為以逗號分隔的欄名。")
    return places


def _with_whole_progress(places: dict[str, int]) -> dict[str, int]:
    """Progress needs month, planned and actual: columns of only a part of it are ignored like unknown ones."""
    if all(field in places for field in ("month", "planned", "actual")):
        return places
    return {field: place for field, place in places.items() if field not in _PROGRESS}


def _given(columns: Mapping[str, int]) -> frozenset[str]:
    own = frozenset(columns).difference(_PROGRESS)
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
