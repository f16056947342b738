"""Records closed to people, reports held back from agencies, and what was opened in an emergency all the same."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, Versioned, one_of
from portal.database.types import EncryptedText
from portal.domain.restriction_vocabulary import HoldReason, Reach, Verdict

IN_FORCE = "ended_at IS NULL"
TO_REVIEW = "reviewed_at IS NULL"


class CaseRestriction(Versioned, Base):
    """A family's record is closed to people, from a day and until one, or until somebody ends it.

    It stays when it has ended. A family may have several: each shuts out whom it shuts out.
    """

    __tablename__ = "case_restrictions"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "case_id"], ["cases.partnership_id", "cases.id"]),
        one_of("reach", Reach),
        CheckConstraint("until IS NULL OR until >= begins_on", name="until_after_begins"),
        Index("ix_case_restrictions_case", "case_id"),
        # Every request asks for the few that a partnership has now.
        Index(
            "ix_case_restrictions_in_force",
            "partnership_id",
            "case_id",
            sqlite_where=text(IN_FORCE),
            postgresql_where=text(IN_FORCE),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    case_id: Mapped[int]
    reach: Mapped[Reach]
    reason: Mapped[str] = mapped_column(EncryptedText("case_restrictions.reason"))
    begins_on: Mapped[date]
    until: Mapped[date | None]
    """The last day on which it holds."""
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class RestrictedPerson(Base):
    """Somebody on a restriction's list: a person, whatever memberships they hold or get in this partnership."""

    __tablename__ = "restricted_people"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partnership_id", "restriction_id"], ["case_restrictions.partnership_id", "case_restrictions.id"]
        ),
        Index(
            "uq_restricted_people_current",
            "restriction_id",
            "user_id",
            unique=True,
            sqlite_where=text(IN_FORCE),
            postgresql_where=text(IN_FORCE),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    restriction_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class ReportHold(Base):
    """What one agency gives to a meeting is held back from another: its report, additions, and talks with the chair.

    It is of the invitation, so that it can stand before the report has come, and stays for one that replaces it.
    """

    __tablename__ = "report_holds"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "invitation_id"], ["invitations.partnership_id", "invitations.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        one_of("because", HoldReason),
        Index(
            "uq_report_holds_current",
            "invitation_id",
            "agency_id",
            unique=True,
            sqlite_where=text(IN_FORCE),
            postgresql_where=text(IN_FORCE),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    invitation_id: Mapped[int]
    agency_id: Mapped[int]
    """The agency that does not get it."""
    because: Mapped[HoldReason]
    reason: Mapped[str] = mapped_column(EncryptedText("report_holds.reason"))
    held_at: Mapped[datetime]
    held_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class EmergencyOpening(Versioned, Base):
    """Somebody who is shut out has opened a record all the same, for a reason and a day; and what a review said."""

    __tablename__ = "emergency_openings"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "case_id"], ["cases.partnership_id", "cases.id"]),
        ForeignKeyConstraint(["partnership_id", "membership_id"], ["memberships.partnership_id", "memberships.id"]),
        one_of("verdict", Verdict),
        CheckConstraint("(verdict IS NULL) = (reviewed_at IS NULL)", name="reviewed_with_a_verdict"),
        Index("ix_emergency_openings_membership", "membership_id", "opened_at"),
        Index("ix_emergency_openings_case", "case_id"),
        Index(
            "ix_emergency_openings_to_review",
            "partnership_id",
            sqlite_where=text(TO_REVIEW),
            postgresql_where=text(TO_REVIEW),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    case_id: Mapped[int]
    membership_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(EncryptedText("emergency_openings.reason"))
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When whoever opened it closed it again, before the day was over."""
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    verdict: Mapped[Verdict | None]
    review: Mapped[str | None] = mapped_column(EncryptedText("emergency_openings.review"))
