"""What is due of meetings today: answers, reports, who attended, and registers to be closed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import Session

from portal.domain.message_vocabulary import NoticeKind
from portal.domain.reminders import LATE
from portal.domain.vocabulary import MeetingStatus, Role
from portal.models.meetings import Invitation, Meeting
from portal.models.people import Membership, User
from portal.models.rule_sets import MeetingType
from portal.services.meetings.outlook import HAS_PART, REPORT_ASKED
from portal.services.meetings.outstanding import unanswered_where, untold_where
from portal.services.notices.meetings import FIRST_REMINDER, answer_due
from portal.services.notices.named_only import named_on_meetings
from portal.services.notices.recipients import NOBODY, people_of, with_role
from portal.services.notices.reminded_day import ReminderDay
from portal.services.notices.telling import Addressed, Telling

ANSWERS = (FIRST_REMINDER, 1)
REPORTS = (FIRST_REMINDER, 1, LATE)


def due_invitations(session: Session, day: ReminderDay) -> Iterator[Addressed]:
    """Invitations that are to be answered in three working days, or in one."""
    # An answer is due with the report, or else around the meeting.
    soon = or_(
        day.may_be_due(Invitation.report_due_on, FIRST_REMINDER, Invitation.agency_id),
        day.may_be_due(Invitation.meeting_on, FIRST_REMINDER + 1, Invitation.agency_id),
    )
    rows = _parts(session, day, NoticeKind.INVITATION, unanswered_where(day.today), soon)
    due = ((row, answer_due(row)) for row in rows)
    found = [(row, on, day.reminder(row.agency_id, on, ANSWERS)) for row, on in due]
    yield from _tell_agencies(session, day, NoticeKind.INVITATION, found)


def due_reports(session: Session, day: ReminderDay) -> Iterator[Addressed]:
    """Reports that are due in three working days or in one, or have not come by their day."""
    rows = _parts(
        session,
        day,
        NoticeKind.REPORT_DUE,
        REPORT_ASKED,
        Invitation.report_received_on.is_(None),
        day.may_be_due(Invitation.report_due_on, FIRST_REMINDER, Invitation.agency_id),
    )
    found = [(row, row.report_due_on, day.reminder(row.agency_id, row.report_due_on, REPORTS)) for row in rows]
    yield from _tell_agencies(session, day, NoticeKind.REPORT_DUE, found)


def due_attendance(session: Session, day: ReminderDay) -> Iterator[Addressed]:
    """Meetings of which an agency has not said who came, on the working day after them."""
    rows = _parts(
        session,
        day,
        NoticeKind.ATTENDANCE_TO_SAY,
        untold_where(day.today),
        day.may_be_due(Invitation.meeting_on, 0, Invitation.agency_id),
    )
    found = [(row, day.today, day.reminder(row.agency_id, row.scheduled_on, (LATE,))) for row in rows]
    yield from _tell_agencies(session, day, NoticeKind.ATTENDANCE_TO_SAY, found)


def due_registers(session: Session, day: ReminderDay) -> Iterator[Addressed]:
    """Registers that are open on the working day after the meeting: the chair's, or else the coordinators'."""
    rows = session.execute(
        select(Meeting.id, Meeting.scheduled_on, MeetingType.name, Membership.id.label("chair"), User.deactivated_at)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .outerjoin(Membership, (Membership.id == Meeting.chair_membership_id) & Membership.ended_at.is_(None))
        .outerjoin(User, User.id == Membership.user_id)
        .where(
            Meeting.partnership_id == day.partnership_id,
            Meeting.status == MeetingStatus.SCHEDULED,
            Meeting.register_closed_at.is_(None),
            day.may_be_due(Meeting.scheduled_on, 0),
            day.not_told(NoticeKind.REGISTER_TO_CLOSE, "meeting", Meeting.id),
        )
        .order_by(Meeting.id)
    ).all()
    due = [row for row in rows if day.reminder(None, row.scheduled_on, (LATE,)) is not None]
    is_lost = [row.chair is None or row.deactivated_at is not None for row in due]
    coordinators = with_role(session, day.partnership_id, Role.COORDINATOR) if any(is_lost) else frozenset()
    for row, lost in zip(due, is_lost, strict=True):
        telling = Telling(
            NoticeKind.REGISTER_TO_CLOSE,
            "meeting",
            row.id,
            place=LATE,
            what=day.hours.meeting_words(row.name, row.scheduled_on),
            due_at=day.hours.end_of(day.today),
            again=row.scheduled_on.isoformat(),
        )
        yield coordinators if lost else frozenset({row.chair}), telling


def _parts(
    session: Session, day: ReminderDay, kind: NoticeKind, *where: ColumnElement[bool]
) -> Collection[Row[*tuple[Any, ...]]]:
    """Invitations of which nobody was told today, with what their reminders say."""
    query: Select[*tuple[Any, ...]] = (
        select(
            Invitation.id,
            Invitation.meeting_id,
            Invitation.agency_id,
            Invitation.team_id,
            Invitation.report_due_on,
            Invitation.created_at,
            Meeting.scheduled_on,
            MeetingType.name,
        )
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(
            Invitation.partnership_id == day.partnership_id,
            HAS_PART,
            Meeting.status != MeetingStatus.CANCELLED,
            *where,
            day.not_told(kind, "invitation", Invitation.id),
        )
        .order_by(Invitation.id)
    )
    return session.execute(query).all()


def _tell_agencies(
    session: Session, day: ReminderDay, kind: NoticeKind, found: Iterable[tuple[Any, Any, int | None]]
) -> Iterator[Addressed]:
    """Whoever an invitation concerns, for those of which a reminder comes today."""
    due = [(row, due_on, number) for row, due_on, number in found if number is not None]
    people = people_of(session, day.partnership_id, {row.agency_id for row, _, _ in due}) if due else {}
    named = named_on_meetings(session, {row.meeting_id for row, _, _ in due})
    for row, due_on, number in due:
        telling = Telling(
            kind,
            "invitation",
            row.id,
            place=number,
            what=day.hours.meeting_words(row.name, row.scheduled_on),
            due_at=day.hours.end_of(due_on),
            again=due_on.isoformat(),
        )
        yield people.get(row.agency_id, NOBODY).invited(row.team_id, named.get(row.meeting_id)), telling
