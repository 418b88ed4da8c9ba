"""Whatever people type, a document comes out and shows it."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from documents_pdf import Pdf
from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_app.documents import (
    Block,
    Column,
    Document,
    Fact,
    Heading,
    Notice,
    Paragraph,
    Signature,
    Signatures,
    Table,
    render,
)

Print = Callable[[Document], Pdf]
MARKUP = (
    '<b>粗</b> & &amp; <para><font color="red">x</font></para> <img src="file:///etc/passwd"/> {{7*7}} %s'
)


def everywhere(text: str) -> Document:
    """A document with one text in every place a text can stand."""
    blocks: tuple[Block, ...] = (
        Heading(text),
        Heading(text, 2),
        Paragraph(text, mark=text),
        Notice(text, text),
        Table((Column(text), Column(text, 3, "right")), ((text, text),), empty=text),
        Signatures((Signature(text, text), Signature(text)), across=3),
    )
    return Document(text, text, text, (Fact(text, text),), blocks, text, text)


def test_markup_is_printed_as_typed(printed: Print) -> None:
    text = printed(Document("測試", "1", "示範", blocks=(Paragraph(MARKUP),))).squeezed()

    assert "".join(MARKUP.split()) in text


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", MARKUP, "\x00\ud842\U0010ffff", "𠮷" * 200, "W" * 2000, "（" * 300]
)
def test_any_text_fits_in_every_place(printed: Print, text: str) -> None:
    pdf = printed(everywhere(text))

    edges = re.findall(r'xMax="([\d.]+)" yMax="([\d.]+)"', pdf.boxes())
    assert all(float(right) <= 540 and float(down) <= 842 for right, down in edges)


def test_a_cell_of_ten_thousand_characters_goes_on_over_pages(printed: Print) -> None:
    table = Table((Column("項次"), Column("內容", 4)), (("1", "坑" * 10_000), ("2", "末列")))

    pdf = printed(Document("測試", "1", "示範", blocks=(table,)))

    text = pdf.squeezed()
    assert text.count("坑") == 10_000
    assert "2末列" in text
    assert pdf.rendered.pages > 5


def test_a_word_of_ten_thousand_letters_is_printed_whole(printed: Print) -> None:
    assert (
        printed(Document("測試", "1", "示範", blocks=(Paragraph("Q" * 10_000),))).squeezed().count("Q")
        == 10_000
    )


def test_a_long_link_leaves_a_code_that_can_be_read(printed: Print) -> None:
    assert (
        printed(Document("測試", "1", "示範", link="https://example.org/" + "y" * 9000)).rendered.pages == 1
    )


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=60))
def test_no_text_stops_a_document(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert render(everywhere(text), Path(folder) / "x.pdf").pages >= 1


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads that take turns a thousand times as often as usual."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 1000)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("eager_threads")
def test_documents_made_at_the_same_time_do_not_mix(tmp_path: Path) -> None:
    """Faces are shared by a process; every thread must still get its own subset right."""
    texts = ["".join(chr(0x4E00 + 2000 * n + k) for k in range(2000)) for n in range(8)]
    documents = [Document("測試", str(n), "示範", blocks=(Paragraph(text),)) for n, text in enumerate(texts)]
    alone = []
    for document in documents:
        render(document, tmp_path / "alone.pdf")
        alone.append((tmp_path / "alone.pdf").read_bytes())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(render, documents, (tmp_path / f"{n}.pdf" for n in range(8))))

    assert [(tmp_path / f"{n}.pdf").read_bytes() for n in range(8)] == alone
