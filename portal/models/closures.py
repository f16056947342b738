"""Times at which an agency is closed, such as school holidays, and who covers."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, Versioned, at_most


class ClosurePeriod(Versioned, Base):
    """Days on which an agency is closed, both included; nothing falls due in them, and the cover is asked instead."""

    __tablename__ = "closure_periods"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        ForeignKeyConstraint(
            ["partnership_id", "cover_membership_id"], ["memberships.partnership_id", "memberships.id"]
        ),
        CheckConstraint("ends_on >= begins_on", name="ends_after_beginning"),
        at_most("name", 120),
        at_most("cover_name", 120),
        at_most("cover_contact", 254),
        Index("ix_closure_periods_agency", "partnership_id", "agency_id", "begins_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    agency_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    begins_on: Mapped[date]
    ends_on: Mapped[date]
    cover_name: Mapped[str] = mapped_column(String(120))
    cover_contact: Mapped[str] = mapped_column(String(254))
    """A telephone number or an address at which the cover is reached."""
    cover_membership_id: Mapped[int | None]
    """The colleague who works in the closure and gets the agency's messages meanwhile, where there is one."""
