"""Links for single sign-on are known from its revision on; taken back, they set a password."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.exc import IntegrityError

from portal.commands.db import configuration
from portal.database.engines import engine_options, prepare_engine
from portal.database.session import db

BEFORE, WITH = "0023", "0024"
LINK = sa.text(
    "INSERT INTO joining_links (token_digest, user_id, purpose, made_at, expires_at) "
    "SELECT :digest, min(id), 'sign_on', '2026-06-10 10:00:00', '2026-06-13 10:00:00' FROM users"
)
IDENTITY = sa.text(
    "INSERT INTO identities (user_id, provider, issuer, subject, linked_at) "
    "SELECT min(id), 'dfe', 'https://x.example', 's', '2026-06-10 10:00:00' FROM users"
)
PURPOSE = sa.text("SELECT purpose FROM joining_links WHERE token_digest = :digest")
CLOSED = sa.text("UPDATE partnership_agencies SET local_sign_in = false")
OPEN = sa.text("SELECT count(*) FROM partnership_agencies WHERE NOT local_sign_in")


def test_they_go_and_can_come_again(database, world):
    db.session.remove()
    db.engine.dispose()
    url, first, second = database.owner_url("portal"), {"digest": b"1" * 32}, {"digest": b"2" * 32}
    settings = configuration(url, database.url("portal"))
    engine = sa.create_engine(url, **engine_options(url))
    prepare_engine(engine)
    try:
        with engine.begin() as connection:
            connection.execute(LINK, first)
            connection.execute(IDENTITY)
            connection.execute(CLOSED)
        command.downgrade(settings, BEFORE)
        with engine.begin() as connection:
            assert connection.scalar(PURPOSE, first) == "new_password"
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(LINK, second)
        command.upgrade(settings, WITH)
        with engine.begin() as connection:
            connection.execute(LINK, second)
            connection.execute(IDENTITY)
            assert connection.scalar(OPEN) == 0, "passwords are taken until somebody closes them"
    finally:
        engine.dispose()
