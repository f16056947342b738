"""Families at meetings in the world, each text marked.

In each partnership stand, under these names:

people    of the family at p.initial: p.initial.mother (the agencies read of her, but not the note on her exclusion),
          p.initial.father (for the chair only), p.initial.aunt (not confirmed), p.initial.uncle (taken out)
views     of the child of p.initial, for all who see the meeting; of that of p.review, for the chair only
children  the police knows the child of p.initial, and its report is about them; the school does not
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.family_vocabulary import (
    Exclusion,
    ExclusionReason,
    FamilyPresence,
    FamilyRelation,
    KnowsChild,
    ViewsGiven,
)
from portal.models.families import ChildViews, FamilyAttendance, InvitationChild
from tests.world import NOW, PARTNERSHIPS, World
from tests.world_plans import KEEPERS, PLANS

SEEN = {plan.key: frozenset(plan.seen_by) for plan in PLANS}
KEPT_FROM_AGENCIES = {plan.key: frozenset({*KEEPERS, plan.chair or ""}) - {""} for plan in PLANS}
SAID_AT = NOW - timedelta(days=1)


class FamilyBuilder:
    """Writes them in one open transaction, row by row in a fixed order."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """Everything of this file, in both partnerships."""
        for letter in PARTNERSHIPS:
            shared, kept = SEEN["initial"], KEPT_FROM_AGENCIES["initial"]
            self._person(
                letter,
                "mother",
                FamilyRelation.MOTHER,
                shared,
                exclusion=Exclusion.PART,
                exclusion_reason=ExclusionReason.CHILDS_WISH,
                excluded_by="The chair",
                exclusion_note=self._mark("exclusion note", letter, kept, "EXCLUSION"),
                presence=FamilyPresence.PART,
            )
            self._person(letter, "father", FamilyRelation.FATHER, kept, for_chair_only=True)
            self._person(letter, "aunt", FamilyRelation.OTHER_FAMILY, kept, confirmed_at=None)
            because = self._mark("removal", letter, kept, "REMOVED")
            self._person(
                letter, "uncle", FamilyRelation.OTHER_FAMILY, kept, removed_at=SAID_AT, removed_because=because
            )
            self._views(letter, "initial", "1", shared, for_chair_only=False)
            self._views(letter, "review", "2", KEPT_FROM_AGENCIES["review"], for_chair_only=True)
            self._said(letter, "police", KnowsChild.YES, is_covered=True)
            self._said(letter, "school", KnowsChild.NO, is_covered=False)

    def _mark(self, kind: str, letter: str, names: frozenset[str], words: str) -> str:
        everybody = {f"{letter}.{name}" for name in names}
        if names & {"police.practitioner", "police.lead"}:
            everybody.add("both")
        return self.world.mark(kind, letter, everybody, f"ZQ-{letter.upper()}-{words}-QZ")

    def _person(self, letter: str, key: str, relation: FamilyRelation, names: frozenset[str], **facts: Any) -> None:
        row = FamilyAttendance(
            partnership_id=self.world.partnerships[letter],
            meeting_id=self.world.meeting(f"{letter}.initial").id,
            relation=relation,
            name=self._mark("family", letter, names, f"FAMILY-{key.upper()}"),
            **{"for_chair_only": False, "confirmed_at": SAID_AT, "created_at": SAID_AT} | facts,
        )
        self.session.add(row)
        self.session.flush()
        self.world.attendees[f"{letter}.initial.{key}"] = row.id

    def _views(self, letter: str, meeting: str, child: str, names: frozenset[str], *, for_chair_only: bool) -> None:
        self.session.add(
            ChildViews(
                partnership_id=self.world.partnerships[letter],
                meeting_id=self.world.meeting(f"{letter}.{meeting}").id,
                child_id=self.world.children[f"{letter}.{child}"],
                given=ViewsGiven.OWN_MEANS,
                words=self._mark("child's views", letter, names, f"VIEWS-{child}"),
                for_chair_only=for_chair_only,
                written_at=SAID_AT,
            )
        )
        self.session.flush()

    def _said(self, letter: str, agency: str, knows: KnowsChild, *, is_covered: bool) -> None:
        own = frozenset(name for name in SEEN["initial"] if name.startswith(f"{agency}."))
        whereabouts = None
        if knows is KnowsChild.NO:
            names = own | KEPT_FROM_AGENCIES["initial"]
            whereabouts = self._mark("whereabouts", letter, names, f"WHEREABOUTS-{agency.upper()}")
        self.session.add(
            InvitationChild(
                partnership_id=self.world.partnerships[letter],
                invitation_id=self.world.meeting(f"{letter}.initial").invitations[agency].id,
                child_id=self.world.children[f"{letter}.1"],
                knows=knows,
                covered_by_report=is_covered,
                whereabouts=whereabouts,
                said_at=SAID_AT,
            )
        )
        self.session.flush()
