"""What a photo tells of itself: read from every kind, bounded, and never a reason to refuse it."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from inspect_app.photos.pictures import notes
from inspect_app.photos.pictures.examining import examine

Store = Callable[[bytes], Path]
Encode = Callable[..., bytes]
Gps = ExifTags.GPS
PLACE: dict[int, Any] = {
    Gps.GPSLatitudeRef: "N",
    Gps.GPSLatitude: (22.0, 37.0, 30.0),
    Gps.GPSLongitudeRef: "E",
    Gps.GPSLongitude: (120.0, 18.0, 36.0),
    Gps.GPSAltitudeRef: b"\x00",
    Gps.GPSAltitude: 12.5,
    Gps.GPSHPositioningError: 4.75,
    Gps.GPSDateStamp: "2026:11:23",
    Gps.GPSTimeStamp: (1.0, 10.0, 11.0),
}
TOLD = {
    "offset": "+08:00",
    "make": "虛構相機",
    "model": "X 1",
    "software": "17.1",
    "position": {
        "lat": 22.625,
        "lon": 120.31,
        "altitude_m": 12.5,
        "accuracy_m": 4.8,
        "at": "2026-11-23T01:10:11+00:00",
    },
}


def exif(place: dict[int, Any] | None = None, **main: Any) -> Image.Exif:
    found = Image.Exif()
    names = {"make": "虛構相機".encode(), "model": "X 1\0\0", "software": "17.1"} | main
    found[ExifTags.Base.Make], found[ExifTags.Base.Model] = names["make"], names["model"]
    found[ExifTags.Base.Software] = names["software"]
    camera = found.get_ifd(ExifTags.IFD.Exif)
    camera[ExifTags.Base.DateTimeOriginal] = "2026:11:23 09:10:11"
    camera[ExifTags.Base.OffsetTimeOriginal] = names.get("offset", "+08:00")
    found.get_ifd(ExifTags.IFD.GPSInfo).update(PLACE if place is None else place)
    return found


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_every_kind_tells_the_same(stored: Store, encoded: Encode, kind: str) -> None:
    picture = examine(stored(encoded(Image.new("RGB", (64, 48)), kind, exif=exif().tobytes())))

    assert picture.notes.told() == TOLD
    assert picture.taken_at == datetime(2026, 11, 23, 9, 10, 11)  # noqa: DTZ001 - cameras write no zone


def test_a_picture_without_notes_tells_nothing(stored: Store, encoded: Encode) -> None:
    assert examine(stored(encoded(Image.new("RGB", (64, 48)), "PNG"))).notes.told() == {}


def test_how_it_was_held_is_told(stored: Store, encoded: Encode) -> None:
    given = Image.Exif()
    given[ExifTags.Base.Orientation] = 6

    assert examine(stored(encoded(Image.new("RGB", (64, 48)), exif=given))).notes.told() == {"orientation": 6}


@pytest.mark.parametrize(
    ("changed", "position"),
    [
        ({Gps.GPSLatitudeRef: "S", Gps.GPSLongitudeRef: "W"}, (-22.625, -120.31)),
        ({Gps.GPSLatitude: (91.0, 0.0, 0.0)}, None),
        ({Gps.GPSLatitude: (90.0, 1.0, 0.0)}, None),
        ({Gps.GPSLatitude: (22.0, 61.0, 0.0)}, None),
        ({Gps.GPSLatitude: (-22.0, 0.0, 0.0)}, None),
        ({Gps.GPSLatitude: (22.0, 37.0)}, None),
        ({Gps.GPSLatitude: (float("nan"), 0.0, 0.0)}, None),
        ({Gps.GPSLatitude: (float("inf"), 0.0, 0.0)}, None),
        ({Gps.GPSLatitude: (IFDRational(1, 0), 0.0, 0.0)}, None),
        ({Gps.GPSLatitude: "22"}, None),
        ({Gps.GPSLatitudeRef: "X"}, None),
        ({Gps.GPSLatitudeRef: None}, None),
        ({Gps.GPSLongitude: (181.0, 0.0, 0.0)}, None),
    ],
)
def test_a_position_is_on_earth_or_none(
    changed: dict[int, Any], position: tuple[float, float] | None
) -> None:
    found = notes._position(PLACE | changed)

    assert (found and (found.lat, found.lon)) == position


@pytest.mark.parametrize(
    ("changed", "name", "value"),
    [
        ({Gps.GPSAltitudeRef: 1}, "altitude_m", -12.5),
        ({Gps.GPSAltitude: 1e9}, "altitude_m", None),
        ({Gps.GPSHPositioningError: -1}, "accuracy_m", None),
        ({Gps.GPSHPositioningError: IFDRational(0, 0)}, "accuracy_m", None),
        ({Gps.GPSDateStamp: "2026:13:40"}, "at", None),
        ({Gps.GPSTimeStamp: (25.0, 0.0, 0.0)}, "at", None),
        ({Gps.GPSTimeStamp: "noon"}, "at", None),
    ],
)
def test_what_makes_no_sense_is_left_out_alone(
    changed: dict[int, Any], name: str, value: float | None
) -> None:
    found = notes._position(PLACE | changed)

    assert found is not None
    assert getattr(found, name) == value


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("虛構".encode().decode("latin-1"), "虛構"),
        ("A" * 5_000, "A" * notes.LONGEST),
        ("a\x00b\x1b[31mc\x9bd", "a b [31mc d"),
        (" \x00 ", None),
        (7, None),
        (b"\xff\xfe", "ÿþ"),
    ],
)
def test_texts_are_short_and_harmless(written: Any, kept: str | None) -> None:
    assert notes._text(written) == kept


@pytest.mark.parametrize("written", ["+25:00", "08:00", "+8", "", "+08:00; DROP", 8])
def test_a_zone_that_is_none_is_left_out(written: Any) -> None:
    assert notes._offset(written) is None


any_value = st.one_of(st.text(max_size=9), st.binary(max_size=9), st.floats(), st.tuples(*[st.floats()] * 3))


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(tag=st.sampled_from(list(PLACE)), value=any_value | st.none())
def test_nothing_in_a_position_breaks_the_reading(tag: int, value: Any) -> None:
    found = notes._position(PLACE | {tag: value})

    assert found is None or json.dumps([found.lat, found.lon, found.altitude_m], allow_nan=False)
