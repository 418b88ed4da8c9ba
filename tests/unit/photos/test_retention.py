"""Periods of retention: what the file may say, and that every wrong word in it is noticed."""

from importlib.resources import files
from typing import Any

import pytest
import yaml

from forms.errors import InvalidData
from inspect_app.photos import retention

PLAIN: dict[str, dict[str, Any]] = yaml.safe_load(
    files("inspect_app.photos").joinpath(retention.FILE).read_text("utf-8")
)


def spoilt(kind: str, **changes: Any) -> bytes:
    return yaml.safe_dump(PLAIN | {kind: PLAIN[kind] | changes}, allow_unicode=True).encode()


def test_evidence_is_kept_until_a_person_decides() -> None:
    period = retention.periods()["closed_inspection_photos"]

    assert (period.days, period.erase) == (None, retention.PROPOSED)


def test_what_we_chose_ourselves_is_marked_so() -> None:
    assert {period.status for period in retention.periods().values()} == {"local"}


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("unnamed_photos", {"days": None}),
        ("unnamed_photos", {"days": 0}),
        ("unnamed_photos", {"days": "30"}),
        ("unnamed_photos", {"days": True}),
        ("unnamed_photos", {"days": 1e9}),
        ("closed_inspection_photos", {"erase": "automatic"}),
        ("photo_views", {"status": "law"}),
        ("photo_views", {"basis": " "}),
        ("photo_views", {"checked": "yesterday"}),
        ("photo_views", {"surprise": 1}),
    ],
)
def test_a_wrong_value_is_refused_with_its_kind(kind: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidData, match=kind):
        retention.read(spoilt(kind, **changes))


def test_every_kind_must_stand_there_once() -> None:
    without = {kind: row for kind, row in PLAIN.items() if kind != "photo_views"}
    more = PLAIN | {"diaries": PLAIN["photo_views"]}

    for given in (without, more):
        with pytest.raises(InvalidData, match="kinds"):
            retention.read(yaml.safe_dump(given).encode())


def test_a_kind_given_twice_is_refused() -> None:
    data = yaml.safe_dump(PLAIN, allow_unicode=True).encode()

    with pytest.raises(InvalidData, match="twice"):
        retention.read(data + yaml.safe_dump({"photo_views": PLAIN["photo_views"]}).encode())
