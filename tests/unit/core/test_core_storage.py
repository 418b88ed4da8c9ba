"""Storage: a file appears whole or not at all."""

import errno
import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from inspect_app.core.storage import Storage, copy_hashed
from inspect_app.core.storage import local as module

NAME = "abcdef.jpg"


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_bytes_lie_where_their_name_says(storage: Storage, tmp_path: Path) -> None:
    path = storage.put("photos", NAME, b"bytes")

    assert path == tmp_path / "photos" / "ab" / NAME
    assert path.read_bytes() == b"bytes"
    assert storage.exists("photos", NAME)


def test_nothing_else_stays_behind(storage: Storage, tmp_path: Path) -> None:
    storage.put("photos", NAME, b"bytes")

    assert files(tmp_path) == [f"photos/ab/{NAME}"]


def test_the_same_bytes_again_are_no_harm(storage: Storage, tmp_path: Path) -> None:
    storage.put("photos", NAME, b"bytes")
    storage.put("photos", NAME, b"bytes")

    assert files(tmp_path) == [f"photos/ab/{NAME}"]


def test_what_breaks_off_leaves_nothing(storage: Storage, tmp_path: Path) -> None:
    def broken_off() -> None:
        with storage.incoming() as (_, file):
            file.write(b"half")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        broken_off()

    assert files(tmp_path) == []


@pytest.mark.parametrize("word", ["EPERM", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV"])
def test_where_a_file_gets_no_second_name_its_bytes_are_copied(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    first = tmp_path / "first"
    first.write_bytes(b"bytes")
    monkeypatch.setattr(os, "link", refusing(word))

    storage.adopt(first, "photos", NAME)
    first.write_bytes(b"other")

    assert storage.path("photos", NAME).read_bytes() == b"bytes"
    assert files(tmp_path) == ["first", f"photos/ab/{NAME}"]


def test_any_other_failure_of_the_disk_is_one(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "first").write_bytes(b"bytes")
    monkeypatch.setattr(os, "link", refusing("ENOSPC"))

    with pytest.raises(OSError, match="ENOSPC"):
        storage.adopt(tmp_path / "first", "photos", NAME)

    assert files(tmp_path) == ["first"]


def refusing(word: str) -> Callable[..., None]:
    def link(*_paths: object) -> None:
        raise OSError(getattr(errno, word), word)

    return link


def test_what_was_not_put_is_not_there(storage: Storage) -> None:
    assert not storage.exists("photos", NAME)


@pytest.mark.parametrize(("given", "copied"), [(0, 0), (9, 9), (10, 10), (11, 11), (5_000_000, 11)])
def test_a_copy_stops_one_byte_past_the_limit(given: int, copied: int) -> None:
    source, target = io.BytesIO(b"x" * given), io.BytesIO()

    total, digest = copy_hashed(source, target, limit=10)

    assert (total, len(target.getvalue())) == (copied, copied)
    assert digest == hashlib.sha256(b"x" * copied).hexdigest()


def test_each_new_folders_name_is_on_disk_before_anything_is_laid_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[Path, list[str]]] = []
    monkeypatch.setattr(
        module, "sync_folder", lambda folder: synced.append((folder, sorted(os.listdir(folder))))
    )

    Storage(tmp_path / "new").put("photos", NAME, b"bytes")

    target = tmp_path / "new" / "photos" / "ab"
    assert (tmp_path / "new" / "photos", ["ab"]) in synced
    assert (tmp_path / "new", ["incoming", "photos"]) in synced
    assert synced[-1] == (target, [NAME])
