"""What is said of one person in answer to each question, checked before it is written down."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.domain.errors import Invalid
from portal.domain.families import questions_for
from portal.domain.family_vocabulary import (
    Exclusion,
    ExclusionReason,
    FamilyPresence,
    FamilyQuestion,
    FamilyRelation,
    MetBefore,
    ToldBy,
)
from portal.models.families import FamilyAttendance

NAME_LIMIT = 120
LANGUAGE_LIMIT = 60
NOTE_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class Who:
    """Who somebody is; a child of the case has its name there."""

    relation: FamilyRelation
    name: str = ""
    child_id: int | None = None

    question = FamilyQuestion.WHO


@dataclass(frozen=True, slots=True)
class Invited:
    """Whether they were invited, and how they were told."""

    invited: bool
    told_by: ToldBy | None = None

    question = FamilyQuestion.INVITED


@dataclass(frozen=True, slots=True)
class Needs:
    """What they need to take part."""

    needs_interpreter: bool
    needs_advocate: bool
    language: str = ""

    question = FamilyQuestion.NEEDS


@dataclass(frozen=True, slots=True)
class Met:
    """Whether the chair met them before the meeting."""

    met_before: MetBefore
    met_on: date | None = None
    not_met_because: str = ""

    question = FamilyQuestion.MET


@dataclass(frozen=True, slots=True)
class Excluded:
    """Whether they are kept out, of how much of it, by whom and why."""

    exclusion: Exclusion
    exclusion_reason: ExclusionReason | None = None
    excluded_by: str = ""
    exclusion_note: str = ""

    question = FamilyQuestion.EXCLUSION


@dataclass(frozen=True, slots=True)
class Came:
    """Whether they came."""

    presence: FamilyPresence

    question = FamilyQuestion.CAME


@dataclass(frozen=True, slots=True)
class Readers:
    """Whether the entry is kept from the invited agencies."""

    for_chair_only: bool

    question = FamilyQuestion.READERS


Said = Who | Invited | Needs | Met | Excluded | Came | Readers


@dataclass(frozen=True, slots=True)
class Setting:
    """What an answer is held against: the day, the meeting's day, and the ids of its children."""

    today: date
    meeting_on: date
    child_ids: frozenset[int]


def columns_of(said: Said, setting: Setting) -> dict[str, Any]:
    """What an answer writes down, by column. Raises Invalid by field."""
    write: Callable[[Any, Setting], dict[str, Any]] = _WRITES[type(said)]
    return write(said, setting)


def said_of(person: FamilyAttendance, question: FamilyQuestion, *, but: Collection[str] = ()) -> dict[str, Any]:
    """What stands there in answer to a question, by column, `but` some; all empty where nobody has said."""
    return {name: getattr(person, name) for name in _COLUMNS[question] if name not in but}


def columns_not_asked(relation: FamilyRelation) -> dict[str, None]:
    """What is not asked of such a person, and so stays empty, by column."""
    asked = questions_for(relation)
    return dict.fromkeys(name for question in FamilyQuestion if question not in asked for name in _COLUMNS[question])


def _who(said: Who, setting: Setting) -> dict[str, Any]:
    name = said.name.strip()
    is_child = said.relation is FamilyRelation.CHILD
    errors = {}
    if is_child and said.child_id is None:
        errors["child_id"] = ["Choose which of the children it is"]
    if said.child_id is not None and said.child_id not in setting.child_ids:
        errors["child_id"] = ["Choose one of the children of this meeting"]
    if not is_child and not name:
        errors["name"] = ["Enter the person’s name"]
    _refuse(errors | _too_long("name", name, NAME_LIMIT))
    return {"relation": said.relation, "name": None if is_child else name, "child_id": said.child_id}


def _invited(said: Invited, _setting: Setting) -> dict[str, Any]:
    if said.invited and said.told_by is None:
        _refuse({"told_by": ["Choose how they were told"]})
    return {"invited": said.invited, "told_by": said.told_by if said.invited else None}


