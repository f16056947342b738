"""Words of closed lists stand in statements as indexes know them, and nothing that was typed does."""

from __future__ import annotations

import pytest
from sqlalchemy import Enum, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from portal.database.declarative import Base
from portal.database.session import db
from portal.domain.vocabulary import COUNTED_STATUSES, MeetingStatus
from portal.models.meetings import Meeting

DIALECTS = (sqlite.dialect(), postgresql.dialect())
HELD = MeetingStatus.HELD


def written(statement):
    """The statement as each database is sent it, on one line, and what is bound to it."""
    for dialect in DIALECTS:
        compiled = statement.compile(dialect=dialect)
        yield " ".join(str(compiled).split()), [*compiled.params.values()]


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        (Meeting.status == HELD, "meetings.status = 'held'"),
        (aliased(Meeting, name="other").status != HELD, "other.status != 'held'"),
        (Meeting.__table__.c.status == HELD, "meetings.status = 'held'"),
        (Meeting.status.in_(COUNTED_STATUSES), "meetings.status IN ('held', 'inquorate')"),
        (Meeting.status.in_([HELD]), "meetings.status IN ('held')"),
        (Meeting.status.is_(None), "meetings.status IS NULL"),
    ],
)
def test_a_word_of_a_list_stands_in_the_statement(condition, wanted):
    for words, bound in written(select(Meeting.id).where(condition)):
        assert words.endswith(f"WHERE {wanted}")
        assert bound == []


def test_no_column_with_such_words_is_forgotten():
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    listed = [column for column in columns if isinstance(column.type, Enum)]
    assert len(listed) > 50
    for column in listed:
        word = next(iter(column.type.enum_class))
        assert all(bound == [] for _words, bound in written(select(column).where(column == word)))


def test_what_is_saved_and_what_was_typed_is_bound():
    asked = "'; DROP TABLE meetings; --"
    for statement in (
        update(Meeting).values(status=HELD),
        insert(Meeting).values(status=HELD),
        select(Meeting.id).where(Meeting.reference == asked),
        # A plain text is nobody's word of a list.
        select(Meeting.id).where(Meeting.status == asked),
        select(Meeting.id).where(Meeting.status.in_([asked])),
    ):
        for words, bound in written(statement):
            assert "'" not in words
            # What a new row does not say is bound as nothing.
            assert [value for value in bound if value is not None] in ([HELD], [asked], [[asked]])


def test_an_index_of_some_rows_answers_a_plan_that_is_made_for_all_values(database):
    """As PostgreSQL makes it from the sixth time on; what is bound there can be any word, and meets no such index."""
    if database.backend == "sqlite":
        pytest.skip("only PostgreSQL plans for all values")
    driver = db.session.connection().connection.driver_connection
    numbered = postgresql.dialect(paramstyle="numeric_dollar")

    def plan(word):
        of_partnership = Meeting.partnership_id == 1, Meeting.register_closed_at.is_(None)
        asked = select(Meeting.id).where(*of_partnership, Meeting.status == word).compile(dialect=numbered)
        # Without values the driver hands it on as it stands.
        answer = driver.pgconn.exec_(f"EXPLAIN (GENERIC_PLAN) {asked}".encode())
        return " ".join(answer.get_value(row, 0).decode() for row in range(answer.ntuples))

    assert "ix_meetings_open" in plan(MeetingStatus.SCHEDULED)
    assert "ix_meetings_open" not in plan(bindparam("word", MeetingStatus.SCHEDULED))
