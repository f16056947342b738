"""Escalations and practice alerts, what led to them, and the log that is only ever added to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.database.types import EncryptedText
from portal.domain.escalation_vocabulary import (
    Category,
    ChildSafe,
    EntryKind,
    EscalationStatus,
    LadderEvent,
    LadderKind,
    Learning,
    ProposalStatus,
    Resolution,
    Side,
    Told,
    Turn,
)
from portal.models.meetings import Meeting
from portal.models.partnerships import Agency
from portal.models.people import Membership, User

IS_OPEN = f"status = '{EscalationStatus.OPEN.value}'"
CLOCK_RUNS = f"{IS_OPEN} AND NOT is_noted"
IS_AMENDMENT = "amends IS NOT NULL"
TO_DEAL_WITH = f"status = '{ProposalStatus.OPEN.value}'"


class Escalation(Versioned, Base):
    """A matter on its ladder: who raised it with whom, why, how far it is, and how it ended.

    Who, whom, why, stage, days and outcome are structured; `summary`, `wanted` and the entries' texts are narrative,
    and with the case and the meeting they are for those who may read it.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "reference"),
        ForeignKeyConstraint(
            ["partnership_id", "raised_by_membership_id"], ["memberships.partnership_id", "memberships.id"]
        ),
        ForeignKeyConstraint(
            ["partnership_id", "raised_by_agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        ForeignKeyConstraint(
            ["partnership_id", "raised_with_agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        ForeignKeyConstraint(["partnership_id", "raised_by_team_id"], ["teams.partnership_id", "teams.id"]),
        ForeignKeyConstraint(["partnership_id", "raised_with_team_id"], ["teams.partnership_id", "teams.id"]),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        ForeignKeyConstraint(["partnership_id", "case_id"], ["cases.partnership_id", "cases.id"]),
        one_of("kind", LadderKind),
        one_of("category", Category),
        one_of("turn", Turn),
        one_of("status", EscalationStatus),
        one_of("resolution", Resolution),
        one_of("child_safe", ChildSafe),
        one_of("learning", Learning),
        at_most("reference", 20),
        CheckConstraint(f"({IS_OPEN}) = (closed_at IS NULL)", name="closed_when_not_open"),
        CheckConstraint(f"({IS_OPEN}) = (turn != '{Turn.NOBODY.value}')", name="open_has_a_turn"),
        Index("ix_escalations_with", "partnership_id", "raised_with_agency_id", "status", "opened_at"),
        Index("ix_escalations_by", "partnership_id", "raised_by_agency_id", "status", "opened_at"),
        Index("ix_escalations_raiser", "raised_by_membership_id"),
        Index("ix_escalations_meeting", "meeting_id"),
        Index("ix_escalations_case", "case_id"),
        # The worker looks for clocks that have ended among the few that run, however many matters there ever were.
        Index("ix_escalations_clock", "due_at", sqlite_where=text(CLOCK_RUNS), postgresql_where=text(CLOCK_RUNS)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    reference: Mapped[str] = mapped_column(String(20))
    kind: Mapped[LadderKind]
    category: Mapped[Category]
    is_positive: Mapped[bool]
    """A practice alert that praises: it has no clock, and ends with thanks."""
    raised_by_membership_id: Mapped[int]
    raised_by_agency_id: Mapped[int | None]
    """Empty where it is raised for the partnership, by a chair or a manager."""
    raised_by_team_id: Mapped[int | None]
    raised_with_agency_id: Mapped[int]
    raised_with_team_id: Mapped[int | None]
    meeting_id: Mapped[int | None]
    case_id: Mapped[int | None]
    summary: Mapped[str] = mapped_column(EncryptedText("escalations.summary"))
    wanted: Mapped[str] = mapped_column(EncryptedText("escalations.wanted"))
    """What is asked for, by those who raised it."""
    is_urgent: Mapped[bool]
    stage: Mapped[int]
    turn: Mapped[Turn]
    status: Mapped[EscalationStatus]
    opened_at: Mapped[datetime]
    stage_entered_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    formal_at: Mapped[datetime | None]
    extended_days: Mapped[int]
    is_noted: Mapped[bool]
    """That this clock has ended is in the log already."""
    expected_on: Mapped[date | None]
    """The day by which whoever raised a practice alert expects it to be resolved."""
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    resolution: Mapped[Resolution | None]
    child_safe: Mapped[ChildSafe | None]
    learning: Mapped[Learning | None]

    raised_by_agency: Mapped[Agency | None] = relationship(
        Agency, primaryjoin="foreign(Escalation.raised_by_agency_id) == Agency.id", lazy="raise", viewonly=True
    )
    raised_with_agency: Mapped[Agency] = relationship(
        Agency, primaryjoin="foreign(Escalation.raised_with_agency_id) == Agency.id", lazy="raise", viewonly=True
    )
    raised_by: Mapped[Membership] = relationship(
        Membership,
        primaryjoin="foreign(Escalation.raised_by_membership_id) == Membership.id",
        lazy="raise",
        viewonly=True,
    )
    meeting: Mapped[Meeting | None] = relationship(
        Meeting, primaryjoin="foreign(Escalation.meeting_id) == Meeting.id", lazy="raise", viewonly=True
    )


class EscalationCause(Base):
    """One thing that happened and led to an escalation of non-attendance."""

    __tablename__ = "escalation_causes"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("escalation_id", "invitation_id", "event"),
        ForeignKeyConstraint(["partnership_id", "escalation_id"], ["escalations.partnership_id", "escalations.id"]),
        ForeignKeyConstraint(["partnership_id", "invitation_id"], ["invitations.partnership_id", "invitations.id"]),
        one_of("event", LadderEvent),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    escalation_id: Mapped[int]
    invitation_id: Mapped[int]
    event: Mapped[LadderEvent]
    happened_on: Mapped[date]


class EscalationEntry(Base):
    """One entry of a log. It is never changed and never removed: a correction is another entry, which names it."""

    __tablename__ = "escalation_entries"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("escalation_id", "number"),
        ForeignKeyConstraint(["partnership_id", "escalation_id"], ["escalations.partnership_id", "escalations.id"]),
        ForeignKeyConstraint(["partnership_id", "by_membership_id"], ["memberships.partnership_id", "memberships.id"]),
        one_of("kind", EntryKind),
        one_of("side", Side),
        one_of("resolution", Resolution),
        one_of("child_safe", ChildSafe),
        one_of("learning", Learning),
        # What corrects the entries of one page stands anywhere behind them, and is rare among all entries of a log.
        Index(
            "ix_escalation_entries_amends",
            "escalation_id",
            "amends",
            sqlite_where=text(IS_AMENDMENT),
            postgresql_where=text(IS_AMENDMENT),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    escalation_id: Mapped[int]
    number: Mapped[int]
    """Its place in the log, from 1."""
    kind: Mapped[EntryKind]
    side: Mapped[Side]
    at: Mapped[datetime]
    by_membership_id: Mapped[int | None]
    """Empty where the clock wrote it."""
    by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str] = mapped_column(EncryptedText("escalation_entries.text"))
    from_stage: Mapped[int | None]
    to_stage: Mapped[int | None]
    due_at: Mapped[datetime | None]
    """When the clock ends after it, where it moved the clock."""
    told: Mapped[list[str]] = mapped_column(JSON)
    """Who was told of a stage, as names of posts."""
    resolution: Mapped[Resolution | None]
    child_safe: Mapped[ChildSafe | None]
    learning: Mapped[Learning | None]
    amends: Mapped[int | None]
    """The number of the entry that this one corrects."""

    by_user: Mapped[User | None] = relationship(lazy="raise", viewonly=True)


class EscalationTold(Base):
    """Somebody who was told of a stage, and as what."""

    __tablename__ = "escalation_told"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "escalation_id"], ["escalations.partnership_id", "escalations.id"]),
        ForeignKeyConstraint(["partnership_id", "membership_id"], ["memberships.partnership_id", "memberships.id"]),
        one_of("told_as", Told),
        Index("ix_escalation_told_membership", "membership_id", "escalation_id"),
    )

    escalation_id: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    membership_id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    told_as: Mapped[Told]
    at: Mapped[datetime]


def _refuse(_mapper: Mapper[Any], _connection: Any, _entry: EscalationEntry) -> None:
    raise RuntimeError("an entry of a log is never changed or removed: add one that corrects it")


event.listen(EscalationEntry, "before_update", _refuse)
event.listen(EscalationEntry, "before_delete", _refuse)
