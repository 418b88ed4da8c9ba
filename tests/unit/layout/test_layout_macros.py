"""The macros: words beside colours, errors beside fields, figures to the right."""

from typing import Any

import pytest
from layout_markup import elements, text_of
from layout_samples import Pages

from inspect_app.layout.parts import FieldError, Photo


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (5, "115年11月30日（一），還有 5 個工作天"),
        (0, "115年11月30日（一），今天到期"),
        (-3, "115年11月30日（一），逾期 3 個工作天"),
        (None, "115年11月30日（一）"),
    ],
)
def test_a_deadline_shows_date_weekday_and_days_left(pages: Pages, days: int | None, says: str) -> None:
    """The days are said in words on both sides of the day."""
    assert text_of(pages.macro('{{ ui.deadline("115年11月30日（一）", days) }}', days=days)) == says


@pytest.mark.parametrize(
    ("grade", "label", "score", "says"),
    [
        ("OUTSTANDING", "優等", 91, "優等 91 分"),
        ("A", "甲等", 80, "甲等 80 分"),
        ("B", "乙等", 70, "乙等 70 分"),
        ("C", "丙等", 0, "丙等 0 分"),
        (None, "", None, "待試驗 混凝土鑽心試體未回報"),
    ],
)
def test_a_grade_shows_word_sign_and_score(
    pages: Pages, grade: str | None, label: str, score: int | None, says: str
) -> None:
    """A withheld grade shows 待試驗 and why."""
    html = pages.macro(
        '{{ ui.grade_badge(grade, label, score, "混凝土鑽心試體未回報") }}',
        grade=grade,
        label=label,
        score=score,
    )

    assert text_of(html) == says
    assert "<svg" in html


@pytest.mark.parametrize("tone", ["good", "warn", "bad", "accent", "neutral"])
def test_a_badge_never_speaks_by_colour_alone(pages: Pages, tone: str) -> None:
    """Each tone has its own sign, and its word."""
    html = pages.macro('{{ ui.state_badge("改善中", tone) }}', tone=tone)
    others = {
        pages.macro("{{ ui.icon(t) }}", t=t)
        for t in ("good", "warn", "bad", "accent", "neutral")
        if t != tone
    }

    assert text_of(html) == "改善中"
    assert not [sign for sign in others if sign in html]


def test_an_error_stands_on_top_and_beside_its_field(pages: Pages) -> None:
    """The summary links to the field; the field is described by the same words."""
    errors = [FieldError("marks[0].total", "須為整數，例：82")]
    summary = pages.macro("{{ ui.error_summary(errors) }}", errors=errors)
    source = '{{ ui.field(name, "總分", error=ui.error_for(errors, name)) }}'
    found = list(elements(summary + pages.macro(source, errors=errors, name="marks[0].total")))
    (control,) = [element for element in found if element.tag == "input"]

    assert [element.attrs["href"] for element in found if element.tag == "a"] == ["#marks%5B0%5D.total"]
    assert control.attrs["aria-invalid"] == "true"
    assert control.attrs["aria-describedby"] == "marks[0].total-error"


def test_no_errors_no_summary(pages: Pages) -> None:
    """Nothing is shown when nothing is wrong."""
    assert pages.macro("{{ ui.error_summary([]) }}") == ""
    assert pages.macro('{{ ui.error_for([], "on") }}') == ""


def test_a_field_keeps_what_was_typed_even_nought(pages: Pages) -> None:
    """Nought is a value; None is an empty field."""
    assert 'value="0"' in pages.macro('{{ ui.field("points", "扣點", 0) }}')
    assert 'value=""' in pages.macro('{{ ui.field("points", "扣點", none) }}')


def test_a_text_area_keeps_a_leading_line_break(pages: Pages) -> None:
    """A browser drops the first line break of a text area, so one is printed for it to drop."""
    assert ">\n\n第二行</textarea>" in pages.macro('{{ ui.textarea_field("note", "說明", "\\n第二行") }}')


def test_an_optional_field_says_so_and_a_required_one_is_marked(pages: Pages) -> None:
    """選填 in words; required for the browser's own tools."""
    assert "（選填）" in pages.macro('{{ ui.field("pcm", "專案管理廠商", required=false) }}')
    assert " required" in pages.macro('{{ ui.field("tender", "標案") }}')


def test_a_day_is_asked_for_as_republic_of_china_text(pages: Pages) -> None:
    """The example shows the year of the Republic."""
    html = pages.macro('{{ ui.date_field("on", "查核日期") }}')

    assert "例：115/11/23" in html
    assert 'type="text"' in html


def test_a_select_marks_its_value_across_types(pages: Pages) -> None:
    """A whole number chooses the option of the same digits."""
    html = pages.macro('{{ ui.select_field("year", "年度", [(109, "109 年度"), (110, "110 年度")], "110") }}')

    assert [e.attrs["value"] for e in elements(html) if "selected" in e.attrs] == ["110"]


