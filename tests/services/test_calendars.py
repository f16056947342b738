"""Calendar entries that go with mails: a meeting that is moved or cancelled is so in everybody's calendar, too."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.vocabulary import MeetingFormat, MeetingStatus
from portal.models.cases import Case
from portal.models.meetings import Meeting
from portal.models.moves import MeetingMove
from portal.models.people import Membership, User
from portal.services import imports
from tests.mail_server import MailServer
from tests.services.calendar_steps import files_of, mailed
from tests.services.mail_steps import forget_all
from tests.world import NOW, TODAY, World

IN_A_WEEK = TODAY + timedelta(days=7)
COLUMNS = (
    "meeting_ref,meeting_type,case_ref,trigger_on,scheduled_for,held_on,status,format,interim_safety_plan,chair_email"
)
TYPED = "Room 1\r\nATTENDEE:mailto:x@example.org\r\nBEGIN:VALARM"


@pytest.fixture(autouse=True)
def nothing_told(mail_server: MailServer) -> None:
    """There is a mail server, and nobody has been told anything yet."""
    forget_all()


@pytest.fixture
def meeting(world: World) -> int:
    """A review of the world to which the police are invited, with whatever people type into a meeting.

    Nobody has moved it in a page: what was planned there stays, whatever a file says.
    """
    meeting_id = world.meeting("a.review").id
    with writing() as session:
        session.execute(delete(MeetingMove).where(MeetingMove.meeting_id == meeting_id))
        session.execute(
            update(Meeting).where(Meeting.id == meeting_id).values(place=TYPED, link=f"https://{TYPED}", note=TYPED)
        )
    return meeting_id


def bring_in(world: World, meeting_id: int, day: date, status: MeetingStatus = MeetingStatus.SCHEDULED) -> None:
    """The file says that the meeting is on another day, or is not at all."""
    row = db.session.execute(
        select(Meeting.reference, Case.reference, Meeting.trigger_on, User.email)
        .join(Case, Case.id == Meeting.case_id)
        .outerjoin(Membership, Membership.id == Meeting.chair_membership_id)
        .outerjoin(User, User.id == Membership.user_id)
        .where(Meeting.id == meeting_id)
    ).one()
    line = f"{row[0]},review_conference,{row[1]},{row[2] or ''},{day}T10:00,,{status},{MeetingFormat.VIDEO},,{row[3]}"
    operator = Viewer.of_system("tests", NOW, world.partnerships["a"])
    imports.import_meetings(operator, f"{COLUMNS}\n{line}\n".encode(), "meetings.csv")


def told(server: MailServer, world: World, after: timedelta) -> list[Any]:
    """What the police’s lead gets of the meeting in the next round of mails."""
    since = mailed(server, after)
    return [got.calendar for got in files_of(server, world, "a.police.lead", since)]


def test_a_calendar_follows_a_meeting_that_is_moved_and_cancelled(
    world: World, meeting: int, mail_server: MailServer
) -> None:
    bring_in(world, meeting, IN_A_WEEK)
    [moved] = told(mail_server, world, timedelta(days=1))
    bring_in(world, meeting, IN_A_WEEK + timedelta(days=1))
    [again] = told(mail_server, world, timedelta(days=2))
    bring_in(world, meeting, IN_A_WEEK + timedelta(days=1), MeetingStatus.CANCELLED)
    [cancelled] = told(mail_server, world, timedelta(days=5))
    assert [str(one["METHOD"]) for one in (moved, again, cancelled)] == ["REQUEST", "REQUEST", "CANCEL"]
    first, second, last = (one.walk("VEVENT")[0] for one in (moved, again, cancelled))
    assert str(first["UID"]) == str(second["UID"]) == str(last["UID"])
    assert int(first["SEQUENCE"]) < int(second["SEQUENCE"]) < int(last["SEQUENCE"])
    assert first["DTSTART"].dt.date() == IN_A_WEEK
    assert second["DTSTART"].dt.time() == time(10)


def test_nothing_that_was_typed_stands_in_it(world: World, meeting: int, mail_server: MailServer) -> None:
    bring_in(world, meeting, IN_A_WEEK)
    [calendar] = told(mail_server, world, timedelta(days=1))
    [event] = calendar.walk("VEVENT")
    assert {name for name, _value in event.property_items()} - {"BEGIN", "END"} == {
        *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "SUMMARY", "DESCRIPTION", "URL", "CLASS", "STATUS", "TRANSP"),
        *("ORGANIZER", "ATTENDEE"),
    }
    assert not calendar.walk("VALARM")
    assert "Room 1" not in calendar.to_ical().decode()
