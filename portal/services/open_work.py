"""Open work that is bound to one person's membership: counted by kind, and nothing of it shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.access.audits import OPEN_STATUSES
from portal.access.closed_records import open_at_where, open_meetings_where, open_of_where
from portal.access.viewer import Viewer
from portal.domain.absences import WorkKind
from portal.domain.audit_vocabulary import ActionStatus
from portal.domain.escalation_vocabulary import EscalationStatus
from portal.domain.vocabulary import MeetingStatus
from portal.models.actions import Action
from portal.models.audits import AuditReturn, SectionGiven
from portal.models.escalations import Escalation
from portal.models.meetings import Meeting
from portal.models.people import Membership


@dataclass(frozen=True, slots=True)
class Span:
    """Up to when work counts: without a last day all that is open; `first` is the first day of meetings to come.

    `seen_by` is somebody to whom nothing is counted that is about a record closed to them; without, all is.
    """

    today: date
    first: date
    last: date | None = None
    seen_by: Viewer | None = None

    @classmethod
    def all_from(cls, today: date) -> Span:
        """Whatever is open, now and later."""
        return cls(today, today)

    @classmethod
    def within(cls, today: date, begins_on: date, ends_on: date, seen_by: Viewer | None = None) -> Span:
        """What falls into days away, and what is overdue by then."""
        return cls(today, max(today, begins_on), ends_on, seen_by)

    def until(self, column: Any) -> list[ColumnElement[bool]]:
        """The condition that a day is not after the last one."""
        return [] if self.last is None else [column <= self.last]

    def open_meetings(self) -> list[ColumnElement[bool]]:
        """The condition that a meeting is none of a closed record."""
        return [open_meetings_where(self.seen_by)] if self.seen_by else []

    def open_at(self, meeting_id: Any, case_id: Any = None) -> list[ColumnElement[bool]]:
        """The same for rows that name their meeting, and their family where they do."""
        if self.seen_by is None:
            return []
        of_case = [] if case_id is None else [open_of_where(self.seen_by, case_id)]
        return [open_at_where(self.seen_by, meeting_id), *of_case]


@dataclass(frozen=True, slots=True)
class Bound:
    """Rows of one kind: the table, the column that says whose each is, and when it is open."""

    kind: WorkKind
    subject: str
    owner: InstrumentedAttribute[Any]
    conditions: tuple[ColumnElement[bool], ...]


def bound_work(span: Span) -> tuple[Bound, ...]:
    """Every kind of work that is bound to one membership."""
    is_open = (Meeting.status == MeetingStatus.SCHEDULED, Meeting.register_closed_at.is_(None), *span.open_meetings())
    chair = Meeting.chair_membership_id
    ahead = (*is_open, Meeting.scheduled_on >= span.first, *span.until(Meeting.scheduled_on))
    in_open_return = (
        exists()
        .where(
            AuditReturn.id == SectionGiven.return_id,
            AuditReturn.status.in_(OPEN_STATUSES),
            *span.until(AuditReturn.due_on),
        )
        .correlate(SectionGiven)
    )
    action_open = (Action.status != ActionStatus.CLOSED, *span.until(Action.due_on), *span.open_at(Action.meeting_id))
    return (
        Bound(WorkKind.MEETINGS, "meeting", chair, ahead),
        Bound(WorkKind.REGISTERS, "meeting", chair, (*is_open, Meeting.scheduled_on < span.today)),
        Bound(WorkKind.SECTIONS, "audit_return", SectionGiven.membership_id, (in_open_return,)),
        Bound(WorkKind.ACTIONS, "action", Action.owner_membership_id, action_open),
        Bound(
            WorkKind.ESCALATIONS,
            "escalation",
            Escalation.raised_by_membership_id,
            (Escalation.status == EscalationStatus.OPEN, *span.open_at(Escalation.meeting_id, Escalation.case_id)),
        ),
    )


def count_open_work(session: Session, membership_ids: Collection[int], span: Span) -> dict[int, dict[WorkKind, int]]:
    """How much of each kind these memberships have, by one query; whoever has none is left out."""
    if not membership_ids:
        return {}
    parts = [_counted(bound, membership_ids) for bound in bound_work(span)]
    found: dict[int, dict[WorkKind, int]] = {}
    for kind, membership_id, number in session.execute(union_all(*parts)):
        found.setdefault(membership_id, {})[WorkKind(kind)] = number
    return found


def _counted(bound: Bound, membership_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(literal(bound.kind.value).label("kind"), bound.owner.label("owner"), func.count().label("number"))
        .where(bound.owner.in_(membership_ids), *bound.conditions)
        .group_by(bound.owner)
    )


def has_open_work(today: date) -> ColumnElement[bool]:
    """The condition that a membership still has some, for a select of memberships."""
    return or_(
        *(
            exists().where(bound.owner == Membership.id, *bound.conditions).correlate(Membership)
            for bound in bound_work(Span.all_from(today))
        )
    )
