"""What is told of a meeting for named people only goes to those who are named on it, and to nobody in their place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import case, or_, select, update
from sqlalchemy.orm import Session

from portal.domain.message_vocabulary import MailPlace
from portal.models.contests import Contest
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.named_people import NamedPerson
from portal.services.batches import in_batches
from portal.services.changes import Change

CALLED = "Meeting for named people"
"""What such a meeting is called where its kind may not be said."""

_MEETING, _INVITATION, _CONTEST = "meeting", "invitation", "contest"

Subject = tuple[str, int]


def named_on_meetings(session: Session, meeting_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """The memberships named on each of these meetings that are for named people only; others are left out."""
    found: dict[int, set[int]] = {}
    for some in in_batches(sorted(set(meeting_ids))):
        rows = session.execute(
            select(Meeting.id, NamedPerson.membership_id)
            .outerjoin(NamedPerson, (NamedPerson.meeting_id == Meeting.id) & NamedPerson.ended_at.is_(None))
            .where(Meeting.named_people_only, Meeting.id.in_(some))
        )
        for meeting_id, membership_id in rows:
            found.setdefault(meeting_id, set()).update([] if membership_id is None else [membership_id])
    return {meeting_id: frozenset(named) for meeting_id, named in found.items()}


def named_for(session: Session, partnership_id: int, subjects: Collection[Subject]) -> Mapping[Subject, frozenset[int]]:
    """Who may be told of each of these meetings, invitations and contests, where it is for named people only.

    The others are left out.
    """
    if not any(subject in (_MEETING, _INVITATION, _CONTEST) for subject, _ in subjects):
        return {}
    closed = set(
        session.scalars(select(Meeting.id).where(Meeting.partnership_id == partnership_id, Meeting.named_people_only))
    )
    if not closed:
        return {}
    of_meeting = {(subject, number): number for subject, number in subjects if subject == _MEETING and number in closed}
    for some in in_batches(sorted({number for subject, number in subjects if subject == _INVITATION})):
        rows = session.execute(select(Invitation.id, Invitation.meeting_id).where(Invitation.id.in_(some)))
        of_meeting.update({(_INVITATION, row.id): row.meeting_id for row in rows if row.meeting_id in closed})
    for some in in_batches(sorted({number for subject, number in subjects if subject == _CONTEST})):
        contested = (
            select(Contest.id, Invitation.meeting_id)
            .join(Invitation, Invitation.id == Contest.invitation_id)
            .where(Contest.id.in_(some))
        )
        rows = session.execute(contested)
        of_meeting.update({(_CONTEST, row.id): row.meeting_id for row in rows if row.meeting_id in closed})
    named = named_on_meetings(session, of_meeting.values())
    return {subject: named[meeting_id] for subject, meeting_id in of_meeting.items()}


def forget(change: Change, meeting_id: int, membership_id: int) -> None:
    """Take what somebody was told of a meeting out of their mails, and its kind and day out of their inbox."""
    invitations = select(Invitation.id).where(Invitation.meeting_id == meeting_id)
    waits = Notice.mail_place == MailPlace.WAITING
    change.session.execute(
        update(Notice)
        .where(
            Notice.membership_id == membership_id,
            or_(
                (Notice.subject == _MEETING) & (Notice.subject_id == meeting_id),
                (Notice.subject == _INVITATION) & Notice.subject_id.in_(invitations),
                (Notice.subject == _CONTEST)
                & Notice.subject_id.in_(select(Contest.id).where(Contest.invitation_id.in_(invitations))),
            ),
        )
        .values(
            what=CALLED,
            settled_at=case((Notice.settled_at.is_(None), change.viewer.now), else_=Notice.settled_at),
            mail_place=case((waits, MailPlace.DROPPED.value), else_=Notice.mail_place),
        )
        .execution_options(synchronize_session=False)
    )
