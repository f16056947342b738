"""What the trail's verbs and subjects are in plain words; the trail itself holds no content."""

from __future__ import annotations

from collections.abc import Mapping

from portal.domain.audit_activity import AUDIT_VERBS
from portal.domain.evidence_activity import EVIDENCE_VERBS
from portal.domain.figure_activity import FIGURE_VERBS
from portal.domain.meeting_activity import MEETING_VERBS
from portal.domain.people_activity import PEOPLE_VERBS
from portal.domain.record_activity import RECORD_VERBS
from portal.domain.restriction_activity import RESTRICTION_VERBS
from portal.domain.scrutiny_activity import SCRUTINY_VERBS
from portal.domain.sign_on_activity import SIGN_ON_VERBS

REFUSED = "refused"

VERBS: Mapping[str, str] = {
    **AUDIT_VERBS,
    **EVIDENCE_VERBS,
    **FIGURE_VERBS,
    **MEETING_VERBS,
    **PEOPLE_VERBS,
    **RESTRICTION_VERBS,
    **RECORD_VERBS,
    **SCRUTINY_VERBS,
    **SIGN_ON_VERBS,
    REFUSED: "Was refused",
}

SUBJECTS: Mapping[str, str] = {
    "api_key": "API key",
    "emergency_opening": "opening in an emergency",
    "membership": "role",
    "person": "person",
    "rule_set": "rule set",
}


def did(verb: str) -> str:
    """Return what somebody did; one that is not listed is still readable: "minutes.sent_out" is "Minutes sent out"."""
    return VERBS.get(verb) or verb.replace(".", " ").replace("_", " ").capitalize()


def record(subject: str, subject_id: int | None) -> str:
    """Return which record it was about: "invitation 12", "role 7", or "people page, show: 3" for what was refused."""
    area, _dot, page = subject.partition(".")
    words = SUBJECTS.get(subject, subject.replace("_", " "))
    if page:
        words = f"{area} page, {page}:".replace("_", " ")
    return words.rstrip(":") if subject_id is None else f"{words} {subject_id}"
