"""ROC dates: what papers write, what is refused, and how dates are shown."""

from datetime import date

import pytest

from inspect_app.core import roc

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "text",
    [
        "115年11月23日",
        "115/11/23",
        "115.11.23",
        "115-11-23",
        "1151123",
        "2026-11-23",
        "民國115年11月23日",
        "民國 115 年 11 月 23 日",
        "中華民國115年11月23日",
        "民國115/11/23",
        "民國1151123",
        "１１５年１１月２３日",
        "１１５／１１／２３",
        "１１５．１１．２３",
        "\u3000115/11/23\u3000",
        " 1151123\n",
    ],
)
def test_every_spelling_of_official_papers_is_read(text: str) -> None:
    assert roc.parse(text) == MONDAY


@pytest.mark.parametrize(
    "text", ["99/1/5", "99/01/05", "099/01/05", "99年1月5日", "99年01月05日", "990105", "0990105"]
)
def test_padding_does_not_matter_below_year_100(text: str) -> None:
    assert roc.parse(text) == date(2010, 1, 5)


def test_six_digits_are_a_year_below_100() -> None:
    assert roc.parse("991231") == date(2010, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "　",
        "昨天",
        "115",
        "115/11",
        "115/11.23",
        "115年11月23",
        "11/23/2026",
        "2026/11/23",
        "20261123",
        "2026-1-5",
        "民國2026-11-23",
        "115民國/11/23",
        "-115/11/23",
        "115/11/23 10:00",
        "11５²/1/1",
        "٩٩/١/٥",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(roc.RocDateError, match="看不出是哪一天"):
        roc.parse(text)


@pytest.mark.parametrize("text", ["115/2/29", "115年13月1日", "1151131", "2026-02-30", "115/0/1", "115/1/0"])
def test_a_day_the_calendar_lacks_is_refused(text: str) -> None:
    with pytest.raises(roc.RocDateError, match="沒有這一天"):
        roc.parse(text)


def test_leap_days_are_those_of_the_gregorian_year() -> None:
    assert roc.parse("113/2/29") == date(2024, 2, 29)


def test_year_one_is_1912() -> None:
    assert roc.parse("1/1/1") == roc.parse("0010101") == roc.parse("1912-01-01") == date(1912, 1, 1)


@pytest.mark.parametrize(
    "text", ["1911-12-31", "0/12/31", "000年1月1日", "0001-01-01", "2911-01-01", "0000-01-01"]
)
def test_days_before_1912_or_past_year_999_are_refused(text: str) -> None:
    with pytest.raises(roc.RocDateError, match="民國 1 年至 999 年"):
        roc.parse(text)


def test_a_refusal_names_the_text_and_shows_what_is_right() -> None:
    with pytest.raises(roc.RocDateError) as refusal:
        roc.parse("下週一")

    assert str(refusal.value) == (
        "「下週一」看不出是哪一天；正確寫法如 115年11月23日、115/11/23、1151123 或 2026-11-23。"
    )


def test_a_refusal_quotes_no_more_than_the_beginning_of_a_long_text() -> None:
    with pytest.raises(roc.RocDateError) as refusal:
        roc.parse("九" * 5000)

    assert len(str(refusal.value)) < 120


@pytest.mark.parametrize(
    "text",
    [
        "115/11",
        "115年11月",
        "11511",
        "2026-11",
        "115.11",
        "115-11",
        "民國115年11月",
        "１１５／１１",
        "民國 115 年 11 月",
    ],
)
def test_every_spelling_of_a_month_is_read(text: str) -> None:
    assert roc.parse_month(text) == "2026-11"


@pytest.mark.parametrize("text", ["99/1", "99年01月", "09901", "2010-01"])
def test_months_below_year_100_are_read(text: str) -> None:
    assert roc.parse_month(text) == "2010-01"


@pytest.mark.parametrize("text", ["", "2011", "115", "115/11/23", "2026/11", "11", "11月"])
def test_an_ambiguous_month_is_refused(text: str) -> None:
    """ "2011" could be a Gregorian year as well as November of year 20."""
    with pytest.raises(roc.RocDateError, match=r"看不出是哪個月；正確寫法如 115年11月"):
        roc.parse_month(text)


@pytest.mark.parametrize("text", ["115/13", "115/0", "11500", "2026-13"])
def test_a_month_outside_1_to_12_is_refused(text: str) -> None:
    with pytest.raises(roc.RocDateError, match="1 至 12"):
        roc.parse_month(text)


@pytest.mark.parametrize("text", ["1911-12", "0/12", "2911-01"])
def test_a_month_of_an_unknown_year_is_refused(text: str) -> None:
    with pytest.raises(roc.RocDateError, match="民國 1 年至 999 年"):
        roc.parse_month(text)


@pytest.mark.parametrize(
    ("year", "month"), [("102", "1"), ("102", "01"), (" 102 ", "１"), ("102年", "1月"), ("民國102年", "1")]
)
def test_year_and_month_in_two_columns_are_one_month(year: str, month: str) -> None:
    assert roc.year_month(year, month) == "2013-01"


@pytest.mark.parametrize(
    ("year", "month"), [("", ""), ("2013", "1"), ("102", ""), ("102", "13"), ("0", "1"), ("--", "1")]
)
def test_columns_that_are_no_month_are_refused(year: str, month: str) -> None:
    with pytest.raises(roc.RocDateError, match=f"「{year}，{month}」"):
        roc.year_month(year, month)


def test_letters_write_the_date_long() -> None:
    assert roc.format_long(MONDAY) == "115年11月23日"


def test_notices_add_the_weekday() -> None:
    assert roc.format_weekday(MONDAY) == "115年11月23日（一）"
    assert roc.format_weekday(date(2026, 11, 29)) == "115年11月29日（日）"


def test_tables_pad_month_and_day() -> None:
    assert roc.format_slash(MONDAY) == "115/11/23"
    assert roc.format_slash(date(2010, 1, 5)) == "99/01/05"


def test_the_compact_form_always_has_seven_digits() -> None:
    assert roc.format_compact(MONDAY) == "1151123"
    assert roc.format_compact(date(2010, 1, 5)) == "0990105"


def test_a_month_is_shown_with_its_roc_year() -> None:
    assert roc.format_month("2026-11") == "115年11月"
    assert roc.format_month("2010-01") == "99年1月"


@pytest.mark.parametrize("month", ["2026-1", "2026-13", "115-11", "1911-12", ""])
def test_only_a_stored_month_is_shown(month: str) -> None:
    with pytest.raises(roc.RocDateError):
        roc.format_month(month)


def test_the_roc_year_is_1911_less() -> None:
    assert roc.year(MONDAY) == 115


@pytest.mark.parametrize("day", [date(1911, 12, 31), date(2911, 1, 1)])
def test_days_outside_the_known_years_are_not_shown(day: date) -> None:
    with pytest.raises(roc.RocDateError, match=day.isoformat()):
        roc.format_long(day)
