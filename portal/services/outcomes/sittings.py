"""A meeting that decides about children: who they are, and what the rules of its day say of what must follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.access import cases as cases_access
from portal.access import meetings as access
from portal.access import plans as plans_access
from portal.access.viewer import Viewer
from portal.domain.errors import NotVisible
from portal.domain.meeting_vocabulary import MeetingFamily, RecordSection
from portal.domain.minutes_rules import MinutesRule
from portal.domain.outcome_vocabulary import PlanDecision
from portal.domain.outcomes import FollowUp, OutcomeRules, follow_up, offered
from portal.domain.vocabulary import AbuseCategory
from portal.models.cases import Child
from portal.models.meetings import Meeting
from portal.models.outcomes import Outcome
from portal.models.plans import Plan
from portal.services import activity
from portal.services.case_facts import counted_day
from portal.services.outcomes.texts import text_of
from portal.services.rule_sets import RuleBook, rule_book


@dataclass(frozen=True, slots=True)
class ConferenceChild:
    """A child whom the meeting is about."""

    id: int
    case_id: int
    name: str
    born: date | None


@dataclass(frozen=True, slots=True)
class Sitting:
    """A meeting that decides about children, with the rules of its day."""

    meeting: Meeting
    minutes: MinutesRule
    edition: str
    """The guidance that the rules follow."""
    is_review: bool
    next: FollowUp | None
    core_group: FollowUp | None
    children: tuple[ConferenceChild, ...]

    @property
    def held_on(self) -> date:
        """The day held, else planned."""
        return self.meeting.day

    def child(self, child_id: int) -> ConferenceChild:
        """One of its children. Raises NotVisible."""
        for child in self.children:
            if child.id == child_id:
                return child
        raise NotVisible("There is no such child.")

    def rules_for(self, child_id: int, plans: KnownPlans, in_force: PlanDecision | None = None) -> OutcomeRules:
        """What holds for one child. `in_force` is the decision that was signed, which an amendment may keep."""
        categories = plans.categories.get(child_id, ())
        choices = offered(is_review=self.is_review or child_id in plans.perhaps, has_plan=bool(categories))
        if in_force is not None and in_force not in choices:
            choices = (*choices, in_force)
        return OutcomeRules(choices, self.held_on, self.next, self.core_group, categories)


@dataclass(frozen=True, slots=True)
class KnownPlans:
    """The categories of the plan that each child came with, the main one first.

    `perhaps` are children of families with a plan of which nobody has said yet whose it is.
    """

    categories: Mapping[int, tuple[AbuseCategory, ...]] = field(default_factory=dict)
    perhaps: frozenset[int] = frozenset()


def sitting(
    session: Session, viewer: Viewer, meeting_id: int, section: RecordSection, *, locked: bool = False
) -> Sitting:
    """A meeting whose record has this part; that its children were read is logged. Raises NotVisible.

    `locked` keeps the meeting until the transaction ends, so that two who write about it write one after the other.
    """
    query = access.visible_to(viewer).where(Meeting.id == meeting_id)
    if locked:
        # Its row alone: PostgreSQL locks no rows of outer joins.
        session.execute(query.with_only_columns(Meeting.id).with_for_update(of=Meeting, key_share=True)).all()
    meeting = session.scalars(
        query.options(joinedload(Meeting.meeting_type)).execution_options(populate_existing=locked)
    ).one_or_none()
    if meeting is None:
        raise NotVisible("No such meeting.")
    book = rule_book(session, meeting.partnership_id)
    if section not in book.with_id(meeting.meeting_type_id).sections:
        raise NotVisible("The record of this kind of meeting has no such part.")
    return _sitting(viewer, meeting, book, _children(session, viewer, meeting))


def _sitting(viewer: Viewer, meeting: Meeting, book: RuleBook, children: tuple[ConferenceChild, ...]) -> Sitting:
    rules, kind = book.on(counted_day(meeting)), book.with_id(meeting.meeting_type_id)

    def soonest(family: MeetingFamily) -> FollowUp | None:
        due = [
            (known.name, rules.rule_for(known.code).due)
            for known in book.meeting_types
            if known.family is family and not known.is_retired
        ]
        return follow_up(kind.code, meeting.day, due)

    rule = rules.rule_for(kind.code)
    return Sitting(
        meeting=meeting,
        minutes=rule.minutes,
        edition=rules.guidance_edition,
        is_review=bool(rule.due.after),
        next=soonest(MeetingFamily.CONFERENCE),
        core_group=soonest(MeetingFamily.CORE_GROUP),
        children=children,
    )


def _children(session: Session, viewer: Viewer, meeting: Meeting) -> tuple[ConferenceChild, ...]:
    """The children of all families of a meeting that was found visible, those of its own first; readings are logged."""
    rows = session.execute(
        cases_access.children_of_meeting(meeting.id)
        .order_by(case((Child.case_id == meeting.case_id, 0), else_=1), Child.case_id, Child.id)
        .with_only_columns(Child.id, Child.case_id, Child.given_name, Child.surname, Child.date_of_birth)
    ).all()
    activity.record_reading(viewer, "case.read", "case", sorted({meeting.case_id, *(row.case_id for row in rows)}))
    return tuple(
        ConferenceChild(
            row.id,
            row.case_id,
            f"{row.given_name} {row.surname}",
            date.fromisoformat(row.date_of_birth) if row.date_of_birth else None,
        )
        for row in rows
    )


def known_plans(session: Session, viewer: Viewer, found: Sitting) -> KnownPlans:
    """The plans that the children came with, by two queries.

    What this meeting itself began or ended is left out, so that its decisions read the same after they were signed.
    """
    day, meeting_id = found.held_on, found.meeting.id
    running = session.execute(
        plans_access.visible_to(viewer)
        .where(
            Plan.case_id.in_({child.case_id for child in found.children}),
            Plan.started_on <= day,
            Plan.started_by_meeting_id.is_distinct_from(meeting_id),
            or_(Plan.ended_on.is_(None), Plan.ended_on > day, Plan.ended_by_meeting_id == meeting_id),
        )
        .with_only_columns(Plan.child_id, Plan.case_id, Plan.latest_category)
    ).all()
    known: dict[int, tuple[AbuseCategory, ...]] = {}
    unnamed: set[int] = set()
    for row in running:
        children = [child.id for child in found.children if child.case_id == row.case_id]
        if row.child_id is not None:
            known[row.child_id] = (row.latest_category,)
        elif len(children) == 1:
            # It came with a file that named the family alone: of one child there is no doubt whose it is.
            known.setdefault(children[0], (row.latest_category,))
        else:
            unnamed.update(children)
    # A plan's row has the main category alone. The others stand in the last decision before this one, which whoever
    # decides now goes on from, also where somebody else chaired it.
    newest = (
        select(Outcome.child_id, func.max(Outcome.signed_at).label("signed_at"))
        .where(Outcome.child_id.in_(known), Outcome.meeting_id != meeting_id, Outcome.signed_at.is_not(None))
        .group_by(Outcome.child_id)
        .subquery()
    )
    before = session.scalars(
        select(Outcome).join(
            newest, and_(newest.c.child_id == Outcome.child_id, newest.c.signed_at == Outcome.signed_at)
        )
    )
    for outcome in before:
        if categories := text_of(outcome).ordered_categories:
            known[outcome.child_id] = categories
    return KnownPlans(known, frozenset(unnamed - known.keys()))
