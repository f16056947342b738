"""Actions and a challenge session in the world, each text marked.

In each partnership stand, under these names:

actions   p.gp (open, due in July, its practitioner's own; from answer 1.1) and p.social_care (said to be done by its
          lead, waiting to be checked; from answer 1.1 too)
session   that of the return p.school, planned for today
"""

from __future__ import annotations

from datetime import date, time, timedelta

from sqlalchemy.orm import Session

from portal.domain.audit_vocabulary import ActionRag, ActionSource, ActionStatus, SessionStatus
from portal.models.actions import Action, ActionUpdate
from portal.models.moderation import ChallengeSession
from tests.world import NOW, PARTNERSHIPS, TODAY, World

BOARD = ("board", "business_manager", "scrutineer")
CHECKERS = ("business_manager", "scrutineer")
DUE = date(2026, 7, 31)


class ActionBuilder:
    """Writes them in one open transaction, row by row in a fixed order."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """Actions and sessions in both partnerships."""
        for letter in PARTNERSHIPS:
            self._action(letter, "gp", "gp.practitioner", ("sector_lead", "gp.lead", "gp.practitioner"))
            self._action(letter, "social_care", "social_care.lead", ("social_care.lead",), is_done=True)
            self._session(letter)

    def _action(self, letter: str, agency: str, owner: str, readers: tuple[str, ...], *, is_done: bool = False) -> None:
        world, place = self.world, self.world.returns[f"{letter}.{agency}"]
        person, tag = world.person(f"{letter}.{owner}"), f"ZQ-{letter.upper()}-{{}}-{agency.upper()}-QZ"
        agency_people = [name for name in readers if "." in name]
        seen = self._keys(letter, *readers, *BOARD)
        read = self._keys(letter, *agency_people, *CHECKERS)
        told = world.mark("action history", letter, read, tag.format("HISTORY"))
        status = ActionStatus.DONE if is_done else ActionStatus.OPEN
        action = Action(
            partnership_id=world.partnerships[letter],
            agency_id=world.agencies[f"{letter}.{agency}"],
            source=ActionSource.AUDIT_ANSWER,
            return_id=place.id,
            question_id=place.questions["1.1"],
            what=world.mark("action", letter, seen, tag.format("ACTION")),
            owner_name=person.name,
            owner_membership_id=person.hat.membership_id,
            due_on=DUE,
            rag=ActionRag.AMBER,
            status=status,
            evidence=told if is_done else "",
            created_at=NOW - timedelta(days=20),
            created_by_id=person.user_id,
            done_at=NOW - timedelta(days=1) if is_done else None,
            done_by_id=person.user_id if is_done else None,
        )
        self.session.add(action)
        self.session.flush()
        self.session.add(
            ActionUpdate(
                partnership_id=action.partnership_id,
                action_id=action.id,
                rag=ActionRag.AMBER,
                status=status,
                text=told,
                said_at=NOW - timedelta(days=1),
                said_by_id=person.user_id,
            )
        )
        self.session.flush()
        world.actions[f"{letter}.{agency}"] = action.id

    def _session(self, letter: str) -> None:
        world, place = self.world, self.world.returns[f"{letter}.school"]
        panel = self._keys(letter, *BOARD)
        agency = self._keys(letter, "school.lead", "school.head", "school.governor")
        tag = f"ZQ-{letter.upper()}-{{}}-SESSION-QZ"
        self.session.add(
            ChallengeSession(
                partnership_id=world.partnerships[letter],
                return_id=place.id,
                status=SessionStatus.PLANNED,
                held_on=TODAY,
                start_time=time(14, 0),
                place=world.mark("session's place", letter, panel | agency, tag.format("PLACE")),
                panel="The board’s quality group",
                notes=world.mark("session's notes", letter, panel, tag.format("NOTES")),
            )
        )
        self.session.flush()

    def _keys(self, letter: str, *names: str) -> set[str]:
        return {f"{letter}.{name}" for name in names}
