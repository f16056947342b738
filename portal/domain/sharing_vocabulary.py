"""Words of what becomes of a report: shared with the family or withheld, told by telephone instead, or not needed."""

from __future__ import annotations

from enum import StrEnum

from portal.domain.family_vocabulary import FamilyRelation

FAMILY_READERS = (
    FamilyRelation.MOTHER,
    FamilyRelation.FATHER,
    FamilyRelation.CARER,
    FamilyRelation.CHILD,
    FamilyRelation.OTHER_FAMILY,
)
"""Who of a family a report is shared with; whoever is at their side hears it with them."""

OWED_READING = frozenset({FamilyRelation.MOTHER, FamilyRelation.FATHER, FamilyRelation.CARER})
"""Who must know a report before the meeting. Whether a child can, their age says."""


class ShareWay(StrEnum):
    """How somebody of the family came to know a report."""

    IN_PERSON = "in_person"
    READ_OUT = "read_out"
    POST = "post"
    INTERPRETER = "interpreter"
    """Together with an interpreter, read or explained."""


class WithheldReason(StrEnum):
    """Why somebody of the family was not shown a report."""

    RISK_OF_HARM = "risk_of_harm"
    ENQUIRY = "enquiry"
    COURT_ORDER = "court_order"
    THIRD_PARTY = "third_party"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"
    SOMETHING_ELSE = "something_else"


class NotNeededReason(StrEnum):
    """Why an agency need not report after all."""

    NOTHING_HELD = "nothing_held"
    NOT_INVOLVED = "not_involved"
    COVERED = "covered"
    """Another agency's report says it too."""
    CONSULTED = "consulted"
    BROUGHT_FORWARD = "brought_forward"
    """The meeting was called so quickly that nobody could write."""
    SOMETHING_ELSE = "something_else"


class ConsultationState(StrEnum):
    """Whether the agency stands by what the chair wrote down."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    """Confirmed with a correction in the agency's own words, which stands beside it."""


NEEDS_WORDS: frozenset[StrEnum] = frozenset({WithheldReason.SOMETHING_ELSE, NotNeededReason.SOMETHING_ELSE})
"""Reasons that say too little without a word."""
