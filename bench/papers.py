"""A notice of 12 defects and 24 photos, against the same strokes drawn again on a bare canvas."""

import hashlib
import io
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from PIL import Image
from reportlab.pdfgen import canvas

from bench.harness import Line, paired, seconds
from inspect_app.documents import (
    Column,
    Document,
    Fact,
    Heading,
    Notice,
    Paragraph,
    Photo,
    Photos,
    Table,
    render,
)

DEFECTS, PHOTOS = 12, 24
COLUMNS = (Column("項次", 1), Column("編號", 3), Column("缺失", 8), Column("對象", 3), Column("扣點", 2))


def lines() -> Iterator[Line]:
    """Layout, fonts and checks on top of what the canvas itself takes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        document, target = _notice(folder), folder / "notice.pdf"
        strokes = _recorded(lambda: render(document, target))
        photos = {hashlib.sha256(path.read_bytes()).hexdigest()[:32]: path for path in folder.glob("*.jpg")}
        ours, bare = paired(
            lambda: seconds(lambda: render(document, target)),
            lambda: seconds(lambda: _replay(strokes, photos)),
            rounds=9,
        )
    yield Line(
        "notice, 12 defects 24 photos", ours, bare, "s", "at most", 3, "the same strokes on a bare canvas"
    )


def _notice(folder: Path) -> Document:
    photos = tuple(Photo(_photo(folder, number), f"缺失 {number // 2 + 1} 照片") for number in range(PHOTOS))
    rows = tuple(
        (str(number), "5.01.01", f"柱底混凝土有蜂窩，第 {number} 處，請敲除鬆動部分後修補", "承攬廠商", "3")
        for number in range(1, DEFECTS + 1)
    )
    return Document(
        title="工程施工查核改善通知",
        number="115-量-0001",
        issued_by="示範市工程施工查核小組",
        link="http://127.0.0.1/inspections/1",
        head=(Fact("標案名稱", "道路及排水改善工程"), Fact("主辦機關", "示範市工務局")),
        blocks=(
            Paragraph("本小組查核旨揭工程，發現缺失 12 項，請限期改善。"),
            Notice("請於民國 115 年 12 月 20 日前改善完成並回復。", title="改善期限"),
            Heading("一、缺失及扣點"),
            Table(COLUMNS, rows),
            Heading("二、照片"),
            Photos(photos),
        ),
    )


def _photo(folder: Path, number: int) -> Path:
    path = folder / f"{number}.jpg"
    noise = Image.effect_noise((800, 600), 30 + number)
    Image.merge("RGB", (noise, noise, noise)).save(path, "JPEG", quality=60)
    return path


Stroke = tuple[str, tuple[Any, ...], dict[str, Any]]


def _recorded(draw: Callable[[], object]) -> list[Stroke]:
    """Every call a document makes on ReportLab's canvas."""
    strokes: list[Stroke] = []
    real: Any = canvas.Canvas

    class Recorder:
        def __init__(self, *args: Any, **options: Any) -> None:
            self._canvas = real(*args, **options)
            strokes.append(("", args[1:], options))

        def __getattr__(self, name: str) -> Any:
            target = getattr(self._canvas, name)
            if not callable(target):
                return target

            def note(*args: Any, **options: Any) -> Any:
                strokes.append((name, args, options))
                return target(*args, **options)

            return note

    with mock.patch.object(canvas, "Canvas", Recorder):
        draw()
    return strokes


def _replay(strokes: list[Stroke], photos: dict[str, Path]) -> None:
    (_, args, options), *calls = strokes
    new: Any = canvas.Canvas
    paper = new(io.BytesIO(), *args, **options)
    for name, given, named in calls:
        if name == "doForm" and given[0] in photos:
            paper.drawImage(str(photos[given[0]]), 0, 0, 1, 1)
        else:
            getattr(paper, name)(*given, **named)
