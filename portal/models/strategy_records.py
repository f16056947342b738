"""The strategy record of a meeting: what is being written, question by question, and each version that was signed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, one_of
from portal.database.types import EncryptedText
from portal.domain.strategy_vocabulary import StrategyQuestion, StrategyRecordState
from portal.models.people import User


class StrategyRecord(Versioned, Base):
    """A meeting's record. What it says stands in its answers; what was signed, in its versions."""

    __tablename__ = "strategy_records"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        one_of("state", StrategyRecordState),
        CheckConstraint("signed_number >= 0", name="signed_number_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    meeting_id: Mapped[int] = mapped_column(unique=True)
    state: Mapped[StrategyRecordState]
    signed_number: Mapped[int] = mapped_column(default=0)
    """The number of the version that holds; 0 while none is signed."""
    amending_because: Mapped[str | None] = mapped_column(EncryptedText("strategy_records.amending_because"))
    """Why it was opened again; moves to the version when that is signed."""
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class StrategyAnswer(Versioned, Base):
    """What is written under one question, for the meeting or for one agency; each is saved and raced for by itself."""

    __tablename__ = "strategy_answers"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partnership_id", "record_id"], ["strategy_records.partnership_id", "strategy_records.id"]
        ),
        ForeignKeyConstraint(["partnership_id", "invitation_id"], ["invitations.partnership_id", "invitations.id"]),
        one_of("question", StrategyQuestion),
        Index(
            "uq_strategy_answers_of_meeting",
            "record_id",
            "question",
            unique=True,
            sqlite_where=text("invitation_id IS NULL"),
            postgresql_where=text("invitation_id IS NULL"),
        ),
        UniqueConstraint("record_id", "question", "invitation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    record_id: Mapped[int]
    question: Mapped[StrategyQuestion]
    invitation_id: Mapped[int | None]
    content: Mapped[str] = mapped_column(EncryptedText("strategy_answers.content"))
    """The answer's fields, as JSON."""
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    saved_by: Mapped[User] = relationship(foreign_keys=[saved_by_id], lazy="raise", viewonly=True)


class StrategyVersion(Base):
    """The record as its chair signed it: never changed, and read as it was when another has been signed since."""

    __tablename__ = "strategy_versions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partnership_id", "record_id"], ["strategy_records.partnership_id", "strategy_records.id"]
        ),
        CheckConstraint("number >= 1", name="number_positive"),
    )

    record_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    partnership_id: Mapped[int]
    content: Mapped[str] = mapped_column(EncryptedText("strategy_versions.content"))
    """All of it as JSON: who was there, how it was held, and every answer."""
    amended_because: Mapped[str | None] = mapped_column(EncryptedText("strategy_versions.amended_because"))
    signed_at: Mapped[datetime]
    signed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    signed_by: Mapped[User] = relationship(foreign_keys=[signed_by_id], lazy="raise", viewonly=True)
