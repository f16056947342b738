"""A closed record, a report held back and an opening in an emergency, which change nothing for anybody at work.

In each partnership stand, under these names:

restrictions  p.standing, on the family of p.initial: closed to somebody whose account is; p.ended, on that of p.review
holds         p.initial: the police's report held back from the school, and let through again
openings      p.reviewed: p.chair opened the family of p.initial three days ago, and it was reviewed
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from portal.domain.restriction_vocabulary import HoldReason, Reach, Verdict
from portal.models.restrictions import CaseRestriction, EmergencyOpening, ReportHold, RestrictedPerson
from tests.world import NOW, PARTNERSHIPS, World

KEEPERS = frozenset({"chair", "manager", "coordinator"})
"""Who keeps the family of p.initial; that of p.review is kept by p.second_chair instead of p.chair."""
REVIEW_KEEPERS = frozenset({"second_chair", "manager", "coordinator"})


class RestrictionBuilder:
    """Writes them in one open transaction, after the meetings."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """The same in both partnerships."""
        for letter in PARTNERSHIPS:
            self._restriction(letter, "standing", "1", KEEPERS)
            self._restriction(letter, "ended", "2", REVIEW_KEEPERS, ended_at=NOW - timedelta(days=2))
            self._hold(letter)
            self._opening(letter)
        self.session.flush()

    def _text(self, letter: str, name: str, readers: frozenset[str]) -> str:
        seen_by = {f"{letter}.{reader}" for reader in readers}
        return self.world.mark("restriction", letter, seen_by, f"ZQ-{letter.upper()}-{name.upper()}-QZ")

    def _restriction(self, letter: str, name: str, case: str, readers: frozenset[str], **facts: object) -> None:
        manager = self.world.person(f"{letter}.manager").user_id
        restriction = CaseRestriction(
            partnership_id=self.world.partnerships[letter],
            case_id=self.world.cases[f"{letter}.{case}"],
            reach=Reach.NAMED,
            reason=self._text(letter, f"closed-{name}", readers),
            begins_on=date(2026, 6, 1),
            made_at=NOW - timedelta(days=9),
            made_by_id=manager,
            ended_by_id=manager if facts else None,
            **facts,
        )
        self.session.add(restriction)
        self.session.flush()
        self.world.restrictions[f"{letter}.{name}"] = restriction.id
        self.session.add(
            RestrictedPerson(
                partnership_id=restriction.partnership_id,
                restriction_id=restriction.id,
                user_id=self.world.person(f"{letter}.gp.deactivated").user_id,
                added_at=restriction.made_at,
                added_by_id=manager,
            )
        )

    def _hold(self, letter: str) -> None:
        chair = self.world.person(f"{letter}.chair").user_id
        hold = ReportHold(
            partnership_id=self.world.partnerships[letter],
            invitation_id=self.world.meeting(f"{letter}.initial").invitations["police"].id,
            agency_id=self.world.agencies[f"{letter}.school"],
            because=HoldReason.RELATIVE,
            reason=self._text(letter, "held-back", KEEPERS),
            held_at=NOW - timedelta(days=5),
            held_by_id=chair,
            ended_at=NOW - timedelta(days=4),
            ended_by_id=chair,
        )
        self.session.add(hold)
        self.session.flush()
        self.world.report_holds[f"{letter}.initial"] = hold.id

    def _opening(self, letter: str) -> None:
        chair = self.world.person(f"{letter}.chair")
        opening = EmergencyOpening(
            partnership_id=self.world.partnerships[letter],
            case_id=self.world.cases[f"{letter}.1"],
            membership_id=chair.hat.membership_id,
            user_id=chair.user_id,
            reason=self._text(letter, "emergency", KEEPERS),
            opened_at=NOW - timedelta(days=3),
            reviewed_at=NOW - timedelta(days=2),
            reviewed_by_id=self.world.person(f"{letter}.manager").user_id,
            verdict=Verdict.JUSTIFIED,
            review=self._text(letter, "emergency-review", KEEPERS),
        )
        self.session.add(opening)
        self.session.flush()
        self.world.openings[f"{letter}.reviewed"] = opening.id
