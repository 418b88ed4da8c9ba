"""What one cell means. Every reader takes a cleaned cell and raises CellError, which says what is right."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from inspect_app.core import roc
from inspect_app.core.delimited import UnreadableFile
from inspect_app.tenders.reading.types import Kind, Unit

MAX_TWD = 10**15
SHOWN = 40
"""Characters of a file's own words that a message repeats."""
SERVICE_WORDS = ("測設", "監造", "設計")
"""A tender named with one of these is a service until someone says otherwise."""

_EDGES = " \t\r\n\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200C))) + "\u202f\u205f\u3000\ufeff"
"""Blanks of every width; not str.strip's own, which would hide control characters."""
_EMPTY = frozenset({"-", "--", "－", "－－", "—", "——", "(未填)", "（未填）"})
_REFERENCE = re.compile(r"&#(?:([0-9]{1,7})|[xX]([0-9a-fA-F]{1,6}));")
_FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ud800-\udfff\ufeff\ufffd]"
)
_HALF_WIDTH = str.maketrans("０１２３４５６７８９，．－＋％（）　", "0123456789,.-+%() ")
_MONEY = re.compile(r"([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))? ?(千?元)?")
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?) ?%?")
_OWN_UNIT = {"元": Unit.TWD, "千元": Unit.THOUSAND_TWD}
_SUFFIX = {Unit.TWD: "元", Unit.THOUSAND_TWD: "千元"}
_KINDS: dict[str, Kind] = {
    "工程": "work",
    "工程類": "work",
    "work": "work",
    "勞務": "service",
    "勞務類": "service",
    "service": "service",
}

