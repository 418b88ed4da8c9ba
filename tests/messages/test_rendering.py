"""How messages look as mail: whole, safe, the same each time."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from uuid import UUID, uuid5

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_app import create_app
from inspect_app.core.clock import FixedClock
from inspect_app.messages import content, outbox, rendering, terminal
from inspect_app.messages.letters import Attachment, Bars, Letter, Link, Recipient, Section, Table
from inspect_app.messages.models import MessageAttachment, OutboxMessage
from tests import messages_builders
from tests.conftest import MORNING
from tests.databases import settings_for

BASE = "https://chahe.example"
PERSON = UUID(int=7)
TO = Recipient(f"user:{PERSON}", "乙承辦", "staff@agency.example", PERSON)


@pytest.fixture(scope="module", autouse=True)
def application(tmp_path_factory: pytest.TempPathFactory) -> object:
    app: Flask = create_app(settings_for(tmp_path_factory.mktemp("mail")), FixedClock(MORNING))
    messages_builders.declare()
    with app.app_context():
        yield app


def mailed(letter: Letter, base: str = BASE) -> EmailMessage:
    """The mail of a letter, sent and parsed back."""
    row = OutboxMessage(**outbox._row(letter, MORNING))
    files = [
        MessageAttachment(name=each.name, media_type=each.media_type, content=each.content)
        for each in letter.attachments
    ]
    return message_from_bytes(bytes(rendering.mail(row, files, base)), policy=policy.default)  # type: ignore[return-value]


def said(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


class Page(HTMLParser):
    """The elements of an HTML document, its addresses and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [
            value or "" for name, value in attrs if name in {"href", "src", "background", "action"}
        ]
        if tag == "br":
            self.text += "\n"

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_mail_has_text_html_calendar_and_attachments() -> None:
    mail = mailed(messages_builders.letter(TO))

    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == [
        *("multipart/mixed", "multipart/alternative", "text/plain", "text/html"),
        *("text/calendar", "application/pdf"),
    ]
    assert [part.get_filename() for part in mail.iter_attachments()] == ["due-days.ics", "figures.pdf"]


def test_the_text_aligns_columns_by_the_width_of_characters() -> None:
    text = said(mailed(messages_builders.letter(TO)), "plain")

    head, rule, first, second = text[text.index("標案編號") :].splitlines()[:4]
    starts = [
        terminal.width(line[: line.index(word)]) for line, word in [(head, "名稱"), (first, "測試護岸")]
    ]
    assert starts == [12, 12]
    assert second.startswith("A-2" + " " * 9 + "Bridge <b>")
    assert rule == "----------  ----------  ------------"


def test_the_text_draws_bars_with_their_values() -> None:
    text = said(mailed(messages_builders.letter(TO)), "plain")

    assert "9月   " + "▇" * 20 + "  100.00%" in text
    assert "11月  " + " " * 20 + "  0.00%" in text


def test_a_table_too_wide_for_a_terminal_is_a_list() -> None:
    wide = Table("標案", ("編號", "名稱"), (("1", "很" * 60),))

    text = said(mailed(messages_builders.letter(TO, blocks=(wide,))), "plain").replace("\r\n", "\n")

    assert "- 編號：1\n  名稱：" + "很" * 60 in text


def test_links_lead_to_our_host_and_nothing_is_fetched() -> None:
    html = said(mailed(messages_builders.letter(TO)), "html")

    page = Page(html)
    assert page.addresses
    assert all(each.startswith(f"{BASE}/") for each in page.addresses)
    assert "url(" not in html
    assert not {"img", "script", "link", "iframe"} & set(page.tags)


def test_without_a_public_address_links_are_their_words() -> None:
    mail = mailed(messages_builders.letter(TO), base="")

    assert Page(said(mail, "html")).addresses == []
    assert "看全部標案" in said(mail, "plain")
    assert "http" not in said(mail, "plain")


def test_a_path_never_leads_to_another_host() -> None:
    assert content.path("//evil.example/a") == "/evil.example/a"
    assert content.path("/\\evil.example") == "/evil.example"
    assert content.path('/a"onclick=b\r\nc') == "/a%22onclick=b%20c"


def test_the_foot_says_why_and_where_to_choose() -> None:
    mine = said(mailed(messages_builders.letter(TO)), "plain")
    contact = said(mailed(messages_builders.letter(Recipient("contact:1", "甲", "a@b.example"))), "plain")

    assert "您在示範市工程施工查核小組的查核系統有帳號" in mine
    assert f"{BASE}/settings/notifications" in mine
    assert "登錄為機關或廠商的聯絡人" in contact
    assert "/settings/notifications" not in contact


