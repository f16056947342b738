"""What is due to be erased on a day, by the partnership's own rules; what must stay, is left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from portal.access import cases as cases_access
from portal.domain.plans import PlanEnd
from portal.domain.retention import (
    FamilyDays,
    Held,
    RecordClass,
    Rule,
    Unit,
    began_before,
    due_on,
    family_due_on,
    free_together,
    holds_on,
    rule_on,
)
from portal.domain.working_days import london_day, london_instant
from portal.models.audits import AuditReturn, AuditRound
from portal.models.cases import Case, Child
from portal.models.escalations import Escalation
from portal.models.feedback import Feedback
from portal.models.involvements import Involvement
from portal.models.meetings import Invitation, Meeting
from portal.models.named_people import MeetingCase
from portal.models.plans import Plan
from portal.models.records import LegalHold
from portal.models.scrutiny import ScrutinyChallenge
from portal.services.records.rules import rules_of

_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Due:
    """Something whose time is over: what, since when, by which rule, and what keeps it nevertheless."""

    unit: Unit
    due_on: date
    rule: str
    holds: tuple[Held, ...] = ()

    @property
    def is_held(self) -> bool:
        """Whether a legal hold keeps it."""
        return bool(self.holds)


def due(session: Session, partnership_id: int, day: date) -> list[Due]:
    """Everything whose time is over by `day`, the held ones marked. Families that share a meeting go together."""
    rules = rules_of(session, partnership_id)
    holds = holds_in_force(session, partnership_id)
    families = list(_families(session, partnership_id, rules, holds, day))
    others = [*_rounds(session, partnership_id, rules, day), *_challenges(session, partnership_id, rules, day)]
    others += _escalations(session, partnership_id, rules, day)
    others += _feedback(session, partnership_id, rules, day)
    found = [*families, *(_with_holds(one, holds) for one in others)]
    return sorted(found, key=lambda one: (one.due_on, one.unit.record_class, one.unit.root_id))


def holds_in_force(session: Session, partnership_id: int) -> list[Held]:
    """Every hold that nobody has lifted."""
    rows = session.scalars(
        select(LegalHold).where(LegalHold.partnership_id == partnership_id, LegalHold.lifted_at.is_(None))
    )
    return [Held(row.id, row.scope, row.case_id or row.child_id or row.agency_id, row.record_class) for row in rows]


def roots_of(session: Session, partnership_id: int, unit: Unit) -> dict[str, list[int]]:
    """The rows from which a unit's own are found."""
    if unit.record_class is RecordClass.FEEDBACK:
        year, month = divmod(unit.root_id, _HUNDRED)
        given = select(Feedback.id).where(
            Feedback.partnership_id == partnership_id, Feedback.month == date(year, month, 1)
        )
        return {"feedback": list(session.scalars(given))}
    return {_TABLES[unit.record_class]: [unit.root_id]}


_TABLES = {
    RecordClass.CONFERENCE: "cases",
    RecordClass.LOOKED_AFTER: "cases",
    RecordClass.ESCALATION: "escalations",
    RecordClass.AUDIT: "audit_rounds",
    RecordClass.CHALLENGE: "scrutiny_challenges",
}


def _families(
    session: Session, partnership_id: int, rules: Collection[Rule], holds: Sequence[Held], day: date
) -> Iterator[Due]:
    rule = rule_on(rules, RecordClass.CONFERENCE, day)
    if rule is None:
        return
    ids = set(session.scalars(_quiet_since(partnership_id, began_before(rule, day))))
    found: dict[int, Due] = {}
    for case_id in sorted(ids):
        days = family_days(session, partnership_id, case_id)
        due_day = family_due_on(rules, days, day)
        if due_day is None or due_day > day:
            continue
        unit = family_unit(session, case_id, days.record_class)
        words = rule_on(rules, days.record_class, day)
        found[case_id] = _with_holds(Due(unit, due_day, words.words if words else rule.words), holds)
    shared = list(_shared(session, partnership_id, found)) if found else []
    together = free_together(found, shared)
    free = free_together({number for number in together if not found[number].is_held}, shared)
    for number in together:
        one = found[number]
        if one.is_held or number in free:
            yield one


def family_days(session: Session, partnership_id: int, case_id: int) -> FamilyDays:
    """What one family's file is counted from."""
    of_family = cases_access.is_about(case_id)
    day = func.coalesce(Meeting.held_on, Meeting.scheduled_on)
    last = session.scalar(select(func.max(day)).where(Meeting.partnership_id == partnership_id, of_family))
    plans = session.execute(
        select(Plan.started_on, Plan.ended_on, Plan.end_reason, Plan.withdrawn_at).where(Plan.case_id == case_id)
    ).all()
    escalations = session.execute(select(Escalation.opened_at, Escalation.closed_at).where(_escalates(case_id))).all()
    created = session.scalar(select(Case.created_at).where(Case.id == case_id))
    days = [last] if last else []
    days += [row.ended_on or row.started_on for row in plans]
    days += [london_day(row.closed_at or row.opened_at) for row in escalations]
    births = session.scalars(select(Child).where(Child.case_id == case_id)).all()
    return FamilyDays(
        last_contact=max(days, default=london_day(created) if created else date.max),
        births=tuple(child.born for child in births),
        is_looked_after=any(row.end_reason is PlanEnd.LOOKED_AFTER for row in plans),
        is_active=any(row.ended_on is None and row.withdrawn_at is None for row in plans)
        or any(row.closed_at is None for row in escalations),
    )


