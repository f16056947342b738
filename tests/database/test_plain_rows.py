"""Rows that are read hundreds at a time: SQLAlchemy does nothing for each that nobody asked for."""

from __future__ import annotations

import pytest
from sqlalchemy import Select, func, literal, select, type_coerce
from sqlalchemy.exc import NoSuchColumnError

from portal.database.plain_rows import PLAIN_ROWS, word
from portal.database.session import db
from portal.models.meetings import Invitation
from portal.models.partnerships import Agency


def counted(**options: bool) -> Select[int]:
    return select(func.count(Agency.id).label("agencies")).execution_options(**options)


def test_rows_are_read_by_name_whichever_statement_was_compiled(world):
    for _ in range(2):
        assert db.session.connection().execute(counted(**PLAIN_ROWS)).one().agencies > 1


def test_columns_of_another_statement_are_not_made_known_to_the_result(world):
    """The option is SQLAlchemy's own: with a release that knows it no longer, this says that it does nothing."""
    connection = db.session.connection()
    connection.execute(counted())
    known, unknown = counted(), counted(**PLAIN_ROWS)
    assert connection.execute(known).one()._mapping[known.selected_columns.agencies] > 1
    row = connection.execute(unknown).one()
    with pytest.raises(NoSuchColumnError):
        row._mapping[unknown.selected_columns.agencies]


def test_words_are_read_as_their_members_and_nothing_as_nothing(world):
    columns = (Invitation.expectation, Invitation.answer)
    connection = db.session.connection()
    plain = connection.execute(select(*columns).order_by(Invitation.id)).all()
    quick = connection.execute(select(*map(word, columns)).order_by(Invitation.id)).all()
    assert quick == plain
    assert quick[0]._fields == ("expectation", "answer")
    assert all(one.expectation is other.expectation for one, other in zip(quick, plain, strict=True))
    assert {type(row.answer) for row in quick} == {type(None), type(next(r.answer for r in plain if r.answer))}


def test_a_word_that_is_none_of_the_list_is_told(database):
    kind = word(Invitation.expectation).type
    with pytest.raises(LookupError, match="'perhaps' is none of"):
        db.session.execute(select(type_coerce(literal("perhaps"), kind))).all()


def test_only_words_of_a_closed_list_are_read_so():
    with pytest.raises(TypeError, match="name"):
        word(Agency.name)
