"""Which agency knows which child, why, and since when."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, one_of
from portal.domain.vocabulary import ExpectationReason
from portal.models.cases import Child
from portal.models.partnerships import Agency

STILL_KNOWN = "until IS NULL"


class Involvement(Versioned, Base):
    """One agency's part in one child's life: the child is on its roll, registered with it, known to it.

    One that has ended stays, with its last day: who knew a child then is part of the child's record. It says nothing
    of the child beyond that.
    """

    __tablename__ = "involvements"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "child_id"], ["children.partnership_id", "children.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        one_of("reason", ExpectationReason),
        CheckConstraint("until >= since", name="until_after_since"),
        # An agency knows a child once at a time, however often its leaving and coming back is recorded.
        Index(
            "ix_involvements_current",
            "child_id",
            "agency_id",
            unique=True,
            sqlite_where=text(STILL_KNOWN),
            postgresql_where=text(STILL_KNOWN),
        ),
        Index("ix_involvements_agency", "partnership_id", "agency_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    child_id: Mapped[int]
    agency_id: Mapped[int]
    reason: Mapped[ExpectationReason]
    since: Mapped[date | None]
    """Empty where nobody knows since when."""
    until: Mapped[date | None]
    """The last day on which the agency knew the child; empty while it does."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    """When somebody recorded that it has ended."""
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    child: Mapped[Child] = relationship(
        Child, primaryjoin="foreign(Involvement.child_id) == Child.id", lazy="raise", viewonly=True
    )
    agency: Mapped[Agency] = relationship(
        Agency, primaryjoin="foreign(Involvement.agency_id) == Agency.id", lazy="raise", viewonly=True
    )