def _needs(said: Needs, _setting: Setting) -> dict[str, Any]:
    language = said.language.strip()
    if said.needs_interpreter and not language:
        _refuse({"language": ["Enter the language, so that an interpreter can be found"]})
    _refuse(_too_long("language", language, LANGUAGE_LIMIT))
    return {
        "needs_interpreter": said.needs_interpreter,
        "needs_advocate": said.needs_advocate,
        "language": language if said.needs_interpreter else None,
    }


def _met(said: Met, setting: Setting) -> dict[str, Any]:
    met, because = said.met_before is MetBefore.YES, said.not_met_because.strip()
    if met and said.met_on is None:
        _refuse({"met_on": ["Enter the day on which the chair met them"]})
    if met and said.met_on is not None and said.met_on > min(setting.today, setting.meeting_on):
        _refuse({"met_on": ["The day must not be after the meeting, nor after today"]})
    if said.met_before is MetBefore.NO and not because:
        _refuse({"not_met_because": ["Say why the chair did not meet them"]})
    _refuse(_too_long("not_met_because", because, NOTE_LIMIT))
    return {
        "met_before": said.met_before,
        "met_on": said.met_on if met else None,
        "not_met_because": because if said.met_before is MetBefore.NO else None,
    }


def _excluded(said: Excluded, _setting: Setting) -> dict[str, Any]:
    if said.exclusion is Exclusion.NONE:
        return {"exclusion": said.exclusion, "exclusion_reason": None, "excluded_by": None, "exclusion_note": None}
    by, note = said.excluded_by.strip(), said.exclusion_note.strip()
    errors = {}
    if said.exclusion_reason is None:
        errors["exclusion_reason"] = ["Choose the reason"]
    if not by:
        errors["excluded_by"] = ["Enter who decided it"]
    if said.exclusion_reason is ExclusionReason.OTHER and not note:
        errors["exclusion_note"] = ["Say what the other reason is"]
    _refuse(errors | _too_long("excluded_by", by, NAME_LIMIT) | _too_long("exclusion_note", note, NOTE_LIMIT))
    return {
        "exclusion": said.exclusion,
        "exclusion_reason": said.exclusion_reason,
        "excluded_by": by,
        "exclusion_note": note or None,
    }


def _came(said: Came, setting: Setting) -> dict[str, Any]:
    if setting.today < setting.meeting_on:
        _refuse({"presence": ["This can be said from the meeting’s day on"]})
    return {"presence": said.presence}


def _readers(said: Readers, _setting: Setting) -> dict[str, Any]:
    return {"for_chair_only": said.for_chair_only}


def _too_long(field: str, text: str, limit: int) -> dict[str, list[str]]:
    if len(text) <= limit:
        return {}
    return {field: [f"Shorten this to {limit:,} characters or fewer. It has {len(text):,} now"]}


def _refuse(errors: dict[str, list[str]]) -> None:
    if errors:
        raise Invalid("The answer needs mending.", errors=errors)


_WRITES: dict[type[Any], Callable[[Any, Setting], dict[str, Any]]] = {
    Who: _who,
    Invited: _invited,
    Needs: _needs,
    Met: _met,
    Excluded: _excluded,
    Came: _came,
    Readers: _readers,
}
_COLUMNS: dict[FamilyQuestion, tuple[str, ...]] = {
    FamilyQuestion.WHO: ("relation", "name", "child_id"),
    FamilyQuestion.INVITED: ("invited", "told_by"),
    FamilyQuestion.NEEDS: ("needs_interpreter", "needs_advocate", "language"),
    FamilyQuestion.MET: ("met_before", "met_on", "not_met_because"),
    FamilyQuestion.EXCLUSION: ("exclusion", "exclusion_reason", "excluded_by", "exclusion_note"),
    FamilyQuestion.CAME: ("presence",),
    FamilyQuestion.READERS: ("for_chair_only",),
}
