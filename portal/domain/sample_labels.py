"""What pages call each word of practice audits: in full, and short for tables and tags."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.sample_vocabulary import Grade, Judged, ReviewPart, ReviewState, SampleKind, SampleStatus

SAMPLE_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    SampleKind: {
        SampleKind.DIP: ("Monthly dip sample", "Dip sample"),
        SampleKind.THEMATIC: ("Multi-agency audit of a theme", "Thematic audit"),
    },
    SampleStatus: {
        SampleStatus.PROPOSED: ("Proposed, not drawn yet", "To draw"),
        SampleStatus.OPEN: ("Being reviewed", "Open"),
        SampleStatus.CLOSED: ("Closed", "Closed"),
    },
    ReviewPart: {
        ReviewPart.FIRST: ("First reviewer", "First"),
        ReviewPart.SECOND: ("Second reviewer", "Second"),
        ReviewPart.AGENCY: ("The agency’s own part", "Agency"),
    },
    ReviewState: {
        ReviewState.ASKED: ("Not finished yet", "Waiting"),
        ReviewState.DONE: ("Finished", "Done"),
    },
    Grade: {
        Grade.OUTSTANDING: ("Outstanding", "Outstanding"),
        Grade.GOOD: ("Good", "Good"),
        Grade.REQUIRES_IMPROVEMENT: ("Requires improvement", "Requires improvement"),
        Grade.INADEQUATE: ("Inadequate", "Inadequate"),
    },
    Judged: {
        Judged.OUTSTANDING: ("Outstanding", "Outstanding"),
        Judged.GOOD: ("Good", "Good"),
        Judged.REQUIRES_IMPROVEMENT: ("Requires improvement", "Requires improvement"),
        Judged.INADEQUATE: ("Inadequate", "Inadequate"),
        Judged.DOES_NOT_APPLY: ("Nothing here to judge by", "Not judged"),
    },
}
