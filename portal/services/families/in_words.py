"""What is said of somebody of a family, as pages say it: one line for each question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from portal.domain.family_vocabulary import Exclusion, FamilyQuestion, MetBefore
from portal.domain.labels import label
from portal.domain.notice_words import day_words

NOT_SAID = ""
"""Nobody has said yet."""


def answer_words(question: FamilyQuestion, said: Mapping[str, Any], children: Mapping[int, str], today: date) -> str:
    """An answer as one line, empty where there is none; `children` are the names of the meeting's, by id.

    What is not among `said` is not told: without its note, an exclusion is told as the list of reasons has it.
    """
    if question is FamilyQuestion.EXCLUSION:
        return _excluded(said)
    if question is FamilyQuestion.MET:
        return _met(said, today)
    return _WORDS[question](said, children)


def _who(said: Mapping[str, Any], children: Mapping[int, str]) -> str:
    child = children.get(said["child_id"] or 0, "")
    if said["name"] is None:
        return f"{child}, a child of the family"
    beside = f", for {child}" if child else ""
    return f"{said['name']}, {label(said['relation']).lower()}{beside}"


def _invited(said: Mapping[str, Any], _children: Mapping[int, str]) -> str:
    if said["invited"] is None:
        return NOT_SAID
    return f"Invited. {label(said['told_by'])}" if said["invited"] else "Not invited"


def _needs(said: Mapping[str, Any], _children: Mapping[int, str]) -> str:
    if said["needs_interpreter"] is None:
        return NOT_SAID
    needs = []
    if said["needs_interpreter"]:
        needs.append(f"an interpreter ({said['language']})")
    if said["needs_advocate"]:
        needs.append("an advocate")
    return f"Needs {' and '.join(needs)}" if needs else "Neither an interpreter nor an advocate"


def _met(said: Mapping[str, Any], today: date) -> str:
    if said["met_before"] is None:
        return NOT_SAID
    if said["met_before"] is MetBefore.YES:
        return f"Met on {day_words(said['met_on'], today)}"
    because = f": {said['not_met_because']}" if said["not_met_because"] else ""
    return f"{label(said['met_before'])}{because}"


def _excluded(said: Mapping[str, Any]) -> str:
    if said["exclusion"] is None or said["exclusion"] is Exclusion.NONE:
        return label(said["exclusion"]) if said["exclusion"] else NOT_SAID
    words = f"{label(said['exclusion'])}: {label(said['exclusion_reason']).lower()}. Decided by: {said['excluded_by']}"
    note = said.get("exclusion_note")
    return f"{words}. {note}" if note else words


def _came(said: Mapping[str, Any], _children: Mapping[int, str]) -> str:
    return label(said["presence"]) if said["presence"] else NOT_SAID


def _readers(said: Mapping[str, Any], _children: Mapping[int, str]) -> str:
    if said["for_chair_only"]:
        return "Only the chair, the coordinator and the safeguarding manager"
    return "The agencies invited to this meeting too"


_WORDS: Mapping[FamilyQuestion, Callable[[Mapping[str, Any], Mapping[int, str]], str]] = {
    FamilyQuestion.WHO: _who,
    FamilyQuestion.INVITED: _invited,
    FamilyQuestion.NEEDS: _needs,
    FamilyQuestion.CAME: _came,
    FamilyQuestion.READERS: _readers,
}
