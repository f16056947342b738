"""Words of report templates: how a question is answered, and the questions that every report has."""

from __future__ import annotations

from enum import StrEnum


class AnswerKind(StrEnum):
    """How a question is answered; each answer is kept as text in the form that its kind says."""

    SHORT = "short_text"
    """One line."""
    LONG = "long_text"
    YES_NO = "yes_no"
    """Kept as `yes` or `no`."""
    DAY = "day"
    """Kept in ISO 8601, London's day."""
    NUMBER = "number"
    """A whole or decimal number, not negative, with a point."""
    ONE_OF = "one_of"
    """Kept as the code of its choice."""
    SEVERAL_OF = "several_of"
    """Kept as the codes of its choices in their order, with commas between them."""


class TemplateStatus(StrEnum):
    """A template is written as a draft; published, it is answered and never changed.

    It is retired by a newer version that has begun, or by whoever takes the template out of use.
    """

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class TemplateState(StrEnum):
    """What a version is on a day: its status, and whether its first day has come."""

    DRAFT = "draft"
    TO_COME = "to_come"
    IN_USE = "in_use"
    OUT_OF_USE = "out_of_use"


class CommonQuestion(StrEnum):
    """Codes that the portal knows, in whatever template they stand: the first five must stand in each.

    `THRESHOLD_VIEW`, `THRESHOLD_REASON` and `CATEGORY_VIEWS` go together, and are answered with the values of
    `ThresholdView` and `AbuseCategory`: they are an agency's view at a conference.
    """

    STRENGTHS = "strengths"
    WORRIES = "worries"
    NEEDS = "needs"
    """What needs to happen."""
    LIVED_EXPERIENCE = "lived_experience"
    """What a day is like for the child."""
    CHILD_VOICE = "child_voice"
    """What the child says, and how it was asked."""
    INVOLVEMENT = "involvement"
    THRESHOLD_VIEW = "threshold_view"
    THRESHOLD_REASON = "threshold_reason"
    CATEGORY_VIEWS = "category_views"


IN_EVERY_TEMPLATE = (
    CommonQuestion.STRENGTHS,
    CommonQuestion.WORRIES,
    CommonQuestion.NEEDS,
    CommonQuestion.LIVED_EXPERIENCE,
    CommonQuestion.CHILD_VOICE,
)

RESERVED_CODES = frozenset(
    {
        "adding",
        "attach",
        "bring",
        "check",
        "confirm",
        "csrf_token",
        "files",
        "limited",
        "remove",
        "save",
        "stay",
        "version",
        "working_as",
    }
)
"""Codes that no question has: the form of a report calls its own inputs so, and a question's input by its code."""
