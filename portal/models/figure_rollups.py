"""What figures count, kept by day and by month: triggers note each change beside it, and the worker adds the notes up.

Nothing here is anybody's to edit, and nothing points at another row but its partnership: a kept number must never be
the reason why a change is refused or waits. How they are kept: ADR 37 and migrations/versions/0016_figure_rollups.py.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, one_of
from portal.domain.vocabulary import AgencyType


class InvitationCounts:
    """How many invitations to meetings that count are what: each as services/indicators/conditions.py says."""

    invited: Mapped[int]
    expected: Mapped[int]
    report_only: Mapped[int]
    optional: Mapped[int]
    not_relevant: Mapped[int]
    attended: Mapped[int]
    reports_due: Mapped[int]
    reports_received: Mapped[int]
    reports_on_time: Mapped[int]
    reports_before_meeting: Mapped[int]
    absent_with_report: Mapped[int]
    consulted: Mapped[int]
    reports_shared_with_family: Mapped[int]


class MeetingCounts:
    """How many meetings that count are what: each as services/indicators/conditions.py says."""

    meetings: Mapped[int]
    with_quorum: Mapped[int]
    quorate: Mapped[int]
    due_day_known: Mapped[int]
    in_time: Mapped[int]
    all_core_agencies: Mapped[int]
    all_expected_agencies: Mapped[int]
    group_meetings: Mapped[int]
    telephone_only: Mapped[int]
    interim_safety_plan: Mapped[int]


class TypeFigures(InvitationCounts, Base):
    """Invitations of one agency type to meetings of one kind, in a month and in each of its days."""

    __tablename__ = "figures_by_type"
    __table_args__ = (one_of("agency_type", AgencyType),)

    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"), primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """A month as 202605, a day as 20260512: no range of one reaches into the other."""
    meeting_type_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    agency_type: Mapped[AgencyType] = mapped_column(primary_key=True)


class AgencyFigures(InvitationCounts, Base):
    """Invitations of one agency to meetings of one kind in a month; by day there would be a row for each invitation."""

    __tablename__ = "figures_by_agency"
    __table_args__ = (Index("ix_figures_by_agency_period", "partnership_id", "period"),)

    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"), primary_key=True)
    agency_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """A month as 202605."""
    meeting_type_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class MeetingFigures(MeetingCounts, Base):
    """Meetings of one kind, in a month and in each of its days."""

    __tablename__ = "figures_of_meetings"

    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"), primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """As of `TypeFigures`."""
    meeting_type_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class FigureChange(InvitationCounts, Base):
    """What one change adds to the counts of a day, or takes away: written by a trigger, gone when it is added up.

    Of an agency, whose type is the one that it has when somebody reads; or, where an agency became another type, of a
    type alone: what was added up already moves from one to the other.
    """

    __tablename__ = "figure_changes"
    __table_args__ = (
        # No list of the types that there are: SQLite would read it with each save, and it comes from an agency's row.
        CheckConstraint("(agency_id IS NULL) = (agency_type IS NOT NULL)", name="of_an_agency_or_a_type"),
        # Not by day: there are few at a time, and each save would write into another place of the index.
        Index("ix_figure_changes_partnership", "partnership_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    held_on: Mapped[date]
    meeting_type_id: Mapped[int]
    agency_id: Mapped[int | None]
    agency_type: Mapped[AgencyType | None]


class MeetingFigureChange(MeetingCounts, Base):
    """What one change of a meeting adds to the counts of a day, or takes away."""

    __tablename__ = "meeting_figure_changes"
    __table_args__ = (Index("ix_meeting_figure_changes_partnership", "partnership_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    held_on: Mapped[date]
    meeting_type_id: Mapped[int]


class FigureRecount(Base):
    """When a partnership's kept figures were last held against the records, and how many had differed."""

    __tablename__ = "figure_recounts"
    __table_args__ = (CheckConstraint("differing >= 0", name="differing_positive"),)

    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"), primary_key=True)
    recounted_at: Mapped[datetime]
    differing: Mapped[int]
