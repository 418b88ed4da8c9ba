"""A backup holds what lies in S3 alone, and a restored city begins with everything in its spool."""

from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from inspect_app import create_app
from inspect_app.backups import making, restoring
from inspect_app.backups.making import Made
from inspect_app.backups.progress import Silent
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import db
from inspect_app.photos import queries
from tests.databases import settings_for
from tests.storage.conftest import SHA, Keeping
from tests.stores import Store

PLENTY = 2**60


def back_up(app: Flask, target: Path) -> Made:
    with app.app_context():
        return making.backup(app, target, force=True, progress=Silent(), free=lambda _path: PLENTY)


def test_what_lies_in_s3_alone_is_in_the_backup_and_is_restored_into_the_spool(
    keeping: Keeping, store: Store, sent: UUID, tmp_path: Path, fixed_clock: FixedClock
) -> None:
    before = {size: keeping.path(size).read_bytes() for size in queries.SIZES}
    keeping.offload()
    keeping.evict()

    made = back_up(keeping.app, tmp_path / "city.zip")
    (tmp_path / "other").mkdir()
    other = create_app(settings_for(tmp_path / "other", STORAGE_URL=store.url), fixed_clock)
    with other.app_context():
        restoring.restore(made.path, progress=Silent(), free=lambda _path: PLENTY)
        db.engine.dispose()

    there = Keeping(other, fixed_clock)
    assert made.manifest.faults == ()
    assert keeping.here() == set()
    assert {size: there.path(size).read_bytes() for size in queries.SIZES} == before
    assert there.waiting() == [SHA]


@pytest.mark.parametrize("how", ["away", "forgotten", "flipped"])
def test_what_cannot_be_had_from_s3_is_named_and_the_rest_is_saved(
    keeping: Keeping, store: Store, sent: UUID, tmp_path: Path, how: str
) -> None:
    keeping.offload()
    keeping.evict()
    if how == "flipped":
        keeping.flip_there("web")
    else:
        store.kill()
        if how == "forgotten":
            store.start()

    faults = back_up(keeping.app, tmp_path / "city.zip").manifest.faults

    told = {each.name.split("/")[1]: each.reason[:6] for each in faults}
    assert (
        told
        == {
            "away": dict.fromkeys(queries.SIZES, "只存放在 S3"[:6]),
            "forgotten": dict.fromkeys(queries.SIZES, "找不到檔案"),
            "flipped": {"web": "內容與檔名所"},
        }[how]
    )
