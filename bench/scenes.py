"""Drawn site pictures to measure likeness on: many places, several photos of one place, and what people do to a file.

Everything comes from a fixed seed. A scene is a place; a view is one photo of it: another photo of the same place
is moved, turned, nearer or lit otherwise, as people take it, and counts as a different picture.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

SIZE = (960, 720)
MARGIN = 1.4
"""A scene is drawn so much larger than a view of it."""

Plane = NDArray[np.float32]
Random = np.random.Generator
WIDE, HIGH = int(SIZE[0] * MARGIN), int(SIZE[1] * MARGIN)


@dataclass(frozen=True, slots=True)
class View:
    """How a place is photographed: its shift in shares of the picture, scale, degrees, and light from -1 to 1."""

    right: float = 0.0
    down: float = 0.0
    scale: float = 1.0
    degrees: float = 0.0
    light: float = 0.0


FIRST = View()


def photo(seed: int, view: View = FIRST, taken: int = 0) -> Image.Image:
    """The picture of one place; `taken` another time has other noise of the camera."""
    place = Image.fromarray(_place(seed))
    turned = place.rotate(view.degrees, Image.Resampling.BICUBIC) if view.degrees else place
    wide, high = SIZE[0] / view.scale, SIZE[1] / view.scale
    left = (WIDE - wide) / 2 + view.right * wide
    top = (HIGH - high) / 2 + view.down * high
    box = (left, top, left + wide, top + high)
    seen = np.asarray(turned.resize(SIZE, Image.Resampling.BICUBIC, box=box), dtype=np.float32)
    rng = np.random.default_rng((seed, taken, 7))
    lit = (
        seen * (1 + 0.25 * view.light)
        + view.light * np.linspace(-20, 20, SIZE[0], dtype=np.float32)[None, :, None]
    )
    return _bytes(lit + rng.normal(0, 4, (SIZE[1], SIZE[0], 1)))


def elsewhere(seed: int, number: int) -> View:
    """Another photo of a place: moved by a tenth to a third, turned by up to 3 degrees, in other light."""
    rng = np.random.default_rng((seed, number, 11))
    right = rng.choice((-1, 1)) * rng.uniform(0.10, 0.16)
    return View(
        float(right), float(rng.uniform(-0.1, 0.1)), float(rng.uniform(1.0, 1.15)),
        float(rng.uniform(-3, 3)), float(rng.uniform(-1, 1)),
    )  # fmt: skip


def blank(number: int) -> Image.Image:
    """A photo with nothing on it: black, white, grey, a lens cap's noise, a plain wall's slope of light."""
    rng = np.random.default_rng((number, 13))
    level = (0, 255, 128, 12, 235)[number % 5]
    slope = np.linspace(-3, 3, SIZE[0], dtype=np.float32)[None, :, None] * (number % 3)
    return _bytes(level + slope + rng.normal(0, number % 4, (SIZE[1], SIZE[0], 1)))


# -- places --------------------------------------------------------------------------------------------------


def _place(seed: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng((seed, 5))
    kinds = (_wall, _rebar, _soil, _site, _tiles, _road, _scaffold, _night, _formwork, _pipes)
    base = kinds[seed % len(kinds)](rng)
    rough = base + 6 * _noise(rng, (60, 120))[..., None]
    return np.asarray(np.clip(rough, 0, 255), dtype=np.uint8)


def _noise(rng: Random, cells: tuple[int, ...]) -> Plane:
    """Smooth noise of standard deviation 1, a layer for each number of cells across, the coarse ones stronger."""
    total = np.zeros((HIGH, WIDE), np.float32)
    for number in cells:
        small = rng.standard_normal((number * 3 // 4 + 2, number + 2)).astype(np.float32)
        total += (
            np.asarray(Image.fromarray(small).resize((WIDE, HIGH), Image.Resampling.BICUBIC)) / number**0.7
        )
    return np.asarray(total / (total.std() + 1e-6), dtype=np.float32)


def _colour(rng: Random, low: int = 60, high: int = 200) -> Plane:
    grey = rng.uniform(low, high)
    return np.clip(grey + rng.normal(0, 14, 3), 0, 255).astype(np.float32)


def _ground(rng: Random, cells: tuple[int, ...], depth: float, low: int = 60, high: int = 200) -> Plane:
    return _colour(rng, low, high)[None, None] + depth * _noise(rng, cells)[..., None]


def _drawn(base: Plane, draw: Callable[[ImageDraw.ImageDraw], None]) -> Plane:
    image = _bytes(base)
    draw(ImageDraw.Draw(image))
    return np.asarray(image, dtype=np.float32)


def _ink(rng: Random, low: int = 20, high: int = 230) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in _colour(rng, low, high))
    return red, green, blue


def _spots(rng: Random, draw: ImageDraw.ImageDraw, number: int) -> None:
    for _ in range(number):
        x, y = rng.uniform(0, WIDE), rng.uniform(0, HIGH)
        wide, high = rng.uniform(20, 220), rng.uniform(20, 160)
        draw.ellipse((x, y, x + wide, y + high), fill=_ink(rng))


def _wall(rng: Random) -> Plane:
    """Concrete with joints, stains and honeycombs."""
    step, first = rng.uniform(90, 400), rng.uniform(0, 300)

    def draw(on: ImageDraw.ImageDraw) -> None:
        ink = _ink(rng, 40, 120)
        for x in np.arange(first, WIDE, step):
            on.line((x, 0, x, HIGH), fill=ink, width=int(rng.uniform(2, 7)))
        _spots(rng, on, int(rng.integers(2, 9)))

    return _drawn(_ground(rng, (3, 7, 20), rng.uniform(6, 22), 110, 200), draw)


def _rebar(rng: Random) -> Plane:
    """A grid of bars over formwork."""
    across, down = rng.uniform(50, 170), rng.uniform(50, 170)
    lean = rng.uniform(-0.25, 0.25)

    def draw(on: ImageDraw.ImageDraw) -> None:
        ink, width = _ink(rng, 40, 130), int(rng.uniform(6, 18))
        for x in np.arange(-HIGH, WIDE + HIGH, across):
            on.line((x, 0, x + lean * HIGH, HIGH), fill=ink, width=width)
        for y in np.arange(rng.uniform(0, down), HIGH, down):
            on.line((0, y, WIDE, y + lean * 200), fill=ink, width=width)
        _spots(rng, on, int(rng.integers(1, 4)))

    return _drawn(_ground(rng, (2, 5, 11), rng.uniform(12, 30), 120, 210), draw)


def _soil(rng: Random) -> Plane:
    return _ground(rng, (3, 9, 27, 80), rng.uniform(20, 45), 70, 160)


def _site(rng: Random) -> Plane:
    """Sky, horizon, buildings, ground."""
    base = _ground(rng, (2, 5), rng.uniform(3, 10), 170, 225)
    horizon = int(rng.uniform(0.35, 0.7) * HIGH)
    base[horizon:] = _ground(rng, (4, 12, 40), rng.uniform(10, 28), 70, 150)[horizon:]

    def draw(on: ImageDraw.ImageDraw) -> None:
        for _ in range(int(rng.integers(2, 7))):
            x, wide, high = rng.uniform(0, WIDE), rng.uniform(60, 330), rng.uniform(60, horizon)
            on.rectangle((x, horizon - high, x + wide, horizon + rng.uniform(0, 90)), fill=_ink(rng))
        _spots(rng, on, int(rng.integers(0, 4)))

    return _drawn(base, draw)


def _tiles(rng: Random) -> Plane:
    """Tiles with joints; some have come off."""
    side = rng.uniform(45, 150)

    def draw(on: ImageDraw.ImageDraw) -> None:
        ink = _ink(rng, 40, 110)
        for _ in range(int(rng.integers(2, 9))):
            x, y = rng.integers(0, int(WIDE / side) + 1) * side, rng.integers(0, int(HIGH / side) + 1) * side
            on.rectangle((x, y, x + side, y + side), fill=_ink(rng))
        for at in np.arange(0, WIDE, side):
            on.line((at, 0, at, HIGH), fill=ink, width=4)
            on.line((0, at, WIDE, at), fill=ink, width=4)

    return _drawn(_ground(rng, (2, 4), rng.uniform(5, 16), 130, 220), draw)


def _road(rng: Random) -> Plane:
    """Asphalt with lines and patches."""

    def draw(on: ImageDraw.ImageDraw) -> None:
        for _ in range(int(rng.integers(1, 4))):
            x, lean = rng.uniform(0, WIDE), rng.uniform(-400, 400)
            on.line((x, 0, x + lean, HIGH), fill=_ink(rng, 190, 250), width=int(rng.uniform(12, 40)))
        _spots(rng, on, int(rng.integers(1, 6)))

    return _drawn(_ground(rng, (3, 10, 60), rng.uniform(8, 22), 60, 120), draw)


def _scaffold(rng: Random) -> Plane:
    """Tubes before a façade."""

    def draw(on: ImageDraw.ImageDraw) -> None:
        for y in np.arange(rng.uniform(60, 200), HIGH, rng.uniform(150, 300)):
            for x in np.arange(rng.uniform(0, 120), WIDE, rng.uniform(120, 260)):
                on.rectangle((x, y, x + 80, y + 100), fill=_ink(rng, 30, 110))
        for x in np.arange(0, WIDE, rng.uniform(100, 230)):
            on.line((x, 0, x + rng.uniform(-60, 60), HIGH), fill=_ink(rng, 120, 240), width=10)
        _spots(rng, on, int(rng.integers(0, 4)))

    return _drawn(_ground(rng, (2, 6), rng.uniform(8, 20), 100, 200), draw)


def _night(rng: Random) -> Plane:
    """Dark, with a few lamps and what they light."""
    y, x = np.mgrid[0:HIGH, 0:WIDE].astype(np.float32)
    base = _ground(rng, (3, 9, 30), rng.uniform(3, 8), 14, 34)
    for _ in range(int(rng.integers(2, 6))):
        spread = rng.uniform(60, 260)
        far = (x - rng.uniform(0, WIDE)) ** 2 + (y - rng.uniform(0, HIGH)) ** 2
        base += rng.uniform(40, 160) * np.exp(-far / (2 * spread**2))[..., None]
    return np.asarray(base, dtype=np.float32)


def _formwork(rng: Random) -> Plane:
    """Planks beside each other, each of its own grey."""
    base = _ground(rng, (2, 30), rng.uniform(4, 12), 120, 180)
    at = 0.0
    while at < WIDE:
        wide = rng.uniform(40, 180)
        base[:, int(at) : int(at + wide)] += rng.normal(0, 22)
        at += wide
    return _drawn(base, lambda on: _spots(rng, on, int(rng.integers(1, 6))))


def _pipes(rng: Random) -> Plane:
    """A trench with pipes."""

    def draw(on: ImageDraw.ImageDraw) -> None:
        for _ in range(int(rng.integers(2, 6))):
            x, y, lean = rng.uniform(0, WIDE), rng.uniform(0, HIGH), rng.uniform(-500, 500)
            ink, width = _ink(rng), int(rng.uniform(30, 130))
            on.line((x, y, x + 900, y + lean), fill=ink, width=width)
            on.line(
                (x, y - width / 4, x + 900, y + lean - width / 4), fill=_ink(rng, 180, 240), width=width // 6
            )

    return _drawn(_ground(rng, (3, 8, 33), rng.uniform(15, 32), 80, 150), draw)


def _bytes(values: Any) -> Image.Image:
    whole = np.broadcast_to(np.clip(values, 0, 255), (*np.shape(values)[:2], 3)).astype(np.uint8)
    return Image.fromarray(whole)


# -- what people do to a file --------------------------------------------------------------------------------


def coded(image: Image.Image, quality: int = 85) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _smaller(image: Image.Image, share: int) -> Image.Image:
    return image.resize((image.width // share, image.height // share), Image.Resampling.LANCZOS)


def _dated(image: Image.Image, corner: tuple[float, float]) -> Image.Image:
    """A camera's date, a twentieth of the height."""
    copy = image.copy()
    high = image.height // 20
    font = ImageFont.load_default(high)
    at = (int(image.width * corner[0]), int(image.height * corner[1]))
    ImageDraw.Draw(copy).text(at, "2026/11/23 10:32", font=font, fill=(255, 140, 0))
    return copy


