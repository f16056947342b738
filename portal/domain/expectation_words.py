"""Why something is expected of an agency, in words for whoever reads it: the agency itself, or anybody else."""

from __future__ import annotations

from collections.abc import Mapping

from portal.domain.labels import label
from portal.domain.vocabulary import ExpectationReason

_TO_ITSELF: Mapping[ExpectationReason, str] = {
    ExpectationReason.KNOWS_CHILD: "You work with the child",
    ExpectationReason.REGISTERED: "The child is registered with you",
    ExpectationReason.ON_ROLL: "The child is on your roll",
    ExpectationReason.STATUTORY: "The law or guidance asks for you",
    ExpectationReason.SUPPORTS_FAMILY: "You support the family",
    ExpectationReason.REFERRED: "You made the referral",
    ExpectationReason.NOT_INVOLVED: "You are not involved with the family",
}
"""What the agency itself reads; other reasons read alike to everybody."""


def reason_words(reason: ExpectationReason, *, own: bool) -> str:
    """Return why something is expected of an agency; `own` where whoever reads it is of that agency."""
    return _TO_ITSELF.get(reason, label(reason)) if own else label(reason)


def because_words(reason: ExpectationReason | None) -> str:
    """Return ", because the child is registered with you", for the agency itself; empty for what is no reason."""
    if reason is None or reason is ExpectationReason.NOT_INVOLVED or reason not in _TO_ITSELF:
        return ""
    words = reason_words(reason, own=True)
    return f", because {words[0].lower()}{words[1:]}"
