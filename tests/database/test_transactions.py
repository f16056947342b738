"""Pages read without transactions on PostgreSQL and changes have one, whatever their connection did before."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from portal.database.session import db, writing, writing_apart


@pytest.fixture
def server(database):
    """PostgreSQL; on SQLite every page has a transaction."""
    if database.backend == "sqlite":
        pytest.skip("SQLite has a transaction for every page")


def has_transactions(connection: Connection) -> bool:
    """Whether statements of this connection wait for a commit, as the driver itself has it."""
    return not connection.connection.driver_connection.autocommit


def test_a_page_reads_without_a_transaction_before_and_after_a_change(server):
    assert not has_transactions(db.session.connection())
    with writing() as session:
        assert has_transactions(session.connection())
    assert not has_transactions(db.session.connection())


def break_off() -> None:
    """Begin a change and fail."""
    with writing() as session:
        assert has_transactions(session.connection())
        raise InterruptedError


def test_a_change_that_breaks_off_leaves_its_connection_as_it_was(server):
    with pytest.raises(InterruptedError):
        break_off()
    assert not has_transactions(db.session.connection())


def test_what_is_written_apart_has_a_transaction_of_its_own(server):
    driver = db.session.connection().connection.driver_connection
    with writing_apart() as connection:
        assert connection.connection.driver_connection is driver
        assert has_transactions(connection)
    assert not has_transactions(db.session.connection())


def test_a_connection_goes_back_to_the_pool_as_it_came(server):
    with writing() as session:
        driver = session.connection().connection.driver_connection
    db.session.remove()
    with db.engine.connect() as connection:
        assert connection.connection.driver_connection is driver
        assert not has_transactions(connection)
