"""An issued visit with photos, and its evidence package in a folder."""

import io
import zipfile
from pathlib import Path
from typing import Any

from tests.inspections_builders import AsUser, Ids, Visit, defect_body, expect, sha256, submission_body


def photographed(as_user: AsUser, people: Ids, numbers: tuple[int, ...] = (0, 1)) -> Visit:
    """A visit whose submission names photos that have all come."""
    visit = Visit.started(as_user, people)
    named = [{"sha256": sha256(number), "bytes": 1} for number in numbers]
    shown = defect_body(photos=[sha256(numbers[0])])
    expect(visit.submit(submission_body(people, photos=named, defects=[shown])), 201)
    for number in numbers:
        expect(visit.send_photo(number), 201)
    return visit


def packed(visit: Visit, folder: Path, username: str = "staff") -> Path:
    """The visit's package, unpacked into a new folder."""
    answer = expect(visit.get(username, "/evidence.zip"), 200)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        archive.extractall(folder)
    return folder


def issued_package(as_user: AsUser, people: Ids, folder: Path) -> tuple[Visit, Path]:
    visit = photographed(as_user, people)
    expect(visit.issue(), 200)
    return visit, packed(visit, folder)


def keys(visit: Visit) -> dict[str, str]:
    """The city's public keys by id."""
    items: list[dict[str, Any]] = expect(visit.api("staff").get("/evidence/keys"), 200).get_json()["items"]
    return {each["id"]: each["public"] for each in items}
