"""The words of practice audits: which kind of sample, how far it is, whose review, and the four grades."""

from __future__ import annotations

from enum import StrEnum


class SampleKind(StrEnum):
    """A dip sample of one month by a standing rule, or an audit of one theme by several agencies."""

    DIP = "dip"
    THEMATIC = "thematic"


class SampleStatus(StrEnum):
    """How far a sample is: nobody has drawn it yet, its meetings are reviewed, or it is closed with its themes."""

    PROPOSED = "proposed"
    OPEN = "open"
    CLOSED = "closed"


class ReviewPart(StrEnum):
    """Whose review of a sampled meeting it is."""

    FIRST = "first"
    SECOND = "second"
    AGENCY = "agency"


class ReviewState(StrEnum):
    """Whether a review is still being written."""

    ASKED = "asked"
    DONE = "done"


class Grade(StrEnum):
    """How good practice was, the best first; the words of England's inspections of children's services."""

    OUTSTANDING = "outstanding"
    GOOD = "good"
    REQUIRES_IMPROVEMENT = "requires_improvement"
    INADEQUATE = "inadequate"


class Judged(StrEnum):
    """What one question is answered with: a grade, or that there was nothing in this meeting to judge by."""

    OUTSTANDING = "outstanding"
    GOOD = "good"
    REQUIRES_IMPROVEMENT = "requires_improvement"
    INADEQUATE = "inadequate"
    DOES_NOT_APPLY = "does_not_apply"


GOOD_OR_BETTER = frozenset({Grade.OUTSTANDING, Grade.GOOD})

REVIEWERS = (ReviewPart.FIRST, ReviewPart.SECOND)
"""Whose grades count; what agencies say of their own part stands beside."""
