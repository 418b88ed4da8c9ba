"""Photo intake at 12 megapixels, against the least that any intake must do: decode, hash, encode; and its memory."""

import hashlib
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID

from flask import Flask
from PIL import Image, ImageFilter

from bench import city as cities
from bench.harness import Line, middle, paired, seconds
from bench.load import ROOT
from inspect_app import create_app
from inspect_app.accounts import service as accounts
from inspect_app.core.auth import Actor
from inspect_app.core.clock import now
from inspect_app.core.database import db, session
from inspect_app.photos import receiving

SIZE = (4032, 3024)
TOGETHER = 8
HELD_WHOLE: Mapping[str, tuple[str, bool, Mapping[str, Any]]] = {
    "progressive JPEG": ("JPEG", False, {"progressive": True, "subsampling": 0}),
    "PNG": ("PNG", True, {"compress_level": 1}),
    "WebP": ("WEBP", True, {"method": 0}),
    "HEIC": ("HEIF", False, {"quality": 30, "tile_size": 512}),
}
"""Kinds that cannot be decoded at a fraction: Pillow's format, whether see-through, how encoded."""


def lines() -> Iterator[Line]:
    """Time without the disk's own, and memory above start."""
    with tempfile.TemporaryDirectory() as folder:
        city = cities.found(Path(folder))
        visit, app, photo = cities.start_visits(city, 1)[0], city.app, _photo()
        with app.app_context(), mock.patch("os.fsync"):
            by = accounts.identify(session(), city.token, now(), production=False)
            if by is None:
                raise RuntimeError("the leader's token is not known")
            _receive(photo, visit, by)
            ours, bare = paired(lambda: _receive(photo, visit, by), lambda: _bare(photo), rounds=9)
            yield Line(
                "photo intake, 12 MP", ours, bare, "s", "at most", 2.5, "half-scale decode, hash, encode"
            )
            yield _two_threads(app, photo, visit, by)
            db.engine.dispose()
        yield from _memory_lines(city, visit, photo)


def _two_threads(app: Flask, photo: bytes, visit: UUID, by: Actor) -> Line:
    """As many photos in two threads as in one, each another photo: how many times as many a second."""

    def receive(_: int) -> None:
        with app.app_context():
            _receive(photo, visit, by)

    def rate(threads: int) -> float:
        with ThreadPoolExecutor(threads) as pool:
            return TOGETHER / seconds(lambda: list(pool.map(receive, range(TOGETHER))))

    two, one = middle((lambda: rate(2), lambda: rate(1)), lambda found: found, rounds=5)
    return Line("photo intake, two threads", two, one, "1/s", "at least", 1.7, "the same in one thread")


def _memory_lines(city: cities.City, visit: UUID, photo: bytes) -> Iterator[Line]:
    grown = _memory(city, visit, photo)
    yield Line("photo intake, memory", grown, 60, "MB", "at most", 1, "60 MB above a fresh process")
    with Image.open(io.BytesIO(photo)) as image:
        image.load()
    allowed = (17 * image.width * image.height + 20_000_000) / 2**20
    for name, (kind, through, options) in HELD_WHOLE.items():
        grown = _memory(city, visit, _encoded(image, kind, options, through=through))
        yield Line(
            f"photo intake, memory, {name}", grown, allowed, "MB", "at most", 1, "17 bytes a pixel + 20 MB"
        )


def _encoded(image: Image.Image, kind: str, options: Mapping[str, Any], *, through: bool) -> bytes:
    picture, out = (
        image.reduce(8).resize(SIZE),
        io.BytesIO(),
    )  # smooth, or a PNG would be over the limit of bytes
    if through:
        picture.putalpha(picture.getchannel("R"))
    picture.save(out, kind, **options)
    return out.getvalue()


def _photo() -> bytes:
    """A picture with as much detail as a camera's: noise of several sizes."""
    grain = Image.effect_noise(SIZE, 60).filter(ImageFilter.GaussianBlur(1.2))
    coarse = Image.effect_noise((SIZE[0] // 16, SIZE[1] // 16), 90).resize(SIZE, Image.Resampling.BICUBIC)
    picture = Image.merge("RGB", (grain, Image.blend(grain, coarse, 0.5), coarse))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


def _receive(photo: bytes, visit: UUID, by: Actor) -> float:
    fresh = photo + os.urandom(16)  # another photo every time
    sha256 = hashlib.sha256(fresh).hexdigest()
    return seconds(lambda: receiving.receive(io.BytesIO(fresh), sha256, visit, by))


def _bare(photo: bytes) -> float:
    def work() -> None:
        hashlib.sha256(photo).digest()
        with Image.open(io.BytesIO(photo)) as image:
            image.draft("RGB", (SIZE[0] // 2, SIZE[1] // 2))
            image.load()
            image.save(io.BytesIO(), "JPEG", quality=80)

    return seconds(work)


def _memory(city: cities.City, visit: UUID, photo: bytes) -> float:
    """By how many MB the first photo raises the peak of a fresh process (Linux tells it)."""
    path = city.folder / "photo"
    path.write_bytes(photo)
    environ = os.environ | cities.environment(city.folder) | {"BENCH_TOKEN": city.token}
    command = [sys.executable, "-m", "bench.photos", str(path), str(visit)]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


def _first_photo(path: Path, visit: UUID) -> None:
    """The child's part: print by how many kB its peak grew."""
    photo, app = path.read_bytes(), create_app()
    with app.app_context():
        by = accounts.identify(session(), os.environ["BENCH_TOKEN"], now(), production=False)
        if by is None:
            raise RuntimeError("the leader's token is not known")
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak until now
        start = _peak_kb()
        _receive(photo, visit, by)
        print(_peak_kb() - start)


def _peak_kb() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


if __name__ == "__main__":
    _first_photo(Path(sys.argv[1]), UUID(sys.argv[2]))
