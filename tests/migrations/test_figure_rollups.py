"""Triggers that note what figures count: there after every upgrade, gone with their version, right with old data."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic import command

from portal.commands.db import configuration
from portal.database.session import db, writing
from portal.services.indicators.rollups import TRIGGERS, differences, fold
from tests.areas import Area

OWN = "0016"


def triggers(url: str) -> set[str]:
    """The triggers of a database, by name."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            rows = connection.exec_driver_sql("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        found = set(rows.scalars())
    engine.dispose()
    return found


@pytest.fixture
def down_and_up(database) -> str:
    """The world's database, taken below the version and brought back."""
    db.session.remove()
    db.engine.dispose()
    url = database.owner_url("portal")
    command.downgrade(configuration(url), "0015")
    assert not triggers(url) & TRIGGERS
    command.upgrade(configuration(url, database.url("portal")), "head")
    return url


def test_no_later_version_loses_a_trigger(databases):
    """On SQLite a version that copies a table drops its triggers with the old one: it has to make them again."""
    url = databases.empty("migrated")
    command.upgrade(configuration(url), "head")
    assert triggers(url) >= TRIGGERS


def test_what_was_there_before_is_counted(down_and_up, world):
    assert triggers(down_and_up) >= TRIGGERS
    for partnership_id in world.partnerships.values():
        assert differences(db.session(), partnership_id) == []
        assert db.session.scalar(sa.text("SELECT count(*) FROM figures_by_agency")) > 0
    db.session.rollback()
    assert fold() == 0


def test_what_changes_afterwards_is_noted(down_and_up, world):
    area = Area.of(world.partnerships["a"])
    with writing() as session:
        session.execute(sa.text("UPDATE invitations SET attendance = NULL, report_received_on = '2026-01-01'"))
    assert fold() > 0
    assert differences(db.session(), area.partnership_id) == []
    db.session.rollback()
