"""What tests of planning say again and again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.meeting_vocabulary import TriggerKind
from portal.domain.scheduling_vocabulary import MoveReason
from portal.domain.vocabulary import Expectation, ExpectationReason, MeetingFormat
from portal.services.meetings.page import meeting_page
from portal.services.scheduling.moving import Move
from portal.services.scheduling.opening import InvitedAgency, Opening
from tests.world import World

MONDAY = date(2026, 6, 15)
TUESDAY = date(2026, 6, 16)


def asked(world: World, *agencies: str, letter: str = "a") -> tuple[InvitedAgency, ...]:
    """Agencies that are expected, by name."""
    return tuple(
        InvitedAgency(world.agencies[f"{letter}.{agency}"], Expectation.EXPECTED, ExpectationReason.KNOWS_CHILD)
        for agency in agencies
    )


def opening(world: World, **more: object) -> Opening:
    """A strategy meeting for A's third family on Monday, because of a referral of today."""
    given = Opening(
        kind="initial_conference",
        family=world.cases["a.3"],
        scheduled_on=MONDAY,
        start_time=time(10),
        duration_minutes=90,
        format=MeetingFormat.VIDEO,
        link="https://video.example.org/room",
        chair_membership_id=world.person("a.chair").hat.membership_id,
        agencies=asked(world, "social_care", "police", "gp"),
        trigger_kind=TriggerKind.STRATEGY_DISCUSSION,
        trigger_on=date(2026, 6, 9),
    )
    return replace(given, **more)  # type: ignore[arg-type]


def waiting_of(viewer: Viewer, meeting_id: int) -> list[int]:
    """The invitations of which a meeting's page says that their answers are older than its day or time."""
    db.session.rollback()
    return sorted(part.invitation_id for part in meeting_page(viewer, meeting_id).parts if part.is_asked_again)


def move_to(day: date, at: time | None = time(10), **more: object) -> Move:
    """A move to another day, the rest as `opening` has it."""
    given = Move(day, at, 90, MeetingFormat.VIDEO, "", "https://video.example.org/room", MoveReason.AGENCY_CANNOT_COME)
    return replace(given, **more)  # type: ignore[arg-type]
