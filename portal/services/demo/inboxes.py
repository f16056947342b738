"""Reminders of the last days, and inboxes as people leave them: only what is new, and unread only what is open."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import aliased

from portal.access.viewer import Viewer
from portal.database.session import writing
from portal.domain.message_vocabulary import MailPlace, NoticeKind
from portal.domain.working_days import add_working_days, is_working_day, london_instant
from portal.models.messages import Notice
from portal.services.changes import Change
from portal.services.demo.audits.cast import Cast
from portal.services.demo.diary import THE_WORKER
from portal.services.notices.reminders import remind_in
from portal.services.notices.wanted import settle

KEPT = 5
"""Working days, today among them, of which something is left in an inbox."""
MORNING = time(8, 15)
ONLY_TELLS = (
    NoticeKind.INVITATION_CHANGED,
    NoticeKind.PART_ENDED,
    NoticeKind.CHAIRING_ENDED,
    NoticeKind.CONTEST_UPHELD,
    NoticeKind.CONTEST_KEPT,
    NoticeKind.DECISIONS_SENT,
    NoticeKind.MINUTES_SENT,
    NoticeKind.ESCALATION_REPLY,
    NoticeKind.ESCALATION_CLOSED,
    NoticeKind.ALERT_REPLY,
    NoticeKind.ALERT_CLOSED,
)
"""What asks for nothing: it has been read, except what came on the last working day."""


def plan_reminders(cast: Cast) -> None:
    """Have people reminded on the last mornings, as the worker does."""
    for day in range(1 - KEPT, 1):
        on = add_working_days(cast.today, day)
        if is_working_day(on):
            cast.diary.add(london_instant(on, MORNING), THE_WORKER, _remind)


def _remind(viewer: Viewer) -> None:
    remind_in(viewer)


def tidy(now: datetime) -> None:
    """Leave in each inbox what is new, read what asks for nothing any more, and nothing that waits for a mail."""
    with writing() as session:
        change = Change(session, Viewer.of_system("demo", now))
        oldest = london_instant(add_working_days(change.viewer.today, 1 - KEPT), time.min)
        session.execute(delete(Notice).where(Notice.made_at < oldest))
        settle(change, session.scalars(select(Notice.user_id).distinct()).all())
        last = london_instant(add_working_days(change.viewer.today, -1), time.min)
        told = (Notice.kind.in_(ONLY_TELLS) & (Notice.made_at < last)) | Notice.settled_at.is_not(None)
        # Of reports that were put together there is so much that it is read on the same day.
        today = london_instant(change.viewer.today, time.min)
        bundled = (Notice.kind == NoticeKind.BUNDLE_CUT) & (Notice.made_at < today)
        session.execute(update(Notice).where(or_(told, bundled, _is_said_again())).values(read_at=now))
        session.execute(update(Notice).values(mail_place=MailPlace.INBOX_ONLY))


def _is_said_again() -> ColumnElement[bool]:
    """Whether a later notice says the same: a reminder, of which somebody has read the first."""
    later = aliased(Notice)
    return exists().where(
        later.membership_id == Notice.membership_id,
        later.kind == Notice.kind,
        later.subject == Notice.subject,
        later.subject_id == Notice.subject_id,
        later.id > Notice.id,
    )
