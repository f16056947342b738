"""What tests of plans do again and again: meetings and plans put into the world, and decisions about a child."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.database.session import writing
from portal.domain.plans import Decided, PlanEnd
from portal.domain.vocabulary import AbuseCategory, MeetingFormat, MeetingStatus
from portal.models.meetings import Meeting
from portal.models.plans import Plan
from portal.services.changes import changing
from portal.services.plans import from_outcomes
from tests.world import NOW, World, viewer_of

NEGLECT, EMOTIONAL = AbuseCategory.NEGLECT, AbuseCategory.EMOTIONAL


def meeting(
    world: World, kind: str, on: date, *, case: str = "2", chair: str = "second_chair", held: bool = True, **more: Any
) -> int:
    """A further meeting of A about one of its families, held on its day."""
    with writing() as session:
        row = Meeting(
            partnership_id=world.partnerships["a"],
            reference=f"T-{kind}-{on.isoformat()}-{case}",
            meeting_type_id=world.meeting_types[f"a.{kind}"],
            case_id=world.cases[f"a.{case}"],
            chair_membership_id=world.person(f"a.{chair}").hat.membership_id,
            scheduled_on=on,
            held_on=on if held else None,
            status=MeetingStatus.HELD if held else MeetingStatus.SCHEDULED,
            format=MeetingFormat.VIDEO,
            created_at=NOW,
            **more,
        )
        session.add(row)
        session.flush()
        return row.id


def plan(world: World, started_on: date, ended_on: date | None = None, *, case: str = "4", **more: Any) -> int:
    """A further plan of A, as a file brings it: of a family, and of no child by name."""
    with writing() as session:
        row = Plan(
            partnership_id=world.partnerships["a"],
            reference=f"T-{case}-{started_on.isoformat()}-{ended_on or 'open'}",
            case_id=world.cases[f"a.{case}"],
            started_on=started_on,
            ended_on=ended_on,
            end_reason=PlanEnd.IMPORTED if ended_on else None,
            first_category=NEGLECT,
            latest_category=NEGLECT,
            **{"previous_plans": 0, "created_at": NOW, **more},
        )
        session.add(row)
        session.flush()
        return row.id


def decide(world: World, meeting_id: int, *decided: Decided, who: str = "a.second_chair") -> None:
    """What signing a conference's outcomes does about plans."""
    with changing(viewer_of(world.person(who))) as change:
        change.log("outcome.signed", "meeting", meeting_id)
        from_outcomes.apply(change, meeting_id, decided)
