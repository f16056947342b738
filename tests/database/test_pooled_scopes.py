"""What a pooled connection knows of whoever used it last: nothing, however that ended. And what it costs to tell it."""

from __future__ import annotations

from threading import Timer

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from portal.database.engines import writing_options
from portal.database.scopes import ACROSS, EVERYTHING, NOTHING, Scope, within
from portal.database.session import db, writing, writing_apart
from portal.models.cases import Case
from portal.models.partnerships import Partnership
from tests.pooled_connections import driver, knows_nothing, sent

CASES = select(func.count()).select_from(Case)


def read(scope: Scope) -> int:
    """How many cases there are for a scope."""
    with within(scope):
        return db.session.scalar(CASES) or 0


def test_what_one_reads_the_next_on_the_same_connection_does_not(server, of_a):
    assert read(of_a) > 0
    pooled = driver()
    assert knows_nothing()
    assert read(NOTHING) == 0
    assert driver() is pooled
    assert read(EVERYTHING) > read(of_a)
    assert knows_nothing()


def break_off() -> None:
    """Fail in the middle of a change."""
    with writing() as session:
        session.scalar(CASES)
        raise InterruptedError


def misspell() -> None:
    """Send what the server does not understand."""
    db.session.execute(text("SELECT nothing FROM nowhere"))


def divide() -> None:
    """Send what fails while it runs."""
    db.session.execute(text("SELECT 1 / (count(*) - count(*)) FROM cases"))


def repeat_a_name() -> None:
    """Break a rule of the tables, in a change."""
    with writing() as session:
        name = session.scalar(select(Partnership.name).limit(1))
        session.execute(text("INSERT INTO partnerships (name) VALUES (:name)"), {"name": name})


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        (break_off, InterruptedError),
        (misspell, ProgrammingError),
        (divide, DataError),
        (repeat_a_name, IntegrityError),
    ],
)
def test_what_failed_leaves_nothing_behind(server, of_a, act, fault):
    with within(of_a), pytest.raises(fault):
        act()
    db.session.rollback()
    assert knows_nothing()
    assert read(NOTHING) == 0
    assert read(of_a) > 0


def test_what_was_cancelled_leaves_nothing_behind(server, of_a):
    with within(of_a):
        connection = db.session.connection()
        timer = Timer(0.2, connection.connection.driver_connection.cancel)
        timer.start()
        with pytest.raises(OperationalError, match="cancel"):
            connection.execute(text("SELECT pg_sleep(20) FROM cases"))
        timer.join()
    assert knows_nothing()


def test_a_connection_that_died_is_followed_by_one_that_knows_nothing(server, of_a):
    assert read(of_a) > 0
    dead = driver().info.backend_pid
    with psycopg.connect(server.server, autocommit=True) as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [dead])
    with within(of_a), pytest.raises(OperationalError):
        db.session.scalar(CASES)
    db.session.remove()
    assert read(NOTHING) == 0
    assert read(of_a) > 0
    assert driver().info.backend_pid != dead
    assert knows_nothing()


def test_one_transaction_is_told_each_time_that_another_scope_holds(server, of_a, world):
    of_b = Scope.of([world.partnerships["b"]], [])
    with within(of_a), writing() as session:
        mine = session.scalar(CASES)
        with within(of_b):
            theirs = session.scalar(CASES)
        with within(NOTHING):
            assert session.scalar(CASES) == 0
        assert session.scalar(CASES) == mine
        assert session.scalar(CASES.execution_options(**ACROSS)) == mine + theirs
        assert session.scalar(CASES) == mine
        session.rollback()
    assert knows_nothing()


def break_off_in_a_savepoint(session: Session, scope: Scope) -> None:
    """Read for a scope that holds within the savepoint alone, and fail."""
    with session.begin_nested(), within(scope):
        assert session.scalar(CASES) > 0
        raise InterruptedError


def test_a_savepoint_that_is_rolled_back_takes_back_what_was_told_after_it(server, of_a):
    with within(NOTHING), writing() as session:
        session.scalar(CASES)
        with pytest.raises(InterruptedError):
            break_off_in_a_savepoint(session, of_a)
        with within(of_a):
            assert session.scalar(CASES) > 0
        assert session.scalar(CASES) == 0
        session.rollback()


def test_several_rows_at_once_are_told_too(server, of_a):
    with within(of_a):
        rows = [{"number": number} for number in db.session.scalars(select(Case.id).limit(3))]
    statement = text("UPDATE cases SET reference = reference WHERE id = :number")
    for scope, changed in ((of_a, len(rows)), (NOTHING, 0)):
        with within(scope), writing() as session:
            assert session.connection().execute(statement, rows).rowcount == changed
            session.rollback()
    assert len(rows) > 1


def test_what_is_fetched_bit_by_bit_is_told_too(server, of_a):
    known = read(of_a)
    db.session.remove()
    with within(of_a), db.engine.connect() as plain:
        connection = plain.execution_options(**writing_options(db.engine))
        rows = connection.execute(select(Case.id).execution_options(yield_per=2))
        assert len(rows.all()) == known > 2
    assert knows_nothing()


def test_a_short_change_apart_is_told_what_holds(server, of_a):
    with within(of_a), writing_apart() as connection:
        assert connection.execute(CASES).scalar() > 0
    with within(NOTHING), writing_apart() as connection:
        assert connection.execute(CASES).scalar() == 0
    assert knows_nothing()


# What it costs


def test_a_page_is_told_with_its_query_and_waits_once(server, of_a):
    """Two statements, one wait: otherwise each query of a page would go to the server and back twice."""
    with within(of_a):
        connection = db.session.connection()
        found = sent(connection.connection.driver_connection, lambda: connection.execute(CASES).all())
    assert (found["Execute"], found["Sync"]) == (2, 1)


def test_a_change_is_told_once(server, of_a):
    with within(of_a), writing() as session:

        def read_three() -> None:
            for _ in range(3):
                session.scalar(CASES)

        found = sent(session.connection().connection.driver_connection, read_three)
        session.rollback()
    # Beside the three: what begins the transaction, and what it is told.
    assert found["Execute"] <= 5
    assert found["Sync"] + found["Query"] <= 4
