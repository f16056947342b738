"""The strategy record of the world's strategy meeting: signed once, open to be amended, each text of it marked.

In each partnership p.strategy has a record: its first version is read by whoever sees the meeting; what is being
written by its chair and the coordinator, and what the police shares by the police too.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.strategy_vocabulary import StrategyQuestion, StrategyRecordState
from portal.domain.vocabulary import MeetingFormat
from portal.models.strategy_records import StrategyAnswer, StrategyRecord, StrategyVersion
from tests.world import PARTNERSHIPS, MeetingPlace, World

SIGNED_AT = datetime(2026, 5, 12, 15, 30, tzinfo=UTC)
AMENDED_AT = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
PRESENT = ("social_care", "police", "gp")
Q = StrategyQuestion


class StrategyBuilder:
    """Writes it in one open transaction, row by row in a fixed order."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """A record in both partnerships."""
        for letter in PARTNERSHIPS:
            self._record(letter, self.world.meeting(f"{letter}.strategy"))

    def _record(self, letter: str, place: MeetingPlace) -> None:
        world, chair = self.world, self.world.person(f"{letter}.chair")
        tag = f"ZQ-{letter.upper()}-STRATEGY-{{}}-QZ"
        keepers = {f"{letter}.chair", f"{letter}.coordinator"}
        police = keepers | {key for key in place.seen_by if key == "both" or key.startswith(f"{letter}.police.")}

        def mark(name: str, readers: Any) -> str:
            return world.mark("strategy record", letter, readers, tag.format(name))

        record = StrategyRecord(
            partnership_id=world.partnerships[letter],
            meeting_id=place.id,
            state=StrategyRecordState.AMENDING,
            signed_number=1,
            amending_because=mark("AMENDING", keepers),
            opened_at=SIGNED_AT,
            opened_by_id=chair.user_id,
        )
        self.session.add(record)
        self.session.flush()
        invited = {name: place.invitations[name].id for name in PRESENT}
        written: dict[tuple[StrategyQuestion, int | None], dict[str, Any]] = {
            (Q.THRESHOLD, None): {"met": "yes", "reason": mark("THRESHOLD", keepers)},
            (Q.SECTION_47, None): {"enquiry": "joint"},
            (Q.NEXT_STEPS, None): {"text": mark("NEXT", keepers)},
            (Q.SAFETY_PLAN, None): {"exists": "yes", "text": mark("SAFETY", keepers)},
            (Q.SEXUAL_ABUSE, None): {"suspected": "no"},
            (Q.LATE, None): {"reasons": ["no_chair"]},
        }
        for name, number in invited.items():
            readers = police if name == "police" else keepers
            written[Q.INFORMATION, number] = {"text": mark(f"SHARED-{name}", readers)}
            written[Q.JOINED, number] = {"joined_at": "14:00", "can_decide": "yes"}
        for (question, invitation_id), answer in written.items():
            self.session.add(
                StrategyAnswer(
                    partnership_id=record.partnership_id,
                    record_id=record.id,
                    question=question,
                    invitation_id=invitation_id,
                    content=json.dumps(answer),
                    saved_at=AMENDED_AT,
                    saved_by_id=chair.user_id,
                )
            )
        signed = {
            "held_on": "2026-05-12",
            "held_at": "14:00:00",
            "format": MeetingFormat.HYBRID,
            "asked_for_on": "2026-05-11",
            "asked_for_at": None,
            "due_on": "2026-05-14",
            "is_late": False,
            "chair": chair.name,
            "agencies": [
                {
                    "invitation_id": number,
                    "agency": world.agency_names[f"{letter}.{name}"],
                    "attendance": "video",
                    "is_deputy": False,
                    "left_early": False,
                    Q.JOINED.value: {"can_decide": "yes"},
                    Q.INFORMATION.value: {"text": mark(f"SIGNED-{name}", place.seen_by)},
                }
                for name, number in invited.items()
            ],
            "answers": {Q.THRESHOLD.value: {"met": "no", "reason": mark("SIGNED", place.seen_by)}},
        }
        self.session.add(
            StrategyVersion(
                record_id=record.id,
                number=1,
                partnership_id=record.partnership_id,
                content=json.dumps(signed),
                signed_at=SIGNED_AT,
                signed_by_id=chair.user_id,
            )
        )
        self.session.flush()
