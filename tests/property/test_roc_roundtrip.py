"""Whatever is written as a ROC date can be read again, in every spelling."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_app.core import roc

FIRST, LAST = date(1912, 1, 1), date(2910, 12, 31)
DAYS = st.dates(FIRST, LAST)
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}

SPELLINGS: dict[str, Callable[[date], str]] = {
    "long": roc.format_long,
    "slash": roc.format_slash,
    "compact": roc.format_compact,
    "iso": date.isoformat,
    "long, padded": lambda day: f"{roc.year(day):03}年{day.month:02}月{day.day:02}日",
    "long, spaced": lambda day: f"{roc.year(day)} 年 {day.month} 月 {day.day} 日",
    "slash, not padded": lambda day: f"{roc.year(day)}/{day.month}/{day.day}",
    "points": lambda day: f"{roc.year(day)}.{day.month}.{day.day}",
    "hyphens": lambda day: f"{roc.year(day)}-{day.month:02}-{day.day:02}",
    "two-digit year": lambda day: f"{roc.year(day):02}{day.month:02}{day.day:02}",
}
MONTH_SPELLINGS: dict[str, Callable[[date], str]] = {
    "long": lambda day: roc.format_month(f"{day:%Y-%m}"),
    "slash": lambda day: f"{roc.year(day)}/{day.month}",
    "points": lambda day: f"{roc.year(day)}.{day.month:02}",
    "hyphen": lambda day: f"{roc.year(day)}-{day.month:02}",
    "compact": lambda day: f"{roc.year(day):03}{day.month:02}",
    "iso": lambda day: f"{day:%Y-%m}",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@settings(max_examples=150, deadline=None)
@given(day=DAYS, around=st.sampled_from(["", " ", "\u3000", "\t"]), full_width=st.booleans())
def test_a_date_written_is_the_date_read(spelling: str, day: date, around: str, full_width: bool) -> None:
    text = SPELLINGS[spelling](day)

    assert roc.parse(f"{around}{text.translate(FULL_WIDTH) if full_width else text}{around}") == day


@pytest.mark.parametrize("spelling", [name for name in SPELLINGS if name != "iso"])
@settings(max_examples=50, deadline=None)
@given(day=DAYS, era=st.sampled_from(["民國", "民國 ", "中華民國"]))
def test_the_era_may_precede_every_roc_spelling(spelling: str, day: date, era: str) -> None:
    assert roc.parse(era + SPELLINGS[spelling](day)) == day


@pytest.mark.parametrize("spelling", MONTH_SPELLINGS)
@settings(max_examples=100, deadline=None)
@given(day=DAYS)
def test_a_month_written_is_the_month_read(spelling: str, day: date) -> None:
    assert roc.parse_month(MONTH_SPELLINGS[spelling](day)) == day.strftime("%Y-%m")


@settings(max_examples=100, deadline=None)
@given(day=DAYS)
def test_two_columns_are_the_month_they_came_from(day: date) -> None:
    assert roc.year_month(str(roc.year(day)), str(day.month)) == day.strftime("%Y-%m")


@settings(max_examples=100, deadline=None)
@given(day=DAYS.filter(lambda day: day != LAST))
def test_compact_dates_sort_as_days_do(day: date) -> None:
    assert roc.format_compact(day) < roc.format_compact(day + timedelta(days=1))


@settings(max_examples=300, deadline=None)
@given(text=st.one_of(st.text(max_size=20), st.text("0123456789/.-年月日民國 ", max_size=12)))
def test_any_text_is_a_known_day_or_a_refusal(text: str) -> None:
    try:
        outcome = roc.parse(text)
    except roc.RocDateError:
        return

    assert FIRST <= outcome <= LAST
