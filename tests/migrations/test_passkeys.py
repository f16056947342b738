"""Passkeys and when somebody last showed that it is they: taken back, no sign-in is lost; come again, each is asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command

from portal.commands.db import configuration
from portal.database.engines import engine_options, prepare_engine
from portal.database.session import db

BEFORE, WITH = "0024", "0025"
END = sa.text("UPDATE sign_in_sessions SET ended_at = last_seen_at, ended_by = 'ended_elsewhere' WHERE id = :id")
ENDED_BY = sa.text("SELECT ended_by FROM sign_in_sessions WHERE id = :id")
NOTED = sa.text("SELECT count(*) FROM sign_in_sessions WHERE coalesce(way, browser) IS NOT NULL")
PROVED = sa.text("SELECT count(*) FROM sign_in_sessions WHERE proved_at IS NOT NULL")
HANDLES = sa.text("SELECT count(*) FROM users WHERE passkey_handle IS NOT NULL")


def test_they_go_and_can_come_again(database, world):
    db.session.remove()
    db.engine.dispose()
    url, which = database.owner_url("portal"), {"id": world.open_sessions["a.other_gp"]}
    settings = configuration(url, database.url("portal"))
    engine = sa.create_engine(url, **engine_options(url))
    prepare_engine(engine)
    try:
        with engine.begin() as connection:
            assert connection.scalar(HANDLES) > 0
            assert connection.scalar(PROVED) > 0
            connection.execute(END, which)
            before = connection.scalar(sa.text("SELECT count(*) FROM sign_in_sessions"))
        command.downgrade(settings, BEFORE)
        with engine.begin() as connection:
            assert connection.scalar(ENDED_BY, which) == "signed_out"
            assert {"passkeys", "passkey_challenges"}.isdisjoint(sa.inspect(connection).get_table_names())
        command.upgrade(settings, WITH)
        with engine.begin() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM sign_in_sessions")) == before
            assert [connection.scalar(asked) for asked in (NOTED, PROVED, HANDLES)] == [0, 0, 0]
            connection.execute(END, which)
    finally:
        engine.dispose()
