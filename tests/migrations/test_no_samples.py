"""PostgreSQL keeps no samples of what may be about a family: neither of today's columns, nor of a later version's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from alembic import command
from sqlalchemy import Enum, LargeBinary, String

from portal.commands.db import configuration
from portal.database.declarative import Base
from portal.database.session import db
from portal.database.types import EncryptedText
from portal.domain.record_map import ATTACHED_TITLES, FAMILY_TITLES

SAMPLED = """
SELECT c.relname || '.' || a.attname FROM pg_statistic s JOIN pg_attribute a ON a.attrelid = s.starelid
AND a.attnum = s.staattnum JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'public'::regnamespace
"""

OF_FUNCTIONS = """
SELECT s.starelid::regclass::text FROM pg_statistic s JOIN pg_class c ON c.oid = s.starelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'i'
"""
"""An index of what a function makes of a column is sampled too, whatever has been said of the column."""


def telling() -> set[str]:
    """Columns with ciphertexts, digests and keys, and those of a family's rows with words of any kind."""
    about = {*FAMILY_TITLES, *ATTACHED_TITLES}
    return {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary | EncryptedText)
        or (table.name in about and isinstance(column.type, String) and not isinstance(column.type, Enum))
    }


@contextmanager
def opened(database) -> Iterator[psycopg.Connection]:
    """A connection of whoever may look at what the server knows of the values."""
    db.session.remove()
    db.engine.dispose()
    with psycopg.connect(database.superuser_url("portal"), autocommit=True) as connection:
        yield connection


def sampled(database) -> set[str]:
    """Of which columns it knows something, once it has looked at all tables."""
    with opened(database) as connection:
        connection.execute("ANALYZE")
        return {name for (name,) in connection.execute(SAMPLED)}


@pytest.fixture
def on_postgresql(database, world) -> None:
    """Only PostgreSQL takes samples by itself; SQLite keeps none of values unless it is built to."""
    if database.backend != "postgresql":
        pytest.skip("SQLite takes no samples of values")


@pytest.mark.usefixtures("on_postgresql")
def test_no_sample_is_taken_of_what_may_be_about_a_family(database):
    """A column that fails here wants `ALTER COLUMN … SET STATISTICS 0` in the migration that adds it, as 0031 does."""
    known = sampled(database)
    assert {"meetings.status", "agencies.name", "invitations.attendance"} <= known
    assert known & telling() == set()
    with opened(database) as connection:
        assert connection.execute(OF_FUNCTIONS).fetchall() == []


@pytest.mark.usefixtures("on_postgresql")
def test_samples_that_were_taken_before_go_with_the_upgrade(database):
    settings = configuration(database.owner_url("portal"), database.url("portal"))
    command.downgrade(settings, "0030")
    assert {"children.surname", "children.surname_index", "cases.reference", "notices.what"} <= sampled(database)
    command.upgrade(settings, "head")
    with opened(database) as connection:
        assert {name for (name,) in connection.execute(SAMPLED)} & telling() == set()
    assert sampled(database) & telling() == set()
