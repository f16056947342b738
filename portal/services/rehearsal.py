"""Asking for what nobody has, before the app says that it is ready, so that the first page need not wait.

SQLAlchemy sets up its classes with the first statement and compiles each statement when it is first executed, which
takes ten times as long as the page that waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import configure_mappers

from portal.access.viewer import Hat, Viewer
from portal.database.session import db
from portal.domain.deadlines import ReportState
from portal.domain.registers import NOT_SET, quorum_line
from portal.domain.vocabulary import (
    AGENCY_ROLES,
    AgencyType,
    Answer,
    Attendance,
    Expectation,
    MeetingFormat,
    MeetingStatus,
    Role,
)
from portal.services import sessions
from portal.services.meetings.outlook import standings
from portal.services.registers import queries
from portal.services.registers.sheet import Register, RegisterRow, RegisterState, SaidOfQuorum

NOBODYS = 0
"""An id that no row has."""

_TIMES = 6
"""So often is each statement run, twice: psycopg prepares it the sixth time, PostgreSQL plans it five times more."""


def invented_register(today: date) -> Register:
    """A register of two agencies that nobody keeps, so that one has been drawn before the first is."""
    names = [("", Attendance.IN_PERSON, today), ("", None, None)]
    rows = tuple(
        RegisterRow(
            invitation_id=NOBODYS,
            expectation=Expectation.EXPECTED,
            confirmed=attendance,
            confirmed_by_id=None,
            present_by=None,
            is_deputy=False,
            left_early=False,
            stored_note=None,
            agency_type=AgencyType.POLICE,
            agency_name=name,
            answer=Answer.ATTEND if attendance else None,
            declared=attendance,
            report_due_on=today,
            report_received_on=received,
            report_id=None,
            report=ReportState.SENT if received else ReportState.DUE,
            mark=NOT_SET,
        )
        for name, attendance, received in names
    )
    return Register(
        meeting_id=NOBODYS,
        partnership_id=NOBODYS,
        case_id=NOBODYS,
        meeting_type_id=NOBODYS,
        variant=None,
        follows_id=None,
        version=NOBODYS,
        type_code="",
        type_name="",
        format=MeetingFormat.IN_PERSON,
        status=MeetingStatus.SCHEDULED,
        scheduled_on=today,
        start_time=time(9, 30),
        held_on=None,
        held_time=None,
        interim_safety_plan=None,
        note="",
        closed_at=None,
        closed_by="",
        said=SaidOfQuorum(),
        state=RegisterState.OPEN,
        rule=None,
        line=quorum_line(None, [(row.agency_type, row.confirmed, row.agency_name) for row in rows]),
        rows=rows,
    )


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
