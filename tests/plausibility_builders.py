"""Drawn photos with a camera's own words, and visits that name them."""

import hashlib
import io
from functools import cache
from typing import Any

from PIL import ExifTags, Image

from bench import scenes
from tests.inspections_builders import AsUser, Ids, Visit, defect_body, expect, submission_body

SITE = {"lat": 22.62, "lon": 120.31}
SIZE = (480, 360)


@cache
def drawn(seed: int = 1) -> Image.Image:
    """A place, small; another seed is another place."""
    return scenes.photo(seed).resize(SIZE)


def file(
    seed: int = 1,
    quality: int = 88,
    taken: str | None = None,
    lat: tuple[int, int, float] | None = None,
    software: str | None = None,
    shrink: int = 1,
    offset: str | None = None,
) -> bytes:
    """A JPEG of the place, coded as asked; `taken` as EXIF has it, `lat` degrees, minutes, seconds north at 120°18'36"E."""
    image, exif = drawn(seed), Image.Exif()
    if taken:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    if offset:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal] = offset
    if lat:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        gps.update({1: "N", 2: lat, 3: "E", 4: (120.0, 18.0, 36.0)})
    if software:
        exif[ExifTags.Base.Software] = software
    out = io.BytesIO()
    smaller = image.resize((image.width // shrink, image.height // shrink))
    smaller.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def submit(visit: Visit, *files: bytes, by: str = "leader", **changes: Any) -> Visit:
    """Send a submission that names these photos, the first of them for a defect, and the photos."""
    photos = [{"sha256": sha(data)} for data in files]
    given = {"photos": photos, "location": SITE, "defects": [defect_body(photos=[sha(files[0])])]}
    expect(visit.submit(submission_body(visit.people, **(given | changes)), by), 201)
    for data in files:
        send(visit, data, by)
    return visit


def send(visit: Visit, data: bytes, by: str = "leader") -> None:
    path = f"/photos/{sha(data)}"
    expect(visit.api(by).send("PUT", path, query_string={"inspection": visit.id}, data=data), 200, 201)


def issued(as_user: AsUser, people: Ids, *files: bytes) -> Visit:
    """An issued visit with these photos."""
    visit = submit(Visit.started(as_user, people), *files)
    expect(visit.issue(), 200)
    return visit


def secret(as_user: AsUser, people: Ids, *files: bytes) -> Visit:
    """An unissued visit of another team with these photos."""
    leader, member = str(people["other_leader"]), str(people["other_member"])
    visit = Visit.planned(as_user, people, leader=leader, members=[member])
    visit.declare("other_leader", "other_member")
    expect(visit.start("other_leader"), 200)
    marks = [{"member": leader, "total": 84}, {"member": member, "total": 84}]
    return submit(visit, *files, by="other_leader", marks=marks)


def correct(visit: Visit, *files: bytes) -> str:
    """The contractor answers the visit's first defect with these three photos; its id."""
    for data in files:
        send(visit, data, "contractor")
    items = visit.api("staff").get("/defects", inspection=visit.id).get_json()["items"]
    stages = {stage: [sha(data)] for stage, data in zip(("before", "during", "after"), files, strict=True)}
    path = f"/defects/{items[0]['id']}/corrections"
    expect(visit.api("contractor").post(path, {"note": "已修補", "photos": stages}), 201)
    return str(items[0]["id"])


def notes(visit: Visit, username: str = "staff") -> list[dict[str, Any]]:
    """The notes a person gets."""
    return list(visit.read(username, "/photo-notes")["items"])
