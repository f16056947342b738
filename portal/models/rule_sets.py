"""Meeting types as rows, and the versioned rules that a partnership holds them to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.domain.meeting_vocabulary import MeetingFamily


class MeetingType(Versioned, Base):
    """A kind of meeting that a partnership holds; `code` is what scripts and files call it."""

    __tablename__ = "meeting_types"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "code"),
        at_most("code", 40),
        at_most("name", 120),
        one_of("family", MeetingFamily),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[int]
    family: Mapped[MeetingFamily]
    sections: Mapped[list[str]] = mapped_column(JSON)
    """The parts of its record: values of `RecordSection`."""
    several_families: Mapped[bool] = mapped_column(default=False)
    named_people_only: Mapped[bool] = mapped_column(default=False)
    """Whether a new meeting of this kind is for named people only."""
    retired_at: Mapped[datetime | None]
    """From when on none of this kind is arranged any more; those that were keep it."""


class RuleSet(Versioned, Base):
    """The numbers that hold in a partnership from a day on; older ones stay, for older meetings."""

    __tablename__ = "rule_sets"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "effective_from"),
        CheckConstraint("small_count_limit >= 0", name="small_count_limit_positive"),
        CheckConstraint("evidence_months >= 1", name="evidence_months_positive"),
        CheckConstraint("contest_working_days >= 1", name="contest_working_days_positive"),
        CheckConstraint(
            "audit_amber_from > 0 AND audit_green_from > audit_amber_from AND audit_green_from <= 100",
            name="audit_levels_in_order",
        ),
        CheckConstraint(
            "plan_long_months >= 1 AND plan_very_long_months > plan_long_months AND plan_short_months >= 1 "
            "AND plan_ended_shown_months >= 1",
            name="plan_months_in_order",
        ),
        CheckConstraint("plan_midway_percent BETWEEN 1 AND 99", name="plan_midway_between"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    effective_from: Mapped[date]
    guidance_edition: Mapped[str] = mapped_column(String(80))
    small_count_limit: Mapped[int]
    evidence_months: Mapped[int] = mapped_column(default=24, server_default="24")
    """Older than this, evidence for an audit answer is old."""
    audit_green_from: Mapped[int] = mapped_column(default=75, server_default="75")
    audit_amber_from: Mapped[int] = mapped_column(default=25, server_default="25")
    """Percentages at which the levels of audits' results begin."""
    contest_working_days: Mapped[int] = mapped_column(default=5, server_default="5")
    """Within so many working days a coordinator decides what an agency contests."""
    plan_midway_percent: Mapped[int] = mapped_column(default=50, server_default="50")
    plan_long_months: Mapped[int] = mapped_column(default=11, server_default="11")
    plan_very_long_months: Mapped[int] = mapped_column(default=18, server_default="18")
    plan_short_months: Mapped[int] = mapped_column(default=3, server_default="3")
    plan_ended_shown_months: Mapped[int] = mapped_column(default=3, server_default="3")
    """When a plan is checked midway and when the panel hears of it: `PlanRules` of domain/plan_rules.py."""
    sources: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    """Where numbers come from, by group of domain/area_rules.py; others from where they always did."""
    created_at: Mapped[datetime]

    meeting_rules: Mapped[list[MeetingRule]] = relationship(lazy="raise", viewonly=True)


class MeetingRule(Versioned, Base):
    """What one rule set asks of one meeting type; the nested rules are those of domain/rules.py."""

    __tablename__ = "meeting_rules"
    __table_args__ = (
        UniqueConstraint("rule_set_id", "meeting_type_id"),
        ForeignKeyConstraint(["partnership_id", "rule_set_id"], ["rule_sets.partnership_id", "rule_sets.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "meeting_type_id"], ["meeting_types.partnership_id", "meeting_types.id"]
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    rule_set_id: Mapped[int]
    meeting_type_id: Mapped[int]
    reports_due: Mapped[bool]
    report_working_days: Mapped[int | None]
    due: Mapped[dict[str, Any]] = mapped_column(JSON)
    quorum: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    expected_types: Mapped[list[str]] = mapped_column(JSON)
    inquorate: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """When the missing are asked, and what follows where it was not quorate; empty where nothing does."""
    minutes: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """By when decision sheet, minutes and corrections are due; empty where nothing is."""

    meeting_type: Mapped[MeetingType] = relationship(
        MeetingType,
        primaryjoin="foreign(MeetingRule.meeting_type_id) == MeetingType.id",
        lazy="raise",
        viewonly=True,
    )
