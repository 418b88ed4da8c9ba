"""What an issue fixes, as one hash: a paper is the issued one only while the rows say what they said then."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from inspect_app.core import chain
from inspect_app.core.chain import canonical, instant
from inspect_app.defects import queries as defects
from inspect_app.inspections import queries
from inspect_app.inspections.models import Inspection, NamedPhoto, PhotoWaiver
from inspect_app.photos import queries as photos

if TYPE_CHECKING:
    from inspect_app.defects.models import Defect


def digest(session: Session, inspection: Inspection) -> str:
    """The SHA-256 (hex) of the facts that an issue fixes; its form never changes, whatever papers come to look like.

    Nothing in it changes later by right: not what becomes of a defect, who else receives the papers, which photo
    comes late or is erased.
    """
    named = queries.named_photos(session, inspection.id)
    found = defects.of_inspection(session, inspection.id)
    return chain.digest(
        canonical(
            {
                **_visit(inspection),
                "submission": _submission(session, inspection),
                "tests": [
                    [row.test, row.result, str(row.decided_on), row.document]
                    for row in queries.tests_of(session, inspection.id)
                ],
                "defects": [_defect(row) for row in found],
                "photos": [_photo(row) for row in named],
                **_came(session, inspection, named, found),
            }
        )
    )


def _visit(inspection: Inspection) -> dict[str, Any]:
    issued_at = inspection.issued_at
    return {
        "inspection": str(inspection.id),
        "on": str(inspection.on),
        "kind": inspection.kind,
        "method": inspection.method,
        "team": [[str(each.user_id), each.role, each.name, each.outside] for each in inspection.team],
        "issued_at": instant(issued_at) if issued_at else None,
        "document": inspection.issue_document,
        "correct_by": str(inspection.correct_by),
        "result": inspection.result,
        "facts": inspection.issued_facts,
    }


def _submission(session: Session, inspection: Inspection) -> str | None:
    """The hash of the current version's text, with findings, merits and advice."""
    row = queries.submission(session, inspection.submission_id) if inspection.submission_id else None
    return chain.digest(row.body) if row else None


def _defect(row: "Defect") -> list[Any]:
    return [
        *(str(row.id), row.code, row.severity, row.party, list(row.also), row.points),
        *(row.note, row.place, list(row.photos)),
    ]


def _photo(row: NamedPhoto) -> list[Any]:
    return [row.sha256, row.signature, instant(row.taken_at) if row.taken_at else None, row.caption]


def _came(
    session: Session, inspection: Inspection, named: Sequence[NamedPhoto], found: Sequence["Defect"]
) -> dict[str, Any]:
    """Which photos had come when it was issued, and the waivers as they stood."""
    waivers = queries.waivers_of(session, inspection.id)
    unseen = {sha256 for sha256, row in waivers.items() if not _in_time(row, inspection)}
    wanted = {row.sha256 for row in named} | {sha256 for row in found for sha256 in row.photos}
    return {
        "waivers": [
            [sha256, row.reason, instant(row.waived_at), row.waived_by_name, sha256 in unseen]
            for sha256, row in waivers.items()
        ],
        "received": sorted(photos.received(session, inspection.id, wanted) - unseen),
    }


def _in_time(waiver: PhotoWaiver, inspection: Inspection) -> bool:
    arrived, issued = waiver.arrived_at, inspection.issued_at
    return arrived is not None and issued is not None and arrived <= issued
