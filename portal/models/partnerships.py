"""Partnerships, the agencies in them, and a large agency's teams."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.domain.audit_vocabulary import SchoolPhase
from portal.domain.signing_in import ACCOUNT_SLEEPS_AFTER_DAYS
from portal.domain.vocabulary import AgencyType


class Partnership(Versioned, Base):
    """A safeguarding children partnership: the area within which rows are seen."""

    __tablename__ = "partnerships"
    __table_args__ = (
        at_most("name", 120),
        CheckConstraint(
            "account_sleeps_after_days >= 30 AND account_sleeps_after_days <= 730", name="account_sleeps_within_reason"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime]
    account_sleeps_after_days: Mapped[int] = mapped_column(default=ACCOUNT_SLEEPS_AFTER_DAYS)
    """Days without signing in after which a person's account is put to sleep; of several partnerships, the longest."""


class Agency(Versioned, Base):
    """An agency, which may serve several partnerships; its name is the same in all of them."""

    __tablename__ = "agencies"
    __table_args__ = (
        one_of("agency_type", AgencyType),
        one_of("phase", SchoolPhase),
        at_most("name", 200),
        # One trust may be health visiting, school nursing and hospital under one code: unique within a type.
        Index("ix_agencies_urn", "urn", "agency_type", unique=True),
        Index("ix_agencies_ods_code", "ods_code", "agency_type", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    agency_type: Mapped[AgencyType]
    urn: Mapped[str | None] = mapped_column(String(6))
    ods_code: Mapped[str | None] = mapped_column(String(12))
    phase: Mapped[SchoolPhase | None]
    """The ages that a school is for; empty for other agencies."""
    created_at: Mapped[datetime]


class PartnershipAgency(Versioned, Base):
    """An agency's place in one partnership: the code scripts know it by there, and where to reach it."""

    __tablename__ = "partnership_agencies"
    __table_args__ = (
        UniqueConstraint("partnership_id", "code"),
        at_most("code", 40),
        at_most("email", 254),
    )

    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"), primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), primary_key=True, index=True)
    code: Mapped[str] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(254))
    left_at: Mapped[datetime | None]
    reports_signed_off: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a report goes only after the agency's lead has signed it off."""
    link_returns: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether people of the agency may answer by a link in a mail, without an account."""
    local_sign_in: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether people of the agency may sign in with a password of the portal's own; without, by single sign-on only."""

    agency: Mapped[Agency] = relationship(lazy="raise", viewonly=True)


class Team(Versioned, Base):
    """A team of a large agency: its practitioners see the meetings given to it."""

    __tablename__ = "teams"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "agency_id", "name"),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        at_most("name", 120),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    agency_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
