"""The words of what a conference decides: decisions, agencies' agreement, papers that are sent, and corrections."""

from __future__ import annotations

from enum import StrEnum


class PlanDecision(StrEnum):
    """What is decided for one child."""

    START = "start"
    NO_PLAN = "no_plan"
    CONTINUE = "continue"
    END = "end"
    UNCHANGED = "unchanged"


class OutcomeStatus(StrEnum):
    """How far a conference is with a child's outcome."""

    NOTHING_YET = "nothing_yet"
    DRAFT = "draft"
    SIGNED = "signed"
    AMENDED = "amended"


class Stance(StrEnum):
    """What an agency says of a decision."""

    AGREES = "agrees"
    DISSENTS = "dissents"


class PaperKind(StrEnum):
    """What is sent to the agencies after a meeting."""

    DECISIONS = "decisions"
    MINUTES = "minutes"


class CorrectionOutcome(StrEnum):
    """What became of a correction that an agency asked for."""

    OPEN = "open"
    TAKEN = "taken"
    NOT_TAKEN = "not_taken"
