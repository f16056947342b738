"""Feedback after a conference: the cards that ask for it, and what was given, which knows of no card and no meeting."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, at_most, one_of
from portal.database.types import EncryptedText
from portal.domain.feedback_vocabulary import Agreement, Audience, Language, Reply
from portal.models.meetings import Meeting

PRINTED = "mail_id IS NULL"


class FeedbackCard(Base):
    """A card, or a link in a mail, by which people say how one conference was. It goes as soon as it has ended."""

    __tablename__ = "feedback_cards"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        one_of("audience", Audience),
        CheckConstraint("uses >= 0 AND uses <= most_uses", name="uses_counted"),
        # One printed card for each side: nobody would know which of two to hand out.
        Index(
            "ix_feedback_cards_printed",
            "meeting_id",
            "audience",
            unique=True,
            sqlite_where=text(PRINTED),
            postgresql_where=text(PRINTED),
        ),
        Index("ix_feedback_cards_expires", "expires_at"),
        Index("ix_feedback_cards_meeting", "meeting_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    meeting_id: Mapped[int]
    audience: Mapped[Audience]
    code: Mapped[str] = mapped_column(EncryptedText("feedback_cards.code"))
    """Kept so that the card can be printed again."""
    code_index: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    uses: Mapped[int]
    most_uses: Mapped[int]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[datetime]
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mails.id"), unique=True)
    """The mail that carries it to a professional; empty for a printed card."""

    meeting: Mapped[Meeting] = relationship(
        Meeting, primaryjoin="foreign(FeedbackCard.meeting_id) == Meeting.id", lazy="raise", viewonly=True
    )


class Feedback(Base):
    """What one person gave: of whose meeting, by which card and when is kept nowhere.

    Its number comes by chance, so that the order in which feedback came cannot be read from it.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(
            ["partnership_id", "meeting_type_id"], ["meeting_types.partnership_id", "meeting_types.id"]
        ),
        one_of("audience", Audience),
        one_of("language", Language),
        one_of("agreement", Agreement),
        Index("ix_feedback_month", "partnership_id", "month"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    month: Mapped[date]
    """The first day of the month in which the conference was."""
    meeting_type_id: Mapped[int]
    audience: Mapped[Audience]
    language: Mapped[Language]
    agreement: Mapped[Agreement | None]
    """A family's word on the reports against the record, worked out when it was given; empty for professionals."""
    words: Mapped[str | None] = mapped_column(EncryptedText("feedback.words"))


class FeedbackReply(Base):
    """One answer of somebody's feedback."""

    __tablename__ = "feedback_replies"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "feedback_id"], ["feedback.partnership_id", "feedback.id"]),
        one_of("reply", Reply),
        at_most("question", 40),
    )

    feedback_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    question: Mapped[str] = mapped_column(String(40), primary_key=True)
    partnership_id: Mapped[int]
    reply: Mapped[Reply]


class FeedbackForm(Base):
    """That a form was sent, for a day, so that a second press is not counted twice; of what it said nothing."""

    __tablename__ = "feedback_forms"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    kept_until: Mapped[datetime]
