"""Published is forever: the lock notices every changed, missing or added file."""

import shutil
from pathlib import Path

import pytest

from forms import lock
from forms.__main__ import main
from forms.errors import PublishedFormChanged
from tests.forms_builders import sheet as sheet_file

NAME = "construction-inspection/v1.yaml"
NEXT = "construction-inspection/v99.yaml"


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A copy of the definitions that a test may change."""
    return Path(shutil.copytree(lock.DEFINITIONS, tmp_path / "definitions"))


def test_every_published_file_is_as_it_was_published() -> None:
    assert [name for name in lock.digests() if lock.read(name) == b""] == []
    assert NAME in lock.digests()


def test_every_definition_in_the_tree_is_locked() -> None:
    assert lock.unpublished() == ()


def test_version_one_is_the_one_first_published() -> None:
    """Rewriting file and lock together would pass the lock; it does not pass this."""
    assert lock.digests()[NAME] == "60c0ae775f3e8db154eb63acad30f2ffe2af20a61840e7507d06b8ea51a0ebd0"


def test_a_changed_file_is_refused(shelf: Path) -> None:
    (shelf / NAME).write_bytes((shelf / NAME).read_bytes() + b"\n")

    with pytest.raises(PublishedFormChanged, match="next version"):
        lock.read(NAME, shelf)


def test_a_missing_file_is_refused(shelf: Path) -> None:
    (shelf / NAME).unlink()

    with pytest.raises(PublishedFormChanged):
        lock.read(NAME, shelf)


def test_a_file_beside_the_lock_is_noticed(shelf: Path) -> None:
    (shelf / NEXT).write_text("draft")

    assert lock.unpublished(shelf) == (NEXT,)


def test_publishing_adds_the_new_and_keeps_the_old(shelf: Path) -> None:
    before = lock.digests(shelf)
    (shelf / NEXT).write_text("draft")

    assert lock.publish(shelf) == (NEXT,)
    assert lock.digests(shelf).items() > before.items()
    assert lock.read(NEXT, shelf) == b"draft"


def test_publishing_over_a_changed_file_is_refused(shelf: Path) -> None:
    (shelf / NAME).write_text("rewritten")
    before = lock.digests(shelf)

    with pytest.raises(PublishedFormChanged):
        lock.publish(shelf)

    assert lock.digests(shelf) == before


def test_the_command_checks_every_data_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert (
        capsys.readouterr().out
        == "7 checklists, 1 revisions of the catalogue (661 codes in the newest), 0 drafts\n"
    )


def test_the_command_names_a_draft_that_is_unsound(
    shelf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (shelf / "x.yaml").write_text("title: x")
    monkeypatch.setattr(lock, "DEFINITIONS", shelf)
    monkeypatch.setattr(lock, "unpublished", lambda folder=shelf: ("x.yaml",) if folder == shelf else ())

    assert main(["check"]) == 1
    assert "x.yaml" in capsys.readouterr().err


@pytest.mark.parametrize(("sheet", "status"), [(1, 0), (9, 1)])
def test_a_draft_names_a_mark_sheet_that_is_published(
    sheet: int,
    status: int,
    shelf: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (shelf / "x").mkdir()
    (shelf / "x" / "v1.yaml").write_bytes(
        sheet_file("id: a-01", head=f'code: "x"\nversion: 1\nmark_sheet: {sheet}')
    )
    monkeypatch.setattr(lock, "DEFINITIONS", shelf)
    monkeypatch.setattr(lock, "unpublished", lambda folder=shelf: ("x/v1.yaml",) if folder == shelf else ())

    assert main(["check"]) == status
    assert ("「mark-sheet」第 9 版" in capsys.readouterr().err) is bool(status)


@pytest.mark.parametrize("arguments", [[], ["lock"], ["check", "publish"]])
def test_a_wrong_command_line_shows_the_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert "check|publish" in capsys.readouterr().err
