"""The signing key is made once; a lost one is never replaced in silence, a leaked one can be withdrawn."""

import os
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from inspect_app.core import sealing
from inspect_app.core.clock import FixedClock
from inspect_app.evidence import service, verifying
from tests.api.test_evidence_chain import chain
from tests.evidence_builders import issued_package, keys
from tests.inspections_builders import AsUser, Ids, Visit, expect

pytestmark = pytest.mark.usefixtures("people")


@pytest.fixture
def path(app: Flask) -> Path:
    found: Path = app.extensions["chahe.settings"].evidence_key_file
    return found


def command(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(args=["evidence", *map(str, arguments)])


def receipt(visit: Visit, number: int) -> Any:
    return expect(visit.send_photo(number), 201).get_json()["receipt"]


def listed(visit: Visit) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = visit.api("staff").get("/evidence/keys").get_json()["items"]
    return items


@pytest.mark.every_database
def test_the_first_key_is_written_down_before_it_has_signed(
    app: Flask, as_user: AsUser, people: Ids, path: Path
) -> None:
    visit = Visit.started(as_user, people)
    assert (listed(visit), path.exists()) == ([], False)

    app.extensions["chahe.warm"]()

    (key,) = listed(visit)
    assert receipt(visit, 1)["key"] == key["id"]
    assert len(key["id"]) == sealing.ID_DIGITS == 32


@pytest.mark.every_database
def test_whoever_asks_first_has_a_key_that_is_written_down(as_user: AsUser, people: Ids) -> None:
    visit = Visit.started(as_user, people)

    assert [receipt(visit, 1)["key"]] == list(keys(visit))


@pytest.mark.every_database
def test_a_lost_key_is_not_replaced_in_silence(
    app: Flask, as_user: AsUser, people: Ids, path: Path, fixed_clock: FixedClock
) -> None:
    visit = Visit.started(as_user, people)
    first = receipt(visit, 1)["key"]
    path.unlink()

    assert receipt(visit, 2) is None
    app.extensions["chahe.warm"]()
    assert (list(keys(visit)), path.exists()) == ([first], False)

    fixed_clock.instant += timedelta(minutes=1)
    made = command(app, "new-key")

    assert made.exit_code == 0, made.output
    old, new = listed(visit)
    assert (old["id"], new["endorsed_by"]) == (first, None)
    assert receipt(visit, 3)["key"] == new["id"]
    assert "rotate-key" in command(app, "new-key").output


def test_who_verifies_makes_no_key(
    app: Flask, as_user: AsUser, people: Ids, path: Path, tmp_path: Path
) -> None:
    _, folder = issued_package(as_user, people, tmp_path / "package")
    path.unlink()

    assert command(app, "verify", folder).exit_code == 0
    assert not path.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_may_use_signs_nothing(as_user: AsUser, people: Ids, path: Path, mode: int) -> None:
    visit = Visit.started(as_user, people)
    assert receipt(visit, 1)
    path.chmod(mode)

    assert receipt(visit, 2) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_new_key_belongs_to_whom_the_old_one_belonged(
    app: Flask, as_user: AsUser, people: Ids, path: Path
) -> None:
    assert receipt(Visit.started(as_user, people), 1)
    os.chown(path, 1234, 1235)

    assert command(app, "rotate-key").exit_code == 0

    told = path.stat()
    assert (told.st_uid, told.st_gid, stat.S_IMODE(told.st_mode)) == (1234, 1235, 0o600)


@pytest.mark.every_database
def test_a_withdrawn_key_is_told_as_such(app: Flask, as_user: AsUser, people: Ids, tmp_path: Path) -> None:
    visit, folder = issued_package(as_user, people, tmp_path / "package")
    old = verifying.verify(folder).key
    assert "現用" in command(app, "withdraw-key", old, "--since", "2026-11-20").output
    assert command(app, "rotate-key").exit_code == 0

    done = command(app, "withdraw-key", old, "--since", "2026-11-20")

    assert done.exit_code == 0, done.output
    assert [each["withdrawn_at"] for each in listed(visit)] == ["2026-11-19T16:00:00.000000+00:00", None]
    answer = command(app, "verify", folder)
    assert (answer.exit_code, "無法判斷　簽章金鑰" in answer.output) == (1, True), answer.output
    assert command(app, "withdraw-key", "0" * 32, "--since", "2026-11-20").exit_code == 1


def test_an_export_stands_in_the_chain(app: Flask, as_user: AsUser, people: Ids, tmp_path: Path) -> None:
    visit, _ = issued_package(as_user, people, tmp_path / "package")

    assert command(app, "export", visit.id, "--to", tmp_path / "out").exit_code == 0

    last = chain(app, visit)[-1]
    assert (last.action, last.actor_name) == ("inspection.exported", "系統")
    assert "inspection.exported" in (tmp_path / "out/manifest.json").read_text(encoding="utf-8")


def test_a_key_laid_there_by_the_operator_is_written_down_at_the_start(
    app: Flask, as_user: AsUser, people: Ids, path: Path
) -> None:
    own = sealing.generate()
    sealing.write(path, own, new=True)

    with app.app_context():
        service.start()

    assert list(keys(Visit.started(as_user, people))) == [own.id]


def test_a_key_file_that_cannot_be_written_leaves_the_old_key_in_use(
    app: Flask, as_user: AsUser, people: Ids, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = Visit.started(as_user, people)
    first = receipt(visit, 1)["key"]

    def full(_handle: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    failed = command(app, "rotate-key")
    monkeypatch.undo()

    assert (failed.exit_code, "no space left" in failed.output) == (1, True)
    assert (list(keys(visit)), receipt(visit, 2)["key"]) == ([first], first)
