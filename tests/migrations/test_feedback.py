"""Mails that carry a card's link are known from feedback's revision on, and go with it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.exc import IntegrityError

from portal.commands.db import configuration
from portal.database.engines import engine_options, prepare_engine
from portal.database.session import db

BEFORE, WITH = "0021", "0022"
MAIL = sa.text(
    "INSERT INTO mails (user_id, key, kind, state, attempts, made_at, next_attempt_at) "
    "SELECT min(id), 'feedback:1:1', 'feedback', 'sent', 1, '2026-06-10 10:00:00', '2026-06-10 10:00:00' FROM users"
)
OF_FEEDBACK = sa.text("SELECT count(*) FROM mails WHERE kind = 'feedback'")
OTHERS = sa.text("SELECT count(*) FROM mails WHERE kind <> 'feedback'")


def test_they_go_with_the_cards_and_can_come_again(database, world):
    db.session.remove()
    db.engine.dispose()
    url = database.owner_url("portal")
    engine = sa.create_engine(url, **engine_options(url))
    prepare_engine(engine)
    try:
        with engine.begin() as connection:
            connection.execute(MAIL)
            assert connection.scalar(OF_FEEDBACK) == 1
            others = connection.scalar(OTHERS)
        command.downgrade(configuration(url), BEFORE)
        with engine.begin() as connection:
            assert connection.scalar(OF_FEEDBACK) == 0
            assert connection.scalar(OTHERS) == others > 0
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(MAIL)
        command.upgrade(configuration(url), WITH)
        with engine.begin() as connection:
            connection.execute(MAIL)
            assert connection.scalar(OF_FEEDBACK) == 1
    finally:
        engine.dispose()
