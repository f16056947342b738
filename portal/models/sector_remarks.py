"""What a sector lead says to an agency of the sector, every wording of it, and the days on which it was reminded."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned
from portal.database.types import EncryptedText
from portal.models.people import User


class SectorRemark(Versioned, Base):
    """One remark to one agency; what it says stands in its wordings, the newest of which counts."""

    __tablename__ = "sector_remarks"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        ForeignKeyConstraint(
            ["partnership_id", "written_by_membership_id"], ["memberships.partnership_id", "memberships.id"]
        ),
        CheckConstraint("number >= 1", name="number_positive"),
        Index("ix_sector_remarks_agency", "partnership_id", "agency_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    agency_id: Mapped[int]
    written_by_membership_id: Mapped[int]
    number: Mapped[int]
    """The number of the newest wording."""


class RemarkWording(Base):
    """What a remark said from a moment on: never changed."""

    __tablename__ = "remark_wordings"
    __table_args__ = (
        UniqueConstraint("remark_id", "number"),
        ForeignKeyConstraint(["partnership_id", "remark_id"], ["sector_remarks.partnership_id", "sector_remarks.id"]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    remark_id: Mapped[int]
    number: Mapped[int]
    text: Mapped[str] = mapped_column(EncryptedText("remark_wordings.text"))
    written_at: Mapped[datetime]
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    written_by: Mapped[User | None] = relationship(User, lazy="raise", viewonly=True)


class SectorReminder(Base):
    """An agency's leads were reminded for a working day: once, whoever asks for it."""

    __tablename__ = "sector_reminders"
    __table_args__ = (
        UniqueConstraint("partnership_id", "agency_id", "for_day"),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    agency_id: Mapped[int]
    for_day: Mapped[date]
    """The working day it counts for: on a day off, the next one."""
    reminded_at: Mapped[datetime]
    reminded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    told: Mapped[int]
    """How many leads were told."""

    reminded_by: Mapped[User | None] = relationship(User, lazy="raise", viewonly=True)
