"""The words of contesting what is expected: why an agency does, and what became of it."""

from __future__ import annotations

from enum import StrEnum

from portal.domain.vocabulary import Expectation


class ContestReason(StrEnum):
    """Why an agency says that something else should be expected of it."""

    NEVER_OURS = "never_ours"
    NO_LONGER_OURS = "no_longer_ours"
    INVITED_TOO_LATE = "invited_too_late"
    NOT_INVITED = "not_invited"
    REPORT_ENOUGH = "report_enough"
    ANOTHER_AGENCY = "another_agency"
    WE_KNOW_THE_CHILD = "we_know_the_child"
    SOMETHING_ELSE = "something_else"


class ContestStatus(StrEnum):
    """How far a contest is: open until the coordinator decides, or the agency takes it back."""

    OPEN = "open"
    UPHELD = "upheld"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"


NEEDS_WORDS = frozenset({ContestReason.SOMETHING_ELSE})
"""Reasons that say too little without a word."""


def wanted_instead(now: Expectation) -> list[Expectation]:
    """Return what an agency can ask for in place of what is expected of it now."""
    return [expectation for expectation in Expectation if expectation is not now]
