"""What happened to each meeting's day and chair, and the numbers that meetings opened in the portal are called by."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, one_of
from portal.database.types import EncryptedText
from portal.domain.scheduling_vocabulary import TO_BE_LATE, MoveKind, MoveReason
from portal.domain.vocabulary import MeetingFormat
from portal.models.people import User


class MeetingMove(Base):
    """One line of a meeting's history: opened on a day, moved to another, cancelled, or given to another chair.

    It is never changed. `from_…` is what stood before, `to_…` what stood from then on, whatever the line is about.

    `number` counts a meeting's lines from 0; a meeting that came with a file has no line for its opening, and its first
    move is number 1. A cancelled meeting keeps its day, so that both sides of that line are alike.
    """

    __tablename__ = "meeting_moves"
    __table_args__ = (
        UniqueConstraint("meeting_id", "number"),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        ForeignKeyConstraint(["partnership_id", "from_chair_id"], ["memberships.partnership_id", "memberships.id"]),
        ForeignKeyConstraint(["partnership_id", "to_chair_id"], ["memberships.partnership_id", "memberships.id"]),
        one_of("kind", MoveKind),
        one_of("reason", MoveReason),
        one_of("late_reason", TO_BE_LATE),
        one_of("from_format", MeetingFormat),
        one_of("to_format", MeetingFormat),
        CheckConstraint(
            "(kind = 'opened' AND from_on IS NULL AND number = 0) "
            "OR (kind <> 'opened' AND from_on IS NOT NULL AND number > 0 "
            "AND (reason IS NOT NULL OR kind = 'chair_changed'))",
            name="opened_first_and_moved_for_a_reason",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    meeting_id: Mapped[int]
    number: Mapped[int]
    kind: Mapped[MoveKind]
    from_on: Mapped[date | None]
    from_time: Mapped[time | None] = mapped_column(Time)
    from_minutes: Mapped[int | None]
    from_format: Mapped[MeetingFormat | None]
    from_place: Mapped[str | None] = mapped_column(EncryptedText("meeting_moves.from_place"))
    from_link: Mapped[str | None] = mapped_column(EncryptedText("meeting_moves.from_link"))
    from_chair_id: Mapped[int | None]
    """The membership that chaired; empty on both sides of lines that a file's history begins with."""
    to_on: Mapped[date]
    to_time: Mapped[time | None] = mapped_column(Time)
    to_minutes: Mapped[int | None]
    to_format: Mapped[MeetingFormat]
    to_place: Mapped[str | None] = mapped_column(EncryptedText("meeting_moves.to_place"))
    to_link: Mapped[str | None] = mapped_column(EncryptedText("meeting_moves.to_link"))
    to_chair_id: Mapped[int | None]
    reason: Mapped[MoveReason | None]
    note: Mapped[str | None] = mapped_column(EncryptedText("meeting_moves.note"))
    late_reason: Mapped[MoveReason | None]
    """Why the day lies after the one by which the rules asked for the meeting."""
    asks_again: Mapped[bool] = mapped_column(default=False)
    """Whether day or time changed, so that whoever had answered is asked whether the answer still stands."""
    moved_at: Mapped[datetime]
    moved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    moved_by: Mapped[User | None] = relationship(foreign_keys=[moved_by_id], lazy="raise", viewonly=True)


class MeetingNumber(Base):
    """The last number that a partnership gave to a meeting in a year: two who open one at once wait for each other."""

    __tablename__ = "meeting_numbers"

    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
