"""What pages call each word of outcomes, views and minutes: in full, and short for tables and tags."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.outcome_vocabulary import CorrectionOutcome, OutcomeStatus, PaperKind, PlanDecision, Stance

OUTCOME_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    PlanDecision: {
        PlanDecision.START: ("The child has a child protection plan from now on", "Plan begins"),
        PlanDecision.NO_PLAN: ("No child protection plan", "No plan"),
        PlanDecision.CONTINUE: ("The plan goes on", "Plan goes on"),
        PlanDecision.END: ("The plan ends", "Plan ends"),
        PlanDecision.UNCHANGED: ("No change: the plan goes on with the same categories", "No change"),
    },
    OutcomeStatus: {
        OutcomeStatus.NOTHING_YET: ("Nothing written yet", "Nothing yet"),
        OutcomeStatus.DRAFT: ("Draft, not signed off", "Draft"),
        OutcomeStatus.SIGNED: ("Signed off by the chair", "Signed off"),
        OutcomeStatus.AMENDED: ("Signed off, and amended since", "Amended"),
    },
    Stance: {
        Stance.AGREES: ("Agrees with what is decided", "Agrees"),
        Stance.DISSENTS: ("Does not agree with what is decided", "Dissents"),
    },
    PaperKind: {
        PaperKind.DECISIONS: ("Decision sheet", "Decision sheet"),
        PaperKind.MINUTES: ("Minutes", "Minutes"),
    },
    CorrectionOutcome: {
        CorrectionOutcome.OPEN: ("Not answered yet", "Open"),
        CorrectionOutcome.TAKEN: ("Taken into the minutes", "Taken"),
        CorrectionOutcome.NOT_TAKEN: ("Not taken", "Not taken"),
    },
}
