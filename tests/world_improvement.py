"""The improvement plan in the world; each text marked, for the board's roles, the managers and an action's leads.

In each partnership stand one area, p.first, and the actions

p.day      by 30 September 2026, led by a practitioner of the surgery
p.monthly  every month from May 2026, led by the school's lead and by whoever is safeguarding manager; May is ticked.
           The same under p.ticked, where the address is to name May
p.review   in December 2026, out of a learning review, led by the chair
p.done     complete, led by a post

All of them came into the plan in May, whose view is not closed yet. Nothing of it is due within three weeks of NOW.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.audit_vocabulary import ActionRag
from portal.domain.improvement_vocabulary import ByWhen, ImprovementSource, ImprovementStatus, ImprovementStep
from portal.domain.vocabulary import Role
from portal.models.improvement import ImprovementAction, ImprovementArea, ImprovementLead
from portal.models.improvement_history import ImprovementChange, ImprovementEvidence, ImprovementTick
from tests.world import PARTNERSHIPS, World

READERS = frozenset({"board", "business_manager", "scrutineer", "sector_lead", "manager"})
LEADS = {
    "day": frozenset({"gp.practitioner"}),
    "monthly": frozenset({"school.lead", "manager"}),
    "review": frozenset({"chair"}),
    "done": frozenset(),
}
ADDED = datetime(2026, 5, 5, 9, tzinfo=UTC)
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


class ImprovementBuilder:
    """Writes them in one open transaction, row by row in a fixed order."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """A small plan in both partnerships."""
        for letter in PARTNERSHIPS:
            self._plan(letter)
        self.session.flush()

    def add(self, row: Any) -> Any:
        """Store a row and give it its id now."""
        self.session.add(row)
        self.session.flush()
        return row

    def _text(self, letter: str, words: str, readers: frozenset[str]) -> str:
        seen_by = {f"{letter}.{name}" for name in readers}
        return self.world.mark("improvement plan", letter, seen_by, f"ZQ-{letter.upper()}-IMPROVEMENT-{words}-QZ")

    def _plan(self, letter: str) -> None:
        world, everybody = self.world, READERS.union(*LEADS.values())
        area = self.add(
            ImprovementArea(
                partnership_id=world.partnerships[letter],
                number=1,
                title=self._text(letter, "AREA", everybody),
                aim=self._text(letter, "AIM", frozenset({"business_manager"})),
                created_at=ADDED,
            )
        )
        world.improvement_areas[f"{letter}.first"] = area.id
        school = world.person(f"{letter}.school.lead").hat.membership_id
        manager = world.person(f"{letter}.business_manager").user_id
        self._action(letter, area.id, 1, "day", ByWhen.DAY, due_on=date(2026, 9, 30))
        monthly = self._action(
            letter, area.id, 2, "monthly", ByWhen.MONTHLY, starts_on=MAY, next_due_on=date(2026, 6, 30)
        )
        world.improvement[f"{letter}.ticked"] = monthly
        self._action(
            letter,
            area.id,
            3,
            "review",
            ByWhen.MONTH,
            due_on=date(2026, 12, 31),
            source=ImprovementSource.LEARNING_REVIEW,
        )
        self._action(letter, area.id, 4, "done", ByWhen.ONGOING, status=ImprovementStatus.COMPLETE)
        leads = {
            "day": [{"membership_id": world.person(f"{letter}.gp.practitioner").hat.membership_id}],
            "monthly": [{"membership_id": school}, {"role": Role.SAFEGUARDING_MANAGER}],
            "review": [{"membership_id": world.person(f"{letter}.chair").hat.membership_id}],
            "done": [{"post": "Head of Early Help"}],
        }
        for key, named in leads.items():
            for place, lead in enumerate(named, start=1):
                self.add(
                    ImprovementLead(
                        **{
                            "partnership_id": world.partnerships[letter],
                            "action_id": world.improvement[f"{letter}.{key}"],
                            "place": place,
                            "membership_id": None,
                            "role": None,
                            "post": "",
                            **lead,
                        }
                    )
                )
        self.add(
            ImprovementTick(
                partnership_id=world.partnerships[letter],
                action_id=monthly,
                by_when=ByWhen.MONTHLY,
                begins_on=MAY,
                ticked_at=datetime(2026, 5, 29, 9, tzinfo=UTC),
                ticked_by_id=manager,
                evidence=self._text(letter, "TICK", READERS | LEADS["monthly"]),
            )
        )

    def _action(self, letter: str, area_id: int, number: int, key: str, by_when: ByWhen, **more: Any) -> int:
        world, readers = self.world, READERS | LEADS[key]
        here, tag = world.partnerships[letter], key.upper()
        status = more.pop("status", ImprovementStatus.OPEN)
        row = {
            "due_on": None,
            "starts_on": None,
            "ends_on": None,
            "next_due_on": more.get("due_on"),
            "source": ImprovementSource.PLAN,
            **more,
        }
        action = self.add(
            ImprovementAction(
                partnership_id=here,
                area_id=area_id,
                reference=f"1.{number}",
                what=self._text(letter, f"{tag}-WHAT", readers),
                outcome=self._text(letter, f"{tag}-OUTCOME", readers),
                source_name=self._text(letter, f"{tag}-SOURCE", readers),
                by_when=by_when,
                rag=ActionRag.AMBER,
                status=status,
                evidence=self._text(letter, f"{tag}-EVIDENCE", readers),
                created_at=ADDED,
                **row,
            )
        )
        world.improvement[f"{letter}.{key}"] = action.id
        entry = self.add(
            ImprovementChange(
                partnership_id=here,
                action_id=action.id,
                step=ImprovementStep.ADDED,
                made_at=ADDED,
                made_by_id=world.person(f"{letter}.business_manager").user_id,
                counts_for=MAY,
                rag=ActionRag.AMBER,
                status=status,
                words=self._text(letter, f"{tag}-WORDS", readers),
                after=json.dumps({"Action": self._text(letter, f"{tag}-AFTER", readers)}),
            )
        )
        self.add(
            ImprovementEvidence(
                partnership_id=here,
                action_id=action.id,
                change_id=entry.id,
                title=self._text(letter, f"{tag}-LINK", readers),
                url="https://example.org/minutes",
            )
        )
        return action.id
