"""Planned absences with their deputies, and each quarter's word of a lead that their people are still theirs."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, Versioned


class Absence(Versioned, Base):
    """Days on which somebody is away, both included, and the colleague who gets their messages and tasks meanwhile."""

    __tablename__ = "absences"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "membership_id"], ["memberships.partnership_id", "memberships.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "deputy_membership_id"], ["memberships.partnership_id", "memberships.id"]
        ),
        CheckConstraint("ends_on >= begins_on", name="ends_after_beginning"),
        CheckConstraint("deputy_membership_id != membership_id", name="deputy_is_somebody_else"),
        Index("ix_absences_membership", "membership_id", "begins_on"),
        Index("ix_absences_deputy", "deputy_membership_id", "begins_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    membership_id: Mapped[int]
    deputy_membership_id: Mapped[int]
    begins_on: Mapped[date]
    ends_on: Mapped[date]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class PeopleConfirmation(Base):
    """A lead has said in a quarter that the people of the agency still work there."""

    __tablename__ = "people_confirmations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
    )

    partnership_id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(primary_key=True)
    quarter_begins_on: Mapped[date] = mapped_column(primary_key=True)
    confirmed_at: Mapped[datetime]
    confirmed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
