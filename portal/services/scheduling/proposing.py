"""Which agencies a meeting asks: those that know its children, those of the meeting before, those the rules name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from portal.access import involvements as involvements_access
from portal.access import meetings as meetings_access
from portal.access.viewer import Viewer
from portal.domain.expected_agencies import Candidate, Proposed, missing_types, proposed
from portal.domain.rules import MeetingRule
from portal.domain.vocabulary import AgencyType, Answer, Expectation
from portal.models.cases import Child
from portal.models.involvements import Involvement
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency, PartnershipAgency


@dataclass(frozen=True, slots=True)
class AgencyChoice:
    """An agency of the partnership that a meeting can ask."""

    agency_id: int
    name: str
    agency_type: AgencyType


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who is proposed, in the order of their names; the types that nobody is known for; and everybody else."""

    agencies: tuple[tuple[AgencyChoice, Proposed], ...]
    missing: tuple[AgencyType, ...]
    others: tuple[AgencyChoice, ...]

    @property
    def choices(self) -> dict[int, AgencyChoice]:
        """Every agency that can be asked, by id."""
        listed = [choice for choice, _ in self.agencies] + list(self.others)
        return {choice.agency_id: choice for choice in listed}


def propose_agencies(
    session: Session, viewer: Viewer, rule: MeetingRule, *, case_id: int | None, follows_id: int | None, today: date
) -> Proposal:
    """Who should be asked to a meeting of a family under a rule, and why; by three queries.

    A new family has no agencies of its own yet.
    """
    choices = _choices(session, viewer)
    by_id = {choice.agency_id: choice for choice in choices}
    candidates = [
        Candidate(row.agency_id, by_id[row.agency_id].agency_type, row.reason)
        for row in (_involved(session, viewer, case_id, today) if case_id is not None else [])
        if row.agency_id in by_id
    ]
    candidates += [
        Candidate(row.agency_id, by_id[row.agency_id].agency_type, row.expectation_reason, row.expectation)
        for row in (_asked_before(session, viewer, follows_id) if follows_id is not None else [])
        if row.agency_id in by_id
    ]
    here = [(choice.agency_id, choice.agency_type) for choice in choices]
    asked = {one.agency_id: one for one in proposed(rule.expected_types, candidates, here)}
    return Proposal(
        tuple((choice, asked[choice.agency_id]) for choice in choices if choice.agency_id in asked),
        tuple(missing_types(rule.expected_types, {by_id[number].agency_type for number in asked})),
        tuple(choice for choice in choices if choice.agency_id not in asked),
    )


def _choices(session: Session, viewer: Viewer) -> list[AgencyChoice]:
    rows = session.execute(
        select(Agency.id, Agency.name, Agency.agency_type)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(PartnershipAgency.partnership_id == viewer.partnership_id, PartnershipAgency.left_at.is_(None))
        .order_by(Agency.name, Agency.id)
    )
    return [AgencyChoice(*row) for row in rows]


def _involved(session: Session, viewer: Viewer, case_id: int, today: date) -> list[Row[Any]]:
    """The involvements of a family's children that go on, the oldest written down first."""
    query = (
        involvements_access.visible_to(viewer)
        .join(Child, Child.id == Involvement.child_id)
        .where(Child.case_id == case_id, or_(Involvement.until.is_(None), Involvement.until >= today))
        .order_by(Involvement.id)
        .with_only_columns(Involvement.agency_id, Involvement.reason)
    )
    return list(session.execute(query))


def _asked_before(session: Session, viewer: Viewer, meeting_id: int) -> list[Row[Any]]:
    """Who had a part in the meeting that this one goes on from."""
    seen = meetings_access.visible_to(viewer).where(Meeting.id == meeting_id).with_only_columns(Meeting.id)
    return list(
        session.execute(
            select(Invitation.agency_id, Invitation.expectation, Invitation.expectation_reason)
            .where(
                Invitation.meeting_id.in_(seen),
                Invitation.expectation != Expectation.NOT_RELEVANT,
                or_(Invitation.answer.is_(None), Invitation.answer != Answer.NOT_OURS),
            )
            .order_by(Invitation.id)
        )
    )
