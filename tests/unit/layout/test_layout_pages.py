"""Every page: one language, one heading, labelled controls, nothing inline, texts kept as texts."""

from collections import Counter

import pytest
from layout_markup import elements, ids_named, text_of
from layout_samples import ACTOR, HOSTILE, PAGES, Pages

OWN_SCRIPTS = {
    "layout/api_docs.html": ["confirm.js", "forms.js", "swagger-ui-bundle.js", "api-docs.js"],
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("text", ["", HOSTILE], ids=["plain", "hostile"])
def test_a_page_has_nothing_inline(pages: Pages, name: str, text: str) -> None:
    """The content policy allows no inline script, style or event attribute."""
    found = list(elements(pages.page(name, text)))
    attributes = {key for element in found for key in element.attrs}
    scripts = [element.attrs["src"].rsplit("/", 1)[1] for element in found if element.tag == "script"]

    assert not [key for key in attributes if key == "style" or key.startswith("on")]
    assert not [element for element in found if element.tag == "style"]
    assert scripts == OWN_SCRIPTS.get(name, ["confirm.js", "forms.js"])


@pytest.mark.parametrize("name", [name for name in PAGES if name != "layout/api_docs.html"])
def test_what_people_typed_is_shown_as_they_typed_it(pages: Pages, name: str) -> None:
    """Markup in a name or a note is text, and is read back unchanged."""
    html = pages.page(name, HOSTILE)
    values = [value for element in elements(html) for value in element.attrs.values()]

    assert HOSTILE in text_of(html) or HOSTILE in values
    assert HOSTILE not in html


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_its_language_title_and_heading(pages: Pages, name: str) -> None:
    """One html in zh-Hant, a title that ends with the product's name, one first heading."""
    html = pages.page(name)
    tags = Counter(element.tag for element in elements(html))
    (root,) = [element for element in elements(html) if element.tag == "html"]

    assert root.attrs["lang"] == "zh-Hant"
    assert "｜查核</title>" in html
    assert (tags["h1"], tags["main"], tags["header"], tags["footer"]) == (1, 1, 1, 1)


@pytest.mark.parametrize("name", PAGES)
def test_the_first_link_skips_to_the_main_part(pages: Pages, name: str) -> None:
    """A keyboard reaches the content with one key."""
    found = list(elements(pages.page(name)))
    first = next(element for element in found if element.tag == "a")
    main = next(element for element in found if element.tag == "main")

    assert first.attrs["href"] == "#main"
    assert main.attrs["id"] == "main"


@pytest.mark.parametrize("name", PAGES)
def test_every_control_has_a_label(pages: Pages, name: str) -> None:
    """A label names each input, select and textarea by its id."""
    found = list(elements(pages.page(name)))
    labelled = {element.attrs["for"] for element in found if element.tag == "label"}
    controls = [
        e for e in found if e.tag in {"input", "select", "textarea"} and e.attrs.get("type") != "hidden"
    ]

    assert [control.attrs.get("id") for control in controls if control.attrs.get("id") not in labelled] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_id_is_unique_and_every_reference_finds_one(pages: Pages, name: str) -> None:
    """Labels, descriptions and the error summary's links point at something."""
    found = list(elements(pages.page(name)))
    ids = Counter(element.attrs["id"] for element in found if "id" in element.attrs)

    assert [key for key, times in ids.items() if times > 1] == []
    assert [key for key in ids_named(found) if key not in ids] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_post_form_carries_its_token(pages: Pages, name: str) -> None:
    """A form without the token would be refused."""
    html = pages.page(name)
    posts = [e for e in elements(html) if e.tag == "form" and e.attrs.get("method") == "post"]
    tokens = [e for e in elements(html) if e.attrs.get("name") == "csrf_token"]

    assert len(posts) == len(tokens) > 0


def test_the_menu_marks_where_one_is(pages: Pages) -> None:
    """The present entry, and only that one, is marked for readers too."""
    current = [e for e in elements(pages.page("sample_list.html")) if e.attrs.get("aria-current") == "page"]

    assert [element.attrs["href"] for element in current] == ["/1"]


def test_the_header_shows_who_is_signed_in_and_a_way_out(pages: Pages) -> None:
    """Name, role and organisation, and a sign-out form."""
    html = pages.page("sample_list.html")

    assert f"{ACTOR.role_label}，{ACTOR.organisation}" in text_of(html)
    assert '<form method="post" action="/sign-out">' in html


def test_without_a_person_there_is_no_way_out(pages: Pages) -> None:
    """Nobody is signed in on the sign-in page."""
    html = pages.page("layout/sign_in.html", actor=None, nav=[])

    assert "登出" not in html
    assert "主選單" not in html


@pytest.mark.parametrize(("demo", "shown"), [(True, True), (False, False)])
def test_invented_data_is_announced(pages: Pages, demo: bool, shown: bool) -> None:
    """The banner stands on every page of the demonstration and on no other."""
    assert ("示範資料，均為虛構" in pages.page("sample_list.html", demo_mode=demo)) is shown


def test_a_list_without_rows_says_what_to_do(pages: Pages) -> None:
    """The empty state takes the table's place."""
    html = pages.page("sample_list.html", rows=[], total=0)

    assert "<table" not in html
    assert "請放寬篩選條件" in html


def test_a_list_has_count_filter_and_export(pages: Pages) -> None:
    """Every list shows the four things a list has."""
    html = pages.page("sample_list.html")

    assert "共 1,234 筆" in html
    assert '<search class="filter"' in html
    assert [e.attrs["href"] for e in elements(html) if "download" in e.attrs] == [
        "/e.csv",
        "/e.json",
        "/e.xlsx",
    ]


def test_an_object_has_state_due_one_primary_action_and_history(pages: Pages) -> None:
    """What is due stands beside the one primary button; history closes the page."""
    html = pages.page("sample_object.html")
    order = [
        html.index(part)
        for part in ("改善中", "回覆改善結果", ">結案</button>", "標案編號", "歷程", "發出改善通知")
    ]

    assert order == sorted(order)


def test_an_object_on_which_nothing_is_due_has_no_empty_strip(pages: Pages) -> None:
    """The strip appears with its content only."""
    assert "next-step" not in pages.macro('{% extends "layout/object.html" %}')


def test_a_problem_page_needs_nothing_but_the_problem(pages: Pages) -> None:
    """It can be shown when nothing else could be loaded."""
    html = pages.macro(
        '{% extends "layout/problem.html" %}', status=500, title="未能完成", detail="請稍後再試。"
    )

    assert "<h1>未能完成</h1>" in html
    assert "狀態 500。" in text_of(html)


def test_a_problem_shows_the_number_to_quote(pages: Pages) -> None:
    """The request id is on the page, with what it is for."""
    assert "請求編號 0f3a-91。洽詢時請告知此編號。" in text_of(pages.page("layout/problem.html"))


def test_signing_in_keeps_the_name_and_never_the_password(pages: Pages) -> None:
    """Nothing typed is lost, but the secret is typed again."""
    fields = {e.attrs.get("id"): e.attrs for e in elements(pages.page("layout/sign_in.html", "staff"))}

    assert fields["username"]["value"] == "staff"
    assert fields["password"]["value"] == ""


def test_demo_accounts_are_listed_only_when_given(pages: Pages) -> None:
    """Outside the demonstration the page says nothing about accounts."""
    assert "member1" in pages.page("layout/sign_in.html")
    assert "示範帳號" not in pages.page("layout/sign_in.html", demo_accounts=[])


def test_an_erring_page_says_so_in_its_title(pages: Pages) -> None:
    """A reader hears of the error before anything else."""
    assert "<title>錯誤：排定查核｜查核</title>" in pages.page("sample_form.html")
