"""What is told when minutes or a decision sheet are sent, when something in them is wrong, and what became of that."""

from __future__ import annotations

from sqlalchemy import select

from portal.domain.message_vocabulary import NoticeKind
from portal.domain.outcome_vocabulary import PaperKind
from portal.domain.vocabulary import Role
from portal.models.meetings import Invitation, Meeting
from portal.models.minutes import MinutesCorrection, SentPaper
from portal.models.rule_sets import MeetingType
from portal.services.changes import Change
from portal.services.meetings.outlook import HAS_PART
from portal.services.notices.named_only import named_on_meetings
from portal.services.notices.recipients import NOBODY, people_of, with_role
from portal.services.notices.telling import Addressed, Telling, tell, tell_all
from portal.services.notices.timing import office_day

_KINDS = {PaperKind.DECISIONS: NoticeKind.DECISIONS_SENT, PaperKind.MINUTES: NoticeKind.MINUTES_SENT}


def tell_sent(change: Change, paper: SentPaper) -> int:
    """Tell every agency that has a part that a paper was sent, or a new version of it; returns how many were told."""
    session, partnership_id = change.session, paper.partnership_id
    meeting = session.get_one(Meeting, paper.meeting_id)
    telling = Telling(_KINDS[paper.kind], "meeting", meeting.id, place=paper.number, what=_words(change, meeting))
    rows = session.execute(
        select(Invitation.agency_id, Invitation.team_id)
        .where(Invitation.meeting_id == meeting.id, HAS_PART)
        .order_by(Invitation.id)
    ).all()
    people = people_of(session, partnership_id, {row.agency_id for row in rows})
    named = named_on_meetings(session, [meeting.id]).get(meeting.id)
    addressed: list[Addressed] = [
        (people.get(row.agency_id, NOBODY).invited(row.team_id, named), telling) for row in rows
    ]
    return tell_all(change, partnership_id, addressed)


def tell_asked(change: Change, meeting: Meeting, correction: MinutesCorrection) -> int:
    """Tell the chair and the coordinators that an agency says something is wrong; returns how many were told."""
    telling = Telling(
        NoticeKind.CORRECTION_ASKED, "meeting", meeting.id, place=correction.id, what=_words(change, meeting)
    )
    whom = set(with_role(change.session, meeting.partnership_id, Role.COORDINATOR))
    if meeting.chair_membership_id is not None:
        whom.add(meeting.chair_membership_id)
    named = named_on_meetings(change.session, [meeting.id]).get(meeting.id)
    return tell(change, meeting.partnership_id, whom if named is None else whom & named, telling)


def tell_answered(change: Change, meeting: Meeting, correction: MinutesCorrection) -> int:
    """Tell the agency what became of its correction; returns how many were told."""
    session = change.session
    invitation = session.get_one(Invitation, correction.invitation_id)
    people = people_of(session, meeting.partnership_id, [invitation.agency_id]).get(invitation.agency_id, NOBODY)
    named = named_on_meetings(session, [meeting.id]).get(meeting.id)
    telling = Telling(
        NoticeKind.CORRECTION_ANSWERED, "meeting", meeting.id, place=correction.id, what=_words(change, meeting)
    )
    return tell(change, meeting.partnership_id, people.invited(invitation.team_id, named), telling)


def _words(change: Change, meeting: Meeting) -> str:
    """The kind of meeting and its day."""
    name = change.session.scalars(select(MeetingType.name).where(MeetingType.id == meeting.meeting_type_id)).one()
    day = office_day(change.session, meeting.partnership_id, change.viewer.today)
    return day.meeting_words(name, meeting.day)
