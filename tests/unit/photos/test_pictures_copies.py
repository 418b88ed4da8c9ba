"""What the copies of a picture show and what they leave out."""

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from inspect_app.photos.pictures.examining import examine

Store = Callable[[bytes], Path]
Encode = Callable[..., bytes]
TAKEN = "2026:11:23 09:10:11"
RED, BLUE = (200, 30, 30), (30, 30, 200)

UNDO = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera holding an orientation turned the upright scene before storing it."""


def opened(copy: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(copy))
    image.load()
    return image


def near(pixel: object, colour: tuple[int, int, int], within: int = 12) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= within for a, b in zip(pixel, colour, strict=True))


def scene(width: int = 400, height: int = 200) -> Image.Image:
    """White, the upper left quarter red, the upper right one blue: every turn of it is different."""
    image = Image.new("RGB", (width, height), "white")
    image.paste(RED, (0, 0, width // 2, height // 2))
    image.paste(BLUE, (width // 2, 0, width, height // 2))
    return image


def photo_exif(orientation: int = 1, taken: str = TAKEN) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "SecretCamera"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_copies_are_upright_whatever_the_camera_held(
    stored: Store, encoded: Encode, orientation: int, kind: str
) -> None:
    turn = UNDO[orientation]
    held = scene() if turn is None else scene().transpose(turn)
    # As bytes a HEIC gets them twice: in EXIF, which readers pass over, and in its own terms (irot, imir).
    picture = examine(stored(encoded(held, kind, exif=photo_exif(orientation).tobytes())))

    assert (picture.width, picture.height) == (400, 200)
    for copy in (opened(picture.web), opened(picture.thumb)):
        width, height = copy.size
        assert near(copy.getpixel((width // 8, height // 8)), RED)
        assert near(copy.getpixel((width * 7 // 8, height // 8)), BLUE)
        assert near(copy.getpixel((width // 8, height * 7 // 8)), (255, 255, 255))


@pytest.mark.parametrize(
    ("size", "web", "thumb"),
    [
        ((4032, 3024), (1600, 1200), (320, 240)),
        ((3024, 4032), (1200, 1600), (240, 320)),
        ((1600, 1600), (1600, 1600), (320, 320)),
        ((800, 600), (800, 600), (320, 240)),
        ((100, 60), (100, 60), (100, 60)),
        ((1, 1), (1, 1), (1, 1)),
        ((65535, 1), (1600, 1), (320, 1)),
        ((1, 65535), (1, 1600), (1, 320)),
        ((3201, 7), (1600, 3), (320, 1)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_copies_fit_their_squares_and_are_never_enlarged(
    stored: Store,
    encoded: Encode,
    kind: str,
    size: tuple[int, int],
    web: tuple[int, int],
    thumb: tuple[int, int],
) -> None:
    if kind == "JPEG" and max(size) > 65500:
        size = (min(size[0], 65500), min(size[1], 65500))
    picture = examine(stored(encoded(Image.new("RGB", size, RED), kind)))

    assert (picture.width, picture.height) == size
    assert (opened(picture.web).size, opened(picture.thumb).size) == (web, thumb)
    assert picture.mime == f"image/{kind.lower()}"


def test_a_heic_is_turned_by_its_own_terms_alone(stored: Store, encoded: Encode) -> None:
    data = encoded(scene(), "HEIF", exif=photo_exif(6))
    assert b"irot" not in data

    picture = examine(stored(data))

    assert (picture.width, picture.height, picture.notes.make) == (400, 200, "SecretCamera")


def test_copies_are_jpeg_and_carry_no_metadata(stored: Store, encoded: Encode) -> None:
    data = encoded(
        scene(3000, 2000),
        exif=photo_exif(6),
        comment=b"SecretComment",
        xmp=b"<x>SecretXmp</x>",
        icc_profile=b"SecretIcc",
    )
    assert data.count(b"Secret") == 4

    picture = examine(stored(data))

    for copy in (picture.web, picture.thumb):
        assert opened(copy).format == "JPEG"
        assert b"Secret" not in copy
        assert b"Exif" not in copy
        assert dict(opened(copy).getexif()) == {}


def test_a_small_picture_is_encoded_anew_too(stored: Store, encoded: Encode) -> None:
    data = encoded(scene(40, 20), exif=photo_exif(), comment=b"SecretComment") + b"<script>Secret</script>"

    picture = examine(stored(data))

    assert b"Secret" not in picture.web + picture.thumb


def test_the_cameras_local_time_is_read(stored: Store, encoded: Encode) -> None:
    picture = examine(stored(encoded(scene(), exif=photo_exif())))

    assert picture.taken_at == datetime(2026, 11, 23, 9, 10, 11)  # noqa: DTZ001 - cameras write no zone


@pytest.mark.parametrize(
    "taken", ["", "    :  :     :  :  ", "0000:00:00 00:00:00", "2026:02:30 10:00:00", "昨天"]
)
def test_a_time_that_is_none_is_left_out(stored: Store, encoded: Encode, taken: str) -> None:
    assert examine(stored(encoded(scene(), exif=photo_exif(taken=taken)))).taken_at is None


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_unknown_orientation_is_upright(stored: Store, encoded: Encode, orientation: int) -> None:
    picture = examine(stored(encoded(scene(), exif=photo_exif(orientation))))

    assert (picture.width, picture.height) == (400, 200)


@pytest.mark.filterwarnings("ignore:.*EXIF", "ignore:.*[Tt]ag")
@pytest.mark.parametrize("cut", [6, 8, 12, 20, 40, 60])
def test_broken_exif_does_not_refuse_a_photo(stored: Store, encoded: Encode, cut: int) -> None:
    exif = photo_exif().tobytes()
    picture = examine(stored(encoded(scene(), exif=exif[:cut] + b"\xff" * (len(exif) - cut))))

    assert (picture.width, picture.height, picture.taken_at) == (400, 200, None)


def test_transparency_is_flattened_on_white(stored: Store, encoded: Encode) -> None:
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    image.paste((*RED, 255), (0, 0, 50, 100))
    web = opened(examine(stored(encoded(image, "PNG"))).web)

    assert near(web.getpixel((20, 50)), RED)
    assert near(web.getpixel((80, 50)), (255, 255, 255))


def keyed_palette() -> Image.Image:
    image = Image.new("P", (64, 64), 0)
    image.putpalette([*RED, *BLUE])
    return image


@pytest.mark.parametrize(
    ("image", "kind", "options", "colour"),
    [
        (Image.new("1", (64, 64), 1), "PNG", {}, (255, 255, 255)),
        (Image.new("L", (64, 64), 90), "PNG", {}, (90, 90, 90)),
        (Image.new("L", (64, 64), 90), "JPEG", {}, (90, 90, 90)),
        (Image.new("LA", (64, 64), (0, 0)), "PNG", {}, (255, 255, 255)),
        (Image.new("I;16", (64, 64), 0x8000), "PNG", {}, (128, 128, 128)),
        (Image.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG", {}, (255, 0, 0)),
        (keyed_palette(), "PNG", {}, RED),
        (keyed_palette(), "PNG", {"transparency": 0}, (255, 255, 255)),
        (keyed_palette(), "PNG", {"transparency": b"\x00\xff"}, (255, 255, 255)),
        (Image.new("RGB", (64, 64), RED), "PNG", {"transparency": RED}, (255, 255, 255)),
        (Image.new("L", (64, 64), 90), "PNG", {"transparency": 90}, (255, 255, 255)),
        (Image.new("1", (64, 64), 0), "PNG", {"transparency": 0}, (255, 255, 255)),
        (Image.new("I;16", (64, 64), 0x8000), "PNG", {"transparency": 1}, (128, 128, 128)),
    ],
)
def test_every_mode_comes_out_in_its_colour(
    stored: Store,
    encoded: Encode,
    image: Image.Image,
    kind: str,
    options: dict[str, object],
    colour: tuple[int, int, int],
) -> None:
    picture = examine(stored(encoded(image, kind, **options)))

    assert near(opened(picture.web).getpixel((32, 32)), colour)


def test_a_photo_with_a_second_picture_inside_is_a_jpeg(stored: Store, encoded: Encode) -> None:
    data = encoded(scene(), "MPO", save_all=True, append_images=[scene(40, 20)])
    picture = examine(stored(data))

    assert (picture.mime, picture.width, picture.height) == ("image/jpeg", 400, 200)
