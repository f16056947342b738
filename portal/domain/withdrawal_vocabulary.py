"""The words of withdrawing a report or a file: why, how far the data-protection entry is, and the regulator."""

from __future__ import annotations

from enum import StrEnum


class WithdrawalReason(StrEnum):
    """Why something that was sent must not be read any more."""

    WRONG_CHILD = "wrong_child"
    WRONG_PERSON = "wrong_person"
    SOMEBODY_ELSES = "somebody_elses"
    NOT_TO_BE_SHARED = "not_to_be_shared"
    SOMETHING_ELSE = "something_else"


class WithdrawalState(StrEnum):
    """How far the entry for the data-protection officer is."""

    OPEN = "open"
    ASSESSED = "assessed"
    CLOSED = "closed"


class RegulatorStep(StrEnum):
    """Whether the information commissioner was told, as the law asks within 72 hours where people are at risk."""

    NOT_DECIDED = "not_decided"
    TOLD = "told"
    NOT_NEEDED = "not_needed"


NEEDS_WORDS = frozenset({WithdrawalReason.SOMETHING_ELSE})
"""Reasons that say too little without a word."""