def _boxed(image: Image.Image) -> Image.Image:
    """A site photo's slate: a white box with text in a corner, a quarter of the width, a fifth of the height."""
    copy = image.copy()
    draw = ImageDraw.Draw(copy)
    wide, high = image.width // 4, image.height // 5
    draw.rectangle((0, image.height - high, wide, image.height), fill="white")
    for row in range(4):
        y = image.height - high + 6 + row * high // 4
        draw.text((6, y), f"ITEM {row} No. 3-{row}", font=ImageFont.load_default(high // 6), fill="black")
    return copy


def _framed(image: Image.Image, colour: str) -> Image.Image:
    """A border over the edge, two hundredths of the width on each side."""
    copy = image.copy()
    ImageDraw.Draw(copy).rectangle(
        (0, 0, image.width - 1, image.height - 1), outline=colour, width=image.width // 50
    )
    return copy


def _barred(image: Image.Image, *, top: bool) -> Image.Image:
    """A logo bar of 8 % of the height over the picture."""
    copy, high = image.copy(), image.height * 8 // 100
    y = 0 if top else image.height - high
    draw = ImageDraw.Draw(copy)
    draw.rectangle((0, y, image.width, y + high), fill=(20, 60, 120))
    draw.text((20, y + high // 6), "DEMO CONSTRUCTION", font=ImageFont.load_default(high // 2), fill="white")
    return copy


def _extended(image: Image.Image) -> Image.Image:
    """The same bar below the picture, which grows by it."""
    high = image.height * 8 // 100
    taller = Image.new("RGB", (image.width, image.height + high), (20, 60, 120))
    taller.paste(image)
    return taller


def _cut(image: Image.Image, share: float) -> Image.Image:
    """`share` of the width and height cut off, half on each side."""
    x, y = image.width * share / 2, image.height * share / 2
    return image.crop((round(x), round(y), round(image.width - x), round(image.height - y)))


def _cut_side(image: Image.Image) -> Image.Image:
    """5 % of the width cut off on one side."""
    return image.crop((image.width * 5 // 100, 0, image.width, image.height))


DEEDS: Mapping[str, Callable[[Image.Image], bytes]] = {
    "quality 90": lambda image: coded(image, 90),
    "quality 60": lambda image: coded(image, 60),
    "quality 40": lambda image: coded(image, 40),
    "1/2": lambda image: coded(_smaller(image, 2)),
    "1/4": lambda image: coded(_smaller(image, 4)),
    "1/2, quality 40": lambda image: coded(_smaller(image, 2), 40),
    "date, lower right": lambda image: coded(_dated(image, (0.6, 0.93))),
    "date, upper left": lambda image: coded(_dated(image, (0.02, 0.02))),
    "slate in a corner": lambda image: coded(_boxed(image)),
    "white border 2 %": lambda image: coded(_framed(image, "white")),
    "black border 2 %": lambda image: coded(_framed(image, "black")),
    "bar 8 %, bottom": lambda image: coded(_barred(image, top=False)),
    "bar 8 %, top": lambda image: coded(_barred(image, top=True)),
    "bar 8 % added below": lambda image: coded(_extended(image)),
    "crop 5 % of the area": lambda image: coded(_cut(image, 0.0253)),
    "crop 5 % of width and height": lambda image: coded(_cut(image, 0.05)),
    "crop 5 % on each side": lambda image: coded(_cut(image, 0.10)),
    "crop 5 %, one side": lambda image: coded(_cut_side(image)),
}
"""Name: the picture to the file that is sent again."""
