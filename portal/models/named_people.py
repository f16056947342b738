"""Who sees a meeting that is for named people only, and the further families that a meeting is about."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base
from portal.database.types import EncryptedText
from portal.models.meetings import Meeting

CURRENT = "ended_at IS NULL"


class NamedPerson(Base):
    """A membership that sees a meeting which is closed to everybody else, from when and until when."""

    __tablename__ = "meeting_named_people"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        ForeignKeyConstraint(["partnership_id", "membership_id"], ["memberships.partnership_id", "memberships.id"]),
        # Somebody is named once at a time; whoever was named before may be named again.
        Index(
            "uq_meeting_named_people_current",
            "meeting_id",
            "membership_id",
            unique=True,
            sqlite_where=text(CURRENT),
            postgresql_where=text(CURRENT),
        ),
        Index(
            "ix_meeting_named_people_membership",
            "membership_id",
            "meeting_id",
            sqlite_where=text(CURRENT),
            postgresql_where=text(CURRENT),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    meeting_id: Mapped[int]
    membership_id: Mapped[int]
    reason: Mapped[str | None] = mapped_column(EncryptedText("meeting_named_people.reason"))
    """Why a safeguarding manager named themselves; empty where somebody named a colleague."""
    named_at: Mapped[datetime]
    named_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Empty where a file brought the meeting in."""
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class MeetingCase(Base):
    """A further family that a meeting is about, beside the one under which it stands."""

    __tablename__ = "meeting_cases"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        ForeignKeyConstraint(["partnership_id", "case_id"], ["cases.partnership_id", "cases.id"]),
        Index("ix_meeting_cases_case", "case_id", "meeting_id"),
    )

    meeting_id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


# Few meetings are for named people only; every list asks which, so that all others pass by this index alone.
Index(
    "ix_meetings_for_named_people",
    Meeting.partnership_id,
    Meeting.id,
    sqlite_where=text("named_people_only = 1"),
    postgresql_where=text("named_people_only"),
)
