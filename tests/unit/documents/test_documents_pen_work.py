"""Documents to be filled in by pen: questions, lines to write on, a number under another name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from documents_pdf import Pdf

from inspect_app.documents import (
    Blank,
    Block,
    Document,
    Question,
    Questions,
    Ruled,
    content_sha256,
)

Print = Callable[[Document], Pdf]
ASKED = Question("1.", "混凝土面平整", ("Concrete is even",), ("□ 符合　□ 不符", Blank("實測值", "mm")))


def form(*blocks: Block) -> Document:
    return Document("檢查表", "一般 第 1 版", "示範小組", blocks=blocks, number_label="檢查表")


def dark(pdf: Pdf, page: int = 1) -> int:
    """How many pixels of the text's area are not white."""
    image = pdf.image(page, 72).convert("L").crop((50, 0, 560, 740))
    return sum(count for value, count in enumerate(image.histogram()) if value < 200)


def test_a_question_prints_its_text_notes_and_answers(printed: Print) -> None:
    text = printed(form(Questions((ASKED,)))).squeezed()

    assert "1.混凝土面平整Concreteiseven□符合□不符實測值mm" in text


def test_the_number_stands_under_its_own_name(printed: Print) -> None:
    text = printed(form(Questions((ASKED,)))).squeezed()

    assert text.count("檢查表：一般第1版") == 2
    assert "文號" not in text


def test_what_the_number_is_called_is_not_content() -> None:
    assert content_sha256(form()) == content_sha256(replace(form(), number_label="文號"))


def test_what_is_asked_is_content() -> None:
    other = replace(ASKED, answers=("□ 符合　□ 不符", Blank("實測值", "cm")))

    assert content_sha256(form(Questions((ASKED,)))) != content_sha256(form(Questions((other,))))


def test_every_line_to_write_on_is_drawn(printed: Print) -> None:
    none, one, six = (dark(printed(form(Ruled(lines)))) for lines in (0, 1, 6))

    assert one - none > 400
    assert six - none > 5 * (one - none)


def test_no_question_is_divided_over_two_pages(printed: Print) -> None:
    asked = tuple(
        replace(
            ASKED, mark=f"{number}.", text=f"第{number}題起", answers=("□ 甲", "□ 乙", f"□ 第{number}題迄")
        )
        for number in range(1, 41)
    )
    pdf = printed(form(Questions(asked)))

    pages = pdf._run("pdftotext", "-raw", str(pdf.path), "-").split("\f")
    assert pdf.rendered.pages >= 3
    for number in range(1, 41):
        begun = [f"第{number}題起" in "".join(page.split()) for page in pages]
        ended = [f"第{number}題迄" in "".join(page.split()) for page in pages]
        assert begun == ended
        assert sum(begun) == 1
