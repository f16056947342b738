"""The mails of a partnership's people and the work in the background: what waits, is stuck or has failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from portal.access import notices as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.message_vocabulary import MailKind, MailState
from portal.gateways.mail_templates import Preview, previews
from portal.models.messages import Mail, WorkerBeat
from portal.models.people import Membership, User
from portal.services.changes import changing
from portal.services.mailing import mailing
from portal.services.paging import PER_PAGE, Page, count, page_number
from portal.services.worker import WORKS

QUEUED_TOO_LONG = timedelta(hours=1)
SILENT_AFTER = timedelta(minutes=10)
"""A worker looks for work every few seconds: silent for so long, none runs."""

IS_QUEUED = Mail.state == MailState.QUEUED
HAS_FAILED = Mail.state == MailState.FAILED


@dataclass(frozen=True, slots=True)
class Beat:
    """When one kind of work was last done, how many things it did, and what stopped it last."""

    work: str
    every_seconds: int
    last_run_at: datetime
    last_done: int
    last_fault_at: datetime | None
    fault: str | None

    @property
    def is_failing(self) -> bool:
        """Whether it was stopped the last time."""
        return self.last_fault_at is not None and self.last_fault_at >= self.last_run_at

    def is_late(self, now: datetime) -> bool:
        """Whether it should have been done again long since."""
        return now - self.last_run_at > timedelta(seconds=self.every_seconds) + SILENT_AFTER


@dataclass(frozen=True, slots=True)
class FailedMail:
    """A mail that failed for good, by its person's name; `fault` is what the server said, without addresses."""

    id: int
    name: str
    kind: MailKind
    made_at: datetime
    attempts: int
    fault: str | None


@dataclass(frozen=True, slots=True)
class Watch:
    """How the mails of the viewer's partnership stand, and the work of the whole portal."""

    waiting: int
    stuck: int
    failed: Page[FailedMail]
    beats: Sequence[Beat]
    is_silent: bool
    """Whether no worker has run for a while."""
    has_mail_server: bool


def is_stuck(now: datetime) -> ColumnElement[bool]:
    """A mail that was taken and never finished, or that should have gone an hour ago."""
    was_left = Mail.claimed_until.is_not(None) & (Mail.claimed_until <= now)
    return and_(IS_QUEUED, or_(was_left, Mail.next_attempt_at <= now - QUEUED_TOO_LONG))


def watch(viewer: Viewer, *, page: int = 1) -> Watch:
    """What whoever looks after the partnership sees of its messages; no content, and no address."""
    mails = access.mails_visible_to(viewer)
    counted = db.session.execute(
        mails.where(IS_QUEUED).with_only_columns(
            func.count(), func.coalesce(func.sum(case((is_stuck(viewer.now), 1), else_=0)), 0)
        )
    ).one()
    failed = mails.where(HAS_FAILED)
    total = count(failed)
    number = page_number(page, total)
    rows = db.session.execute(
        failed.join(User, User.id == Mail.user_id)
        .with_only_columns(Mail.id, User.name, Mail.kind, Mail.made_at, Mail.attempts, Mail.fault)
        .order_by(Mail.id.desc())
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    )
    beats = list_beats()
    return Watch(
        waiting=counted[0],
        stuck=counted[1],
        failed=Page([FailedMail(*row) for row in rows], number, total),
        beats=beats,
        is_silent=all(beat.last_run_at < viewer.now - SILENT_AFTER for beat in beats),
        has_mail_server=mailing() is not None,
    )


def list_beats() -> list[Beat]:
    """Each kind of work that was done before, in its order within a round."""
    rows = {row.work: row for row in db.session.execute(select(*WorkerBeat.__table__.columns))}
    return [
        Beat(work.name, work.every_seconds, row.last_run_at, row.last_done, row.last_fault_at, row.fault)
        for work in WORKS
        if (row := rows.get(work.name)) is not None
    ]


def retry(viewer: Viewer, mail_id: int) -> None:
    """Have a mail that failed for good tried again, from now on and as often as a new one.

    Raises NotVisible, and NotPermitted for one that has not failed.
    """
    with changing(viewer) as change:
        mail = change.session.scalar(access.mails_visible_to(viewer).where(Mail.id == mail_id).with_for_update(of=Mail))
        if mail is None:
            raise NotVisible("There is no such mail.")
        memberships = change.session.scalars(select(Membership).where(Membership.user_id == mail.user_id)).all()
        if not access.may_retry(viewer, mail, memberships):
            raise NotPermitted("This mail has not failed.")
        mail.state = MailState.QUEUED
        mail.attempts = 0
        mail.next_attempt_at = viewer.now
        mail.claimed_until = None
        change.log("mail.retried", "mail", mail_id)


def mail_previews() -> Sequence[Preview]:
    """Every kind of mail as it reads, with invented names and days and the portal's own address."""
    found = mailing()
    return previews() if found is None else previews(found.base_url)
