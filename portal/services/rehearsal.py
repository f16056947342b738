"""Asking for what nobody has, before the app says that it is ready, so that the first page need not wait.

SQLAlchemy sets up its classes with the first statement and compiles each statement when it is first executed, which
takes ten times as long as the page that waits for it.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from json import dumps
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import configure_mappers

from portal.access.viewer import Hat, Viewer
from portal.database.session import db
from portal.domain.deadlines import report_state
from portal.domain.rules import CONFERENCE_QUORUM
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
from portal.services.meetings.listing import PER_PAGE, ListedMeeting, MeetingList
from portal.services.meetings.outlook import Standing, standings
from portal.services.registers import queries
from portal.services.registers.sheet import Register, make_register
from portal.services.session_rows import BY_TOKEN
from portal.services.sessions import Ended
from portal.services.sessions import Standing as SignedIn

NOBODYS = 0
"""An id that no row has."""

_OF_ANY_SIZE = (NOBODYS, -(2**31))
"""Ids that no row has, a short one and a long one: to psycopg these are two types, and a statement of each another."""

_TIMES = 6
"""So often is each statement run, twice: psycopg prepares it the sixth time, PostgreSQL plans it five times more."""


def invented_register(viewer: Viewer) -> Register:
    """A register of two agencies that nobody keeps, made as real ones are, so that one has been before the first is."""
    today = viewer.today
    meeting = _row(
        queries.MEETING,
        id=NOBODYS,
        version=NOBODYS,
        partnership_id=viewer.partnership_id,
        chair_membership_id=viewer.membership_id,
        type_code="",
        type_name="",
        format=MeetingFormat.IN_PERSON,
        status=MeetingStatus.SCHEDULED,
        scheduled_on=today,
        start_time=time(9, 30),
        quorum=dumps(CONFERENCE_QUORUM.to_json()),
        others_were_without=False,
    )
    known = {"expectation": Expectation.EXPECTED, "agency_name": "", "report_due_on": today}
    came = {"confirmed_attendance": Attendance.IN_PERSON, "answer": Answer.ATTEND, "report_received_on": today}
    invitations = [
        _row(queries.ROW, invitation_id=NOBODYS, agency_type=AgencyType.POLICE, **known, **came),
        _row(queries.ROW, invitation_id=NOBODYS, agency_type=AgencyType.GP, **known),
    ]
    return make_register(viewer, meeting, invitations)


def invented_meetings(today: date, *, is_agency: bool) -> MeetingList:
    """A list of meetings that nobody has, with a line for all that one may say."""
    line = ListedMeeting(NOBODYS, "", "", today, time(9, 30), MeetingStatus.SCHEDULED, None)
    asked = Expectation.EXPECTED
    of_agency = [
        line._replace(
            status=status,
            expectation=asked,
            answer=answer,
            report=report_state(expectation=asked, status=status, due=today, received_on=came, today=today),
            report_due_on=today,
        )
        for status in MeetingStatus
        for answer in (*Answer, None)
        for came in (None, today, today + timedelta(days=1))
    ]
    core = frozenset({AgencyType.SOCIAL_CARE, AgencyType.POLICE, AgencyType.SCHOOL})
    answered = [Standing(coming=core), Standing(silent=core), Standing()]
    of_keeper = [
        line._replace(
            status=status, quorate=quorate, standing=standing, foresight=standing.foresight(CONFERENCE_QUORUM)
        )
        for status in MeetingStatus
        for quorate in (True, False, None)
        for standing in answered
    ]
    return MeetingList(of_agency if is_agency else of_keeper, 1, PER_PAGE, 0, has_next=False, kinds=())


def invented_standing(now: datetime) -> SignedIn | Ended:
    """A sign-in that nobody has, made of its row as real ones are."""
    moments = dict.fromkeys(("started_at", "last_seen_at", "proved_at", "totp_confirmed_at"), now)
    hat = {"hat_id": NOBODYS, "partnership_id": NOBODYS, "partnership_name": "", "role": Role.COORDINATOR}
    row = _row(BY_TOKEN.selected_columns, user_id=NOBODYS, code_checked=True, unread_notices=0, **moments, **hat)
    return sessions.standing_of([row], now, counts=True, seen_at=None)


def _row(columns: Iterable[Any], **known: Any) -> Any:
    """What a query of these columns might give; None in all that is not said."""
    names = [column.key for column in columns]
    return namedtuple("_Invented", names)(**(dict.fromkeys(names) | known))


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
                for meeting_id in _OF_ANY_SIZE:
                    queries.meeting_of(db.session(), viewer, meeting_id)
                    queries.rows_of(db.session(), viewer, meeting_id)
    except SQLAlchemyError:
        # Whether the database can be used is for /health/ready to say.
        return False
    finally:
        db.session.remove()
    return True
