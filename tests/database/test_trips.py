"""Several queries in one trip: each is told what holds for it, and a fault of one leaves nothing behind."""

from __future__ import annotations

import pytest
from psycopg.pq import PipelineStatus
from sqlalchemy import bindparam, func, select, text
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError, StatementError

from portal.database.planned_once import PLANNED_ONCE
from portal.database.scopes import ACROSS, EVERYTHING, NOTHING, within
from portal.database.session import db, writing
from portal.database.trips import LateCursor, Trip, ask_together, under_way
from portal.models.cases import Case
from portal.models.partnerships import Partnership
from portal.services.meetings.listing import Filters, list_meetings
from portal.services.registers.sheet import read_register
from tests.pooled_connections import driver, knows_nothing, sent

CASES = select(func.count()).select_from(Case)
REFERENCES = select(Case.id, Case.reference).order_by(Case.id)
FAULTY = text("SELECT 1 / (count(*) - count(*)) FROM cases")


def counted(name: str):
    """A count under a name that no statement had before, so that SQLAlchemy has to look at its columns."""
    return select(func.count().label(name)).select_from(Case)


def answers(*asked):
    """All rows of queries without values, asked for together."""
    return [result.all() for result in ask_together(db.session.connection(), *((query, {}) for query in asked))]


# On both databases


def test_each_gets_its_own_answer(world):
    with within(EVERYTHING):
        number = db.session.scalar(CASES)
        one = db.session.execute(REFERENCES).all()[0]
        by_id = select(Case.reference).where(Case.id == bindparam("wanted"))
        found, listed, counted_again = ask_together(
            db.session.connection(), (by_id, {"wanted": one.id}), (REFERENCES, {}), (CASES, {})
        )
    assert counted_again.scalar_one() == number == len(listed.all()) > 1
    assert found.one_or_none() == (one.reference,)


def test_none_to_be_found_is_an_answer_too(world):
    nobody = select(Case.id).where(Case.id == -1)
    with within(EVERYTHING):
        nothing, something = ask_together(db.session.connection(), (nobody, {}), (CASES, {}))
    assert nothing.one_or_none() is None
    assert something.scalar_one() > 0


def test_rows_know_the_names_of_their_columns_the_first_time_and_later(world):
    for _ in range(2):
        with within(EVERYTHING):
            (first,), (second,) = answers(counted("never_seen"), counted("nor_this"))
        assert first.never_seen == second.nor_this > 0


# What is told, on PostgreSQL


def test_they_go_together_and_are_told_once(server, of_a):
    with within(of_a):
        answers(CASES, REFERENCES)
        connection = db.session.connection().connection.driver_connection
        found = sent(connection, lambda: answers(CASES, REFERENCES))
    # Three statements, of which one tells, and one wait.
    assert (found["Execute"], found["Sync"]) == (3, 1)
    assert knows_nothing()


def test_each_is_told_what_holds_also_where_columns_had_to_be_waited_for(server, of_a):
    """A statement that is new ends the trip early, and with it the transaction that was told."""
    with within(of_a):
        mine = db.session.scalar(CASES)
        everybodys = db.session.scalar(CASES.execution_options(**ACROSS))
        ((first,),), ((second,),) = answers(counted("told_first"), counted("told_second"))
    assert first == second == mine
    assert 0 < mine < everybodys
    assert knows_nothing()


def test_one_that_looks_across_opens_nothing_to_the_others(server, of_a):
    across = CASES.execution_options(**ACROSS)
    with within(of_a):
        mine = db.session.scalar(CASES)
        ((before,),), ((everybodys,),), ((after,),) = answers(CASES, across, CASES)
        ((first,),), ((second,),) = answers(across, CASES)
    assert before == after == second == mine
    assert everybodys == first > mine
    with within(NOTHING):
        ((none,),), ((some,),) = answers(CASES, across)
    assert (none, some) == (0, everybodys)
    assert knows_nothing()


def test_in_a_change_they_see_what_it_has_written(server, of_a, world):
    with within(of_a), writing() as session:
        session.execute(text("UPDATE cases SET reference = reference || '-x'"))
        ((mine,),), rows = answers(CASES, REFERENCES)
        assert mine == len(rows) > 0
        assert all(reference.endswith("-x") for _, reference in rows)
        with within(NOTHING):
            assert answers(CASES, REFERENCES) == [[(0,)], []]
        assert session.scalar(CASES) == mine
        session.rollback()
    assert knows_nothing()


