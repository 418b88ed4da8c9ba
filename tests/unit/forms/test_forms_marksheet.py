"""The mark sheet's file is read strictly, and a version that there is not names those there are."""

import pytest

from forms import lock, marksheet
from forms.errors import InvalidData, UnknownForm

NAME = "mark-sheet/v1.yaml"
FIRST = lock.read(NAME)


def refusal(data: bytes, name: str = NAME) -> str:
    with pytest.raises(InvalidData) as caught:
        marksheet.define(data, name)
    return str(caught.value)


def test_the_published_sheet_is_read() -> None:
    assert marksheet.define(FIRST, NAME) == marksheet.mark_sheet(1)


@pytest.mark.parametrize("name", ["mark-sheet/v2.yaml", "marks/v1.yaml"])
def test_its_version_is_that_of_the_file(name: str) -> None:
    assert refusal(FIRST, name).endswith(": version must be that of the file's name.")


def test_a_remark_names_a_code_that_some_catalogue_has() -> None:
    assert "merits names '0.99', which no catalogue has" in refusal(FIRST.replace(b'"0.05"', b'"0.99"'))


def test_an_unknown_version_names_those_published(monkeypatch: pytest.MonkeyPatch) -> None:
    known = lock.digests() | {"mark-sheet/v10.yaml": "", "mark-sheet/v2.yaml": ""}
    monkeypatch.setattr(lock, "digests", lambda: known)

    with pytest.raises(
        UnknownForm, match=r"：mark-sheet 第 1 版、mark-sheet 第 2 版、mark-sheet 第 10 版。$"
    ):
        marksheet.mark_sheet(9)
