"""What has become of the improvement plan: every change of it, what was done again and again, and closed months."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, one_of
from portal.database.types import EncryptedText
from portal.domain.audit_vocabulary import ActionRag
from portal.domain.improvement_vocabulary import REPEATING, ByWhen, ImprovementStatus, ImprovementStep

_REPEATING = tuple(one for one in ByWhen if one in REPEATING)


class ImprovementChange(Base):
    """One entry of the history: who, when, what before and what after. Never changed."""

    __tablename__ = "improvement_changes"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(
            ["partnership_id", "action_id"], ["improvement_actions.partnership_id", "improvement_actions.id"]
        ),
        ForeignKeyConstraint(
            ["partnership_id", "area_id"], ["improvement_areas.partnership_id", "improvement_areas.id"]
        ),
        one_of("step", ImprovementStep),
        one_of("rag", ActionRag),
        one_of("status", ImprovementStatus),
        CheckConstraint("(action_id IS NULL) <> (area_id IS NULL)", name="of_an_action_or_an_area"),
        CheckConstraint("(action_id IS NULL) = (rag IS NULL)", name="rag_of_an_action"),
        CheckConstraint("(action_id IS NULL) = (status IS NULL)", name="status_of_an_action"),
        Index("ix_improvement_changes_action", "action_id", "id"),
        Index("ix_improvement_changes_area", "area_id", "id"),
        Index("ix_improvement_changes_month", "partnership_id", "counts_for", "action_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    action_id: Mapped[int | None]
    area_id: Mapped[int | None]
    step: Mapped[ImprovementStep]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Nobody, where a file was imported by a command."""
    counts_for: Mapped[date]
    """The first day of the month in whose view it stands."""
    rag: Mapped[ActionRag | None]
    """How the action goes after it."""
    status: Mapped[ImprovementStatus | None]
    """What the action is after it."""
    words: Mapped[str] = mapped_column(EncryptedText("improvement_changes.words"))
    before: Mapped[str | None] = mapped_column(EncryptedText("improvement_changes.before"))
    """What was changed as it stood before, as JSON of names and texts."""
    after: Mapped[str | None] = mapped_column(EncryptedText("improvement_changes.after"))
    """The same as it stood afterwards."""


class ImprovementTick(Base):
    """That something which comes again was done in one week, month or quarter, by whom, and what shows it."""

    __tablename__ = "improvement_ticks"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partnership_id", "action_id"], ["improvement_actions.partnership_id", "improvement_actions.id"]
        ),
        UniqueConstraint("action_id", "by_when", "begins_on"),
        one_of("by_when", _REPEATING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    action_id: Mapped[int]
    by_when: Mapped[ByWhen]
    begins_on: Mapped[date]
    """The first day of the week, month or quarter."""
    ticked_at: Mapped[datetime]
    ticked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    evidence: Mapped[str] = mapped_column(EncryptedText("improvement_ticks.evidence"))


class ImprovementEvidence(Base):
    """A link to what shows how an action stands, as it was given with one entry of its history."""

    __tablename__ = "improvement_evidence"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partnership_id", "action_id"], ["improvement_actions.partnership_id", "improvement_actions.id"]
        ),
        ForeignKeyConstraint(
            ["partnership_id", "change_id"], ["improvement_changes.partnership_id", "improvement_changes.id"]
        ),
        Index("ix_improvement_evidence_action", "action_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    action_id: Mapped[int]
    change_id: Mapped[int]
    title: Mapped[str] = mapped_column(EncryptedText("improvement_evidence.title"))
    url: Mapped[str] = mapped_column(EncryptedText("improvement_evidence.url"))


class ImprovementMonth(Base):
    """A month whose view was closed: what stood in it then, and stands in it for good."""

    __tablename__ = "improvement_months"
    __table_args__ = (UniqueConstraint("partnership_id", "begins_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    begins_on: Mapped[date]
    closed_at: Mapped[datetime]
    closed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(EncryptedText("improvement_months.note"))
    kept: Mapped[str] = mapped_column(EncryptedText("improvement_months.kept"))
    """Every action as it stood, as JSON."""
