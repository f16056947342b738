"""Cards of the world's conferences, and feedback that was given: in each partnership a family's and a professional's.

In each partnership stand, under these names:

cards  p.initial/family and p.past_initial/professional, whose codes are CODES[key]

Both pieces of feedback are about conferences of May 2026, with words that the manager alone reads.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database.encryption import keyring
from portal.domain.feedback import LIVES_FOR, MOST_USES
from portal.domain.feedback_vocabulary import Agreement, Audience, Language, Reply
from portal.domain.feedback_words import QUESTIONS
from portal.models.feedback import Feedback, FeedbackCard, FeedbackReply
from portal.models.meetings import Meeting
from portal.services.feedback.cards import PLACE
from tests.world import NOW, PARTNERSHIPS, World

CODES = {
    "a.initial/family": "AFAM111111",
    "a.past_initial/professional": "APR0222222",
    "b.initial/family": "BFAM333333",
    "b.past_initial/professional": "BPR0444444",
}
MONTH = date(2026, 5, 1)


class FeedbackBuilder:
    """Writes them in one open transaction, row by row in a fixed order."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """Two cards and two pieces of feedback in both partnerships."""
        for place, letter in enumerate(PARTNERSHIPS):
            self._card(letter, "initial", Audience.FAMILY, "chair")
            self._card(letter, "past_initial", Audience.PROFESSIONAL, "second_chair")
            for number, audience in enumerate(Audience):
                self._given(letter, audience, 1_000_000_000_000 + 10 * place + number)

    def add(self, row: Any) -> Any:
        """Store a row and give it its id now."""
        self.session.add(row)
        self.session.flush()
        return row

    def _card(self, letter: str, meeting: str, audience: Audience, maker: str) -> None:
        world, key = self.world, f"{letter}.{meeting}/{audience.value}"
        card = self.add(
            FeedbackCard(
                partnership_id=world.partnerships[letter],
                meeting_id=world.meeting(f"{letter}.{meeting}").id,
                audience=audience,
                code=CODES[key],
                code_index=keyring.blind_index(CODES[key], PLACE),
                uses=0,
                most_uses=MOST_USES[audience],
                made_at=NOW - timedelta(hours=1),
                made_by_id=world.person(f"{letter}.{maker}").user_id,
                expires_at=NOW + LIVES_FOR,
            )
        )
        world.feedback_cards[key] = card.id

    def _given(self, letter: str, audience: Audience, number: int) -> None:
        world, words = self.world, f"ZQ-{letter.upper()}-FEEDBACK-{audience.name}-QZ"
        world.mark("feedback_words", letter, {f"{letter}.manager"}, words)
        meeting = world.meeting(f"{letter}.past_initial").id
        type_id = self.session.scalars(select(Meeting.meeting_type_id).where(Meeting.id == meeting)).one()
        self.add(
            Feedback(
                id=number,
                partnership_id=world.partnerships[letter],
                month=MONTH,
                meeting_type_id=type_id,
                audience=audience,
                language=Language.POLISH,
                agreement=Agreement.AGREES if audience is Audience.FAMILY else None,
                words=words,
            )
        )
        for question in QUESTIONS[audience]:
            self.session.add(
                FeedbackReply(
                    feedback_id=number,
                    partnership_id=world.partnerships[letter],
                    question=question.code,
                    reply=Reply.YES,
                )
            )
        self.session.flush()
