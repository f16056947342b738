"""What pages call each word of scheduling: in full, and short for tables and tags."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.scheduling_vocabulary import MoveKind, MoveReason

SCHEDULING_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    MoveKind: {
        MoveKind.OPENED: ("The meeting was opened", "Opened"),
        MoveKind.MOVED: ("The meeting was moved", "Moved"),
        MoveKind.CANCELLED: ("The meeting was cancelled", "Cancelled"),
        MoveKind.CHAIR_CHANGED: ("Somebody else chairs", "Chair changed"),
    },
    MoveReason: {
        MoveReason.AGENCY_CANNOT_COME: ("An agency that is needed cannot come", "Agency cannot come"),
        MoveReason.CHAIR_CANNOT_COME: ("The chair cannot come", "Chair cannot come"),
        MoveReason.FAMILY_CANNOT_COME: ("The family cannot come", "Family cannot come"),
        MoveReason.REPORTS_NOT_READY: ("An assessment or a report is not ready", "Reports not ready"),
        MoveReason.NOT_QUORATE: ("It was not, or would not have been, quorate", "Not quorate"),
        MoveReason.NEEDED_SOONER: ("It is needed sooner", "Needed sooner"),
        MoveReason.PLACE_NOT_FREE: ("The room or the link cannot be used", "Place not free"),
        MoveReason.ASKED_FOR_LATE: ("It was asked for too late", "Asked for late"),
        MoveReason.NOT_NEEDED: ("It is not needed any more", "Not needed"),
        MoveReason.FAMILY_MOVED_AWAY: ("The family has moved away", "Moved away"),
        MoveReason.OPENED_BY_MISTAKE: ("It was opened by mistake", "A mistake"),
        MoveReason.ANOTHER_REASON: ("Another reason", "Another"),
        MoveReason.IMPORTED: ("As the imported file says", "Imported"),
    },
}
