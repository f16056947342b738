"""What people are told in their inbox, the mails that carry it, and what each of them chose."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.domain.message_vocabulary import MailKind, MailPlace, MailState, NoticeKind, Urgency

UNREAD = "read_at IS NULL AND settled_at IS NULL"
"""What the header counts: what was done meanwhile needs no reading."""
WAITS = f"mail_place = '{MailPlace.WAITING.value}'"
TO_SEND = f"state = '{MailState.QUEUED.value}'"
FAILED = f"state = '{MailState.FAILED.value}'"

TO_ASK = "delivery_reference IS NOT NULL"


class Notice(Base):
    """One thing that one person is told under one membership; `key` makes it happen once.

    It is written in the transaction of its cause. `subject` and `subject_id` say what it is about (an invitation, an
    escalation, an audit return …), so that it can be dropped once a colleague has done the thing.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("key"),
        ForeignKeyConstraint(["partnership_id", "membership_id"], ["memberships.partnership_id", "memberships.id"]),
        one_of("kind", NoticeKind),
        one_of("urgency", Urgency),
        one_of("mail_place", MailPlace),
        at_most("what", 200),
        at_most("key", 160),
        Index("ix_notices_user", "user_id", "id"),
        Index("ix_notices_unread", "user_id", sqlite_where=text(UNREAD), postgresql_where=text(UNREAD)),
        Index("ix_notices_waiting", "user_id", "made_at", sqlite_where=text(WAITS), postgresql_where=text(WAITS)),
        Index("ix_notices_subject", "subject", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    membership_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    key: Mapped[str] = mapped_column(String(160))
    kind: Mapped[NoticeKind]
    subject: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    place: Mapped[int]
    """Where within its subject, such as an escalation's stage; 0 where there is nothing to tell apart."""
    what: Mapped[str] = mapped_column(String(200))
    """For the inbox alone, behind sign-in: such as "Review conference, Thursday 3 December". Never a child."""
    due_at: Mapped[datetime | None]
    urgency: Mapped[Urgency]
    made_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    """When it turned out that the thing had been done, by whomever."""
    mail_place: Mapped[MailPlace]
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mails.id"))


class Mail(Base):
    """One mail to one person; `key` makes it one, and its Message-ID comes from it.

    What it says is put together when it is sent and kept nowhere. A worker that takes it has it until `claimed_until`.
    """

    __tablename__ = "mails"
    __table_args__ = (
        UniqueConstraint("key"),
        one_of("kind", MailKind),
        one_of("state", MailState),
        at_most("key", 120),
        at_most("fault", 200),
        CheckConstraint("attempts >= 0", name="attempts_positive"),
        Index("ix_mails_user", "user_id", "made_at"),
        Index("ix_mails_to_send", "next_attempt_at", sqlite_where=text(TO_SEND), postgresql_where=text(TO_SEND)),
        Index("ix_mails_to_ask", "next_attempt_at", sqlite_where=text(TO_ASK), postgresql_where=text(TO_ASK)),
        Index("ix_mails_failed", "user_id", sqlite_where=text(FAILED), postgresql_where=text(FAILED)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[MailKind]
    joining_link_id: Mapped[int | None] = mapped_column(ForeignKey("joining_links.id"))
    """The link that an account's mail carries; its token is made when the mail is sent, and kept nowhere."""
    state: Mapped[MailState]
    attempts: Mapped[int]
    made_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    """When to send it (again), or to ask what became of it."""
    claimed_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    fault: Mapped[str | None] = mapped_column(String(200))
    """What the mail server said of the last attempt, without addresses."""
    delivery_reference: Mapped[str | None] = mapped_column(String(80))
    """What GOV.UK Notify knows it by, until it has said whether it arrived."""


class MessageChoice(Versioned, Base):
    """How one person wants their messages; without a row, the defaults hold."""

    __tablename__ = "message_choices"
    __table_args__ = (CheckConstraint("digest_hour >= 0 AND digest_hour <= 23", name="digest_hour_of_day"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False)
    digest_hour: Mapped[int]
    """The London hour from which the day's mail goes."""
    wants_digest: Mapped[bool]
    """Whether what may wait comes by mail at all; what one's role must receive does anyhow."""
    muted: Mapped[list[str]] = mapped_column(JSON)
    """Kinds of notices that stay in the inbox."""


class WorkerBeat(Base):
    """When each kind of background work was last done, how long it took, and what stopped it."""

    __tablename__ = "worker_beats"
    __table_args__ = (at_most("fault", 200),)

    work: Mapped[str] = mapped_column(String(40), primary_key=True)
    last_run_at: Mapped[datetime]
    last_done: Mapped[int]
    """How many things it did."""
    last_fault_at: Mapped[datetime | None]
    fault: Mapped[str | None] = mapped_column(String(200))
