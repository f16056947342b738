"""Steps of the tests of feedback: a card is made, and people give by it."""

from __future__ import annotations

from datetime import date, datetime
from itertools import count

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.feedback import Given
from portal.domain.feedback_vocabulary import Audience, Language, Reply
from portal.domain.feedback_words import QUESTIONS
from portal.models.feedback import Feedback, FeedbackReply
from portal.models.meetings import Meeting
from portal.services.feedback.cards import find_card, make_card
from portal.services.feedback.giving import give_feedback
from tests.world import NOW, World

BASE = "https://portal.example"
_FORMS = count(1)


def card(viewer: Viewer, meeting_id: int, audience: Audience = Audience.FAMILY) -> str:
    """The code of a card of a conference."""
    return find_card(viewer, meeting_id, make_card(viewer, meeting_id, audience), BASE).code


def give(
    code: str, *, now: datetime = NOW, form: str = "", address: str = "192.0.2.9", words: str = "", **replies: Reply
) -> None:
    """Give feedback by a card, each time with a form of its own unless said."""
    given = Given(Language.ENGLISH, replies, words)
    give_feedback(Viewer.nobody(now), code, given, form=form or f"form {next(_FORMS)}", address=address)


def all_yes(audience: Audience = Audience.FAMILY) -> dict[str, Reply]:
    """Yes to every question."""
    return {question.code: Reply.YES for question in QUESTIONS[audience]}


def newest() -> list[Feedback]:
    """Everything that was given since the world was built: it has no number of the world's."""
    db.session.rollback()
    return list(db.session.scalars(select(Feedback).where(Feedback.id > 2_000_000_000_000)))


def replies_of(feedback: Feedback) -> dict[str, Reply]:
    """The answers of one."""
    rows = db.session.scalars(select(FeedbackReply).where(FeedbackReply.feedback_id == feedback.id))
    return {row.question: row.reply for row in rows}


def put(
    world: World,
    answers: dict[str, dict[Reply, int]],
    *,
    letter: str = "a",
    meeting: str = "initial",
    month: date | None = None,
) -> None:
    """Write feedback of families into the tables: of each question, so many answers of each kind."""
    number = max(sum(by.values()) for by in answers.values())
    lists = {code: [reply for reply, times in by.items() for _ in range(times)] for code, by in answers.items()}
    with writing() as session:
        place = session.get_one(Meeting, world.meeting(f"{letter}.{meeting}").id)
        for index in range(number):
            own = 3_000_000_000_000 + next(_FORMS)
            session.add(
                Feedback(
                    id=own,
                    partnership_id=place.partnership_id,
                    month=month or place.day.replace(day=1),
                    meeting_type_id=place.meeting_type_id,
                    audience=Audience.FAMILY,
                    language=Language.ENGLISH,
                    agreement=None,
                    words=None,
                )
            )
            session.flush()
            for code, listed in lists.items():
                if index < len(listed):
                    session.add(
                        FeedbackReply(
                            feedback_id=own, partnership_id=place.partnership_id, question=code, reply=listed[index]
                        )
                    )
