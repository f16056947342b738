"""What is told when a report was withdrawn: to those who had opened it, to data protection, and to its agency."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.domain.message_vocabulary import NoticeKind, Urgency
from portal.domain.vocabulary import Role
from portal.domain.withdrawals import REGULATOR_WITHIN
from portal.models.meetings import Invitation
from portal.models.report_withdrawals import ReportWithdrawal
from portal.services.changes import Change
from portal.services.notices.named_only import named_on_meetings
from portal.services.notices.recipients import NOBODY, people_of, with_role
from portal.services.notices.telling import Addressed, Telling, tell_all
from portal.services.notices.timing import office_day


def tell_withdrawn(
    change: Change, withdrawal: ReportWithdrawal, invitation: Invitation, opened_by: frozenset[int]
) -> int:
    """Tell everybody whom it concerns, nobody of what it said; returns how many were told.

    `opened_by` are the memberships under which it had been opened.
    """
    session, partnership_id = change.session, withdrawal.partnership_id
    named = named_on_meetings(session, [invitation.meeting_id]).get(invitation.meeting_id)
    people = people_of(session, partnership_id, [invitation.agency_id]).get(invitation.agency_id, NOBODY)
    day = office_day(session, partnership_id, change.viewer.today)
    meeting = invitation.meeting
    words = day.meeting_words(meeting.meeting_type.name, meeting.day)
    to_destroy = Telling(
        NoticeKind.REPORT_WITHDRAWN,
        "meeting",
        meeting.id,
        place=withdrawal.id,
        what=f"{words}: report of {invitation.agency.name}"[:200],
        urgency=Urgency.SOON,
    )
    to_assess = Telling(
        NoticeKind.WITHDRAWAL_LISTED,
        "withdrawal",
        withdrawal.id,
        what=f"A report of {invitation.agency.name}"[:200],
        due_at=withdrawal.withdrawn_at + REGULATOR_WITHIN,
        urgency=Urgency.SOON,
    )
    addressed: list[Addressed] = [
        (opened_by, to_destroy),
        (_data_protection(session, partnership_id, people.leads, named), to_assess),
    ]
    if withdrawal.is_asked_again and invitation.report_due_on is not None:
        to_send = Telling(
            NoticeKind.REPORT_DUE,
            "invitation",
            invitation.id,
            what=words,
            due_at=day.end_of(invitation.report_due_on),
            urgency=Urgency.SOON,
            again=f"withdrawn-{withdrawal.id}",
        )
        addressed.append((people.invited(invitation.team_id, named), to_send))
    return tell_all(change, partnership_id, addressed)


def _data_protection(
    session: Session, partnership_id: int, leads: frozenset[int], named: frozenset[int] | None
) -> frozenset[int]:
    """Who sees the entry: of a meeting for named people only, of these who are named, and all administrators."""
    sees_content = with_role(session, partnership_id, Role.SAFEGUARDING_MANAGER) | leads
    if named is not None:
        sees_content &= named
    return sees_content | with_role(session, partnership_id, Role.ADMINISTRATOR)
