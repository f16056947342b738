"""What is told when the reports for a meeting can be read, and when a talk with an agency was written down."""

from __future__ import annotations

from sqlalchemy import select

from portal.domain.message_vocabulary import NoticeKind, Urgency
from portal.models.consultations import Consultation
from portal.models.meetings import Invitation, Meeting
from portal.models.report_bundles import ReportBundle
from portal.services.changes import Change
from portal.services.meetings.outlook import HAS_PART
from portal.services.notices.named_only import named_on_meetings
from portal.services.notices.recipients import NOBODY, people_of
from portal.services.notices.telling import Addressed, Telling, tell, tell_all
from portal.services.notices.timing import office_day


def tell_cut(change: Change, bundle: ReportBundle, meeting: Meeting) -> int:
    """Tell the chair and every agency that has a part that the reports can be read; returns how many were told.

    The meeting's kind is loaded.
    """
    session, partnership_id = change.session, bundle.partnership_id
    words = office_day(session, partnership_id, change.viewer.today).meeting_words(
        meeting.meeting_type.name, meeting.day
    )
    telling = Telling(NoticeKind.BUNDLE_CUT, "meeting", meeting.id, place=bundle.number, what=words)
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
    if meeting.chair_membership_id is not None and (named is None or meeting.chair_membership_id in named):
        addressed.append((frozenset({meeting.chair_membership_id}), telling))
    return tell_all(change, partnership_id, addressed)


def tell_recorded(change: Change, talk: Consultation, invitation: Invitation) -> int:
    """Ask an agency to confirm what its chair wrote down; returns how many were told. The meeting is loaded."""
    session, meeting = change.session, invitation.meeting
    people = people_of(session, talk.partnership_id, [invitation.agency_id]).get(invitation.agency_id, NOBODY)
    named = named_on_meetings(session, [meeting.id]).get(meeting.id)
    day = office_day(session, talk.partnership_id, change.viewer.today)
    telling = Telling(
        NoticeKind.CONSULTATION_RECORDED,
        "meeting",
        meeting.id,
        place=talk.id,
        what=day.meeting_words(meeting.meeting_type.name, meeting.day),
        urgency=Urgency.SOON,
    )
    return tell(change, talk.partnership_id, people.invited(invitation.team_id, named), telling)
