"""What an agency has not done about an invitation yet, as conditions that lists and reminders share."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_

from portal.domain.vocabulary import Answer, Expectation, MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.moves import MeetingMove

_STAYED_AWAY = (Answer.APOLOGIES, Answer.REPORT_ONLY)


def unanswered_where(today: date) -> ColumnElement[bool]:
    """Invitations to meetings still to come that nobody has answered."""
    return and_(
        Invitation.answer.is_(None),
        Meeting.status == MeetingStatus.SCHEDULED,
        Meeting.register_closed_at.is_(None),
        Invitation.meeting_on >= today,
    )


def untold_where(today: date) -> ColumnElement[bool]:
    """Invitations of which neither the agency nor the chair has said who came."""
    # Who had said that nobody would come need not say it again, nor who was not asked to.
    meant_to_come = or_(
        and_(Invitation.expectation == Expectation.EXPECTED, Invitation.answer.is_(None)),
        and_(Invitation.expectation != Expectation.REPORT_ONLY, Invitation.answer.not_in(_STAYED_AWAY)),
    )
    return and_(
        Invitation.meeting_on <= today,
        Invitation.declared_attendance.is_(None),
        Invitation.confirmed_attendance.is_(None),
        meant_to_come,
    )


def asked_again_where() -> ColumnElement[bool]:
    """Invitations, joined to their meetings, whose answer was given before day or time changed; a condition."""
    moved_since = exists().where(
        MeetingMove.meeting_id == Invitation.meeting_id,
        MeetingMove.asks_again,
        or_(Invitation.answered_at.is_(None), MeetingMove.moved_at > Invitation.answered_at),
    )
    return and_(
        Invitation.answer.is_not(None),
        Invitation.answer != Answer.NOT_OURS,
        Meeting.status == MeetingStatus.SCHEDULED,
        Meeting.register_closed_at.is_(None),
        moved_since.correlate(Invitation),
    )
