"""Asking for what nobody has, before the app says that it is ready, so that the first page need not wait.

SQLAlchemy sets up its classes with the first statement and compiles each statement when it is first executed, which
takes ten times as long as the page that waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import configure_mappers

from portal.access.viewer import Hat, Viewer
from portal.database.session import db
from portal.domain.vocabulary import AGENCY_ROLES, Role
from portal.services import sessions
from portal.services.meetings.outlook import standings
from portal.services.registers import queries

NOBODYS = 0
"""An id that no row has."""

_TIMES = 12
"""So often is each statement run: psycopg prepares it the sixth time, and PostgreSQL plans it five times more."""


def viewers_of_nothing(now: datetime) -> Iterator[Viewer]:
    """Somebody in each role, in a partnership that does not exist."""
    for role in Role:
        hat = Hat(NOBODYS, NOBODYS, "", role, agency_id=NOBODYS if role in AGENCY_ROLES else None)
        yield Viewer(now=now, user_id=NOBODYS, hat=hat, hats=(hat,))


def prepare_statements(now: datetime) -> bool:
    """Compile what pages without rows do not come to; says whether the database answers.

    Without one, or with one that is not migrated yet, only the classes are set up.
    """
    configure_mappers()
    try:
        for _ in range(_TIMES):
            sessions.load("", now)
            standings(db.session.connection(), [NOBODYS])
            for viewer in viewers_of_nothing(now):
                queries.meeting_of(db.session(), viewer, NOBODYS)
                queries.rows_of(db.session(), viewer, NOBODYS)
    except SQLAlchemyError:
        # Whether the database can be used is for /health/ready to say.
        return False
    finally:
        db.session.remove()
    return True
