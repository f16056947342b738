"""Child protection plans, and the checks that chairs make half way between two conferences."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.database.types import EncryptedText
from portal.domain.plans import PlanEnd
from portal.domain.vocabulary import AbuseCategory
from portal.models.cases import Case, Child

COUNTS = "withdrawn_at IS NULL"
OPEN = f"ended_on IS NULL AND {COUNTS}"


class Plan(Versioned, Base):
    """One child's plan from the conference that began it to the one that ended it.

    A plan that came with a file names its case and no child, until a conference decides about a child of the case.
    """

    __tablename__ = "plans"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "reference"),
        ForeignKeyConstraint(["partnership_id", "case_id"], ["cases.partnership_id", "cases.id"]),
        ForeignKeyConstraint(["partnership_id", "child_id"], ["children.partnership_id", "children.id"]),
        ForeignKeyConstraint(["partnership_id", "started_by_meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        ForeignKeyConstraint(["partnership_id", "ended_by_meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        one_of("first_category", AbuseCategory),
        one_of("latest_category", AbuseCategory),
        one_of("end_reason", PlanEnd),
        at_most("reference", 40),
        CheckConstraint("previous_plans >= 0", name="previous_plans_counted"),
        CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="ends_after_it_starts"),
        CheckConstraint("(ended_on IS NULL) = (end_reason IS NULL)", name="end_has_a_reason"),
        Index("ix_plans_case", "case_id"),
        Index("ix_plans_started", "partnership_id", "started_on", "id"),
        Index("ix_plans_open", "partnership_id", "case_id", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        # Two signatures at once start one plan.
        Index("uq_plans_open_child", "child_id", unique=True, sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    reference: Mapped[str] = mapped_column(String(40))
    case_id: Mapped[int]
    child_id: Mapped[int | None]
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    first_category: Mapped[AbuseCategory]
    latest_category: Mapped[AbuseCategory]
    previous_plans: Mapped[int]
    """How many the child had before; 0 for the first."""
    end_reason: Mapped[PlanEnd | None]
    started_by_meeting_id: Mapped[int | None]
    ended_by_meeting_id: Mapped[int | None]
    decided_on: Mapped[date | None]
    """The day of the newest conference of the portal that decided about it."""
    withdrawn_at: Mapped[datetime | None]
    """Set where the decision that began it was amended: there never was a plan, and nothing counts it."""
    created_at: Mapped[datetime]

    case: Mapped[Case] = relationship(Case, primaryjoin="foreign(Plan.case_id) == Case.id", lazy="raise", viewonly=True)
    child: Mapped[Child | None] = relationship(
        Child, primaryjoin="foreign(Plan.child_id) == Child.id", lazy="raise", viewonly=True
    )


class MidwayCheck(Base):
    """What the chair found half way between a conference and the next: one for each conference, never changed."""

    __tablename__ = "midway_checks"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("meeting_id"),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        Index("ix_midway_checks_done", "partnership_id", "done_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    meeting_id: Mapped[int]
    """The conference after which it was made."""
    due_on: Mapped[date]
    """The day by which it was asked for, by the rules of that conference's day."""
    done_on: Mapped[date]
    finding: Mapped[str] = mapped_column(EncryptedText("midway_checks.finding"))
    """A value of `MidwayFinding`: how a child's plan goes is the child's."""
    note: Mapped[str] = mapped_column(EncryptedText("midway_checks.note"))
    done_at: Mapped[datetime]
    done_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
