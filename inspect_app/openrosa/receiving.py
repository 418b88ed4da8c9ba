"""A form and its files, in one request or in several: photos are stored as they come, and the last makes it whole."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO

from sqlalchemy.orm import Session

from inspect_app.core import clock
from inspect_app.core.auth import Actor
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import FieldError, InvalidFields
from inspect_app.inspections import intake, policy, submissions
from inspect_app.inspections.submissions import Receipt
from inspect_app.openrosa import body, queries, service
from inspect_app.openrosa.instance import Instance
from inspect_app.openrosa.models import LONGEST_NAME
from inspect_app.photos import queries as photo_queries
from inspect_app.photos import receiving as photos

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
    hashes = {name: photos.digest_of_stream(file) for name, file in files.items()}
    if _rehearse(instance, named, by):
        for name, file in files.items():
            photos.receive(file, hashes[name], instance.inspection_id, by)
    arrived = _arrived(instance, hashes, by)
    missing = [name for name in named if name not in arrived]
    if missing and more:
        return Partial(len(named) - len(missing), len(named))
    if missing:
        raise _missing(missing)
    return _submit(instance, arrived, by)


def _check_names(named: Iterable[str], files: Files) -> None:
    errors = [FieldError(name[:80], "表單沒有提到這個檔案。") for name in files if name not in named]
    errors += [FieldError(name[:80], "檔名太長。") for name in named if len(name) > LONGEST_NAME]
    if errors:
        raise InvalidFields("附件與表單不符；請在平板上重新傳送這份表單。", errors=errors)


def _rehearse(instance: Instance, named: Iterable[str], by: Actor) -> bool:
    """Whether the form is news; if so, whatever speaks against taking it is found before a photo is stored.

    It is submitted with stand-ins for the hashes to come, and all of that is taken back.
    """
    stand_ins = {name: hashlib.sha256(name.encode()).hexdigest() for name in named}
    sent = intake.read(body.json_body(instance, stand_ins))
    with transaction() as current:
        is_news = _is_news(current, instance, by)
        if is_news:
            submissions.submit(current, instance.inspection_id, sent, by, clock.now())
        current.rollback()
    return is_news


def _is_news(current: Session, instance: Instance, by: Actor) -> bool:
    """Whether nothing was received under the form's id; the visit is held until the transaction ends."""
    return policy.leads(current, by, instance.inspection_id, instance.id).earlier is None


def _arrived(instance: Instance, hashes: Mapping[str, str], by: Actor) -> dict[str, str]:
    """Note what came; the hashes, by name, of all files that have come so far and are still there.

    Once the form is whole nothing is noted: what it was made of counts, under whatever bytes a name comes again.
    """
    visit = instance.inspection_id
    with transaction() as current:
        if _is_news(current, instance, by):
            service.note(current, instance.id, visit, hashes, by, clock.now())
        known = {**hashes, **queries.arrived(current, instance.id, visit, by)}
        there = photo_queries.received(current, visit, known.values())
    return {name: sha256 for name, sha256 in known.items() if sha256 in there}


def _submit(instance: Instance, arrived: Mapping[str, str], by: Actor) -> Receipt:
    sent = intake.read(body.json_body(instance, arrived))
    with transaction() as current:
        receipt = submissions.submit(current, instance.inspection_id, sent, by, clock.now())
        if receipt.missing:  # cleared away meanwhile: who is told 201 deletes his own
            raise _missing([name for name, sha256 in arrived.items() if sha256 in receipt.missing])
        return receipt


def _missing(names: list[str]) -> InvalidFields:
    told = "、".join(name[:80] for name in names[:TOLD])
    return InvalidFields(
        f"還缺 {len(names)} 個附件（{told}），這份表單還沒有收下；已到的照片會保留，請再傳一次。",
        errors=[FieldError(name[:80], "沒有收到。") for name in names],
    )
