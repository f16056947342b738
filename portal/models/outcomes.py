"""What a conference decided for each child, version by version, and each agency's view of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, one_of
from portal.database.types import EncryptedText
from portal.domain.outcome_vocabulary import Stance
from portal.models.cases import Child
from portal.models.meetings import Invitation, Meeting
from portal.models.people import User


class Outcome(Versioned, Base):
    """One version of what a meeting decided for one child.

    The first is a draft until the chair has signed it; then it never changes. Each amendment is a further version,
    signed as it is made; the one with the highest number counts.
    """

    __tablename__ = "outcomes"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("meeting_id", "child_id", "number"),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        ForeignKeyConstraint(["partnership_id", "child_id"], ["children.partnership_id", "children.id"]),
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("(signed_at IS NULL) = (signed_by_id IS NULL)", name="signed_by_somebody"),
        CheckConstraint("number = 1 OR signed_at IS NOT NULL", name="amended_once_signed"),
        CheckConstraint("(number = 1) = (amended_because IS NULL)", name="amended_for_a_reason"),
        Index("ix_outcomes_child", "child_id", "signed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    meeting_id: Mapped[int]
    child_id: Mapped[int]
    number: Mapped[int]
    decision: Mapped[str] = mapped_column(EncryptedText("outcomes.decision"))
    """A PlanDecision, or empty in a draft."""
    categories: Mapped[str] = mapped_column(EncryptedText("outcomes.categories"))
    """AbuseCategory values, separated by commas."""
    main_category: Mapped[str] = mapped_column(EncryptedText("outcomes.main_category"))
    ends_because: Mapped[str] = mapped_column(EncryptedText("outcomes.ends_because"))
    """A PlanEnd, or empty."""
    next_on: Mapped[date | None]
    core_group_on: Mapped[date | None]
    core_group_people: Mapped[str] = mapped_column(EncryptedText("outcomes.core_group_people"))
    lead_social_worker: Mapped[str] = mapped_column(EncryptedText("outcomes.lead_social_worker"))
    why: Mapped[str] = mapped_column(EncryptedText("outcomes.why"))
    amended_because: Mapped[str | None] = mapped_column(EncryptedText("outcomes.amended_because"))
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    signed_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    meeting: Mapped[Meeting] = relationship(
        Meeting, primaryjoin="foreign(Outcome.meeting_id) == Meeting.id", lazy="raise", viewonly=True
    )
    child: Mapped[Child] = relationship(
        Child, primaryjoin="foreign(Outcome.child_id) == Child.id", lazy="raise", viewonly=True
    )
    saved_by: Mapped[User] = relationship(foreign_keys=[saved_by_id], lazy="raise", viewonly=True)
    signed_by: Mapped[User | None] = relationship(foreign_keys=[signed_by_id], lazy="raise", viewonly=True)
    core_group: Mapped[list[CoreGroupMember]] = relationship(
        primaryjoin="Outcome.id == foreign(CoreGroupMember.outcome_id)",
        order_by="CoreGroupMember.invitation_id",
        lazy="raise",
        viewonly=True,
    )


class CoreGroupMember(Base):
    """An invited agency that is in the core group, as one version of an outcome says."""

    __tablename__ = "outcome_core_groups"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "outcome_id"], ["outcomes.partnership_id", "outcomes.id"]),
        ForeignKeyConstraint(["partnership_id", "invitation_id"], ["invitations.partnership_id", "invitations.id"]),
    )

    outcome_id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]


class AgencyView(Base):
    """What one agency said of one child; saying something else makes a further row, and the last one counts."""

    __tablename__ = "agency_views"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("invitation_id", "child_id", "number"),
        ForeignKeyConstraint(["partnership_id", "invitation_id"], ["invitations.partnership_id", "invitations.id"]),
        ForeignKeyConstraint(["partnership_id", "child_id"], ["children.partnership_id", "children.id"]),
        one_of("stance", Stance),
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint(
            f"stance IS NULL OR stance != '{Stance.DISSENTS.value}' OR reason IS NOT NULL", name="dissents_for_a_reason"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    invitation_id: Mapped[int]
    child_id: Mapped[int]
    number: Mapped[int]
    threshold: Mapped[str] = mapped_column(EncryptedText("agency_views.threshold"))
    """A ThresholdView."""
    categories: Mapped[str] = mapped_column(EncryptedText("agency_views.categories"))
    """AbuseCategory values, separated by commas."""
    stance: Mapped[Stance | None]
    of_number: Mapped[int | None]
    """Which version of the decision was in force when the agency said whether it agrees; empty before the first."""
    reason: Mapped[str | None] = mapped_column(EncryptedText("agency_views.reason"))
    on_behalf: Mapped[bool]
    """Whether the chair wrote it down for the agency."""
    said_at: Mapped[datetime]
    said_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    invitation: Mapped[Invitation] = relationship(
        Invitation, primaryjoin="foreign(AgencyView.invitation_id) == Invitation.id", lazy="raise", viewonly=True
    )
    said_by: Mapped[User] = relationship(foreign_keys=[said_by_id], lazy="raise", viewonly=True)
