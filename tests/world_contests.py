"""What agencies of the world contest, and a month that is frozen; each text marked.

In each partnership stand, under these names:

contests  p.strategy (the school's, open) and p.past_initial (the police's, not upheld)
changes   of what is expected of the police at p.past_initial
months    April 2026, frozen twice; no meeting was held in it
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.contest_vocabulary import ContestReason, ContestStatus
from portal.domain.month_figures import MonthFigures
from portal.domain.vocabulary import Expectation, ExpectationReason
from portal.models.contests import Contest, ExpectationChange
from portal.models.frozen_months import FrozenMonth, MonthRevision
from tests.world import NOW, PARTNERSHIPS, World

APRIL = date(2026, 4, 1)
READS_FIGURES = {
    *("board", "business_manager", "scrutineer", "sector_lead", "manager"),
    *("police.lead", "gp.lead", "other_gp.lead", "school.lead", "social_care.lead"),
}


class ContestBuilder:
    """Writes them in one open transaction, row by row in a fixed order."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """Contests, a change and a frozen month in both partnerships."""
        for letter in PARTNERSHIPS:
            self._contests(letter)
            self._april(letter)

    def add(self, row: Any) -> Any:
        """Store a row and give it its id now."""
        self.session.add(row)
        self.session.flush()
        return row

    def _contests(self, letter: str) -> None:
        world, tag = self.world, f"ZQ-{letter.upper()}-{{}}-QZ"
        keepers = {f"{letter}.manager", f"{letter}.coordinator"}
        school = world.agency_people(letter, "school") | keepers | {f"{letter}.chair"}
        strategy = world.meeting(f"{letter}.strategy").invitations["school"]
        row = self.add(
            Contest(
                partnership_id=world.partnerships[letter],
                invitation_id=strategy.id,
                expected=Expectation.OPTIONAL,
                wanted=Expectation.REPORT_ONLY,
                reason=ContestReason.SOMETHING_ELSE,
                words=world.mark("contest", letter, school, tag.format("CONTEST-SCHOOL")),
                raised_at=NOW - timedelta(days=2),
                raised_by_membership_id=world.person(f"{letter}.school.lead").hat.membership_id,
                due_on=date(2026, 6, 15),
                status=ContestStatus.OPEN,
            )
        )
        world.contests[f"{letter}.strategy"] = row.id
        police = world.agency_people(letter, "police") | keepers | {f"{letter}.second_chair"}
        past = world.meeting(f"{letter}.past_initial").invitations["police"]
        row = self.add(
            Contest(
                partnership_id=world.partnerships[letter],
                invitation_id=past.id,
                expected=Expectation.EXPECTED,
                wanted=Expectation.REPORT_ONLY,
                reason=ContestReason.REPORT_ENOUGH,
                words=world.mark("contest", letter, police, tag.format("CONTEST-POLICE")),
                raised_at=NOW - timedelta(days=20),
                raised_by_membership_id=world.person(f"{letter}.police.lead").hat.membership_id,
                due_on=date(2026, 5, 28),
                status=ContestStatus.KEPT,
                answer=world.mark("contest's answer", letter, police, tag.format("KEPT-POLICE")),
                ended_at=NOW - timedelta(days=18),
                ended_by_id=world.person(f"{letter}.coordinator").user_id,
            )
        )
        world.contests[f"{letter}.past_initial"] = row.id
        self.add(
            ExpectationChange(
                partnership_id=world.partnerships[letter],
                invitation_id=past.id,
                changed_at=NOW - timedelta(days=30),
                changed_by_id=world.person(f"{letter}.coordinator").user_id,
                from_expectation=Expectation.OPTIONAL,
                from_reason=ExpectationReason.STATUTORY,
                to_expectation=Expectation.EXPECTED,
                to_reason=ExpectationReason.KNOWS_CHILD,
            )
        )

    def _april(self, letter: str) -> None:
        world = self.world
        manager = world.person(f"{letter}.business_manager").user_id
        readers = {f"{letter}.{name}" for name in READS_FIGURES}
        if letter == "b":
            # In B somebody who works in both partnerships leads the police.
            readers |= {"both"}
        month = self.add(FrozenMonth(partnership_id=world.partnerships[letter], begins_on=APRIL, revision=2))
        for number in (1, 2):
            self.add(
                MonthRevision(
                    partnership_id=month.partnership_id,
                    frozen_month_id=month.id,
                    number=number,
                    frozen_at=NOW - timedelta(days=30 - number),
                    frozen_by_id=manager,
                    note=world.mark("revision", letter, readers, f"ZQ-{letter.upper()}-REVISION-{number}-QZ"),
                    figures=MonthFigures().to_json(),
                )
            )
        world.frozen_months[f"{letter}.april"] = month.id
