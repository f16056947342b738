"""Views of the figures that somebody keeps under a name: an address, and how often a link to it comes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, Versioned, one_of
from portal.database.types import EncryptedText
from portal.domain.saved_views import SendEvery

IS_SENT = "next_on IS NOT NULL"


class SavedView(Versioned, Base):
    """One address of figures that a member keeps; what it shows is counted anew, for whoever opens it."""

    __tablename__ = "saved_views"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "membership_id"], ["memberships.partnership_id", "memberships.id"]),
        one_of("send_every", SendEvery),
        Index("ix_saved_views_membership", "membership_id"),
        # The worker looks for the few that are due among all that were ever kept.
        Index("ix_saved_views_next", "next_on", sqlite_where=text(IS_SENT), postgresql_where=text(IS_SENT)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    membership_id: Mapped[int]
    name: Mapped[str] = mapped_column(EncryptedText("saved_views.name"))
    """In their own words, and read by nobody else."""
    address: Mapped[str] = mapped_column(EncryptedText("saved_views.address"))
    """The page with its filters, as the browser had it."""
    send_every: Mapped[SendEvery]
    next_on: Mapped[date | None]
    """London's day on which a link is next due; empty where none is."""
    created_at: Mapped[datetime]
