"""Months whose figures were frozen: each revision with its figures as they were, by whom and why."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned
from portal.database.types import EncryptedText
from portal.models.people import User


class FrozenMonth(Versioned, Base):
    """A month that has been frozen once; from then on its figures change by a numbered revision alone.

    While a correction is open, agencies may contest again and coordinators uphold, until the next revision.
    """

    __tablename__ = "frozen_months"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "begins_on"),
        CheckConstraint("revision >= 1", name="revision_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    begins_on: Mapped[date]
    """The month's first day."""
    revision: Mapped[int]
    """The number of the newest revision."""
    correction_opened_at: Mapped[datetime | None]
    correction_opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    correction_reason: Mapped[str | None] = mapped_column(EncryptedText("frozen_months.correction_reason"))
    register_closed_at: Mapped[datetime | None]
    """When a register of it was closed for the first time after the newest revision, which then lacks a meeting."""

    correction_opened_by: Mapped[User | None] = relationship(
        User, foreign_keys=[correction_opened_by_id], lazy="raise", viewonly=True
    )


class MonthRevision(Base):
    """A month's figures as they were when somebody froze them; nothing of it ever changes."""

    __tablename__ = "month_revisions"
    __table_args__ = (
        UniqueConstraint("frozen_month_id", "number"),
        ForeignKeyConstraint(
            ["partnership_id", "frozen_month_id"], ["frozen_months.partnership_id", "frozen_months.id"]
        ),
        CheckConstraint("number >= 1", name="number_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    frozen_month_id: Mapped[int]
    number: Mapped[int]
    frozen_at: Mapped[datetime]
    frozen_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Empty where a command froze it."""
    note: Mapped[str | None] = mapped_column(EncryptedText("month_revisions.note"))
    """Of the first, what the business manager wrote; of a later one, why it was needed."""
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Whole numbers alone, as domain/month_figures.py writes them."""

    frozen_by: Mapped[User | None] = relationship(User, foreign_keys=[frozen_by_id], lazy="raise", viewonly=True)
