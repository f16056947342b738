"""What meetings asked for, and children's plans, in the world, each text marked.

In each partnership stand, under these names:

actions   p.strategy_gp (of the strategy meeting; open, its practitioner's own) and p.strategy_police (said to be done
          by its lead, waiting for the meeting's chair)
plans     p.2 (of the child of family 2, begun by p.past_initial) and p.1 (came with a file and names no child; the
          child's second, open for more than two years)
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from portal.domain.audit_vocabulary import ActionRag, ActionSource, ActionStatus
from portal.domain.vocabulary import AbuseCategory
from portal.models.actions import Action, ActionUpdate
from portal.models.plans import Plan
from tests.world import BEFORE, NOW, PARTNERSHIPS, World
from tests.world_plans import KEEPERS, PLANS

DUE = date(2026, 7, 31)
SEEN = {plan.key: frozenset(plan.seen_by) for plan in PLANS}


class MeetingActionBuilder:
    """Writes them in one open transaction, row by row in a fixed order."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """Actions and plans in both partnerships."""
        for letter in PARTNERSHIPS:
            self._action(letter, "gp", "gp.practitioner")
            self._action(letter, "police", "police.lead", is_done=True)
            started_by = self.world.meeting(f"{letter}.past_initial")
            self._plan(letter, "2", {"second_chair"}, date(2026, 5, 19), started_by.id)
            self._plan(letter, "1", {"chair"}, date(2024, 3, 1), None)

    def _people(self, letter: str, names: set[str] | frozenset[str]) -> set[str]:
        """People's keys; `both` is police in A and in B."""
        keys = {f"{letter}.{name}" for name in names}
        return keys | {"both"} if names & {"police.practitioner", "police.lead"} else keys

    def _action(self, letter: str, agency: str, owner: str, *, is_done: bool = False) -> None:
        world, meeting = self.world, self.world.meeting(f"{letter}.strategy")
        person, tag = world.person(f"{letter}.{owner}"), f"ZQ-{letter.upper()}-{{}}-{agency.upper()}-QZ"
        seen = self._people(letter, SEEN["strategy"])
        own = {name for name in SEEN["strategy"] if name.startswith(f"{agency}.")}
        told = world.mark(
            "history of a meeting's action",
            letter,
            self._people(letter, own | {"chair", *KEEPERS}),
            tag.format("MEETING-HISTORY"),
        )
        status = ActionStatus.DONE if is_done else ActionStatus.OPEN
        action = Action(
            partnership_id=world.partnerships[letter],
            agency_id=world.agencies[f"{letter}.{agency}"],
            source=ActionSource.MEETING,
            meeting_id=meeting.id,
            child_id=world.children[f"{letter}.3"],
            what=world.mark("meeting's action", letter, seen, tag.format("MEETING-ACTION")),
            measure=world.mark("meeting's action", letter, seen, tag.format("MEASURE")),
            owner_name=person.name,
            owner_membership_id=person.hat.membership_id,
            due_on=DUE,
            rag=ActionRag.GREEN,
            status=status,
            evidence=told if is_done else "",
            created_at=NOW - timedelta(days=20),
            created_by_id=world.person(f"{letter}.chair").user_id,
            done_at=NOW - timedelta(days=1) if is_done else None,
            done_by_id=person.user_id if is_done else None,
        )
        self.session.add(action)
        self.session.flush()
        self.session.add(
            ActionUpdate(
                partnership_id=action.partnership_id,
                action_id=action.id,
                rag=ActionRag.GREEN,
                status=status,
                text=told,
                said_at=NOW - timedelta(days=1),
                said_by_id=person.user_id,
            )
        )
        self.session.flush()
        world.actions[f"{letter}.strategy_{agency}"] = action.id

    def _plan(self, letter: str, number: str, chairs: set[str], started_on: date, meeting_id: int | None) -> None:
        world = self.world
        readers = self._people(letter, KEEPERS | chairs)
        plan = Plan(
            partnership_id=world.partnerships[letter],
            reference=world.mark("plan", letter, readers, f"ZQ-{letter.upper()}-PLAN-{number}-QZ"),
            case_id=world.cases[f"{letter}.{number}"],
            child_id=world.children[f"{letter}.{number}"] if meeting_id else None,
            started_on=started_on,
            first_category=AbuseCategory.NEGLECT,
            latest_category=AbuseCategory.EMOTIONAL,
            previous_plans=0 if meeting_id else 1,
            started_by_meeting_id=meeting_id,
            decided_on=started_on if meeting_id else None,
            created_at=BEFORE,
        )
        self.session.add(plan)
        self.session.flush()
        world.plans[f"{letter}.{number}"] = plan.id
