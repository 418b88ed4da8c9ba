"""The PDF itself, read back with poppler and pypdf."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from documents_pdf import Pdf
from PIL import Image
from pypdf import PdfReader

from inspect_app.documents import (
    Column,
    Document,
    Fact,
    Facts,
    Heading,
    Notice,
    Paragraph,
    Photo,
    Photos,
    PhotoUnreadable,
    Signature,
    Signatures,
    Table,
    content_sha256,
    render,
)
from inspect_app.documents.pen import A4, Pen, look_at

Print = Callable[[Document], Pdf]
MakePhoto = Callable[..., Photo]

NOTICE = Document(
    title="工程施工查核改善通知",
    number="示市工查字第1150001234號",
    issued_by="示範市政府工程施工查核小組",
    head=(Fact("標案名稱", "示範國小校舍工程"), Fact("承攬廠商", "示範營造公司 𠮷田")),
    blocks=(
        Paragraph("請依限改善。"),
        Notice("115年12月14日（一）前改善完成。", "改善期限"),
        Heading("一、缺失"),
        Table(
            (Column("編號"), Column("缺失內容", 3), Column("扣點", align="right")),
            (("5.01.01", "蜂窩", "2"),),
        ),
        Facts((Fact("備註", "無"),)),
        Signatures((Signature("領隊", "王小明"), Signature("廠商代表"))),
    ),
    footer="示範資料",
)


def table_of(rows: int, cell: str = "混凝土蜂窩") -> Table:
    return Table((Column("項次"), Column("內容", 4)), tuple((str(n), cell) for n in range(1, rows + 1)))


def test_text_comes_out_in_reading_order(printed: Print) -> None:
    text = printed(NOTICE).squeezed()

    parts = [
        "示範市政府工程施工查核小組工程施工查核改善通知",
        "標案名稱示範國小校舍工程",
        "承攬廠商示範營造公司𠮷田",
        "請依限改善。",
        "改善期限115年12月14日（一）前改善完成。",
        "一、缺失",
        "5.01.01蜂窩2",
        "備註無",
        "領隊王小明",
        "第1/1頁",
    ]
    assert [text.find(part) for part in parts] == sorted(text.find(part) for part in parts)
    assert all(part in text for part in parts)


def test_text_of_a_cell_comes_out_whole(printed: Print) -> None:
    """Cells of several lines must not be read line by line across the row."""
    left, right = "甲" * 40, "乙" * 40

    reader = PdfReader(printed(Document("t", "1", "x", blocks=(Facts((Fact(left, right),)),))).path)

    assert left + right in "".join(reader.pages[0].extract_text().split())


def test_every_font_is_embedded_and_subset_with_unicode(printed: Print) -> None:
    fonts = printed(NOTICE).fonts()

    assert {row[0].split("+")[1] for row in fonts} == {
        "NotoSansTC-Regular",
        "NotoSansTC-Bold",
        "NotoSansJP-Regular",
    }
    assert {tuple(row[-5:-2]) for row in fonts} == {("yes", "yes", "yes")}


def test_a_character_in_no_font_is_printed_as_its_code_point(
    printed: Print, caplog: pytest.LogCaptureFixture
) -> None:
    pdf = printed(Document("測試", "1", "示範", blocks=(Paragraph("王\U000f0000明"),)))

    assert "王〔U+F0000〕明" in pdf.text()
    assert pdf.rendered.missing == {"U+F0000"}
    assert "U+F0000" in caplog.text
    assert "王" not in caplog.text


def test_a_jpeg_is_taken_over_byte_for_byte(printed: Print, photo: MakePhoto) -> None:
    shot = photo()

    pdf = printed(Document("測試", "1", "示範", blocks=(Photos((shot, shot)),)))

    assert pdf.path.read_bytes().count(shot.path.read_bytes()) == 1


def test_a_png_with_transparency_is_drawn(printed: Print, tmp_path: Path) -> None:
    Image.new("RGBA", (60, 20), (0, 0, 0, 0)).save(tmp_path / "signature.png")
    signature = Signature("領隊", "王小明", Photo(tmp_path / "signature.png", "00" * 32))

    pdf = printed(Document("測試", "1", "示範", blocks=(Signatures((signature,)),)))

    assert pdf.rendered.pages == 1
    assert len(PdfReader(pdf.path).pages[0].images) >= 1


@pytest.mark.parametrize("content", [None, b"", b"not a picture", b"\xff\xd8\xff\xe0\x00\x10JFIF"])
def test_an_unreadable_photo_stops_the_document(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "photo"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(PhotoUnreadable, match="重新上傳"):
        render(Document("測試", "1", "示範", blocks=(Photos((Photo(path, "00"),)),)), tmp_path / "x.pdf")

    assert list(tmp_path.glob("*.pdf*")) == []


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright(tmp_path: Path, orientation: int) -> None:
    """Each EXIF orientation of a picture with four coloured corners shows the same upright picture."""
    upright = Image.new("RGB", (2, 2))
    upright.putdata([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)])
    undo = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_90",
            7: "TRANSVERSE", 8: "ROTATE_270"}  # fmt: skip
    stored = upright.transpose(Image.Transpose[undo[orientation]]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.resize((64, 32), Image.Resampling.NEAREST).save(tmp_path / "p", "JPEG", exif=exif, quality=95)
    pen = Pen("t", "a", "s")

    pen.picture(look_at(tmp_path / "p"), 0, 0, *A4)
    pen.end_page()
    (tmp_path / "p.pdf").write_bytes(pen.finish())

    page = Pdf(tmp_path / "p.pdf", render(NOTICE, tmp_path / "other.pdf")).image()
    corners = [(40, 40), (page.width - 40, 40), (40, page.height - 40), (page.width - 40, page.height - 40)]
    seen = [
        [band.getpixel(corner) for band in page.point(lambda value: value > 127).split()]
        for corner in corners
    ]
    assert seen == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0]]


def test_every_page_shows_its_number_and_the_hash(printed: Print) -> None:
    pdf = printed(replace(NOTICE, blocks=(table_of(60),)))

    pages = pdf.text().split("\f")[:-1]
    assert pdf.rendered.pages == len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"第{number}/{len(pages)}頁" in "".join(page.split())
        assert content_sha256(replace(NOTICE, blocks=(table_of(60),))) in page
        assert NOTICE.number in page


def test_a_table_of_300_rows_repeats_its_head_and_keeps_every_row(printed: Print) -> None:
    pdf = printed(replace(NOTICE, blocks=(table_of(300),)))

    text = pdf.squeezed()
    assert [f"{n}混凝土蜂窩" in text for n in range(1, 301)] == [True] * 300
    assert text.count("項次內容") == pdf.rendered.pages


def test_an_empty_table_says_so(printed: Print) -> None:
    assert "（無）" in printed(Document("測試", "1", "示範", blocks=(table_of(0),))).text()


def test_a_caption_stays_with_its_photos(printed: Print, photo: MakePhoto) -> None:
    photos = tuple(photo(f"p{n}", caption=f"照片{n}") for n in range(14))

    pdf = printed(replace(NOTICE, blocks=(Photos(photos),)))

    for page in PdfReader(pdf.path).pages:
        assert len(page.images) == len(re.findall(r"照片\d+", page.extract_text()))


def test_equal_documents_give_equal_bytes(photo: MakePhoto, tmp_path: Path) -> None:
    document = replace(NOTICE, blocks=(*NOTICE.blocks, Photos((photo("a"),))))
    elsewhere = Photo(tmp_path / "moved", document.blocks[-1].items[0].sha256)  # type: ignore[union-attr]
    elsewhere.path.write_bytes((tmp_path / "a").read_bytes())

    first = render(document, tmp_path / "1.pdf")
    second = render(replace(document, blocks=(*NOTICE.blocks, Photos((elsewhere,)))), tmp_path / "2.pdf")

    assert first == second
    assert (tmp_path / "1.pdf").read_bytes() == (tmp_path / "2.pdf").read_bytes()


def test_the_file_names_its_title_language_and_issuer(printed: Print) -> None:
    reader = PdfReader(printed(NOTICE).path)

    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == (NOTICE.title, NOTICE.issued_by)
    assert str(reader.root_object["/Lang"]) == "zh-Hant-TW"


def test_a_title_beyond_the_basic_plane_is_kept(printed: Print) -> None:
    metadata = PdfReader(printed(replace(NOTICE, title="𠮷通知")).path).metadata

    assert metadata is not None
    assert metadata.title == "𠮷通知"


def test_pages_are_a4_with_margins(printed: Print) -> None:
    pdf = printed(replace(NOTICE, blocks=(table_of(40, "W" * 90),)))

    assert 'width="595.276' in pdf.boxes()
    left, right = 20 * 72 / 25.4, 595.276 - 20 * 72 / 25.4
    edges = re.findall(r'xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"', pdf.boxes())
    assert min(float(low) for low, _ in edges) >= left - 0.5
    assert max(float(high) for _, high in edges) <= right + 0.5


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "notice.pdf"
    path.write_bytes(b"old")

    def full(self: Path, content: bytes) -> int:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="no space"):
        render(NOTICE, path)

    assert [path.name for path in tmp_path.iterdir()] == ["notice.pdf"]
    assert path.read_bytes() == b"old"


def test_facts_that_belong_together_stay_on_one_page(printed: Print) -> None:
    totals = Facts(tuple(Fact(f"統計{place}", f"{place} 點") for place in range(4)), together=True)
    pages_of = set()
    for lines in range(20, 36):
        filler = tuple(Paragraph("文") for _ in range(lines))
        pdf = printed(replace(NOTICE, blocks=(*filler, Heading("四、扣點統計"), totals)))
        texts = [page.extract_text() for page in PdfReader(pdf.path).pages]
        wanted = ("扣點統計", *(f"統計{place}" for place in range(4)))
        pages_of.add(len({place for place, text in enumerate(texts) for word in wanted if word in text}))

    assert pages_of == {1}