def test_optional_kinds_are_declined_with_one_click_over_https_alone() -> None:
    optional = mailed(messages_builders.letter(TO))
    duty = mailed(messages_builders.letter(TO, kind=messages_builders.DUTY.name))
    plain = mailed(messages_builders.letter(TO), base="http://127.0.0.1:8000")

    assert str(optional["List-Unsubscribe"]).strip().startswith(f"<{BASE}/notifications/decline/")
    assert optional["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert duty["List-Unsubscribe"] is None
    assert plain["List-Unsubscribe"] is None


def test_the_same_row_gives_the_same_bytes() -> None:
    row = OutboxMessage(**outbox._row(messages_builders.letter(TO), MORNING))
    other = OutboxMessage(**outbox._row(messages_builders.letter(TO, period="2026-W48"), MORNING))

    first, second = bytes(rendering.mail(row, [], BASE)), bytes(rendering.mail(row, [], BASE))
    assert first == second
    boundaries = {
        re.findall(rb'boundary="([^"]+)"', bytes(rendering.mail(each, [], BASE)))[0] for each in (row, other)
    }
    assert len(boundaries) == 2


def test_a_wrong_kind_or_name_of_a_file_does_no_harm() -> None:
    files = (Attachment("甲\r\nX-Evil: 1.pdf", "message/rfc822", b"x"), Attachment("", "a\r\nb", b"y"))

    found = list(mailed(messages_builders.letter(TO, attachments=files, due_days=())).iter_attachments())

    assert [part.get_content_type() for part in found] == ["application/octet-stream"] * 2
    assert found[0].get_filename() == "甲 X-Evil: 1.pdf"
    assert found[0]["X-Evil"] is None
    assert [part.get_content() for part in found] == [b"x", b"y"]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "a\r\n.\r\nX-Evil: 1\r\n\r\nb",
        "\u202etxt.exe\u202c",
        "{{ 7*7 }}",
        "]]>-->",
        "很" * 3000,
    ]
)
TABLES = st.builds(
    lambda caption, rows: Table(caption, ("甲", "乙"), tuple(rows)),
    TEXT,
    st.lists(st.tuples(TEXT, TEXT), max_size=3),
)
BARS = st.builds(
    lambda caption, bars: Bars(caption, 100.0, tuple(bars)),
    TEXT,
    st.lists(st.tuples(TEXT, st.floats(-1e9, 1e9), TEXT), max_size=3),
)
LINKS = st.builds(Link, TEXT, TEXT.map(lambda text: f"/{text}"))
PLAIN = st.one_of(TEXT, TABLES, BARS, LINKS)
ANY = st.lists(
    PLAIN | st.builds(lambda title, inner: Section(title, tuple(inner)), TEXT, st.lists(PLAIN, max_size=3))
)


def unspaced(text: str) -> str:
    """A text without white space, which ends of lines may lose."""
    return "".join(text.split())


def texts(blocks: list[object]) -> list[str]:
    """Every text that must be there to be read, as it is shown."""
    found: list[str] = []
    for block in blocks:
        match block:
            case str():
                found.append(content.lines(block))
            case Table(caption, _, rows):
                found += [content.line(each) for each in (caption, *(cell for row in rows for cell in row))]
            case Bars(caption, _, bars):
                found += [
                    content.line(each)
                    for each in (caption, *(word for bar in bars for word in (bar[0], bar[2])))
                ]
            case Link(text, _):
                found.append(content.line(text))
            case Section(title, inner):
                found += [content.line(title), *texts(list(inner))]
    return found


@settings(max_examples=150, deadline=None)
@given(blocks=ANY, subject=TEXT.map(lambda text: text[:200]))
def test_any_text_is_shown_as_it_is_and_is_never_markup(blocks: list[object], subject: str) -> None:
    letter = messages_builders.letter(TO, blocks=blocks, subject=subject, attachments=(), due_days=())
    bare = messages_builders.letter(TO, blocks=[], subject="", attachments=(), due_days=())

    mail = mailed(replace(letter))

    page, text = Page(said(mail, "html")), said(mail, "plain").replace("\r\n", "\n")
    for each in map(unspaced, texts(blocks)):
        assert each in unspaced(page.text)
        assert each in unspaced(text)
    allowed = {
        *Page(said(mailed(bare), "html")).tags,
        "p",
        "br",
        "a",
        "h2",
        "table",
        "caption",
        "thead",
        "tbody",
    }
    assert set(page.tags) <= allowed | {"tr", "th", "td", "span", "bdi"}
    assert all(each.startswith(f"{BASE}/") for each in page.addresses)
    assert set(mail.keys()) == set(mailed(bare).keys())
    assert not content.UNSAFE.search(text.replace("\n", ""))


def test_every_key_has_boundaries_that_its_text_cannot_hold() -> None:
    key = str(uuid5(PERSON, "x"))
    row = OutboxMessage(**outbox._row(messages_builders.letter(TO, period=key), MORNING))
    once = bytes(rendering.mail(row, [], BASE))
    boundary = re.findall(rb'boundary="([^"]+)"', once)[0].decode()

    mail = mailed(
        messages_builders.letter(TO, period=key, blocks=(f"\n--{boundary}--\n--{boundary}\nX: 1\n",))
    )

    assert f"--{boundary}--" in said(mail, "plain")
    assert len(list(mail.walk())) == 6


def test_a_bar_is_whole_only_when_all_is_done() -> None:
    almost = Bars("填報率", 100.0, (("全", 100.0, "甲"), ("差一點", 99.99, "乙"), ("超過", 120.0, "丙")))

    lines = said(mailed(messages_builders.letter(TO, blocks=(almost,))), "plain").splitlines()

    drawn = {line.split()[-1]: line.count("▇") for line in lines if "▇" in line}
    assert drawn == {"甲": 20, "乙": 19, "丙": 20}