def test_what_was_planned_once_is_so_for_its_trip_alone(server, of_a):
    once = CASES.execution_options(**PLANNED_ONCE)
    with within(of_a):
        answers(once, once)
        assert db.session.execute(text("SHOW plan_cache_mode")).scalar() == "auto"


# What goes wrong


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_fault_of_one_is_raised_and_leaves_nothing_behind(server, of_a, place):
    asked = [CASES, REFERENCES]
    asked.insert(place, FAULTY)
    for _ in range(2):
        with within(of_a), pytest.raises((DataError, OperationalError)):
            answers(*asked)
        db.session.rollback()
        assert knows_nothing()
    with within(of_a):
        ((mine,),), rows = answers(CASES, REFERENCES)
    assert mine == len(rows) > 0


def test_one_that_cannot_even_be_sent_leaves_a_connection_that_works(server, of_a):
    lacks_a_value = select(Case.id).where(Case.id == bindparam("wanted"))
    with within(of_a), pytest.raises(StatementError):
        answers(CASES, lacks_a_value)
    assert knows_nothing()
    with within(of_a):
        assert db.session.scalar(CASES) > 0


def test_a_trip_that_is_broken_off_leaves_the_connection_as_it_was(server):
    connection = db.session.connection().connection.driver_connection
    trip = Trip(connection, 2)

    def break_off() -> None:
        with trip:
            trip.begin()
            assert connection.pgconn.pipeline_status == PipelineStatus.ON
            raise InterruptedError

    with pytest.raises(InterruptedError):
        break_off()
    assert connection.pgconn.pipeline_status == PipelineStatus.OFF
    assert under_way(connection) is None


def test_words_that_the_server_does_not_know_are_told_as_such(server, of_a):
    with within(of_a), pytest.raises(ProgrammingError, match="nowhere"):
        answers(CASES, text("SELECT nothing FROM nowhere"))
    db.session.rollback()
    assert knows_nothing()


def test_a_server_that_has_gone_is_told_and_the_next_connection_works(server, of_a):
    with within(of_a):
        answers(CASES, REFERENCES)
    dead = driver()
    dead.pgconn.finish()
    with within(of_a), pytest.raises(OperationalError):
        answers(CASES, REFERENCES)
    db.session.remove()
    with within(of_a):
        ((mine,),), _rows = answers(CASES, REFERENCES)
    assert mine > 0
    assert driver() is not dead
    assert knows_nothing()


# The cursor


def test_a_cursor_describes_what_it_has_and_nothing_where_there_is_nothing(server):
    pooled = db.session.connection().connection.driver_connection
    cursor = pooled.execute("SELECT 1 AS one, 'x' AS two")
    assert isinstance(cursor, LateCursor)
    assert [column.name for column in cursor.description] == ["one", "two"]
    assert (len(cursor.description), cursor.description[-1].name) == (2, "two")
    assert pooled.cursor().description is None
    assert pooled.execute("SET application_name = 'x'").description is None
    assert len(pooled.execute("SELECT").description) == 0


# What pages cost


@pytest.mark.parametrize(("person", "trips"), [("a.coordinator", 2), ("a.police.lead", 1)])
def test_the_list_of_meetings_costs_as_few_trips_as_can_be(server, viewer_of, world, person, trips):
    """The kinds of meetings come with the meetings; how far each has got can be asked for only then."""
    one = viewer_of(world.person(person))
    with within(EVERYTHING):
        list_meetings(one, Filters())
        connection = db.session.connection().connection.driver_connection
        found = sent(connection, lambda: list_meetings(one, Filters()))
    assert found["Sync"] == trips


def test_a_register_costs_one(server, viewer_of, world):
    one = viewer_of(world.person("a.chair"))
    meeting_id = world.meeting("a.initial").id
    with within(EVERYTHING):
        read_register(one, meeting_id)
        connection = db.session.connection().connection.driver_connection
        found = sent(connection, lambda: read_register(one, meeting_id))
    assert found["Sync"] == 1


def test_partnerships_are_no_secret_to_those_who_look_across_alone(server, of_a):
    """What one of a trip may see says nothing of what the next may, in whichever order they stand."""
    everything = select(func.count()).select_from(Partnership)
    with within(NOTHING):
        first = answers(everything, everything.execution_options(**ACROSS), everything)
        apart = [[(db.session.scalar(query),)] for query in (everything, everything.execution_options(**ACROSS))]
    assert first == [apart[0], apart[1], apart[0]]
