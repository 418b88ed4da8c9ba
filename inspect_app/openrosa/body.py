"""A filled-in form as a submission's JSON: the same values that a tablet of ours sends."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from forms.schema import FormItem
from inspect_app.openrosa import names
from inspect_app.openrosa.besides import PARTS
from inspect_app.openrosa.instance import Instance, Record

WHOLE = re.compile(r"-?[0-9]{1,9}")
NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,20})?(E-?[0-9]{1,2})?")
CALCULATED = frozenset({"defectId", "defectAllowed"})
"""What stands in a defect that nobody filled in."""
SHORT_OFFSET = re.compile(r"(?<=[+-][0-9]{2})$")
"""The end of an instant whose offset has no minutes, as older tablets write it."""

Hashes = Mapping[str, str]
"""The SHA-256 of each attachment, by the name under which the form speaks of it."""


def json_body(instance: Instance, hashes: Hashes) -> dict[str, Any]:
    """The submission's body; what was not answered is left out, and faults are left for the intake to find."""
    record, items = instance.record, instance.form.by_id.values()
    found = {
        "id": str(instance.id),
        "form": {"code": instance.form.code, "version": instance.form.version},
        "started_at": _instant(record.text("startedAt")),
        "finished_at": _instant(record.text("finishedAt")),
        "device": _known({"id": record.text("device")}),
        "location": _location(record.text("location")),
        "answers": {item.id: answer for item in items if (answer := _answer(record, item, hashes))},
        "defects": [
            _defect(each, hashes) for each in record.each("defects") if each.fields.keys() - CALCULATED
        ],
        "marks": [_mark(each) for each in record.each("marks") if each.text("markKind") != "none"],
        "findings": _words(record.text("findings")),
        "pending_tests": _words(record.text("pendingTests")),
        "indicators": _known(_indicators(record)),
        "merits": [_remark(each, "merit") for each in record.each("merits") if each.fields],
        "advice": [_remark(each, "advice") for each in record.each("advice") if each.fields],
        "photos": _photos(instance, hashes),
        "signatures": [
            {"role": role, "sha256": hashes[name]} for role, name in _signatures(instance) if name in hashes
        ],
    }
    required = ("id", "form", "answers", "marks")
    return {key: value for key, value in found.items() if value or key in required}


def attachments(instance: Instance) -> list[str]:
    """The names of the files that a form speaks of, each once, in its order."""
    signed = [name for _, name in _signatures(instance)]
    return list(dict.fromkeys([*_pictured(instance), *signed]))


# --- files -----------------------------------------------------------------------------------------------------


def _pictured(instance: Instance) -> Iterator[str]:
    record = instance.record
    for item in instance.form.by_id.values():
        if item.kind != "signature":
            yield from _of_item(record, item)
    for defect in record.each("defects"):
        yield from _files(defect, "defectPhoto", "defectPhotos", "defectAnother")


def _signatures(instance: Instance) -> Iterator[tuple[str, str]]:
    """Role and file of each signature given."""
    for item in instance.form.by_id.values():
        name = instance.record.text(names.of(item, names.PHOTO))
        if item.kind == "signature" and name:
            yield item.role, name


def _of_item(record: Record, item: FormItem) -> list[str]:
    return _files(record, *(names.of(item, what) for what in (names.PHOTO, names.MORE, names.ANOTHER)))


def _files(record: Record, first: str, more: str, another: str) -> list[str]:
    given = [record.text(first), *(each.text(another) for each in record.each(more))]
    return list(dict.fromkeys(name for name in given if name))


def _hashed(files: list[str], hashes: Hashes) -> list[str]:
    return list(dict.fromkeys(hashes[name] for name in files if name in hashes))


def _photos(instance: Instance, hashes: Hashes) -> list[dict[str, str]]:
    return [{"sha256": sha256} for sha256 in _hashed([*_pictured(instance)], hashes)]


# --- answers ---------------------------------------------------------------------------------------------------


def _answer(record: Record, item: FormItem, hashes: Hashes) -> dict[str, Any]:
    found = {what: record.text(names.of(item, what)) for what in (names.RESULT, names.VALUE, names.NOTE)}
    photos = [] if item.kind == "signature" else _hashed(_of_item(record, item), hashes)
    return _known({**found, "photos": photos}) or {}


def _defect(record: Record, hashes: Hashes) -> dict[str, Any]:
    severity, points = record.text("defectSeverity"), _whole(record.text("defectPoints"))
    files = _files(record, "defectPhoto", "defectPhotos", "defectAnother")
    return _plain(
        {
            "id": record.text("defectId"),
            "code": record.text("defectCode"),
            "severity": severity,
            "party": record.text("defectParty"),
            "points": 0 if severity == "L" and points is None else points,
            "also": _words(record.text("defectAlso")),
            "note": record.text("defectNote"),
            "place": record.text("defectPlace"),
            "photos": _hashed(files, hashes),
        }
    )


def _mark(record: Record) -> dict[str, Any]:
    given = {part: _whole(record.text(name)) for part, name in PARTS.items()}
    return _plain({"member": record.text("markMember"), "total": _whole(record.text("markTotal")), **given})


def _remark(record: Record, one: str) -> dict[str, Any]:
    return _plain({"code": record.text(f"{one}Code"), "note": record.text(f"{one}Note")})


def _indicators(record: Record) -> dict[str, Any]:
    prefix = "indicator_"
    return {
        name.removeprefix(prefix): _whole(record.text(name))
        for name in record.fields
        if name.startswith(prefix)
    }


def _location(text: str | None) -> Any:
    """«latitude longitude altitude accuracy»; what is none of that stays a text, which the intake refuses."""
    parts = (text or "").split()
    if len(parts) < 2 or not all(NUMBER.fullmatch(part) for part in parts):
        return text
    lat, lon, *more = [float(part) for part in parts]
    return {"lat": lat, "lon": lon} | ({"accuracy_m": more[1]} if len(more) > 1 else {})


def _instant(text: str | None) -> str | None:
    return SHORT_OFFSET.sub(":00", text) if text else None


def _whole(text: str | None) -> Any:
    """A whole number; what is none stays a text, which the intake refuses."""
    return int(text) if text and WHOLE.fullmatch(text) else text


def _words(text: str | None) -> list[str]:
    return (text or "").split()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Without what was not answered."""
    return {key: value for key, value in row.items() if value not in (None, [])}


def _known(row: dict[str, Any]) -> dict[str, Any] | None:
    return _plain(row) or None
