"""A rule set's ladders as rows, and what they proposed when a register was closed."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.database.types import EncryptedText
from portal.domain.escalation_vocabulary import LadderKind, ProposalStatus, Until, WaiverReason

TO_DEAL_WITH = f"status = '{ProposalStatus.OPEN.value}'"


class LadderStage(Versioned, Base):
    """One stage of one ladder of a rule set; domain/ladders.py says what the numbers mean."""

    __tablename__ = "ladder_stages"
    __table_args__ = (
        UniqueConstraint("rule_set_id", "kind", "number"),
        ForeignKeyConstraint(["partnership_id", "rule_set_id"], ["rule_sets.partnership_id", "rule_sets.id"]),
        one_of("kind", LadderKind),
        one_of("until", Until),
        at_most("name", 80),
        CheckConstraint(
            "urgent_working_days >= 0 AND working_days >= urgent_working_days AND working_days <= 60",
            name="working_days_in_order",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    rule_set_id: Mapped[int]
    kind: Mapped[LadderKind]
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    working_days: Mapped[int]
    urgent_working_days: Mapped[int]
    told: Mapped[list[str]] = mapped_column(JSON)
    until: Mapped[Until]
    is_formal: Mapped[bool]


class LadderTrigger(Versioned, Base):
    """How many of which events propose which stage of the non-attendance ladder."""

    __tablename__ = "ladder_triggers"
    __table_args__ = (
        UniqueConstraint("rule_set_id", "position"),
        ForeignKeyConstraint(["partnership_id", "rule_set_id"], ["rule_sets.partnership_id", "rule_sets.id"]),
        CheckConstraint("count >= 1 AND opens_stage >= 1", name="count_and_stage_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    rule_set_id: Mapped[int]
    position: Mapped[int]
    events: Mapped[list[str]] = mapped_column(JSON)
    count: Mapped[int]
    opens_stage: Mapped[int]
    within_months: Mapped[int | None]
    is_in_a_row: Mapped[bool]


class EscalationLimits(Versioned, Base):
    """A rule set's office hours, and how many working days the formal stages of a practice alert may take."""

    __tablename__ = "escalation_limits"
    __table_args__ = (
        UniqueConstraint("rule_set_id"),
        ForeignKeyConstraint(["partnership_id", "rule_set_id"], ["rule_sets.partnership_id", "rule_sets.id"]),
        CheckConstraint("office_closes > office_opens", name="office_hours_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    rule_set_id: Mapped[int]
    office_opens: Mapped[time] = mapped_column(Time)
    office_closes: Mapped[time] = mapped_column(Time)
    alert_working_days: Mapped[int]


class EscalationProposal(Versioned, Base):
    """What the rules proposed about one agency when a register was closed, and what the chair made of it."""

    __tablename__ = "escalation_proposals"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("invitation_id"),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        ForeignKeyConstraint(["partnership_id", "invitation_id"], ["invitations.partnership_id", "invitations.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        ForeignKeyConstraint(["partnership_id", "escalation_id"], ["escalations.partnership_id", "escalations.id"]),
        one_of("status", ProposalStatus),
        one_of("waiver", WaiverReason),
        Index("ix_escalation_proposals_meeting", "meeting_id"),
        Index(
            "ix_escalation_proposals_open",
            "partnership_id",
            "made_at",
            sqlite_where=text(TO_DEAL_WITH),
            postgresql_where=text(TO_DEAL_WITH),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    meeting_id: Mapped[int]
    invitation_id: Mapped[int]
    agency_id: Mapped[int]
    events: Mapped[list[str]] = mapped_column(JSON)
    stage: Mapped[int]
    counted: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """The history that the rule counted: each invitation's id, its day and its events, this meeting's first."""
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The trigger that was met, as it stood then."""
    made_at: Mapped[datetime]
    status: Mapped[ProposalStatus]
    escalation_id: Mapped[int | None]
    waiver: Mapped[WaiverReason | None]
    waiver_note: Mapped[str | None] = mapped_column(EncryptedText("escalation_proposals.waiver_note"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
