"""The papers as people read them: text, fonts and pictures of the real PDFs."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.inspections_builders import Ids, Visit, defect_body, jpeg, sha256, submission_body


@pytest.fixture
def issued(as_user: Any, people: Ids) -> Visit:
    """Issued with two defects, one with a photo; the note holds a rare character and markup."""
    visit = Visit.started(as_user, people)
    defects = [
        defect_body(note="柱底蜂窩，𠮷先生 <b>粗體</b> & 更正", place="一樓", photos=[sha256(1)]),
        defect_body(code="5.14.01.01", points=2, note="施工架\U000f0000開口"),
    ]
    body = submission_body(people, defects=defects, photos=[{"sha256": sha256(1), "caption": "柱底"}])
    assert visit.submit(body).status_code == 201
    assert visit.send_photo(1).status_code == 201
    assert visit.issue().status_code == 200
    return visit


def paper(visit: Visit, name: str, folder: Path, username: str = "staff") -> Path:
    """One of the papers, saved."""
    answer = visit.get(username, f"/{name}.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    path = folder / f"{name}.pdf"
    path.write_bytes(answer.data)
    return path


def run(*command: str | Path) -> str:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout


def test_the_notice_says_what_to_correct_by_when(issued: Visit, tmp_path: Path) -> None:
    lines = run("pdftotext", paper(issued, "notice", tmp_path, "contractor"), "-").splitlines()
    text = "".join(lines).replace(" ", "")

    for said in (
        "改善通知",
        "5.01.01",
        "5.14.01.01",
        "柱底蜂窩",
        "承攬廠商",
        "第1/",
    ):
        assert said in text
    # A cell's lines are short; what was typed as markup stands there as it was typed.
    assert all(part in text for part in ("<b>粗", "</b>", "&"))


def test_a_rare_character_is_drawn_and_a_private_one_is_named(issued: Visit, tmp_path: Path) -> None:
    text = run("pdftotext", paper(issued, "notice", tmp_path), "-")

    assert "𠮷" in text
    assert "〔U+F0000〕" in text


@pytest.mark.parametrize("name", ["letter", "notice", "record"])
def test_every_font_of_a_paper_is_embedded(issued: Visit, tmp_path: Path, name: str) -> None:
    fonts = run("pdffonts", paper(issued, name, tmp_path)).splitlines()[2:]

    assert fonts
    assert all("Noto" in line and " yes yes yes " in line for line in fonts)


def test_the_notice_carries_the_photo_without_what_the_camera_wrote(issued: Visit, tmp_path: Path) -> None:
    answer = issued.api("staff").get(f"/photos/{sha256(1)}", size="web")
    path = paper(issued, "notice", tmp_path)

    assert answer.data in path.read_bytes()
    assert b"Exif" not in answer.data
    assert jpeg(1) != answer.data


def test_a_page_of_the_notice_is_not_blank(issued: Visit, tmp_path: Path) -> None:
    run("pdftoppm", "-r", "40", "-png", paper(issued, "notice", tmp_path), tmp_path / "page")
    pages = sorted(tmp_path.glob("page*.png"))

    assert pages
    with Image.open(pages[0]) as image:
        darkest, lightest = image.convert("L").getextrema()
    assert (darkest, lightest) < (60, 256)


def test_the_record_and_the_notice_name_no_mark_by_member(issued: Visit, tmp_path: Path) -> None:
    for name in ("notice", "record"):
        text = run("pdftotext", "-layout", paper(issued, name, tmp_path, "contractor"), "-")
        told = text.split("成績計算")[-1].split("缺失")[0]
        assert not re.search("(?<![0-9a-z])17(?![0-9a-z])", told)  # nor as part of a tender's number


def test_the_same_paper_is_the_same_bytes(issued: Visit, tmp_path: Path) -> None:
    first, second = (paper(issued, "notice", tmp_path).read_bytes() for _ in range(2))

    assert first == second
