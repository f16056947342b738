"""Rows that are read by name: SQLAlchemy does nothing for each result that nobody asked for."""

from __future__ import annotations

import pytest
from sqlalchemy import Select, func, select
from sqlalchemy.exc import NoSuchColumnError

from portal.database.plain_rows import PLAIN_ROWS
from portal.database.session import db
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
