"""From each version that was ever released to this one, with data: nothing of it is lost, and the portal runs on it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic import command

from portal.commands.db import configuration
from portal.database.session import db
from portal.services.activity_checks import verify
from tests.migrations.test_migrations import REVISIONS
from tests.services.key_steps import SYSTEM

RELEASED = ("0001", "0002", "0003", "0011", "0015", "0023")
"""Where the database stood at the end of each step before this one."""


def counted(url: str) -> dict[str, int]:
    """How many rows each table has."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name)))
            for name in sa.inspect(connection).get_table_names()
            if name != "alembic_version"
        }


@pytest.mark.parametrize("revision", RELEASED)
def test_a_portal_that_stood_at_a_released_version_comes_up_whole(database, client, sign_in, world, revision):
    db.session.remove()
    db.engine.dispose()
    url = database.owner_url("portal")
    settings = configuration(url, database.url("portal"))
    command.downgrade(settings, revision)
    old = counted(url)
    assert sum(map(bool, old.values())) > 8
    command.upgrade(settings, "head")
    assert {name: number for name, number in counted(url).items() if name in old} == old
    command.check(settings)
    assert verify(SYSTEM).faults == []
    db.session.remove()
    sign_in(client, world.person("a.gp.lead"))
    for page in ("/", "/meetings", f"/meetings/{world.meeting('a.initial').id}"):
        assert client.get(page).status_code == 200


def test_the_released_versions_are_some_of_the_history():
    assert set(RELEASED) <= set(REVISIONS)