def family_unit(session: Session, case_id: int, record_class: RecordClass) -> Unit:
    """A family's file with its children and the agencies that took part."""
    children = session.scalars(select(Child.id).where(Child.case_id == case_id)).all()
    invited = (
        select(Invitation.agency_id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(cases_access.is_about(case_id))
    )
    knows = select(Involvement.agency_id).where(Involvement.child_id.in_(children))
    return Unit(
        record_class,
        case_id,
        frozenset(children),
        frozenset(session.scalars(invited)) | frozenset(session.scalars(knows)),
    )


def _quiet_since(partnership_id: int, latest: date) -> Any:
    """Families with no meeting, open or later plan, open or later escalation after a day."""
    after = london_instant(latest, time.max)
    own = select(MeetingCase.meeting_id).where(MeetingCase.case_id == Case.id).correlate(Case)
    met = exists().where(
        Meeting.partnership_id == partnership_id,
        or_(Meeting.case_id == Case.id, Meeting.id.in_(own)),
        func.coalesce(Meeting.held_on, Meeting.scheduled_on) > latest,
    )
    planned = exists().where(
        Plan.case_id == Case.id,
        Plan.withdrawn_at.is_(None),
        or_(Plan.ended_on.is_(None), Plan.ended_on > latest),
    )
    raised = exists().where(
        Escalation.case_id == Case.id, or_(Escalation.closed_at.is_(None), Escalation.closed_at > after)
    )
    return select(Case.id).where(Case.partnership_id == partnership_id, ~met, ~planned, ~raised)


def _escalates(case_id: int) -> ColumnElement[bool]:
    met = select(Meeting.id).where(Meeting.case_id == case_id)
    return or_(Escalation.case_id == case_id, Escalation.meeting_id.in_(met))


def _shared(session: Session, partnership_id: int, case_ids: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Pairs of families that a meeting is about: under which it stands, and which it is about too."""
    rows = session.execute(
        select(Meeting.case_id, MeetingCase.case_id.label("further"))
        .join(MeetingCase, MeetingCase.meeting_id == Meeting.id)
        .where(Meeting.partnership_id == partnership_id)
    )
    wanted = set(case_ids)
    for row in rows:
        if row.case_id in wanted or row.further in wanted:
            yield row.case_id, row.further


def _escalations(session: Session, partnership_id: int, rules: Collection[Rule], day: date) -> Iterator[Due]:
    """Those about no family: the others go with its file, by its years."""
    rule = rule_on(rules, RecordClass.ESCALATION, day)
    if rule is None:
        return
    closed = select(
        Escalation.id, Escalation.closed_at, Escalation.raised_by_agency_id, Escalation.raised_with_agency_id
    ).where(
        Escalation.partnership_id == partnership_id,
        Escalation.case_id.is_(None),
        Escalation.meeting_id.is_(None),
        Escalation.closed_at.is_not(None),
    )
    for row in session.execute(closed):
        due_day = due_on(rule, london_day(row.closed_at))
        if due_day <= day:
            agencies = frozenset({row.raised_by_agency_id, row.raised_with_agency_id} - {None})
            yield Due(Unit(RecordClass.ESCALATION, row.id, agencies=agencies), due_day, rule.words)


def _rounds(session: Session, partnership_id: int, rules: Collection[Rule], day: date) -> Iterator[Due]:
    rule = rule_on(rules, RecordClass.AUDIT, day)
    if rule is None:
        return
    closed = select(AuditRound.id, AuditRound.closed_at).where(
        AuditRound.partnership_id == partnership_id, AuditRound.closed_at.is_not(None)
    )
    for row in session.execute(closed):
        due_day = due_on(rule, london_day(row.closed_at))
        if due_day <= day:
            agencies = session.scalars(select(AuditReturn.agency_id).where(AuditReturn.round_id == row.id))
            yield Due(Unit(RecordClass.AUDIT, row.id, agencies=frozenset(agencies)), due_day, rule.words)


def _challenges(session: Session, partnership_id: int, rules: Collection[Rule], day: date) -> Iterator[Due]:
    rule = rule_on(rules, RecordClass.CHALLENGE, day)
    if rule is None:
        return
    asked = ScrutinyChallenge.asked_agency_id
    closed = select(ScrutinyChallenge.id, ScrutinyChallenge.closed_at, asked).where(
        ScrutinyChallenge.partnership_id == partnership_id, ScrutinyChallenge.closed_at.is_not(None)
    )
    for row in session.execute(closed):
        due_day = due_on(rule, london_day(row.closed_at))
        if due_day <= day:
            agencies = frozenset({row.asked_agency_id} - {None})
            yield Due(Unit(RecordClass.CHALLENGE, row.id, agencies=agencies), due_day, rule.words)


def _feedback(session: Session, partnership_id: int, rules: Collection[Rule], day: date) -> Iterator[Due]:
    """By month: what one person gave is not told from what another did."""
    rule = rule_on(rules, RecordClass.FEEDBACK, day)
    if rule is None:
        return
    months = select(Feedback.month).where(
        and_(Feedback.partnership_id == partnership_id, Feedback.month <= began_before(rule, day))
    )
    for month in session.scalars(months.distinct()):
        unit = Unit(RecordClass.FEEDBACK, month.year * _HUNDRED + month.month)
        yield Due(unit, due_on(rule, month), rule.words)


def _with_holds(one: Due, holds: Sequence[Held]) -> Due:
    return Due(one.unit, one.due_on, one.rule, tuple(holds_on(holds, one.unit)))
