"""Minutes and decision sheets: a draft, what was sent, who has read it, and what is wrong in it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, one_of
from portal.database.types import EncryptedText
from portal.domain.outcome_vocabulary import CorrectionOutcome, PaperKind
from portal.models.files import StoredFile
from portal.models.meetings import Invitation, Meeting
from portal.models.people import User


class MinutesDraft(Versioned, Base):
    """The minutes of a meeting as they are being written, for those who keep its record alone.

    They are a text, a file, or both. Sending them cuts a version; the draft stays, for the next one.
    """

    __tablename__ = "minutes_drafts"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("meeting_id"),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        ForeignKeyConstraint(["partnership_id", "file_id"], ["stored_files.partnership_id", "stored_files.id"]),
        Index("ix_minutes_drafts_file", "file_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    meeting_id: Mapped[int]
    text: Mapped[str] = mapped_column(EncryptedText("minutes_drafts.text"))
    file_id: Mapped[int | None]
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    meeting: Mapped[Meeting] = relationship(
        Meeting, primaryjoin="foreign(MinutesDraft.meeting_id) == Meeting.id", lazy="raise", viewonly=True
    )
    saved_by: Mapped[User] = relationship(foreign_keys=[saved_by_id], lazy="raise", viewonly=True)


class SentPaper(Base):
    """One version of the minutes or the decision sheet as it was sent; it never changes.

    A decision sheet has no text of its own: it says what was signed until it was sent.
    """

    __tablename__ = "sent_papers"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("meeting_id", "kind", "number"),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        ForeignKeyConstraint(["partnership_id", "file_id"], ["stored_files.partnership_id", "stored_files.id"]),
        one_of("kind", PaperKind),
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("(number = 1) = (because IS NULL)", name="sent_again_for_a_reason"),
        CheckConstraint(
            f"(kind = '{PaperKind.MINUTES.value}') = (text IS NOT NULL OR file_id IS NOT NULL)",
            name="minutes_say_something",
        ),
        Index("ix_sent_papers_file", "file_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    meeting_id: Mapped[int]
    kind: Mapped[PaperKind]
    number: Mapped[int]
    text: Mapped[str | None] = mapped_column(EncryptedText("sent_papers.text"))
    file_id: Mapped[int | None]
    because: Mapped[str | None] = mapped_column(EncryptedText("sent_papers.because"))
    """What is different from the version before."""
    due_on: Mapped[date | None]
    """By the rules of the meeting's day, as they stood when it was sent."""
    sent_at: Mapped[datetime]
    sent_on: Mapped[date]
    """London's day of `sent_at`."""
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    meeting: Mapped[Meeting] = relationship(
        Meeting, primaryjoin="foreign(SentPaper.meeting_id) == Meeting.id", lazy="raise", viewonly=True
    )
    sent_by: Mapped[User] = relationship(foreign_keys=[sent_by_id], lazy="raise", viewonly=True)
    file: Mapped[StoredFile | None] = relationship(
        StoredFile, primaryjoin="foreign(SentPaper.file_id) == StoredFile.id", lazy="raise", viewonly=True
    )


class PaperReading(Base):
    """The first time that somebody of an agency opened what was sent."""

    __tablename__ = "paper_readings"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "paper_id"], ["sent_papers.partnership_id", "sent_papers.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
    )

    paper_id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    read_at: Mapped[datetime]
    read_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    read_by: Mapped[User] = relationship(foreign_keys=[read_by_id], lazy="raise", viewonly=True)


class MinutesCorrection(Versioned, Base):
    """What an agency says is wrong in the minutes, and what became of it."""

    __tablename__ = "minutes_corrections"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "paper_id"], ["sent_papers.partnership_id", "sent_papers.id"]),
        ForeignKeyConstraint(["partnership_id", "invitation_id"], ["invitations.partnership_id", "invitations.id"]),
        ForeignKeyConstraint(["partnership_id", "taken_into_id"], ["sent_papers.partnership_id", "sent_papers.id"]),
        one_of("outcome", CorrectionOutcome),
        CheckConstraint(
            f"(outcome = '{CorrectionOutcome.OPEN.value}') = (answered_at IS NULL)", name="answered_unless_open"
        ),
        CheckConstraint(
            f"outcome != '{CorrectionOutcome.NOT_TAKEN.value}' OR answer IS NOT NULL", name="not_taken_for_a_reason"
        ),
        CheckConstraint(
            f"taken_into_id IS NULL OR outcome = '{CorrectionOutcome.TAKEN.value}'", name="taken_into_a_version"
        ),
        Index("ix_minutes_corrections_paper", "paper_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    paper_id: Mapped[int]
    """The version of the minutes that it is about."""
    invitation_id: Mapped[int]
    text: Mapped[str] = mapped_column(EncryptedText("minutes_corrections.text"))
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    outcome: Mapped[CorrectionOutcome]
    answer: Mapped[str | None] = mapped_column(EncryptedText("minutes_corrections.answer"))
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    taken_into_id: Mapped[int | None]
    """The version that says it right, once that is sent."""

    paper: Mapped[SentPaper] = relationship(
        SentPaper, primaryjoin="foreign(MinutesCorrection.paper_id) == SentPaper.id", lazy="raise", viewonly=True
    )
    invitation: Mapped[Invitation] = relationship(
        Invitation, primaryjoin="foreign(MinutesCorrection.invitation_id) == Invitation.id", lazy="raise", viewonly=True
    )