_TAIPEI = ZoneInfo("Asia/Taipei")
_INSTANT = re.compile(
    r"(.+?)[ T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_GREGORIAN = re.compile(r"((?:19|20)[0-9]{2})[/.]([0-9]{1,2})[/.]([0-9]{1,2})")
_SERIAL = re.compile(r"([2-6][0-9]{4})(?:\.[0-9]+)?")
_SERIAL_ZERO = date(1899, 12, 30)
_FIRST_OF_MONTH = re.compile(r"([0-9]{4}-[0-9]{2})-01(?: 00:00:00)?")

_REQUIRED = "不可空白。"
_CONTROL = "含有控制字元或損壞的字；請刪除後重新輸入。"
_NOT_MONEY = "不是金額；應為不小於 0 的數字，例如 5,225,000。"
_NEGATIVE = "金額不得為負數；應為不小於 0 的數字。"
_FRACTION = "金額換算後不是整數元；請填到元為止。"
_TOO_MUCH = "金額超過 1,000,000,000,000,000 元；請檢查單位是元或千元。"
_NOT_PERCENT = "不是進度；應為 0 至 999.99 的百分比，小數最多兩位，例如 90.74。"
_NOT_INSTANT = "不是日期；正確寫法如 115/11/20、1151120 或 2026-11-20，之後可加時間 14:05。"
_NOT_KIND = "不是案件性質；應填「工程」或「勞務」。"


class CellError(ValueError):
    """The cell cannot be what its column says; the message (zh-Hant) says what is right."""


def clean(cell: str) -> str:
    """The cell's text: numeric references decoded, NFC, no blanks around; "" for every way of saying «none»."""
    if "&#" in cell:
        cell = _REFERENCE.sub(_referred, cell)
    if not cell.isascii():
        cell = unicodedata.normalize("NFC", cell)
    text = cell.strip(_EDGES)
    return "" if text in _EMPTY else text


def optional_text(limit: int) -> Callable[[str], str | None]:
    """A reader of text of at most `limit` characters; None for a blank cell."""

    def read(text: str) -> str | None:
        if _FORBIDDEN.search(text):
            raise CellError(_CONTROL)
        if len(text) > limit:
            raise CellError(f"超過 {limit} 字；請縮短。")
        return text or None

    return read


def required_text(limit: int) -> Callable[[str], str]:
    """Like `optional_text`, but a blank cell is an error."""
    read_optional = optional_text(limit)

    def read(text: str) -> str:
        value = read_optional(text)
        if value is None:
            raise CellError(_REQUIRED)
        return value

    return read


def money(unit: Unit) -> Callable[[str], int | None]:
    """A reader of amounts in `unit`, giving whole TWD; None for a blank cell."""

    def read(text: str) -> int | None:
        plain = text.translate(_HALF_WIDTH)
        return _amount_twd(plain, unit) if plain else None

    return read


def marked_money(assumed: Unit | None) -> Callable[[str], int | None]:
    """A reader of amounts that say 元 or 千元 themselves and are otherwise in the unit assumed.

    UnreadableFile for an amount that says nothing where none is assumed: a unit is never guessed.
    """

    def read(text: str) -> int | None:
        plain = text.translate(_HALF_WIDTH)
        if not plain:
            return None
        found = _MONEY.fullmatch(plain)
        own = _OWN_UNIT.get(found[3] or "") if found else None
        if found and own is None and assumed is None:
            raise UnreadableFile("金額未註明單位；請指定金額單位：元或千元。", "unit")
        return _amount_twd(plain, own or assumed or Unit.TWD)

    return read


def percent(text: str) -> Decimal:
    """0 to 999.99 with at most two decimals; a percent sign may follow."""
    found = _PERCENT.fullmatch(text.translate(_HALF_WIDTH))
    if found is None:
        raise CellError(_NOT_PERCENT)
    return Decimal(found[1])


def kind(text: str) -> Kind | None:
    """工程 or 勞務; None for a blank cell."""
    if text and text not in _KINDS:
        raise CellError(_NOT_KIND)
    return _KINDS.get(text)


def kind_of_name(name: str) -> Kind:
    """A service if the name says so by one of `SERVICE_WORDS`, else a work."""
    return "service" if any(word in name for word in SERVICE_WORDS) else "work"


@lru_cache(maxsize=4096)
def filed(text: str) -> datetime | None:
    """An instant (UTC) of a day and perhaps a time in Taipei; of a bare day its first. None for a blank cell."""
    if not text:
        return None
    timed = _INSTANT.fullmatch(text.translate(_HALF_WIDTH))
    try:
        if timed is None:
            return _in_utc(day(text), "0", "0", None, None)
        return _in_utc(day(timed[1]), timed[2], timed[3], timed[4], timed[5])
    except (ValueError, OverflowError) as error:
        raise CellError(str(error) if isinstance(error, CellError) else _NOT_INSTANT) from error


def day(text: str) -> date:
    """A day in any of the ROC spellings, as YYYY-MM-DD or YYYY/MM/DD, or as a sheet's count of days."""
    plain = text.translate(_HALF_WIDTH).strip()
    if found := _GREGORIAN.fullmatch(plain):
        plain = f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
    elif found := _SERIAL.fullmatch(plain):
        return _SERIAL_ZERO + timedelta(days=int(found[1]))
    try:
        return roc.parse(plain)
    except roc.RocDateError as error:
        raise CellError(str(error)) from error


def _in_utc(on: date, hour: str, minute: str, second: str | None, zone: str | None) -> datetime:
    at = datetime.combine(on, time(int(hour), int(minute), int(second or 0)), _TAIPEI)
    if zone:
        at = datetime.fromisoformat(at.replace(tzinfo=None).isoformat() + zone.replace("Z", "+00:00"))
    return at.astimezone(UTC)


@lru_cache(maxsize=4096)
def month(year_text: str | None, month_text: str) -> str:
    """ "YYYY-MM" of a ROC year's cell and a month's cell, or (year None) of one cell such as 102/01."""
    if written_as_day := _FIRST_OF_MONTH.fullmatch(month_text):
        month_text = written_as_day[1]
    try:
        return roc.parse_month(month_text) if year_text is None else roc.year_month(year_text, month_text)
    except roc.RocDateError as error:
        raise CellError(str(error)) from error


def _referred(reference: re.Match[str]) -> str:
    code = int(reference[1]) if reference[1] else int(reference[2], 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"


def _amount_twd(plain: str, unit: Unit) -> int:
    found = _MONEY.fullmatch(plain)
    if found is None:
        raise CellError(_NEGATIVE if plain[0] == "-" and _MONEY.fullmatch(plain[1:]) else _NOT_MONEY)
    if found[3] not in (None, _SUFFIX[unit]):
        raise CellError(f"寫的是{found[3]}，而這一欄以{_SUFFIX[unit]}計；請改用同一單位。")
    return _whole_twd(found[1].replace(",", "").lstrip("0"), (found[2] or "").rstrip("0"), unit)


def _whole_twd(whole: str, fraction: str, unit: Unit) -> int:
    """Exact, on the digits: no float, and no rounding of a long decimal."""
    places = 3 if unit is Unit.THOUSAND_TWD else 0
    if len(fraction) > places:
        raise CellError(_FRACTION)
    digits = whole + fraction.ljust(places, "0")
    if len(digits) > len(str(MAX_TWD)) or int(digits or "0") > MAX_TWD:
        raise CellError(_TOO_MUCH)
    return int(digits or "0")
