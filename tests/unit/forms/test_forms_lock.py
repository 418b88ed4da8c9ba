"""Published is forever: the lock notices every changed, missing or added file."""

import shutil
from pathlib import Path

import pytest

from forms import lock
from forms.__main__ import main
from forms.catalogue import CODES
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


PUBLISHED = {
    "building-works/v1.yaml": "466b9b76480523ab27ad3a4c385f9b3edc3b5b87c939222ee221063da65abf99",
    "construction-inspection/v1.yaml": "60c0ae775f3e8db154eb63acad30f2ffe2af20a61840e7507d06b8ea51a0ebd0",
    "construction-inspection/v2.yaml": "472d9d13736267fbd962fdb56c4bdf2103cfd68dce61d8e4aa602a8f2118731f",
    "drainage-works/v1.yaml": "0c957d48dec048096d089ada48fa12511aa005ccfe01fc2f351fa3668c2130e4",
    "equipment-works/v1.yaml": "ffdaab9966a8636bb8a1e4a8313a8ee659f8398c15ee5bddc0791cb73ee0f855",
    "mark-sheet/v1.yaml": "0317515998d066038a118b1bce725c504474e71ef34b6cf8168b1b4d68ef0766",
    "road-works/v1.yaml": "07376381454803c707f898c99a503352dbb88eee955f2c254e0fa3e50446d561",
    "slope-works/v1.yaml": "020f243a449610c6a5e7b8109717e48476616890533981787a214e1dd8462661",
}
REVISIONS = {
    "roc-111.yaml": "dd7298e970dac0594e600abe3ddcaaa1eadc62580940f62e634f8b4139ce97bd",
}
"""What was published first; a line is added with each file, and none is ever changed."""


@pytest.mark.parametrize(
    ("shelf", "first"), [(lock.DEFINITIONS, PUBLISHED), (CODES, REVISIONS)], ids=["definitions", "codes"]
)
def test_everything_published_is_what_was_first_published(shelf: Path, first: dict[str, str]) -> None:
    """Rewriting file and lock together would pass the lock; it does not pass this."""
    assert lock.digests(shelf) == first


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
