"""What pages call each word of the improvement plan: in full, and short for tables and tags."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.improvement_vocabulary import ByWhen, ImprovementSource, ImprovementStatus, ImprovementStep

IMPROVEMENT_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    ByWhen: {
        ByWhen.DAY: ("By a day", "By a day"),
        ByWhen.MONTH: ("In a month", "In a month"),
        ByWhen.WEEKLY: ("Every week", "Weekly"),
        ByWhen.MONTHLY: ("Every month", "Monthly"),
        ByWhen.QUARTERLY: ("Every quarter", "Quarterly"),
        ByWhen.ONGOING: ("Ongoing, without an end", "Ongoing"),
    },
    ImprovementSource: {
        ImprovementSource.PLAN: ("The improvement plan itself", "Plan"),
        ImprovementSource.LEARNING_REVIEW: ("A learning review", "Learning review"),
        ImprovementSource.AUDIT_ROUND: ("A section 11 or section 175 audit", "Audit"),
        ImprovementSource.DIP_SAMPLE: ("A dip sample", "Dip sample"),
        ImprovementSource.MULTI_AGENCY_AUDIT: ("A multi-agency audit", "Multi-agency audit"),
        ImprovementSource.INSPECTION: ("An inspection", "Inspection"),
    },
    ImprovementStatus: {
        ImprovementStatus.OPEN: ("Open", "Open"),
        ImprovementStatus.COMPLETE: ("Complete", "Complete"),
        ImprovementStatus.STOPPED: ("Stopped: not wanted any more", "Stopped"),
    },
    ImprovementStep: {
        ImprovementStep.ADDED: ("Added", "Added"),
        ImprovementStep.CHANGED: ("Wording changed", "Changed"),
        ImprovementStep.UPDATED: ("Update", "Update"),
        ImprovementStep.NO_CHANGE: ("No change", "No change"),
        ImprovementStep.TICKED: ("Done once more", "Ticked"),
        ImprovementStep.UNTICKED: ("Tick taken back", "Tick taken back"),
        ImprovementStep.COMPLETED: ("Complete", "Complete"),
        ImprovementStep.STOPPED: ("Stopped", "Stopped"),
        ImprovementStep.REOPENED: ("Open again", "Open again"),
    },
}
