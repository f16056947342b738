"""What child-level lists are made from, read with the eyes of whoever asked for them: by ten queries at most."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from portal.access import cases as cases_access
from portal.access import meetings as meetings_access
from portal.access import outcomes as outcomes_access
from portal.access import plans as plans_access
from portal.access import strategy_records as strategy_access
from portal.access.viewer import Viewer
from portal.database.id_lists import bound_ids, is_among
from portal.domain.annex_a import Listed
from portal.domain.meeting_vocabulary import MeetingFamily
from portal.domain.outcome_vocabulary import PlanDecision
from portal.domain.strategy_vocabulary import Section47, StrategyQuestion
from portal.domain.vocabulary import CONFERENCES, AgencyType, MeetingStatus
from portal.models.cases import Case, Child
from portal.models.meetings import Invitation, Meeting
from portal.models.named_people import MeetingCase
from portal.models.outcomes import Outcome
from portal.models.partnerships import Agency, Team
from portal.models.plans import Plan
from portal.models.rule_sets import MeetingType
from portal.models.strategy_records import StrategyRecord, StrategyVersion

_BEGINS = frozenset({Section47.SINGLE_AGENCY.value, Section47.JOINT.value})
_PLAN = {PlanDecision.START.value: True, PlanDecision.CONTINUE.value: True, PlanDecision.NO_PLAN.value: False}

Rows = Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Families:
    """The children of the families that are listed."""

    references: Mapping[int, str]
    children: Mapping[int, Rows]

    def all_of(self, case_id: int) -> tuple[Listed, ...]:
        """A family's children; the family itself where none is named."""
        numbered = enumerate(self.children.get(case_id, ()), start=1)
        found = [
            Listed(case_id, row.id, f"{self.references[case_id]}-{number}", _day(row.date_of_birth))
            for number, row in numbered
        ]
        return tuple(found) or (self.itself(case_id),)

    def one(self, case_id: int, child_id: int | None) -> Listed:
        """One child; the family itself where none is meant, as of a plan that came with a file."""
        named = (child for child in self.all_of(case_id) if child_id is not None and child.child_id == child_id)
        return next(named, self.itself(case_id))

    def itself(self, case_id: int) -> Listed:
        """The family, without a child."""
        return Listed(case_id, None, self.references[case_id], None)


@dataclass(frozen=True, slots=True)
class Decided:
    """What was signed at conferences for a child: whether there is a plan, and who the lead social worker is."""

    plan: bool | None
    worker: str


@dataclass(frozen=True, slots=True)
class Records:
    """All that is read; meetings are rows with `id`, `case_id`, `code`, `family`, `held_on` and `trigger_on`."""

    meetings: Rows
    cases_of: Mapping[int, tuple[int, ...]]
    """The families that a meeting is about, by its id."""
    plans: Rows
    families: Families
    teams: Mapping[int, str]
    """The team of social care that was invited, by the meeting's id."""
    decided: Mapping[tuple[int, int], Decided]
    """By the meeting's id and the child's."""
    enquiries: Mapping[int, bool]
    """Whether an enquiry begins, by the id of a strategy meeting whose record is signed."""


def read_records(session: Session, viewer: Viewer, since: date, as_at: date) -> Records:
    """Read the meetings held in a period, and the plans that were open or ended in it, as far as the viewer sees."""
    meetings = session.execute(
        meetings_access.visible_to(viewer)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(
            Meeting.status == MeetingStatus.HELD,
            Meeting.held_on.between(since, as_at),
            or_(MeetingType.code.in_(CONFERENCES), MeetingType.family == MeetingFamily.STRATEGY),
        )
        .order_by(Meeting.held_on, Meeting.id)
        .with_only_columns(
            Meeting.id, Meeting.case_id, MeetingType.code, MeetingType.family, Meeting.held_on, Meeting.trigger_on
        )
    ).all()
    plans = session.execute(
        plans_access.visible_to(viewer)
        .where(Plan.started_on <= as_at, or_(Plan.ended_on.is_(None), Plan.ended_on >= since))
        .order_by(Plan.started_on, Plan.id)
        .with_only_columns(
            *(Plan.id, Plan.case_id, Plan.child_id, Plan.started_on, Plan.ended_on, Plan.previous_plans),
            *(Plan.first_category, Plan.latest_category, Plan.started_by_meeting_id),
        )
    ).all()
    cases_of = _cases_of(session, meetings)
    ids = [row.id for row in meetings]
    strategies = [row.id for row in meetings if row.family is MeetingFamily.STRATEGY]
    about = {case for cases in cases_of.values() for case in cases} | {row.case_id for row in plans}
    return Records(
        meetings=meetings,
        cases_of=cases_of,
        plans=plans,
        families=_families(session, viewer, about),
        teams=_teams(session, ids),
        decided=_decided(session, viewer, ids),
        enquiries=_enquiries(session, viewer, strategies),
    )


