"""Meetings for people's calendars: taken along from the meeting's page, and sent with the mails that tell of them.

A calendar knows a meeting by an identity that never changes and takes the newest number of it: a meeting that was
moved moves there too, and one that was cancelled leaves, as does one in which its owner has no part any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from portal.access import meetings as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.message_vocabulary import MailPlace, NoticeKind
from portal.domain.vocabulary import MeetingStatus
from portal.gateways.calendars import Entry, written
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.people import Membership, User
from portal.services.batches import in_batches
from portal.services.meetings.outlook import HAS_PART

_TAKES_AWAY = (NoticeKind.PART_ENDED, NoticeKind.CHAIRING_ENDED)
TELLS_OF_A_MEETING = (NoticeKind.INVITATION, NoticeKind.INVITATION_CHANGED, NoticeKind.CHAIRING, *_TAKES_AWAY)
MOST = 20
"""Of a mail that tells of more, as after an import, the first: the portal has them all."""

_MEETING = (
    Meeting.id,
    Meeting.calendar_sequence,
    Meeting.scheduled_on,
    Meeting.start_time,
    Meeting.duration_minutes,
    Meeting.status,
)


@dataclass(frozen=True, slots=True)
class Office:
    """Where the portal is and whom its mails are from."""

    base_url: str
    mail_from: str

    def entry(self, row: Row[*tuple[Any, ...]], now: datetime, *, is_over: bool = False) -> Entry:
        """A meeting's entry, from its columns; `is_over` where whoever gets it has no part in it any more."""
        identity = sha256(f"{self.base_url} meeting {row.id}".encode()).hexdigest()[:40]
        return Entry(
            uid=f"{identity}@{self.mail_from.rpartition('@')[2]}",
            sequence=row.calendar_sequence,
            day=row.scheduled_on,
            start=row.start_time,
            minutes=row.duration_minutes,
            is_cancelled=is_over or row.status is MeetingStatus.CANCELLED,
            address=f"{self.base_url}/meetings/{row.id}",
            changed_at=now,
        )


def calendar_file(viewer: Viewer, meeting_id: int, office: Office) -> bytes:
    """A meeting for the calendar of somebody who sees it. Raises NotVisible."""
    session: Session = db.session()
    meeting = session.execute(
        access.visible_to(viewer).where(Meeting.id == meeting_id).with_only_columns(*_MEETING)
    ).one_or_none()
    if meeting is None:
        raise NotVisible("No such meeting.")
    address = session.scalar(select(User.email).where(User.id == viewer.user_id)) or office.mail_from
    return written(office.entry(meeting, viewer.now), to=address, sender=office.mail_from)


def raise_sequences(session: Session, meeting_ids: Iterable[int]) -> None:
    """Raise the number by which calendars tell the newer of two entries; versions stay, for nobody edits it."""
    for some in in_batches(sorted(set(meeting_ids))):
        session.execute(
            update(Meeting).where(Meeting.id.in_(some)).values(calendar_sequence=Meeting.calendar_sequence + 1)
        )


def calendars_of_mail(
    session: Session, office: Office, mail_id: int, now: datetime, *, without: Collection[int] = ()
) -> tuple[Entry, ...]:
    """The meetings that a mail tells of, each as it stands now: by one statement, the next ones first.

    `without` are notices that it tells no more, since their record has been closed to its reader.
    One that it takes away stays all the same where its reader has another part in it.
    """
    of_invitation = and_(Notice.subject == "invitation", Invitation.id == Notice.subject_id)
    of_meeting = or_(
        and_(Notice.subject == "meeting", Meeting.id == Notice.subject_id),
        and_(Notice.subject == "invitation", Meeting.id == Invitation.meeting_id),
    )
    is_over = and_(Notice.kind.in_(_TAKES_AWAY), ~_has_another_part()).label("is_over")
    rows = session.execute(
        select(*_MEETING, is_over)
        .select_from(Notice)
        .outerjoin(Invitation, of_invitation)
        .join(Meeting, of_meeting)
        .where(
            Notice.mail_id == mail_id,
            Notice.kind.in_(TELLS_OF_A_MEETING),
            Notice.mail_place == MailPlace.MAILED,
            Notice.settled_at.is_(None),
            Notice.id.not_in(without),
        )
        .distinct()
        .order_by(Meeting.scheduled_on, Meeting.id, is_over)
        # What a mail says of a meeting may have come about in two ways: each is there twice at most.
        .limit(2 * MOST)
    )
    # What takes it away was told after what brought it, or that would not be in the mail.
    entries = {row.id: office.entry(row, now, is_over=row.is_over) for row in rows}
    return tuple(entries.values())[:MOST]


def _has_another_part() -> ColumnElement[bool]:
    """Whether the reader of a notice chairs its meeting, or answers for an agency that has a part in it."""
    invited = exists().where(
        Invitation.meeting_id == Meeting.id,
        Invitation.partnership_id == Membership.partnership_id,
        Invitation.agency_id == Membership.agency_id,
        HAS_PART,
    )
    return (
        exists()
        .where(
            Membership.user_id == Notice.user_id,
            Membership.ended_at.is_(None),
            or_(Membership.id == Meeting.chair_membership_id, invited.correlate(Membership, Meeting)),
        )
        .correlate(Notice, Meeting)
    )
