"""What is told between those who write an agency's reports and the lead who signs them off."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_, select

from portal.domain.message_vocabulary import NoticeKind
from portal.domain.vocabulary import ReportStatus
from portal.models.meetings import Invitation
from portal.models.messages import Notice
from portal.models.people import Membership
from portal.models.reports import REPORT_ITSELF, Report, ReportAddendum
from portal.services.changes import Change
from portal.services.notices.named_only import named_on_meetings
from portal.services.notices.recipients import NOBODY, AgencyPeople, people_of
from portal.services.notices.telling import Telling, tell
from portal.services.notices.timing import office_day


def tell_to_sign(change: Change, invitation: Invitation, paper: Report | ReportAddendum) -> int:
    """Tell an agency's leads that a report, or what is added to one, waits for a signature; returns how many.

    The invitation's meeting and its kind are loaded.
    """
    people = _people(change, invitation)
    return tell(change, invitation.partnership_id, people.leads, _telling(change, invitation, paper, is_back=False))


def tell_sent_back(change: Change, invitation: Invitation, paper: Report | ReportAddendum) -> int:
    """Tell whoever asked for the signature that it came back; whoever the meeting concerns, where they are gone or
    answered by a link. Returns how many were told.
    """
    people = _people(change, invitation)
    asked_by = change.session.scalars(
        select(Membership.id).where(
            Membership.partnership_id == invitation.partnership_id,
            Membership.agency_id == invitation.agency_id,
            Membership.user_id == paper.sign_off_asked_by_id,
            Membership.ended_at.is_(None),
        )
    ).all()
    known = {one.membership_id for one in people.colleagues}
    named = named_on_meetings(change.session, [invitation.meeting_id]).get(invitation.meeting_id)
    told = known.intersection(asked_by) or people.invited(invitation.team_id, named)
    return tell(change, invitation.partnership_id, told, _telling(change, invitation, paper, is_back=True))


def still_with_lead() -> ColumnElement[bool]:
    """Whether what a notice told of an invitation still waits for a signature, or to be sent once more."""
    reports = exists().where(Report.invitation_id == Invitation.id, Report.withdrawn_at.is_(None))
    report = reports.where(Notice.place == REPORT_ITSELF, _turn(Report))
    addendum = reports.where(
        ReportAddendum.report_id == Report.id, ReportAddendum.number == Notice.place, _turn(ReportAddendum)
    )
    return or_(report.correlate(Invitation, Notice), addendum.correlate(Invitation, Notice))


def _turn(paper: type[Report] | type[ReportAddendum]) -> ColumnElement[bool]:
    waits = and_(Notice.kind == NoticeKind.REPORT_TO_SIGN, paper.status == ReportStatus.FOR_SIGN_OFF)
    back = and_(
        Notice.kind == NoticeKind.REPORT_SENT_BACK,
        paper.status == ReportStatus.DRAFT,
        paper.sent_back_note.is_not(None),
    )
    return or_(waits, back)


def _people(change: Change, invitation: Invitation) -> AgencyPeople:
    found = people_of(change.session, invitation.partnership_id, [invitation.agency_id])
    return found.get(invitation.agency_id, NOBODY)


def _telling(change: Change, invitation: Invitation, paper: Report | ReportAddendum, *, is_back: bool) -> Telling:
    viewer, meeting = change.viewer, invitation.meeting
    day = office_day(change.session, invitation.partnership_id, viewer.today)
    due_on = invitation.report_due_on if isinstance(paper, Report) else None
    return Telling(
        NoticeKind.REPORT_SENT_BACK if is_back else NoticeKind.REPORT_TO_SIGN,
        "invitation",
        invitation.id,
        place=REPORT_ITSELF if isinstance(paper, Report) else paper.number,
        what=day.meeting_words(meeting.meeting_type.name, meeting.day),
        due_at=day.end_of(due_on) if due_on is not None else None,
        # A paper goes to the lead as often as it comes back.
        again=viewer.now.isoformat(),
    )
