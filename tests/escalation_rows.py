"""Escalations written straight into their table, as many as a figure or a list needs, with markers as narrative.

rows = EscalationRows(world)                   # partnership A
rows.clear()                                   # without the world's own, to count from nothing
rows.add(3, with_="gp", days=4)                # three open ones with the surgery, raised four working days ago
rows.add(6, with_="school", by="police", days=9, closed_ago=2, stage=2)
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import delete

from portal.database.session import writing
from portal.domain.escalation_vocabulary import (
    Category,
    ChildSafe,
    EntryKind,
    EscalationStatus,
    LadderKind,
    Learning,
    Resolution,
    Side,
    Turn,
)
from portal.domain.working_days import add_working_days, london_instant
from portal.models.escalations import Escalation, EscalationCause, EscalationEntry, EscalationTold
from portal.models.ladders import EscalationProposal
from tests.world import World

SUMMARY, WANTED, TEXT = "=ZQ-SUMMARY-QZ", "ZQ-WANTED-QZ", "ZQ-TEXT-QZ"
NARRATIVE = (SUMMARY, WANTED, TEXT)


class EscalationRows:
    """Writes them for one partnership."""

    def __init__(self, world: World, letter: str = "a") -> None:
        self.world = world
        self.letter = letter
        self._made = 0

    def add(self, count: int = 1, **facts: Any) -> list[int]:
        """So many alike; returns their ids. `facts` are those of `_row`, and columns by their names."""
        with writing() as session:
            ids = []
            for _ in range(count):
                self._made += 1
                row = self._row(**facts)
                session.add(row)
                session.flush()
                ids.append(row.id)
                for number, kind in enumerate((EntryKind.RAISED, EntryKind.CONTACT), start=1):
                    session.add(self._entry(row, number, kind))
        return ids

    @staticmethod
    def clear() -> None:
        """Take the world's own escalations and proposals away, past the rule that a log is never changed."""
        with writing() as session:
            for model in (EscalationTold, EscalationCause, EscalationEntry, EscalationProposal, Escalation):
                session.execute(delete(model))

    def instant(self, days_ago: int) -> datetime:
        """Nine o'clock in London so many working days ago."""
        return london_instant(add_working_days(self.world.today, -days_ago), time(9))

    def _row(
        self,
        *,
        with_: str = "gp",
        by: str | None = None,
        raiser: str = "",
        kind: LadderKind = LadderKind.DISAGREEMENT,
        category: Category | None = None,
        days: int = 1,
        closed_ago: int | None = None,
        late: bool = False,
        meeting: str | None = None,
        **columns: Any,
    ) -> Escalation:
        """Raised `days` working days before today, or before it was closed; with a meeting's case where it has one."""
        person = self.world.person(f"{self.letter}.{raiser or (f'{by}.lead' if by else 'chair')}")
        is_closed = closed_ago is not None
        opened = self.instant(days + (closed_ago or 0))
        place = self.world.meeting(f"{self.letter}.{meeting}") if meeting else None
        ends = {"resolution": Resolution.DONE, "child_safe": ChildSafe.SAFE, "learning": Learning.CAPACITY}
        facts: dict[str, Any] = {
            "reference": f"E-9{self._made:03d}",
            "is_positive": False,
            "raised_by_team_id": None,
            "raised_with_team_id": None,
            "meeting_id": place.id if place else None,
            "case_id": place.case_id if place else None,
            "summary": SUMMARY,
            "wanted": WANTED,
            "is_urgent": False,
            "stage": 1,
            "turn": Turn.NOBODY if is_closed else Turn.RAISED_WITH,
            "status": EscalationStatus.RESOLVED if is_closed else EscalationStatus.OPEN,
            "stage_entered_at": opened,
            "due_at": None if is_closed else self.world.now + timedelta(days=-1 if late else 1),
            "formal_at": opened,
            "extended_days": 0,
            "is_noted": False,
            "expected_on": None,
            "closed_at": self.instant(closed_ago) if closed_ago is not None else None,
            "closed_by_id": person.user_id if is_closed else None,
            **(ends if is_closed else dict.fromkeys(ends)),
            **columns,
        }
        return Escalation(
            partnership_id=self.world.partnerships[self.letter],
            kind=kind,
            category=category or _FIRST[kind],
            raised_by_membership_id=person.hat.membership_id,
            raised_by_agency_id=self.world.agencies[f"{self.letter}.{by}"] if by else None,
            raised_with_agency_id=self.world.agencies[f"{self.letter}.{with_}"],
            opened_at=opened,
            **facts,
        )

    def _entry(self, row: Escalation, number: int, kind: EntryKind) -> EscalationEntry:
        return EscalationEntry(
            partnership_id=row.partnership_id,
            escalation_id=row.id,
            number=number,
            kind=kind,
            side=Side.RAISED_BY,
            at=row.opened_at + timedelta(minutes=number),
            by_membership_id=row.raised_by_membership_id,
            by_user_id=None,
            text=f"{TEXT} {number}",
            from_stage=None,
            to_stage=None,
            due_at=None,
            told=["Agency lead"],
            resolution=None,
            child_safe=None,
            learning=None,
            amends=None,
        )


_FIRST = {
    LadderKind.NON_ATTENDANCE: Category.NON_ATTENDANCE,
    LadderKind.DISAGREEMENT: Category.THRESHOLD,
    LadderKind.PRACTICE_ALERT: Category.VISITS,
}
