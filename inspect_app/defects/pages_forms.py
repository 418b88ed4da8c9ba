"""The photos that a correction's form brings along."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import request
from werkzeug.datastructures import FileStorage

from inspect_app.core.auth import Actor
from inspect_app.core.problems import FieldError, InvalidFields, TooLarge, UnsupportedKind
from inspect_app.defects.service import STAGES
from inspect_app.photos import receiving


@dataclass(frozen=True, slots=True)
class Chosen:
    """The photos of a correction by stage, as SHA-256s in hex, and which files were not taken."""

    photos: Mapping[str, list[str]]
    errors: tuple[FieldError, ...]


def take_photos(inspection_id: UUID, by: Actor) -> Chosen:
    """Receive the files chosen for each stage, besides those received before and still ticked."""
    photos: dict[str, list[str]] = {stage: request.form.getlist(f"kept-{stage}") for stage in STAGES}
    errors = []
    for stage in STAGES:
        for file in request.files.getlist(stage):
            if not file.filename:
                continue
            try:
                photos[stage].append(_receive(file, inspection_id, by))
            except (InvalidFields, UnsupportedKind, TooLarge) as problem:
                errors.append(FieldError(stage, f"{file.filename}：{problem.detail}"))
    unique = {stage: list(dict.fromkeys(hashes)) for stage, hashes in photos.items()}
    return Chosen(unique, tuple(errors))


def _receive(file: FileStorage, inspection_id: UUID, by: Actor) -> str:
    sha256 = receiving.digest_of_stream(file.stream)
    receiving.receive(file.stream, sha256, inspection_id, by)
    return sha256
