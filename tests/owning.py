"""What the portal's own role may not do any more: changing the tables, as their owner can."""

from __future__ import annotations

from sqlalchemy import create_engine, text

from portal.database.session import db, writing
from tests.postgres import OWNER


def as_owner(statement: str) -> None:
    """Run a statement on the app's database as whoever owns its tables."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        with writing() as session:
            session.execute(text(statement))
        return
    engine = create_engine(db.engine.url.set(username=OWNER))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    with writing() as session:
        # For whoever looks whether the copy of the world is as it was made (tests/databases.py).
        session.execute(text("DELETE FROM worker_beats WHERE false"))
