"""What a camera wrote into a photo: time, position, software. The one place that knows where this comes from."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from PIL import ExifTags, Image
from sqlalchemy.orm import Session

from inspect_app.photos import queries as photos
from inspect_app.photos.queries import ORIGINAL

OFFSET = re.compile(r"([+-])([01][0-9]):([0-5][0-9])")
SIGNS = {"N": 1, "E": 1, "S": -1, "W": -1}


@dataclass(frozen=True, slots=True)
class Taken:
    """A photo's own word about itself, None where it says nothing. `at` is aware only where the camera named its zone.

    `spot` is latitude and longitude in degrees.
    """

    at: datetime | None = None
    spot: tuple[float, float] | None = None
    software: str | None = None


def of(session: Session, shas: Iterable[str]) -> dict[str, Taken]:
    """What is known of each photo, by SHA-256."""
    return {sha256: _taken(sha256, row.taken_at) for sha256, row in photos.of(session, shas).items()}


def _taken(sha256: str, taken_at: str | None) -> Taken:
    tags, details, gps = _tags(sha256)
    software = str(tags.get(ExifTags.Base.Software) or "").replace("\x00", "").strip()[:120] or None
    at = datetime.fromisoformat(taken_at) if taken_at else None
    zone = _zone(str(details.get(ExifTags.Base.OffsetTimeOriginal) or ""))
    return Taken(at.replace(tzinfo=zone) if at else None, _spot(gps), software)


def _tags(sha256: str) -> tuple[dict[int, Any], dict[int, Any], dict[int, Any]]:
    """The main, the Exif and the GPS directory; empty where they cannot be read."""
    try:
        with Image.open(photos.paths(sha256, ORIGINAL), formats=("JPEG", "PNG")) as image:
            exif = image.getexif()
            return dict(exif), dict(exif.get_ifd(ExifTags.IFD.Exif)), dict(exif.get_ifd(ExifTags.IFD.GPSInfo))
    except Exception:  # many kinds, all meaning that there is nothing to read
        return {}, {}, {}


def _zone(text: str) -> timezone | None:
    found = OFFSET.fullmatch(text.strip("\x00 "))
    if found is None:
        return None
    sign, hours, minutes = found.groups()
    return timezone((1 if sign == "+" else -1) * timedelta(hours=int(hours), minutes=int(minutes)))


def _spot(gps: dict[int, Any]) -> tuple[float, float] | None:
    lat = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef))
    lon = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef))
    if lat is None or lon is None or (lat, lon) == (0.0, 0.0):  # a receiver without satellites writes zeros
        return None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


def _degrees(parts: Any, side: Any) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
        return SIGNS[str(side).strip("\x00 ")] * (degrees + minutes / 60 + seconds / 3600)
    except (TypeError, ValueError, ZeroDivisionError, KeyError):
        return None