def test_facts_say_when_nothing_is_known(pages: Pages) -> None:
    """None and empty text read 未填, nought does not."""
    said = text_of(pages.macro('{{ ui.facts([("甲", none), ("乙", ""), ("丙", 0)]) }}'))

    assert "".join(said.split()) == "甲未填乙未填丙0"


@pytest.mark.parametrize(
    ("value", "shown"), [(1234567, "1,234,567"), ("82.33", "82.33"), (None, "－"), (0, "0")]
)
def test_figures_stand_to_the_right_with_commas(pages: Pages, value: Any, shown: str) -> None:
    """Whole numbers are grouped; decimal texts stay as they are."""
    html = pages.macro("{{ ui.num(value) }}", value=value)

    assert html.startswith('<td class="num">')
    assert text_of(html) == shown


def test_a_table_names_its_columns_and_their_order(pages: Pages) -> None:
    """Heads have a scope; the sorted one says its direction."""
    source = """{% call ui.table("標案", ["名稱", Column("預算", numeric=true, href="?s=b", sort="descending")]) %}
    <tr>{{ ui.row_link("/t/1", "甲") }}{{ ui.num(1) }}</tr>{% endcall %}"""
    found = list(elements(pages.macro(source)))
    heads = [element.attrs for element in found if element.tag == "th"]

    assert [head["scope"] for head in heads] == ["col", "col", "row"]
    assert heads[1]["aria-sort"] == "descending"


def test_paging_shows_only_the_ways_there_are(pages: Pages) -> None:
    """One page needs no paging; the last has no next."""
    assert pages.macro("{{ ui.pagination(none, none, none, 3) }}") == ""
    assert text_of(pages.macro('{{ ui.pagination(none, "?p=1", none, 3) }}')) == "上一頁本頁 3 筆"


def test_the_next_action_is_a_link_or_a_form_with_its_token(pages: Pages) -> None:
    """A page is linked to; a change is posted, asked for first where that is wanted."""
    form = pages.macro(
        '{{ ui.next_action("發出", action="/issue", confirm="要發出嗎？", fields={"version": 3}) }}'
    )

    assert (
        pages.macro('{{ ui.next_action("填寫", href="/mark") }}') == '<a class="button" href="/mark">填寫</a>'
    )
    assert 'data-confirm="要發出嗎？"' in form
    assert [e.attrs["name"] for e in elements(form) if e.tag == "input"] == ["csrf_token", "version"]


def test_withheld_inputs_of_a_step_are_said_to_be_withheld(pages: Pages) -> None:
    """The inspected see the mean without its inputs."""
    rows = [{"rule": "平均", "article": "第7條", "value": "82.33"}]

    assert "不公開" in pages.macro("{{ ui.steps(rows) }}", rows=rows)


def test_a_photo_not_received_is_named_as_such(pages: Pages) -> None:
    """A place is kept for it, without a broken picture."""
    html = pages.macro("{{ ui.photo_grid([p]) }}", p=Photo(None, "", "", "模板"))

    assert "照片尚未收到" in html
    assert "<img" not in html


def test_a_photo_is_described_and_opens_large(pages: Pages) -> None:
    """The words for those who cannot see it, and a link to the evidence itself."""
    photo = Photo("/t/1", "第 3 層樓版鋼筋", "/photos/1", "墊塊間距過大")
    tags = {
        element.tag: element.attrs for element in elements(pages.macro("{{ ui.photo_grid([p]) }}", p=photo))
    }

    assert tags["img"]["alt"] == "第 3 層樓版鋼筋"
    assert tags["a"]["href"] == "/photos/1"


def test_empty_history_and_photos_say_so(pages: Pages) -> None:
    """No empty boxes."""
    assert text_of(pages.macro("{{ ui.history([]) }}{{ ui.photo_grid([]) }}")) == "尚無紀錄。沒有照片。"


@pytest.mark.parametrize(
    ("category", "word", "role"),
    [("success", "完成", "status"), ("warn", "注意", "status"), ("error", "未完成", "alert")],
)
def test_a_message_begins_with_its_kind_in_words(pages: Pages, category: str, word: str, role: str) -> None:
    """The colour of a message is never its only sign."""
    html = pages.macro('{{ ui.flashes([(category, "已送出")]) }}', category=category)

    assert text_of(html) == f"{word}已送出"
    assert f'role="{role}"' in html


def test_long_work_shows_counts(pages: Pages) -> None:
    """A bar comes with the figures it draws."""
    assert text_of(pages.macro('{{ ui.progress("匯入標案", 1200, 5000) }}')) == "匯入標案：1,200 / 5,000"
