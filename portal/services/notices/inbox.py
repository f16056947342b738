"""A person's inbox: what they were told under all of their memberships, and opening it under the right one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update

from portal.access import notices as access
from portal.access.viewer import Hat, Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.working_days import london_day
from portal.models.meetings import Invitation
from portal.models.messages import Notice
from portal.services import sessions
from portal.services.changes import changing
from portal.services.paging import PER_PAGE, Page, count, page_number
from portal.services.reach import under_every_hat


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One notice; `hat` is the membership that it is for. `due_on` is London's day."""

    id: int
    kind: NoticeKind
    what: str
    hat: Hat
    due_on: date | None
    made_at: datetime
    is_read: bool
    is_settled: bool

    @property
    def is_unread(self) -> bool:
        """Whether it still asks to be read: what was done meanwhile does not."""
        return not self.is_read and not self.is_settled


@dataclass(frozen=True, slots=True)
class Opened:
    """A notice that was opened, the viewer under the membership that it is for, and what it is about."""

    viewer: Viewer
    kind: NoticeKind
    subject: str
    subject_id: int
    meeting_id: int | None
    place: int = 0
    """Where within its subject, as the notice says it."""


def list_inbox(viewer: Viewer, *, page: int = 1) -> Page[InboxRow]:
    """What the viewer was told, the newest first."""
    own = access.visible_to(viewer)
    total = count(own)
    number = page_number(page, total)
    rows = db.session.execute(
        own.with_only_columns(
            Notice.id,
            Notice.kind,
            Notice.what,
            Notice.membership_id,
            Notice.due_at,
            Notice.made_at,
            Notice.read_at,
            Notice.settled_at,
        )
        .order_by(Notice.id.desc())
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    )
    hats = {hat.membership_id: hat for hat in viewer.hats}
    listed = [
        InboxRow(
            id=row.id,
            kind=row.kind,
            what=row.what,
            hat=hats[row.membership_id],
            due_on=None if row.due_at is None else london_day(row.due_at),
            made_at=row.made_at,
            is_read=row.read_at is not None,
            is_settled=row.settled_at is not None,
        )
        for row in rows
    ]
    return Page(listed, number, total)


def open_notice(viewer: Viewer, notice_id: int) -> Opened:
    """Mark a notice as read and go on under the membership that it is for. Raises NotVisible."""
    notice = db.session.scalar(access.visible_to(viewer).where(Notice.id == notice_id))
    worn = None if notice is None else viewer.wearing(notice.membership_id)
    if notice is None or worn is None:
        raise NotVisible("There is no such notice.")
    if notice.read_at is None:
        with changing(worn) as change:
            change.session.execute(
                update(Notice).where(Notice.id == notice_id, Notice.read_at.is_(None)).values(read_at=viewer.now)
            )
            change.log("notice.opened", "notice", notice_id)
    if worn.membership_id != viewer.membership_id:
        worn = sessions.wear(viewer, notice.membership_id)
    return Opened(worn, notice.kind, notice.subject, notice.subject_id, _meeting_of(notice), notice.place)


def mark_all_read(viewer: Viewer) -> int:
    """Mark everything in the viewer's inbox as read; returns how many there were."""
    unread = access.visible_to(viewer).where(Notice.read_at.is_(None)).with_only_columns(Notice.id)
    with changing(viewer) as change, under_every_hat(viewer):
        marked = change.session.execute(
            update(Notice)
            .where(Notice.id.in_(unread.scalar_subquery()))
            .values(read_at=viewer.now)
            .returning(Notice.id)
            .execution_options(synchronize_session=False)
        ).all()
        change.log("notice.all_read", "person", viewer.user_id)
    return len(marked)


def _meeting_of(notice: Notice) -> int | None:
    """The meeting behind a notice about it or an invitation to it; whether it may be seen is asked by its page."""
    if notice.subject == "meeting":
        return notice.subject_id
    if notice.subject != "invitation":
        return None
    return db.session.scalar(select(Invitation.meeting_id).where(Invitation.id == notice.subject_id))
