"""Dates in years of the Republic (民國): year 1 is 1912. Input and display only; storage is Gregorian.

Years 1 to 999 are known, on the way in and on the way out, so that what is written can be read again.
Pure: no clock, no locale.
"""

import re
from datetime import date

OFFSET = 1911
"""Gregorian year = ROC year + 1911."""

LAST_YEAR = 999

DATE_EXAMPLE = "115年11月23日、115/11/23、1151123 或 2026-11-23"
MONTH_EXAMPLE = "115年11月、115/11、11511 或 2026-11"
_WEEKDAYS = "一二三四五六日"
_SHOWN = 40

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_ERA = re.compile(r"\A(?:中華)?民國\s*")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_ISO_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_ROC_DATES = (
    re.compile(r"([0-9]{1,3})\s*年\s*([0-9]{1,2})\s*月\s*([0-9]{1,2})\s*日"),
    *(re.compile(rf"([0-9]{{1,3}}){mark}([0-9]{{1,2}}){mark}([0-9]{{1,2}})") for mark in (r"/", r"\.", r"-")),
    re.compile(r"([0-9]{2,3})([0-9]{2})([0-9]{2})"),
)
_ROC_MONTHS = (
    re.compile(r"([0-9]{1,3})\s*年\s*([0-9]{1,2})\s*月"),
    *(re.compile(rf"([0-9]{{1,3}}){mark}([0-9]{{1,2}})") for mark in (r"/", r"\.", r"-")),
    re.compile(r"([0-9]{3})([0-9]{2})"),
)
_YEAR = re.compile(r"([0-9]{1,3})\s*年?")
_MONTH = re.compile(r"([0-9]{1,2})\s*月?")


class RocDateError(ValueError):
    """The text is no date or month that can be meant; the message (zh-Hant) shows what is right."""


def parse(text: str) -> date:
    """The day meant by `text`, in any spelling official papers use.

    ROC years: 115年11月23日, 115/11/23, 115.11.23, 115-11-23 (padded or not), 1151123, and 991231
    for years below 100; 民國 or 中華民國 may precede them. Gregorian: YYYY-MM-DD only. Full-width
    characters count as half-width, blanks around are ignored. RocDateError for anything else, for
    days that do not exist and for days before 1912.
    """
    year, month, day = _read(text, _ISO_DATE, _ROC_DATES, DATE_EXAMPLE)
    known = _known_year(year, text, DATE_EXAMPLE)
    try:
        return date(known, month, day)
    except ValueError as error:
        raise _refusal(text, "曆法上沒有這一天", DATE_EXAMPLE) from error


def parse_month(text: str) -> str:
    """The month meant by `text`, as "YYYY-MM".

    ROC years: 115年11月, 115/11, 115.11, 115-11 (padded or not), 11511 (always five digits), 民國
    before them or not. Gregorian: YYYY-MM only. RocDateError for anything else.
    """
    year, month = _read(text, _ISO_MONTH, _ROC_MONTHS, MONTH_EXAMPLE)
    return _month(year, month, text)


def year_month(year_text: str, month_text: str) -> str:
    """The month of two columns, a ROC year and a month ("102", "1"), as "YYYY-MM"."""
    both = f"{year_text}，{month_text}"
    year = _YEAR.fullmatch(_ERA.sub("", _half_width(year_text)))
    month = _MONTH.fullmatch(_half_width(month_text))
    if not year or not month:
        raise _refusal(both, "不是民國年與月份", "年欄填 102、月欄填 1")
    return _month(int(year[1]) + OFFSET, int(month[1]), both)


def is_known(gregorian: int) -> bool:
    """Whether a Gregorian year is one of the years 1 to 999 of the Republic."""
    return OFFSET < gregorian <= OFFSET + LAST_YEAR


def year(day: date) -> int:
    """The ROC year; RocDateError outside years 1 to 999."""
    return _known_year(day.year, day.isoformat(), DATE_EXAMPLE) - OFFSET


def format_long(day: date) -> str:
    """115年11月23日, as letters and records write it."""
    return f"{year(day)}年{day.month}月{day.day}日"


def format_weekday(day: date) -> str:
    """115年11月23日（一）, as notices and deadlines write it."""
    return f"{format_long(day)}（{_WEEKDAYS[day.weekday()]}）"


def format_slash(day: date) -> str:
    """115/11/23, month and day in two digits, for tables."""
    return f"{year(day)}/{day.month:02}/{day.day:02}"


def format_compact(day: date) -> str:
    """1151123, always seven digits (0991231), as the tender system stores it."""
    return f"{year(day):03}{day.month:02}{day.day:02}"


def format_month(month: str) -> str:
    """ "2026-11" as 115年11月; RocDateError if it is not a "YYYY-MM" of a known year."""
    iso = _ISO_MONTH.fullmatch(month)
    if not iso:
        raise _refusal(month, "不是月份", "2026-11")
    known = _month(int(iso[1]), int(iso[2]), month)
    return f"{int(known[:4]) - OFFSET}年{int(known[5:])}月"


def _read(text: str, iso: re.Pattern[str], roc: tuple[re.Pattern[str], ...], example: str) -> list[int]:
    """The numbers in `text`, the first a Gregorian year."""
    plain = _half_width(text)
    if gregorian := iso.fullmatch(plain):
        return [int(number) for number in gregorian.groups()]
    era_free = _ERA.sub("", plain)
    for spelling in roc:
        if found := spelling.fullmatch(era_free):
            first, *rest = (int(number) for number in found.groups())
            return [first + OFFSET, *rest]
    raise _refusal(text, "看不出是哪一天" if iso is _ISO_DATE else "看不出是哪個月", example)


def _month(gregorian_year: int, month: int, text: str) -> str:
    if not 1 <= month <= 12:
        raise _refusal(text, "的月份不在 1 至 12 之間", MONTH_EXAMPLE)
    return f"{_known_year(gregorian_year, text, MONTH_EXAMPLE)}-{month:02}"


def _known_year(gregorian: int, text: str, example: str) -> int:
    if not is_known(gregorian):
        raise _refusal(text, f"不在民國 1 年至 {LAST_YEAR} 年之間", example)
    return gregorian


def _half_width(text: str) -> str:
    return text.translate(_HALF_WIDTH).strip()


def _refusal(text: str, reason: str, example: str) -> RocDateError:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return RocDateError(f"「{shown}」{reason}；正確寫法如 {example}。")
