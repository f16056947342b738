"""The improvement plan: areas, actions, who leads each, and the measures beside it. No child in any."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.database.types import EncryptedText
from portal.domain.audit_vocabulary import ActionRag
from portal.domain.improvement_vocabulary import ByWhen, ImprovementSource, ImprovementStatus
from portal.domain.vocabulary import Role

IS_OPEN = f"status = '{ImprovementStatus.OPEN.value}'"


class ImprovementArea(Versioned, Base):
    """One area of the plan, with what it is to come to."""

    __tablename__ = "improvement_areas"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "number"),
        at_most("title", 200),
        CheckConstraint("number >= 1 AND number <= 99", name="number_within_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    aim: Mapped[str | None] = mapped_column(EncryptedText("improvement_areas.aim"))
    created_at: Mapped[datetime]


class ImprovementAction(Versioned, Base):
    """One action of the plan. `next_due_on` follows from by when it is to be done and from what has been ticked."""

    __tablename__ = "improvement_actions"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "reference"),
        ForeignKeyConstraint(
            ["partnership_id", "area_id"], ["improvement_areas.partnership_id", "improvement_areas.id"]
        ),
        ForeignKeyConstraint(["partnership_id", "round_id"], ["audit_rounds.partnership_id", "audit_rounds.id"]),
        one_of("source", ImprovementSource),
        one_of("by_when", ByWhen),
        one_of("status", ImprovementStatus),
        one_of("rag", ActionRag),
        at_most("reference", 20),
        CheckConstraint("(due_on IS NOT NULL) = (by_when IN ('day', 'month'))", name="due_on_a_day"),
        CheckConstraint(
            "(starts_on IS NOT NULL) = (by_when IN ('weekly', 'monthly', 'quarterly'))", name="starts_when_it_repeats"
        ),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_it_starts"),
        CheckConstraint("round_id IS NULL OR source = 'audit_round'", name="round_of_an_audit"),
        CheckConstraint(
            "sample_id IS NULL OR source IN ('dip_sample', 'multi_agency_audit')", name="sample_of_practice"
        ),
        Index("ix_improvement_actions_area", "area_id"),
        Index("ix_improvement_actions_round", "round_id"),
        Index(
            "ix_improvement_actions_due",
            "partnership_id",
            "next_due_on",
            sqlite_where=text(IS_OPEN),
            postgresql_where=text(IS_OPEN),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    area_id: Mapped[int]
    reference: Mapped[str] = mapped_column(String(20))
    """Its number in the plan, such as 3.2."""
    what: Mapped[str] = mapped_column(EncryptedText("improvement_actions.what"))
    outcome: Mapped[str | None] = mapped_column(EncryptedText("improvement_actions.outcome"))
    measure_words: Mapped[str | None] = mapped_column(EncryptedText("improvement_actions.measure_words"))
    """Measures that matter and that the portal does not count."""
    source: Mapped[ImprovementSource]
    source_name: Mapped[str | None] = mapped_column(EncryptedText("improvement_actions.source_name"))
    """Which review, audit or inspection it was. Encrypted, since reviews have been named after children."""
    round_id: Mapped[int | None]
    sample_id: Mapped[int | None]
    """The sample of practice that it came from; without a foreign key, since that table came later."""
    by_when: Mapped[ByWhen]
    due_on: Mapped[date | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    next_due_on: Mapped[date | None]
    rag: Mapped[ActionRag]
    status: Mapped[ImprovementStatus]
    evidence: Mapped[str] = mapped_column(EncryptedText("improvement_actions.evidence"))
    """What shows how it stands, as it was last said."""
    from_file: Mapped[str | None] = mapped_column(EncryptedText("improvement_actions.from_file"))
    """What the last imported file said of it, as JSON: the next one changes only what it says otherwise."""
    created_at: Mapped[datetime]


class ImprovementLead(Base):
    """Who answers for an action: a person, whoever holds a role, or a post of somebody who does not use the portal."""

    __tablename__ = "improvement_leads"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partnership_id", "action_id"], ["improvement_actions.partnership_id", "improvement_actions.id"]
        ),
        ForeignKeyConstraint(["partnership_id", "membership_id"], ["memberships.partnership_id", "memberships.id"]),
        one_of("role", Role),
        at_most("post", 120),
        CheckConstraint(
            "CASE WHEN membership_id IS NULL THEN 0 ELSE 1 END + CASE WHEN role IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN post = '' THEN 0 ELSE 1 END = 1",
            name="one_of_three",
        ),
        Index("ix_improvement_leads_action", "action_id", "place"),
        Index("ix_improvement_leads_membership", "membership_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    action_id: Mapped[int]
    place: Mapped[int]
    membership_id: Mapped[int | None]
    role: Mapped[Role | None]
    post: Mapped[str] = mapped_column(String(120))


class ImprovementMeasure(Base):
    """A measure of the figures whose course stands beside an action, whole or of one kind of agency or meeting."""

    __tablename__ = "improvement_measures"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partnership_id", "action_id"], ["improvement_actions.partnership_id", "improvement_actions.id"]
        ),
        UniqueConstraint(
            "action_id", "measure_id", "agency_type", "meeting_type", name="uq_improvement_measures_of_action"
        ),
        at_most("measure_id", 60),
        at_most("agency_type", 32),
        at_most("meeting_type", 40),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    action_id: Mapped[int]
    place: Mapped[int]
    measure_id: Mapped[str] = mapped_column(String(60))
    agency_type: Mapped[str] = mapped_column(String(32))
    """Empty for all."""
    meeting_type: Mapped[str] = mapped_column(String(40))
    """A kind of meeting by its code; empty for all."""
