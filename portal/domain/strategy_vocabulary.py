"""The words of the strategy record in its standard form: what it asks, and what may be answered."""

from __future__ import annotations

from enum import StrEnum


class StrategyQuestion(StrEnum):
    """The parts of the record, one question each, in the order in which a meeting comes to them."""

    JOINED = "joined"
    """Of each agency: when it joined, and whether its people can decide for it."""
    WAITED_FOR = "waited-for"
    INFORMATION = "information"
    """Of each agency: what it knows."""
    MISSING_CHILD = "missing-child"
    THRESHOLD = "threshold"
    SECTION_47 = "section-47"
    NEXT_STEPS = "next-steps"
    SAFETY_PLAN = "safety-plan"
    SEXUAL_ABUSE = "sexual-abuse"
    LATE = "late"


class StrategyRecordState(StrEnum):
    """How far the record is."""

    DRAFT = "draft"
    SIGNED = "signed"
    AMENDING = "amending"
    """Signed once, and opened again with a reason; what was signed stays readable until it is signed anew."""


class Section47(StrEnum):
    """Whether an enquiry under section 47 of the Children Act 1989 begins, and who makes it."""

    NONE = "none"
    SINGLE_AGENCY = "single_agency"
    JOINT = "joint"


class LateReason(StrEnum):
    """Why a strategy discussion was held later than its rule asks."""

    WAITED_FOR_AGENCY = "waited_for_agency"
    NO_CHAIR = "no_chair"
    ASKED_FOR_LATE = "asked_for_late"
    INFORMATION_MISSING = "information_missing"
    OUT_OF_HOURS = "out_of_hours"
    FAMILY_NOT_FOUND = "family_not_found"
    OTHER = "other"


class SpecialistStep(StrEnum):
    """How far the consultation of a specialist, or the referral to a doctor, has come."""

    ASKED = "asked"
    DONE = "done"
    NOT_NEEDED = "not_needed"


class ReturnInterview(StrEnum):
    """Whether a child who came back was offered an interview by somebody independent."""

    OFFERED = "offered"
    NOT_YET = "not_yet"
    NOT_OFFERED = "not_offered"


OF_EACH_AGENCY = frozenset({StrategyQuestion.JOINED, StrategyQuestion.INFORMATION})
"""Asked once for each agency that is invited; the others once for the meeting."""
