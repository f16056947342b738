"""The trail survives migrations: every row as it was sealed; and one that was shortened is not led where it fails."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic import command

from portal.commands.db import configuration
from portal.database.engines import engine_options, prepare_engine
from portal.database.session import db, writing
from portal.services import activity_checks
from portal.services.activity_checkpoints import new_checkpoint
from portal.services.changes import changing
from tests.services.activity_steps import OPERATOR, chain_of
from tests.world import NOW


@pytest.fixture
def busy(world, viewer_of) -> int:
    """A's chain with some entries."""
    for number in range(8):
        with changing(viewer_of(world.person("a.gp.lead"), now=NOW + timedelta(hours=number))) as change:
            change.log("invitation.answered", "invitation", number)
    return chain_of(world.partnerships["a"])


def apart(database) -> str:
    """A copy of the database to migrate, by its owner's address."""
    db.session.remove()
    db.engine.dispose()
    database.copy("portal", "migrated")
    return database.owner_url("migrated")


def stored(url: str) -> list[tuple]:
    """The trail and its heads as they lie in the database."""
    engine = sa.create_engine(url, **engine_options(url))
    prepare_engine(engine)
    try:
        with engine.connect() as connection:
            rows = connection.execute(sa.text("SELECT * FROM activity ORDER BY chain_id, sequence")).all()
            heads = connection.execute(sa.text("SELECT * FROM activity_chains ORDER BY id")).all()
        return [tuple(row) for row in (*rows, *heads)]
    finally:
        engine.dispose()


def test_the_trail_is_the_same_after_every_migration_down_and_up(database, busy):
    url = apart(database)
    before = stored(url)
    assert len(before) > 8
    command.downgrade(configuration(url), "0001")
    command.upgrade(configuration(url, database.url("migrated")), "head")
    assert stored(url) == before
    database.copy("migrated", "portal")
    report = activity_checks.verify(OPERATOR)
    assert (report.faults, report.rows) == ([], len(before) - 3)


def test_a_trail_that_was_shortened_is_not_led_below_its_checkpoints(database, busy):
    with writing() as session:
        session.add(new_checkpoint(busy, 3, bytes(32), NOW, NOW))
    url = apart(database)
    command.downgrade(configuration(url), "0028")
    with pytest.raises(RuntimeError, match="would not verify"):
        command.downgrade(configuration(url), "0027")
