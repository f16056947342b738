"""What pages call each word of restrictions: in full, and short for tables and tags."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.restriction_vocabulary import HoldReason, Reach, Verdict

RESTRICTION_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    Reach: {
        Reach.NAMED: ("Closed to the people named here", "Not for named people"),
        Reach.ALL_OTHERS: ("Open only to the people named here", "Only named people"),
    },
    HoldReason: {
        HoldReason.RELATIVE: ("Somebody of the family, or close to it, works there", "Works there"),
        HoldReason.THIRD_PARTY: ("It tells of somebody else, in confidence", "Somebody else"),
        HoldReason.ENQUIRY: ("It would harm an enquiry", "Enquiry"),
        HoldReason.SOMETHING_ELSE: ("Something else", "Something else"),
    },
    Verdict: {
        Verdict.JUSTIFIED: ("It was justified", "Justified"),
        Verdict.NOT_JUSTIFIED: ("It was not justified", "Not justified"),
    },
}
