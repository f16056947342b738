"""What pages call each word about child protection plans: in full, and short for tables and tags."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.plans import AgendaReason, Carrying, MidwayFinding, PlanEnd

PLAN_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    PlanEnd: {
        PlanEnd.NO_LONGER_AT_RISK: ("The child is no longer at risk of significant harm", "No longer at risk"),
        PlanEnd.LOOKED_AFTER: ("The child is looked after, and the plan is not needed beside it", "Looked after"),
        PlanEnd.MOVED_AWAY: ("The child moved to another area, which has taken over", "Moved away"),
        PlanEnd.TURNED_18: ("The young person turned 18", "Turned 18"),
        PlanEnd.DIED: ("The child died", "Died"),
        PlanEnd.OTHER: ("Another reason", "Other"),
        PlanEnd.IMPORTED: ("Not recorded in the file that it came with", "Not recorded"),
    },
    MidwayFinding: {
        MidwayFinding.ON_TRACK: ("The plan is on track", "On track"),
        MidwayFinding.DRIFTING: ("The plan is drifting: too little happens, or too slowly", "Drifting"),
        MidwayFinding.CHANGED_RISK: ("The risk has changed: the review may have to come sooner", "Changed risk"),
    },
    AgendaReason: {
        AgendaReason.VERY_LONG: ("Open for very long", "Very long"),
        AgendaReason.LONG: ("Open for long", "Long"),
        AgendaReason.REPEAT: ("Not the child’s first plan", "Repeat plan"),
        AgendaReason.ENDED_EARLY: ("Ended early", "Ended early"),
    },
    Carrying: {
        Carrying.CARRIED: ("Carried into the plan", "Carried"),
        Carrying.NOT_CARRIED: ("Not carried into the plan", "Not carried"),
    },
}
