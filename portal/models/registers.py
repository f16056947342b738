"""What a register said each time that it was closed and opened again: a correction keeps both versions."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, one_of
from portal.database.types import EncryptedText
from portal.domain.meeting_vocabulary import InquorateReason
from portal.domain.vocabulary import MeetingStatus


class RegisterClosing(Base):
    """A closing that was opened again, as it stood: what was said of the meeting, who was there, and why it was opened.

    The closing in force is on the meeting itself.
    """

    __tablename__ = "register_closings"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("meeting_id", "number"),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        one_of("status", MeetingStatus),
        one_of("inquorate_reason", InquorateReason),
        CheckConstraint("number >= 1", name="number_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    meeting_id: Mapped[int]
    number: Mapped[int]
    closed_at: Mapped[datetime]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    status: Mapped[MeetingStatus]
    held_on: Mapped[date | None]
    held_time: Mapped[time | None] = mapped_column(Time)
    quorate: Mapped[bool | None]
    interim_safety_plan: Mapped[bool | None]
    note: Mapped[str | None] = mapped_column(EncryptedText("register_closings.note"))
    inquorate_reason: Mapped[InquorateReason | None]
    inquorate_note: Mapped[str | None] = mapped_column(EncryptedText("register_closings.inquorate_note"))
    interim_plan: Mapped[str | None] = mapped_column(EncryptedText("register_closings.interim_plan"))
    entries: Mapped[str] = mapped_column(EncryptedText("register_closings.entries"))
    """Each invitation's id with what was entered and noted beside it, as JSON."""
    reopened_at: Mapped[datetime]
    reopened_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(EncryptedText("register_closings.reason"))
    """Why it was opened again."""
