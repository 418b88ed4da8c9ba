"""docs/access.md says what the tested table says."""

from tests.access import document


def test_the_document_is_the_tables() -> None:
    assert document.FILE.read_text(encoding="utf-8") == document.render(), (
        "run python -m tests.access.document"
    )
