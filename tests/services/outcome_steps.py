"""What tests of outcomes and minutes do again and again: a conference that is held, a full text, saving and signing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from sqlalchemy import delete

from portal.database.session import db, writing
from portal.domain.outcome_vocabulary import PlanDecision
from portal.domain.outcomes import OutcomeText
from portal.domain.vocabulary import AbuseCategory, MeetingStatus
from portal.models.cases import Child
from portal.models.meetings import Meeting
from portal.models.plans import Plan
from portal.services.outcomes.drafting import save_outcome
from portal.services.outcomes.reading import ChildOutcome, OutcomesPage, outcomes_page
from portal.services.outcomes.signing import sign_outcomes
from tests.services.rows import change
from tests.world import NOW, TODAY, MeetingPlace, World

CHILD = "a.1"


def without_plans(world: World) -> None:
    """Take the plan away that a file brought for the family of A's initial conference."""
    with writing() as session:
        session.execute(delete(Plan).where(Plan.id == world.plans["a.1"]))


def held(place: MeetingPlace, **more: object) -> None:
    """Close a conference's register as held today."""
    values = {
        "status": MeetingStatus.HELD,
        "held_on": TODAY,
        "held_time": time(14),
        "register_closed_at": NOW,
        **more,
    }
    change(Meeting, place.id, **values)


def begins(place: MeetingPlace, **more: object) -> OutcomeText:
    """A whole text: the plan begins."""
    text = OutcomeText(
        decision=PlanDecision.START,
        categories=(AbuseCategory.NEGLECT,),
        next_on=date(2026, 9, 9),
        core_group_on=date(2026, 6, 24),
        core_group=(place.invitations["social_care"].id, place.invitations["school"].id),
        core_group_people="The mother",
        lead_social_worker="Sam Patel",
        why="Nobody got him up for school.",
    )
    return replace(text, **more)  # type: ignore[arg-type]  # a test's own words


def no_plan(**more: object) -> OutcomeText:
    """A whole text: no plan."""
    return replace(OutcomeText(decision=PlanDecision.NO_PLAN, why="The risk is over."), **more)  # type: ignore[arg-type]


def page(viewer, place: MeetingPlace) -> OutcomesPage:
    """The outcomes as a page reads them now."""
    db.session.rollback()
    return outcomes_page(viewer, place.id)


def child(viewer, place: MeetingPlace, world: World, key: str = CHILD) -> ChildOutcome:
    """One child's, as a page reads it now."""
    return page(viewer, place).of(world.children[key])


def save(viewer, place: MeetingPlace, world: World, text: OutcomeText, *, version=None, key: str = CHILD) -> None:
    """Save a draft, as of now unless a version says otherwise."""
    version = child(viewer, place, world, key).version if version is None else version
    save_outcome(viewer, place.id, world.children[key], version, text)


def sign(viewer, place: MeetingPlace):
    """Sign what is written now."""
    return sign_outcomes(viewer, place.id, page(viewer, place).seen)


def sibling(world: World, key: str = "a.1") -> int:
    """A second child of a family."""
    with writing() as session:
        first = session.get_one(Child, world.children[key])
        second = Child(
            partnership_id=first.partnership_id,
            case_id=first.case_id,
            given_name="Robin",
            surname="Second",
            surname_index=bytes(32),
            created_at=NOW,
        )
        session.add(second)
        session.flush()
        world.children["a.sibling"] = second.id
        return second.id
