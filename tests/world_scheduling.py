"""Who knows which child, and a meeting that was moved, in the world; the note on the move is marked.

In each partnership stand, under these names:

involvements  p.2.other_gp and p.2.school know the child of p.2; p.1.gp knew that of p.1 until last year
moves         p.review was moved yesterday from the day before; social care had answered before that
"""

from __future__ import annotations

from datetime import date, time, timedelta

from sqlalchemy.orm import Session

from portal.domain.scheduling_vocabulary import MoveKind, MoveReason
from portal.domain.vocabulary import ExpectationReason, MeetingFormat
from portal.models.involvements import Involvement
from portal.models.moves import MeetingMove
from tests.world import BEFORE, NOW, PARTNERSHIPS, World
from tests.world_plans import KEEPERS

KNOWN = (
    ("2", "other_gp", ExpectationReason.REGISTERED, None),
    ("2", "school", ExpectationReason.ON_ROLL, None),
    ("1", "gp", ExpectationReason.REGISTERED, date(2025, 12, 31)),
)
NOTE_READERS = frozenset({*KEEPERS, "second_chair"})


class SchedulingBuilder:
    """Writes them in one open transaction, row by row in a fixed order."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """Everything of this file, in both partnerships."""
        for letter in PARTNERSHIPS:
            for child, agency, reason, until in KNOWN:
                self._known(letter, child, agency, reason, until)
            self._moved(letter)

    def _known(self, letter: str, child: str, agency: str, reason: ExpectationReason, until: date | None) -> None:
        row = Involvement(
            partnership_id=self.world.partnerships[letter],
            child_id=self.world.children[f"{letter}.{child}"],
            agency_id=self.world.agencies[f"{letter}.{agency}"],
            reason=reason,
            since=date(2024, 9, 1),
            until=until,
            created_at=BEFORE,
            ended_at=BEFORE if until else None,
        )
        self.session.add(row)
        self.session.flush()
        self.world.involvements[f"{letter}.{child}.{agency}"] = row.id

    def _moved(self, letter: str) -> None:
        place = self.world.meeting(f"{letter}.review")
        readers = {f"{letter}.{name}" for name in NOTE_READERS}
        row = MeetingMove(
            partnership_id=self.world.partnerships[letter],
            meeting_id=place.id,
            number=1,
            kind=MoveKind.MOVED,
            from_on=date(2026, 6, 23),
            from_time=time(9, 30),
            from_format=MeetingFormat.HYBRID,
            to_on=date(2026, 6, 24),
            to_time=time(9, 30),
            to_format=MeetingFormat.HYBRID,
            reason=MoveReason.AGENCY_CANNOT_COME,
            note=self.world.mark("move note", letter, readers, f"ZQ-{letter.upper()}-MOVE-REVIEW-QZ"),
            asks_again=True,
            moved_at=NOW - timedelta(days=1),
            moved_by_id=self.world.person(f"{letter}.coordinator").user_id,
        )
        self.session.add(row)
        self.session.flush()
        self.world.moves[f"{letter}.review"] = row.id
