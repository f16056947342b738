"""The strategy record in words: what each field is called, and an answer as it is read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.labels import label
from portal.domain.strategy_records import FIELDS, YES, Answer
from portal.domain.strategy_vocabulary import (
    LateReason,
    ReturnInterview,
    Section47,
    SpecialistStep,
    StrategyQuestion,
)

Q = StrategyQuestion

FIELD_LABELS: Mapping[tuple[StrategyQuestion, str], str] = {
    (Q.JOINED, "joined_at"): "Time it joined",
    (Q.JOINED, "can_decide"): "Can its people decide for the agency?",
    (Q.WAITED_FOR, "agencies"): "Which agencies were waited for?",
    (Q.WAITED_FOR, "note"): "For how long, and what was done meanwhile?",
    (Q.INFORMATION, "text"): "What the agency shared",
    (Q.MISSING_CHILD, "last_seen"): "When and where was the child last seen?",
    (Q.MISSING_CHILD, "return_interview"): "Was a return interview offered?",
    (Q.MISSING_CHILD, "police_reference"): "Police reference",
    (Q.THRESHOLD, "met"): "Is the threshold met?",
    (Q.THRESHOLD, "reason"): "Why is it met, or not?",
    (Q.SECTION_47, "enquiry"): "Will there be a section 47 enquiry?",
    (Q.NEXT_STEPS, "text"): "What happens next?",
    (Q.SAFETY_PLAN, "exists"): "Is there an interim safety plan?",
    (Q.SAFETY_PLAN, "text"): "The interim safety plan",
    (Q.SEXUAL_ABUSE, "suspected"): "Is this about sexual abuse?",
    (Q.SEXUAL_ABUSE, "consultation"): "Consultation of a specialist",
    (Q.SEXUAL_ABUSE, "consultation_reason"): "Why no specialist is needed",
    (Q.SEXUAL_ABUSE, "medical"): "Referral to a doctor",
    (Q.SEXUAL_ABUSE, "medical_reason"): "Why no doctor is needed",
    (Q.LATE, "reasons"): "Why was it late?",
    (Q.LATE, "note"): "What else is to be said about it?",
}

_ENUMS: Mapping[str, type[StrEnum]] = {
    "enquiry": Section47,
    "consultation": SpecialistStep,
    "medical": SpecialistStep,
    "reasons": LateReason,
    "return_interview": ReturnInterview,
}
_YES_NO = frozenset({"can_decide", "met", "exists", "suspected"})


def words_of(question: StrategyQuestion, answer: Answer, agency_names: Mapping[str, str]) -> dict[str, str]:
    """Return an answer's fields in words, by field; `agency_names` are those of invitations, by their ids as text."""
    return {field: _words(field, answer.get(field, ""), agency_names) for field in FIELDS[question]}


def lines_of(question: StrategyQuestion, answer: Answer, agency_names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what an answer says, as (what it is called, words); what was left empty is left out."""
    words = words_of(question, answer, agency_names)
    return [(FIELD_LABELS[question, field], text) for field, text in words.items() if text]


def _words(field: str, value: object, agency_names: Mapping[str, str]) -> str:
    listed = [value] if isinstance(value, str) else list(value) if isinstance(value, list | tuple) else []
    listed = [one for one in listed if one]
    if field == "agencies":
        return ", ".join(agency_names.get(one, "an agency that is no longer invited") for one in listed)
    if field in _ENUMS:
        return ", ".join(label(_ENUMS[field](one)) for one in listed)
    if field in _YES_NO:
        return "" if not listed else "Yes" if listed[0] == YES else "No"
    return "".join(listed)
