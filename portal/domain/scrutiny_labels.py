"""What pages call each word of scrutiny: in full, and short for tables and tags."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.scrutiny_vocabulary import QuotationState, ScrutinyState, ScrutinyStep, Voice

SCRUTINY_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    ScrutinyState: {
        ScrutinyState.OPEN: ("Waits for a reply", "To reply"),
        ScrutinyState.REPLIED: ("Replied: the scrutineer reads it", "Replied"),
        ScrutinyState.CLOSED: ("Closed", "Closed"),
    },
    ScrutinyStep: {
        ScrutinyStep.ASKED: ("Asked", "Asked"),
        ScrutinyStep.CHANGED: ("Changed what is asked", "Changed"),
        ScrutinyStep.REPLIED: ("Replied", "Replied"),
        ScrutinyStep.ASKED_AGAIN: ("Asked again", "Asked again"),
        ScrutinyStep.CLOSED: ("Closed", "Closed"),
    },
    QuotationState: {
        QuotationState.PROPOSED: ("Waits for the chair", "With the chair"),
        QuotationState.AGREED: ("Agreed by the chair", "Agreed"),
        QuotationState.REFUSED: ("Not agreed by the chair", "Not agreed"),
        QuotationState.WITHDRAWN: ("Taken back", "Taken back"),
    },
    Voice: {
        Voice.CHILD: ("A child or young person", "Child"),
        Voice.FAMILY: ("A parent or somebody else of a family", "Family"),
        Voice.PRACTITIONER: ("A practitioner", "Practitioner"),
        Voice.SOMEBODY: ("Somebody else, or not to be said", "Somebody"),
    },
}
