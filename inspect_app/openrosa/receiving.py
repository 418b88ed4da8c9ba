"""A form and its files, in one request or in several: photos are stored as they come, and the last makes it whole."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO

from inspect_app.core import clock
from inspect_app.core.auth import Actor
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import FieldError, InvalidFields
from inspect_app.inspections import checks, intake, policy, submissions
from inspect_app.inspections.submissions import Receipt
from inspect_app.openrosa import body, queries, service
from inspect_app.openrosa.instance import Instance
from inspect_app.openrosa.models import LONGEST_NAME
from inspect_app.photos import receiving as photos

PIECE = 1 << 20
TOLD = 5
"""How many of the missing files are named."""

Files = Mapping[str, IO[bytes]]


@dataclass(frozen=True, slots=True)
class Partial:
    """A form whose files have not all come: how many have, and how many it speaks of."""

    arrived: int
    named: int


def receive(instance: Instance, files: Files, by: Actor, *, more: bool) -> Receipt | Partial:
    """Take a form with the files that came along; `more` are to follow in requests of their own.

    NotFound and NotAllowed as for a submission; InvalidFields for what the form says wrongly, for a file it does not
    speak of, and for one that is missing when no more follow; DifferentBody, Conflict, and what receiving a photo
    refuses. A photo that was taken stays with the inspection whatever becomes of the form, which may be sent again.
    """
    policy.leads(session(), by, instance.inspection_id, instance.id)
    photos.release_database()
    named = body.attachments(instance)
    _check_names(named, files)
    _check_content(instance, named)
    arrived = _take(instance, files, by)
    missing = [name for name in named if name not in arrived]
    if missing:
        if more:
            return Partial(len(named) - len(missing), len(named))
        raise _missing(missing)
    sent = intake.read(body.json_body(instance, arrived))
    with transaction() as current:
        return submissions.submit(current, instance.inspection_id, sent, by, clock.now())


def _check_names(named: Iterable[str], files: Files) -> None:
    errors = [FieldError(name[:80], "表單沒有提到這個檔案。") for name in files if name not in named]
    errors += [FieldError(name[:80], "檔名太長。") for name in named if len(name) > LONGEST_NAME]
    if errors:
        raise InvalidFields("附件與表單不符；請在平板上重新傳送這份表單。", errors=errors)


def _check_content(instance: Instance, named: Iterable[str]) -> None:
    """Whatever can be found wrong before a photo is stored; the hashes stand for those to come."""
    stand_ins = {name: hashlib.sha256(name.encode()).hexdigest() for name in named}
    checks.refuse(intake.read(body.json_body(instance, stand_ins)).faults)


def _take(instance: Instance, files: Files, by: Actor) -> dict[str, str]:
    """Store what is news; the hashes of all files that have come so far, by name."""
    hashes = {name: _digest(file) for name, file in files.items()}
    known = queries.arrived(session(), instance.id, instance.inspection_id, by)
    photos.release_database()
    fresh = {name: sha256 for name, sha256 in hashes.items() if known.get(name) != sha256}
    for name, sha256 in fresh.items():
        photos.receive(files[name], sha256, instance.inspection_id, by)
    if not fresh:
        return known
    with transaction() as current:
        return service.note(current, instance.id, instance.inspection_id, fresh, by, clock.now())


def _digest(file: IO[bytes]) -> str:
    """A file's SHA-256 in hex; it is read from the start, and stands there again."""
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(PIECE):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def _missing(names: list[str]) -> InvalidFields:
    told = "、".join(name[:80] for name in names[:TOLD])
    return InvalidFields(
        f"還缺 {len(names)} 個附件（{told}），這份表單還沒有收下；已到的照片會保留，請再傳一次。",
        errors=[FieldError(name[:80], "沒有收到。") for name in names],
    )
