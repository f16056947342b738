"""What is told when an agency contests what is expected of it, and when the coordinator has decided."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from portal.domain.contest_vocabulary import ContestStatus
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.vocabulary import Role
from portal.models.contests import Contest
from portal.models.meetings import Invitation, Meeting
from portal.models.rule_sets import MeetingType
from portal.services.changes import Change
from portal.services.notices.recipients import NOBODY, people_of, with_role
from portal.services.notices.telling import Telling, tell
from portal.services.notices.timing import office_day


def tell_raised(change: Change, contest: Contest) -> int:
    """Tell the coordinators that something waits for their decision; returns how many were told."""
    row = _place(change.session, contest)
    day = office_day(change.session, contest.partnership_id, change.viewer.today)
    told = Telling(
        NoticeKind.CONTEST_RAISED,
        "contest",
        contest.id,
        what=day.meeting_words(row.name, row.day),
        due_at=day.end_of(contest.due_on),
    )
    coordinators = with_role(change.session, contest.partnership_id, Role.COORDINATOR)
    return tell(change, contest.partnership_id, coordinators, told)


def tell_decided(change: Change, contest: Contest) -> int:
    """Tell the agency's leads, and whoever raised it, what became of it; returns how many were told."""
    row = _place(change.session, contest)
    day = office_day(change.session, contest.partnership_id, change.viewer.today)
    upheld = contest.status is ContestStatus.UPHELD
    told = Telling(
        NoticeKind.CONTEST_UPHELD if upheld else NoticeKind.CONTEST_KEPT,
        "contest",
        contest.id,
        what=day.meeting_words(row.name, row.day),
    )
    people = people_of(change.session, contest.partnership_id, [row.agency_id]).get(row.agency_id, NOBODY)
    whom = people.leads | people.owner(contest.raised_by_membership_id)
    return tell(change, contest.partnership_id, whom, told)


def _place(session: Session, contest: Contest) -> Row[int, str, date]:
    """The kind and the day of its meeting, and whose invitation it is."""
    day = func.coalesce(Meeting.held_on, Meeting.scheduled_on).label("day")
    return session.execute(
        select(Invitation.agency_id, MeetingType.name, day)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(Invitation.id == contest.invitation_id)
    ).one()
