"""An action of the improvement plan as somebody writes it: what, who leads it, by when, and where it came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.improvement_rules import MOST_LEADS
from portal.domain.improvement_timing import Timing
from portal.domain.improvement_vocabulary import LEADING_ROLES, SAMPLED, ImprovementSource
from portal.domain.vocabulary import Role

_PERSON, _ROLE = "person", "role"
_CODE = re.compile(r"(person)-([0-9]{1,9})|(role)-([a-z_]{1,32})", re.ASCII)
REFERENCE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-/]{0,19}", re.ASCII)
"""How an action is numbered: letters, digits, full stops, hyphens and strokes."""


@dataclass(frozen=True, slots=True)
class Lead:
    """Who answers for an action: a person by their membership, whoever holds a role, or a post in words."""

    membership_id: int | None = None
    role: Role | None = None
    post: str = ""

    @classmethod
    def of_code(cls, code: str) -> Lead:
        """Return the person or the role that a form's choice stands for; raises ValueError for anything else."""
        found = _CODE.fullmatch(code)
        if found is None:
            raise ValueError(code)
        if found[1] is not None:
            return cls(membership_id=int(found[2]))
        role = Role(found[4])
        if role not in LEADING_ROLES:
            raise ValueError(code)
        return cls(role=role)

    def __str__(self) -> str:
        """As a form's choice has it; a post is its own words."""
        if self.membership_id is not None:
            return f"{_PERSON}-{self.membership_id}"
        return f"{_ROLE}-{self.role.value}" if self.role is not None else self.post


@dataclass(frozen=True, slots=True)
class ActionDetails:
    """What is said of an action; how it goes is said later, by those who lead it."""

    area_id: int
    reference: str
    what: str
    timing: Timing
    leads: tuple[Lead, ...]
    outcome: str = ""
    measure_words: str = ""
    source: ImprovementSource = ImprovementSource.PLAN
    source_name: str = ""
    round_id: int | None = None
    sample_id: int | None = None

    def faults(self) -> Mapping[str, str]:
        """Say what is missing or wrong, a sentence for each field."""
        found = dict(self.timing.faults())
        if not REFERENCE.fullmatch(self.reference):
            found["reference"] = "Enter a number such as 3.2: letters, digits, full stops and hyphens, 20 at most"
        if not self.what.strip():
            found["what"] = "Say what is to be done"
        if not self.leads:
            found["leads"] = "Choose who leads it, or enter a post"
        elif len(self.leads) > MOST_LEADS:
            found["leads"] = f"Name {MOST_LEADS} leads at most"
        if self.round_id is not None and self.source is not ImprovementSource.AUDIT_ROUND:
            found["source"] = "Only an audit has a round"
        if self.sample_id is not None and self.source not in SAMPLED:
            found["source"] = "Only a dip sample or a multi-agency audit has a sample"
        return found


def next_reference(area_number: int, known: list[str]) -> str:
    """Return the number that comes after those of an area: 3.5 after 3.1 to 3.4."""
    pattern = re.compile(rf"{area_number}\.(\d{{1,4}})", re.ASCII)
    numbers = [int(found[1]) for one in known if (found := pattern.fullmatch(one))]
    return f"{area_number}.{max(numbers, default=0) + 1}"


def in_order(reference: str) -> tuple[tuple[int, int, str], ...]:
    """Return what puts numbers in the order in which people count: 3.2 before 3.10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", reference)
    return tuple((0, int(part), "") if part[0] in "0123456789" else (1, 0, part) for part in parts)
