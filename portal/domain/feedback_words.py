"""The questions of feedback, and what else its public pages say, in plain English: what the others are translated from.

`said` marks words for translation (docs/feedback.md). What the figures call a question's finding is for staff alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.feedback_vocabulary import Audience, Reply


def said(words: str) -> str:
    """Mark words that the public pages say, so that they are found for translation; gives them as they are."""
    return words


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `counted` is the answer that the figures put into words, as `finding` says it."""

    code: str
    words: str
    counted: Reply
    finding: str


SHARED_BEFORE = "shared_before"
"""The question that is held against the record of what the family has seen."""

QUESTIONS: Mapping[Audience, tuple[Question, ...]] = {
    Audience.FAMILY: (
        Question(
            SHARED_BEFORE,
            said("Did you see the reports, or were you told what is in them, before the meeting?"),
            Reply.YES,
            "knew the reports before the conference",
        ),
        Question(
            "social_worker_met",
            said("Did your social worker meet you to share their report with you?"),
            Reply.NO,
            "said that their social worker did not meet them to share the report",
        ),
        Question(
            "chair_shared",
            said("Did the chair, the person who led the meeting, share the report with you?"),
            Reply.YES,
            "said that the chair shared the report with them",
        ),
        Question(
            "understood",
            said("Did you understand what people at the meeting were worried about?"),
            Reply.YES,
            "understood what people were worried about",
        ),
        Question(
            "heard",
            said("Could you say what you wanted to say?"),
            Reply.YES,
            "could say what they wanted to say",
        ),
    ),
    Audience.PROFESSIONAL: (
        Question(
            "gave_report",
            said("Did you, or your agency, provide a written report?"),
            Reply.YES,
            "said that they provided a written report",
        ),
        Question(
            "had_report",
            said("Was the social worker’s report shared with you before the conference?"),
            Reply.YES,
            "had the social worker’s report before the conference",
        ),
        Question(
            "understood_concerns",
            said("Did the conference give you a clear understanding of the concerns?"),
            Reply.YES,
            "said that the conference gave them a clear understanding of the concerns",
        ),
        Question(
            "chair_included",
            said("Did the chair make sure that you could say what you came to say?"),
            Reply.YES,
            "could say what they came to say",
        ),
        Question(
            "knows_part",
            said("Do you know what you, or your agency, will do next?"),
            Reply.YES,
            "know what they or their agency will do next",
        ),
    ),
}
"""Five for families, five for professionals; the codes stand in the database and never change their meaning."""

HEADINGS: Mapping[Audience, str] = {
    Audience.FAMILY: said("How was the meeting about your child?"),
    Audience.PROFESSIONAL: said("How was the conference?"),
}
REPLIES: Mapping[Reply, str] = {
    Reply.YES: said("Yes"),
    Reply.NO: said("No"),
    Reply.NOT_SURE: said("I am not sure, or it does not apply"),
}
ANYTHING_ELSE = said("Is there anything else that you want to say?")
NOTHING_GIVEN = said("Answer at least one question, or write something in the box")
TOO_LONG = said("Shorten what you wrote to %(limit)s characters. It has %(number)s now")
NOT_ON_OFFER = said("Choose one of the answers shown")
CANNOT_BE_KEPT = said("This text has characters that cannot be kept. Delete it and type it again")
LEAVE_EMPTY = said("Leave this empty")
PORTAL = said("Safeguarding partnership portal")


def question_of(code: str) -> Question:
    """A question by its code; raises KeyError."""
    return _BY_CODE[code]


_BY_CODE = {question.code: question for questions in QUESTIONS.values() for question in questions}
