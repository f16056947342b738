"""Each test begins with the world as it was made: a copy is used again only where nothing was written into it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.database.session import db, writing
from portal.models.partnerships import Partnership
from portal.services.filing import filing
from tests.databases import Database


def name_of_partnerships(databases: Database) -> list[str]:
    """As the copy says it."""
    with databases.app.app_context():
        names = list(db.session.scalars(sa.select(Partnership.name).order_by(Partnership.id)))
        db.session.remove()
    return names


@pytest.mark.parametrize("through", ["the portal", "an engine of one's own"])
def test_what_one_test_writes_no_other_sees(databases, through):
    databases.renew()
    before = name_of_partnerships(databases)
    change = sa.update(Partnership).values(name=Partnership.name + " changed")
    with databases.app.app_context():
        if through == "the portal":
            with writing() as session:
                session.execute(change)
        else:
            engine = sa.create_engine(databases.url("portal"))
            with engine.begin() as connection:
                connection.execute(change)
            engine.dispose()
    assert name_of_partnerships(databases) == [f"{name} changed" for name in before]
    databases.renew()
    assert name_of_partnerships(databases) == before


def test_a_file_that_one_test_takes_away_is_there_for_the_next(databases):
    databases.renew()
    with databases.app.app_context():
        folder = filing().store.folder
    kept = {path for path in folder.rglob("*") if path.is_file()}
    assert kept
    next(iter(kept)).unlink()
    (folder / "left-behind").write_bytes(b"x")
    databases.renew()
    assert {path for path in folder.rglob("*") if path.is_file()} == kept


def test_a_copy_that_was_emptied_is_made_anew(databases):
    databases.renew()
    before = name_of_partnerships(databases)
    databases.empty("portal")
    databases.renew()
    assert name_of_partnerships(databases) == before


def test_a_copy_that_was_only_read_from_is_not_made_anew(databases, monkeypatch):
    databases.renew()
    name_of_partnerships(databases)
    monkeypatch.setattr(databases, "copy", lambda *_names: pytest.fail("it was copied"))
    databases.renew()
