"""What is sent of a photo are the very bytes that were found right."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from inspect_app.photos import serving
from inspect_app.photos.keeping import reading
from inspect_app.photos.models import Photo
from tests.api.photo_samples import become, name_photo
from tests.clients import Api
from tests.conftest import Write
from tests.databases import counted
from tests.storage.conftest import DATA, SHA, AsUser, Keeping, flipped


def after_the_first_reading(monkeypatch: pytest.MonkeyPatch, happens: Callable[[Path], object]) -> None:
    """Something happens to a file between its being found right and its being sent."""
    real, left = reading.path, [happens]

    def path(photo: Photo, size: str) -> Path:
        found = real(photo, size)
        if left:
            left.pop()(found)
        return found

    monkeypatch.setattr(serving.reading, "path", path)


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param(Path.unlink, id="evicted"),
        pytest.param(lambda path: path.write_bytes(flipped(DATA)), id="damaged"),
    ],
)
def test_a_file_that_changes_just_before_it_is_sent_is_had_again(
    keeping: Keeping,
    leader: Api,
    sent: UUID,
    monkeypatch: pytest.MonkeyPatch,
    happens: Callable[[Path], object],
) -> None:
    keeping.offload()
    after_the_first_reading(monkeypatch, happens)

    answer = leader.get(f"/photos/{SHA}", size="original")

    assert (answer.status_code, answer.data) == (200, DATA)


@pytest.mark.parametrize("size", ["original", "thumb"])
def test_nothing_tells_the_inspected_when_a_photo_came(
    as_user: AsUser, write: Write, sent: UUID, size: str
) -> None:
    name_photo(write, sent, SHA)
    become(write, sent, "issued")

    answer = as_user("contractor").get(f"/photos/{SHA}", size=size)

    assert (answer.status_code, answer.content_length) == (200, len(answer.data))
    assert "Last-Modified" not in answer.headers


@pytest.mark.parametrize("size", ["web", "thumb"])
def test_no_question_is_asked_twice_for_a_copy(
    app: Flask, as_user: AsUser, write: Write, sent: UUID, size: str
) -> None:
    name_photo(write, sent, SHA)
    become(write, sent, "issued")
    contractor = as_user("contractor")

    with counted(app) as seen:
        assert contractor.get(f"/photos/{SHA}", size=size).status_code == 200

    assert len(seen) == len(set(seen))
