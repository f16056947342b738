"""Feedback of invented families and professionals about the conferences of the counted quarters.

Eastmarsh's answers give the published figures of a real area (Barking and Dagenham's self-evaluation, 2017): 80 % of
professionals provided a written report (32 of 40), all had a clear understanding; 53 % of parents were not met by their
social worker (9 of 17 who said yes or no), 85 % had the report from the chair (34 of 40). All of it comes by cards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.access import feedback as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.feedback import Given
from portal.domain.feedback_vocabulary import Audience, Language, Reply
from portal.domain.vocabulary import MeetingKind, MeetingStatus, Role
from portal.models.feedback import Feedback
from portal.models.meetings import Meeting
from portal.models.rule_sets import MeetingType
from portal.services.demo.audits.cast import Cast
from portal.services.demo.marks import MARK, Held, Marker, markers_in, seen_by
from portal.services.demo.plan import Period
from portal.services.feedback.cards import find_card, make_card
from portal.services.feedback.giving import give_feedback

ASKED = -4
"""Working days to the demonstration's day when the manager asked about the quarters, and was answered."""

ADDRESS = "https://portal.example"
_YES, _NO, _NOT_SURE = "y", "n", "?"
_REPLIES = {_YES: Reply.YES, _NO: Reply.NO, _NOT_SURE: Reply.NOT_SURE}


@dataclass(frozen=True, slots=True)
class Plan:
    """How many conferences of each kind are asked about, and how each question is answered, one letter a person.

    The first half of the letters is about initial conferences, the second about reviews; a dot leaves a question out.
    """

    conferences: int
    answers: Mapping[Audience, Mapping[str, str]]


PLANS = {
    "Eastmarsh": Plan(
        conferences=4,
        answers={
            Audience.FAMILY: {
                "shared_before": "y" * 12 + "n" * 8 + "y" * 10 + "n" * 10,
                "social_worker_met": "y" * 4 + "n" * 5 + "?" * 6 + "." * 5 + "y" * 4 + "n" * 4 + "?" * 7 + "." * 5,
                "chair_shared": "y" * 14 + "n" * 6 + "y" * 20,
                "understood": "y" * 14 + "n" * 6 + "y" * 20,
                "heard": "y" * 13 + "n" * 7 + "y" * 14 + "n" * 6,
            },
            Audience.PROFESSIONAL: {
                "gave_report": "y" * 20 + "y" * 12 + "n" * 8,
                "had_report": "y" * 14 + "n" * 6 + "y" * 12 + "n" * 8,
                "understood_concerns": "y" * 40,
                "chair_included": "y" * 40,
                "knows_part": "y" * 13 + "n" * 7 + "y" * 20,
            },
        },
    ),
    "Westmoor": Plan(
        conferences=2,
        answers={
            Audience.FAMILY: {
                "shared_before": "yyyynnyynn",
                "social_worker_met": "yyyynnyyyn",
                "chair_shared": "yyyyynyyyn",
                "understood": "yyyy?yyyy.",
                "heard": "yyynnyyyyn",
            },
            Audience.PROFESSIONAL: {
                "gave_report": "yyyyyyyyyyyynn",
                "had_report": "yyyynnnyyyyynn",
                "understood_concerns": "yyyyyyyyyyyyyn",
                "chair_included": "yyyyyyyyyyyyyy",
                "knows_part": "yyyyyyyyyyyynn",
            },
        },
    ),
}
_LANGUAGES = {
    Audience.FAMILY: (Language.ENGLISH, Language.POLISH, Language.ENGLISH, Language.URDU, Language.ENGLISH),
    Audience.PROFESSIONAL: (Language.ENGLISH,),
}
_WORDS: Mapping[Audience, Mapping[int, str]] = {
    Audience.FAMILY: {
        2: "The chair explained every word and let me finish. ({mark})",
        9: "We got the report in the corridor, ten minutes before. Nobody could read it by then.",
        16: "I would have liked a second break. ({mark})",
    },
    Audience.PROFESSIONAL: {
        1: "The invitation came two days before. Two weeks would let us write properly. ({mark})",
        8: "Well led. Everybody knew what to do when we left.",
    },
}
"""What some wrote, by their place among those of their side."""


def plan(cast: Cast, quarters: Period) -> None:
    """The manager makes cards for conferences of the counted quarters, and they are used."""
    cast.at(ASKED, lambda viewer: _ask(cast, viewer, quarters), cast.wide(Role.SAFEGUARDING_MANAGER), 15)


def list_of_feedback(partnership_id: int, name: str, viewers: Sequence[Viewer]) -> list[Marker]:
    """The marks in what people wrote, with who may read them."""
    seen = seen_by(viewers, lambda viewer: access.words_visible_to(viewer).with_only_columns(Feedback.id))
    rows = db.session.execute(
        select(Feedback.id, Feedback.words)
        .where(Feedback.partnership_id == partnership_id, Feedback.words.is_not(None))
        .order_by(Feedback.id)
    )
    held = [Held(f"feedback {row.id}", row.words, seen.get(row.id, ())) for row in rows if MARK.search(row.words)]
    return list(markers_in(held, "feedback_words", name))


def _ask(cast: Cast, manager: Viewer, quarters: Period) -> None:
    asked = PLANS[cast.place.name]
    meetings = [
        *_conferences(cast, MeetingKind.INITIAL_CONFERENCE, asked.conferences, quarters),
        *_conferences(cast, MeetingKind.REVIEW_CONFERENCE, asked.conferences, quarters),
    ]
    for audience, answers in asked.answers.items():
        people = len(next(iter(answers.values())))
        codes = [_code(manager, meeting_id, audience) for meeting_id in meetings]
        for person in range(people):
            words = _WORDS[audience].get(person, "")
            given = Given(
                _LANGUAGES[audience][person % len(_LANGUAGES[audience])],
                {question: _REPLIES[said[person]] for question, said in answers.items() if said[person] in _REPLIES},
                words.format(mark=cast.mark("K")) if "{mark}" in words else words,
            )
            code = codes[person * len(codes) // people]
            # Each from a telephone of their own, as they would be.
            give_feedback(Viewer.nobody(manager.now), code, given, form=str(person), address=f"192.0.2.{person}")


def _conferences(cast: Cast, kind: MeetingKind, number: int, quarters: Period) -> list[int]:
    """Conferences that were held, evenly over the quarters."""
    ids = list(
        db.session.scalars(
            select(Meeting.id)
            .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
            .where(
                Meeting.partnership_id == cast.diary.partnership_id,
                MeetingType.code == kind.value,
                Meeting.status == MeetingStatus.HELD,
                Meeting.named_people_only.is_(False),
                func.coalesce(Meeting.held_on, Meeting.scheduled_on).between(quarters.start, quarters.end),
            )
            .order_by(Meeting.held_on, Meeting.id)
        )
    )
    return [ids[(2 * place + 1) * len(ids) // (2 * number)] for place in range(number)]


def _code(manager: Viewer, meeting_id: int, audience: Audience) -> str:
    return find_card(manager, meeting_id, make_card(manager, meeting_id, audience), ADDRESS).code
