"""The fields of the Word document that a practice's system fills: what each is called, there and by the portal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.domain.clinical_records import PART_TITLES, ClinicalPart

CHILD_NAME = "portal.child_name"
NHS_NUMBER = "portal.nhs_number"
DATE_OF_BIRTH = "portal.date_of_birth"
PART = "portal.part."
ANSWER = "portal.answer."


@dataclass(frozen=True, slots=True)
class Field:
    """A row of the document: its tag tells the portal what it is, its label tells people and readers without tags."""

    tag: str
    label: str
    merge: str = ""
    """What its merge field is called; empty where a person types."""
    help: str = ""


WHOSE = (
    Field(CHILD_NAME, "Name of the child", "Child_name"),
    Field(NHS_NUMBER, "NHS number", "NHS_number"),
    Field(DATE_OF_BIRTH, "Date of birth", "Date_of_birth"),
)


def fields_of(parts: Iterable[ClinicalPart], asked: Mapping[str, tuple[str, str]]) -> tuple[Field, ...]:
    """The rows for some parts of a record, then for questions that a person answers: by code, title and help."""
    return (
        *WHOSE,
        *(Field(f"{PART}{part.value}", PART_TITLES[part], part.value.capitalize()) for part in parts),
        *(Field(f"{ANSWER}{code}", title, help=words) for code, (title, words) in asked.items()),
    )
