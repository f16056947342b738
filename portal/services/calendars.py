"""Meetings for people's calendars: taken along from the meeting's page, and sent with the mails that tell of them.

A calendar knows a meeting by an identity that never changes and takes the newest number of it: a meeting that was
moved moves there too, and one that was cancelled leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, and_, or_, select
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
from portal.models.people import User

TELLS_OF_A_MEETING = (NoticeKind.INVITATION, NoticeKind.INVITATION_CHANGED, NoticeKind.CHAIRING)
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

    def entry(self, row: Row[*tuple[Any, ...]], now: datetime) -> Entry:
        """A meeting's entry, from its columns."""
        identity = sha256(f"{self.base_url} meeting {row.id}".encode()).hexdigest()[:40]
        return Entry(
            uid=f"{identity}@{self.mail_from.rpartition('@')[2]}",
            sequence=row.calendar_sequence,
            day=row.scheduled_on,
            start=row.start_time,
            minutes=row.duration_minutes,
            is_cancelled=row.status is MeetingStatus.CANCELLED,
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


def calendars_of_mail(session: Session, office: Office, mail_id: int, now: datetime) -> tuple[Entry, ...]:
    """The meetings that a mail tells of, each as it stands now: by one statement, the next ones first."""
    of_invitation = and_(Notice.subject == "invitation", Invitation.id == Notice.subject_id)
    of_meeting = or_(
        and_(Notice.subject == "meeting", Meeting.id == Notice.subject_id),
        and_(Notice.subject == "invitation", Meeting.id == Invitation.meeting_id),
    )
    rows = session.execute(
        select(*_MEETING)
        .select_from(Notice)
        .outerjoin(Invitation, of_invitation)
        .join(Meeting, of_meeting)
        .where(
            Notice.mail_id == mail_id,
            Notice.kind.in_(TELLS_OF_A_MEETING),
            Notice.mail_place == MailPlace.MAILED,
            Notice.settled_at.is_(None),
        )
        .distinct()
        .order_by(Meeting.scheduled_on, Meeting.id)
        .limit(MOST)
    )
    return tuple(office.entry(row, now) for row in rows)