def _cases_of(session: Session, meetings: Rows) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {row.id: (row.case_id,) for row in meetings}
    further = session.execute(
        select(MeetingCase.meeting_id, MeetingCase.case_id)
        .where(is_among(MeetingCase.meeting_id, "meetings"))
        .order_by(MeetingCase.case_id),
        {"meetings": bound_ids(found)},
    )
    for row in further:
        found[row.meeting_id] = (*found[row.meeting_id], row.case_id)
    return found


def _families(session: Session, viewer: Viewer, case_ids: Collection[int]) -> Families:
    among = {"cases": bound_ids(sorted(case_ids))}
    own = Case.partnership_id == viewer.partnership_id
    references = session.execute(select(Case.id, Case.reference).where(own, is_among(Case.id, "cases")), among)
    children: dict[int, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    rows = (
        cases_access.children_visible_to(viewer)
        .where(is_among(Child.case_id, "cases"))
        .order_by(Child.id)
        .with_only_columns(Child.id, Child.case_id, Child.date_of_birth)
    )
    for row in session.execute(rows, among):
        children[row.case_id].append(row)
    return Families({row.id: row.reference for row in references}, children)


def _teams(session: Session, meeting_ids: Sequence[int]) -> dict[int, str]:
    rows = session.execute(
        select(Invitation.meeting_id, Team.name)
        .join(Agency, Agency.id == Invitation.agency_id)
        .join(Team, Team.id == Invitation.team_id)
        .where(is_among(Invitation.meeting_id, "meetings"), Agency.agency_type == AgencyType.SOCIAL_CARE)
        .order_by(Invitation.id.desc()),
        {"meetings": bound_ids(meeting_ids)},
    )
    return {row.meeting_id: row.name for row in rows}


def _decided(session: Session, viewer: Viewer, meeting_ids: Sequence[int]) -> dict[tuple[int, int], Decided]:
    """The version of each outcome that counts: the last one that was signed."""
    rows = session.execute(
        outcomes_access.visible_to(viewer)
        .where(Outcome.signed_at.is_not(None), is_among(Outcome.meeting_id, "meetings"))
        .order_by(Outcome.number)
        .with_only_columns(Outcome.meeting_id, Outcome.child_id, Outcome.decision, Outcome.lead_social_worker),
        {"meetings": bound_ids(meeting_ids)},
    )
    return {
        (row.meeting_id, row.child_id): Decided(_PLAN.get(row.decision), row.lead_social_worker or "") for row in rows
    }


def _enquiries(session: Session, viewer: Viewer, meeting_ids: Sequence[int]) -> dict[int, bool]:
    rows = session.execute(
        strategy_access.visible_to(viewer)
        .join(
            StrategyVersion,
            (StrategyVersion.record_id == StrategyRecord.id) & (StrategyVersion.number == StrategyRecord.signed_number),
        )
        .where(is_among(StrategyRecord.meeting_id, "meetings"))
        .with_only_columns(StrategyRecord.meeting_id, StrategyVersion.content),
        {"meetings": bound_ids(meeting_ids)},
    )
    question = StrategyQuestion.SECTION_47.value
    return {
        row.meeting_id: json.loads(row.content)["answers"].get(question, {}).get("enquiry") in _BEGINS for row in rows
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
