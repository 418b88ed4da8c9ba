"""Imported revisions of the catalogue are saved and restored like everything else, on either database."""

from datetime import date
from pathlib import Path

import flask_migrate
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from inspect_app.catalogue import importer, service, sheet
from inspect_app.catalogue.importer import Source, Wanted
from inspect_app.core.database import db, session, transaction
from tests.backups.places import NOON, MakePlace
from tests.unit.catalogue.sheets import delimited, rows


@pytest.mark.parametrize(("first", "second"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_an_imported_revision_comes_back_and_still_never_changes(
    first: str, second: str, make_place: MakePlace, tmp_path: Path
) -> None:
    city, other = make_place(first), make_place(second)
    data = delimited(rows())
    with city.app.app_context():
        flask_migrate.upgrade()
        with transaction() as current:
            proposal = importer.propose(current, sheet.read(data, {}), Wanted("roc-113", date(2024, 1, 1)))
            importer.store(current, proposal, Source.of("a.csv", data, "測試"), NOON)
        before = service.get(session(), "roc-113")

    other.restore(city.back_up(tmp_path / "city.zip").path)

    assert other.rows() == city.rows()
    with other.app.app_context():
        assert service.get(session(), "roc-113") == before
        assert service.on(session(), date(2026, 1, 1)) == "roc-113"
        with pytest.raises(DatabaseError, match="never changes"), db.engine.begin() as connection:
            connection.execute(text("DELETE FROM catalogue_lines"))
