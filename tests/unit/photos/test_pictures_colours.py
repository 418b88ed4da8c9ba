"""Colours: a patch of known colour comes out as sRGB shows it, whatever the camera's profile."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from inspect_app.photos.pictures import colours
from inspect_app.photos.pictures.examining import examine
from tests.unit.photos import profiles

Store = Callable[[bytes], Path]
Encode = Callable[..., bytes]
Colour = tuple[int, int, int]
P3, ADOBE = profiles.profile(profiles.DISPLAY_P3, 2.2), profiles.profile(profiles.ADOBE_RGB, 2.2)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LOSSLESS: dict[str, dict[str, object]] = {
    "JPEG": {"quality": 100, "subsampling": 0},
    "PNG": {},
    "WEBP": {"lossless": True},
    "HEIF": {"quality": 100, "chroma": 444},
}


def shown(copy: bytes) -> Colour:
    image = Image.open(io.BytesIO(copy))
    assert "icc_profile" not in image.info
    found = image.getpixel((32, 32))
    assert isinstance(found, tuple)
    return found[0], found[1], found[2]


def near(found: Colour, wanted: Colour, within: int = 6) -> bool:
    return all(abs(a - b) <= within for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize("kind", LOSSLESS)
@pytest.mark.parametrize(
    ("profile", "stored_as", "seen_as"),
    [
        # The figures are those of the published primaries, reckoned by hand: gamma 2.2, XYZ under D50,
        # the matrix of sRGB, its curve.
        pytest.param(P3, (234, 51, 35), (255, 0, 0), id="Display P3"),
        pytest.param(P3, (117, 251, 76), (12, 255, 0), id="Display P3 green"),
        pytest.param(P3, (50, 90, 200), (27, 91, 209), id="Display P3 blue"),
        pytest.param(ADOBE, (219, 0, 0), (255, 0, 0), id="Adobe RGB"),
        pytest.param(ADOBE, (128, 128, 128), (128, 128, 128), id="Adobe RGB grey"),
        pytest.param(SRGB, (200, 30, 30), (200, 30, 30), id="sRGB"),
        pytest.param(None, (200, 30, 30), (200, 30, 30), id="none"),
        pytest.param(b"rubbish" * 50, (200, 30, 30), (200, 30, 30), id="broken"),
        pytest.param(P3[:200], (200, 30, 30), (200, 30, 30), id="cut"),
        pytest.param(
            profiles.grey_profile(1.0), (200, 30, 30), (200, 30, 30), id="of grey in a colour picture"
        ),
    ],
)
def test_a_patch_is_seen_in_its_colour(
    stored: Store, encoded: Encode, kind: str, profile: bytes | None, stored_as: Colour, seen_as: Colour
) -> None:
    options = LOSSLESS[kind] | ({"icc_profile": profile} if profile else {})
    picture = examine(stored(encoded(Image.new("RGB", (64, 64), stored_as), kind, **options)))

    assert near(shown(picture.web), seen_as)
    assert near(shown(picture.thumb), seen_as)


def test_grey_with_a_profile_is_grey_as_it_says(stored: Store, encoded: Encode) -> None:
    """Half the light of gamma 1 is 188 of sRGB."""
    data = encoded(Image.new("L", (64, 64), 128), "PNG", icc_profile=profiles.grey_profile(1.0))

    assert near(shown(examine(stored(data)).web), (188, 188, 188))


def test_transparency_meets_white_before_the_profile(stored: Store, encoded: Encode) -> None:
    image = Image.new("RGBA", (64, 64), (234, 51, 35, 0))

    assert near(shown(examine(stored(encoded(image, "PNG", icc_profile=P3))).web), (255, 255, 255))


@pytest.mark.parametrize(("ink", "seen"), [((0, 255, 255, 0), (255, 0, 0)), ((0, 0, 0, 255), (0, 0, 0))])
@pytest.mark.parametrize("profile", [None, P3, b"broken"])
def test_four_colours_without_a_profile_of_theirs(
    stored: Store, encoded: Encode, ink: tuple[int, ...], seen: Colour, profile: bytes | None
) -> None:
    """As Adobe writes them: inverted, and marked so."""
    options = {"icc_profile": profile} if profile else {}
    data = encoded(Image.new("CMYK", (64, 64), ink), quality=100, **options)
    assert b"Adobe" in data

    assert near(shown(examine(stored(data)).web), seen)


def test_the_same_profile_is_made_ready_once(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = profiles.profile(profiles.DISPLAY_P3, 1.9, "once")
    image = Image.new("RGB", (8, 8), (234, 51, 35))
    first = colours.as_srgb(image, fresh).getpixel((0, 0))
    monkeypatch.setattr(ImageCms, "buildTransform", None)

    assert colours.as_srgb(image, fresh).getpixel((0, 0)) == first


def test_no_more_than_a_few_profiles_are_kept() -> None:
    for number in range(30):
        colours.as_srgb(Image.new("RGB", (1, 1)), profiles.profile(profiles.ADOBE_RGB, 1 + number / 30))

    assert len(colours._known) <= colours._KEPT
