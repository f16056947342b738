"""What a practice's own system says of a child, line by line: whose it is, and what of it is offered.

Nothing of a record is taken unless it names exactly a child of the meeting, by NHS number and date of birth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from portal.domain.clinical_words import day_words, names_an_adult
from portal.domain.working_days import add_months

MOST_LINES = 200
"""Lines of one part that are shown: the newest. A child's record rarely has as many."""

CONSULTATIONS_FOR = 12
OTHERS_FOR = 24
"""Months for which lines are ticked at first; older ones are shown, and left unless somebody ticks them."""


class ClinicalPart(StrEnum):
    """The parts of a clinical record; a question of a report template can name one as its `source`."""

    REGISTRATION = "registration"
    PROBLEMS = "problems"
    CONSULTATIONS = "consultations"
    MEDICATION = "medication"
    IMMUNISATIONS = "immunisations"
    CONTACTS = "contacts"


PART_TITLES: Mapping[ClinicalPart, str] = {
    ClinicalPart.REGISTRATION: "Registration",
    ClinicalPart.PROBLEMS: "Problems",
    ClinicalPart.CONSULTATIONS: "Consultations",
    ClinicalPart.MEDICATION: "Medication",
    ClinicalPart.IMMUNISATIONS: "Immunisations",
    ClinicalPart.CONTACTS: "Family and other contacts",
}


class Caution(StrEnum):
    """Why a line is left unless somebody takes it on purpose."""

    CONFIDENTIAL = "confidential"
    OTHER_PERSON = "other_person"


CAUTION_WORDS: Mapping[Caution, str] = {
    Caution.CONFIDENTIAL: "Marked confidential in your system",
    Caution.OTHER_PERSON: "Speaks of somebody other than the child",
}


class NotARecord(Exception):
    """A file is refused as a whole; its words are a sentence for whoever sent it, and hold nothing of the file."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Who a record says it is about; the number is clean."""

    nhs_number: str
    born: date


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a record says."""

    part: ClinicalPart
    words: str
    day: date | None = None
    is_current: bool = False
    """Whether the system says that it goes on: an active problem, a medicine that is still taken."""
    is_confidential: bool = False

    @property
    def caution(self) -> Caution | None:
        """Why it is not taken unless somebody says so."""
        if self.is_confidential:
            return Caution.CONFIDENTIAL
        if self.part is ClinicalPart.CONTACTS or names_an_adult(self.words):
            return Caution.OTHER_PERSON
        return None

    @property
    def text(self) -> str:
        """How it stands in a report."""
        return f"{day_words(self.day)}: {self.words}" if self.day else self.words


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody typed into the document itself as the answer to a question."""

    code: str
    """The question's, in the report's template."""
    words: str


@dataclass(frozen=True, slots=True)
class Broken:
    """An entry that could not be read: where it stands in the file, and why."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClinicalRecord:
    """What a file says, as far as it could be read."""

    whose: Whose
    lines: tuple[Line, ...]
    written: tuple[Written, ...] = ()
    broken: tuple[Broken, ...] = ()
    passed_over: Mapping[str, int] = field(default_factory=dict)
    """Entries that are no part of a report, by what the file calls them."""
    cut_off: Mapping[ClinicalPart, int] = field(default_factory=dict)
    """Older lines beyond those that are shown."""


def arranged(lines: Iterable[Line]) -> tuple[tuple[Line, ...], dict[ClinicalPart, int]]:
    """Lines by part, the newest first and each once; and how many of each part are too many."""
    by_part: dict[ClinicalPart, list[Line]] = {part: [] for part in ClinicalPart}
    for line in dict.fromkeys(lines):
        by_part[line.part].append(line)
    cut_off = {part: len(found) - MOST_LINES for part, found in by_part.items() if len(found) > MOST_LINES}
    for found in by_part.values():
        found.sort(key=lambda line: line.day or date.min, reverse=True)
    return tuple(line for found in by_part.values() for line in found[:MOST_LINES]), cut_off


def is_taken_at_first(line: Line, today: date) -> bool:
    """Whether a line is ticked when it is first shown: what is recent or goes on, and nothing with a caution."""
    if line.caution is not None:
        return False
    if line.part in (ClinicalPart.REGISTRATION, ClinicalPart.IMMUNISATIONS) or line.is_current:
        return True
    if line.part is ClinicalPart.CONSULTATIONS:
        return line.day is not None and line.day >= add_months(today, -CONSULTATIONS_FOR)
    # A list of problems or medicines without days is what the practice's own system holds to be the present one.
    return line.day is None or line.day >= add_months(today, -OTHERS_FOR)


@dataclass(frozen=True, slots=True)
class ChildHere:
    """A child of the meeting as the portal knows them."""

    given_name: str
    name: str
    nhs_number: str | None
    born: date | None


class Mismatch(StrEnum):
    """Why a record is not taken for a child of the meeting."""

    NOBODY = "nobody"
    """Neither its number nor its date of birth is that of a child of the meeting."""
    OTHER_NUMBER = "other_number"
    """Its date of birth is one's, its number is not."""
    OTHER_DAY = "other_day"
    """Its number is one's, its date of birth is not."""
    NOT_HELD = "not_held"
    """It may be that of a child whose number or date of birth the portal does not hold."""


def matching(whose: Whose, children: Sequence[ChildHere]) -> ChildHere | Mismatch:
    """The one child of the meeting whose NHS number and date of birth are both exactly the record's, or why none is."""
    for child in children:
        if child.nhs_number == whose.nhs_number and child.born == whose.born:
            return child
    if any(_may_be(whose, child) for child in children) or not children:
        return Mismatch.NOT_HELD
    if any(child.nhs_number == whose.nhs_number for child in children):
        return Mismatch.OTHER_DAY
    if any(child.born == whose.born for child in children):
        return Mismatch.OTHER_NUMBER
    return Mismatch.NOBODY


def _may_be(whose: Whose, child: ChildHere) -> bool:
    """Whether what the portal does hold of a child fits, and the rest is missing."""
    number_fits = child.nhs_number in (None, whose.nhs_number)
    day_fits = child.born in (None, whose.born)
    return number_fits and day_fits
