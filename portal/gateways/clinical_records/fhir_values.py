"""The values that FHIR resources are made of, in words: codes, days, periods, names.

Each takes whatever stands there, and gives nothing where it is not what it should be: entries are checked as a whole
before they are read, and what the check lets through, such as an empty list, is not worth a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from portal.domain.clinical_words import day_of, tidied

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONFIDENTIAL = frozenset({"R", "V", "NOPAT"})
"""Restricted and very restricted (HL7's v3 Confidentiality), and GP Connect's "not to be shown to the patient"."""

Found = Mapping[str, Any]


def members(value: Any) -> Iterator[Found]:
    """The objects of a list, or the one object that stands where a list may."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, Mapping):
            yield one


def member(value: Any) -> Found:
    """The first object; an empty one where there is none."""
    return next(members(value), {})


def text(value: Any) -> str:
    """A text on one line."""
    return tidied(value) if isinstance(value, str) else ""


def concept(value: Any) -> str:
    """What a CodeableConcept (or the first of several, or a plain code) means, in the words that it has for people."""
    if isinstance(value, str):
        return text(value)
    found = member(value)
    if said := text(found.get("text")):
        return said
    codings = list(members(found.get("coding")))
    chosen = sorted(codings, key=lambda coding: coding.get("userSelected") is not True)
    return next((said for coding in chosen if (said := text(coding.get("display")))), "")


def code(value: Any) -> str:
    """The code itself, of a CodeableConcept as R4 has it or a plain code as STU3."""
    if isinstance(value, str):
        return value
    return next((said for one in members(member(value).get("coding")) if (said := text(one.get("code")))), "")


def day(value: Any) -> date | None:
    """The day of a date, dateTime or instant; none where only the month or the year is known."""
    found = _DAY.match(value) if isinstance(value, str) else None
    return day_of(found[0]) if found else None


def began(value: Any) -> date | None:
    """When a period began."""
    return day(member(value).get("start"))


def ended(value: Any) -> date | None:
    """When a period ended."""
    return day(member(value).get("end"))


def notes(value: Any) -> str:
    """What annotations say, one after the other."""
    return " ".join(said for one in members(value) if (said := text(one.get("text"))))


def person(value: Any) -> str:
    """A HumanName, or the first of several."""
    found = member(value)
    if said := text(found.get("text")):
        return said
    given = found.get("given")
    firsts = [text(one) for one in given] if isinstance(given, list) else []
    return " ".join(part for part in (*firsts, text(found.get("family"))) if part)


def telephone(value: Any) -> str:
    """The first telephone number among means of contact."""
    return next((text(one.get("value")) for one in members(value) if one.get("system") == "phone"), "")


def reference(value: Any) -> str:
    """What a reference points to."""
    return text(member(value).get("reference"))


def shown(value: Any) -> str:
    """What a reference says of what it points to."""
    return text(member(value).get("display"))


def contained(resource: Found, value: Any) -> Found:
    """What a resource holds within itself and refers to by `#` and its id; empty where it holds nothing of the kind."""
    wanted = reference(value)
    held = (one for one in members(resource.get("contained")) if wanted == f"#{text(one.get('id'))}")
    return next(held, {}) if wanted else {}


def extension(value: Any, ending: str) -> Found:
    """The extension of a resource (or of an extension) whose address contains these words."""
    return next((one for one in members(member(value).get("extension")) if ending in text(one.get("url"))), {})


def is_confidential(resource: Found) -> bool:
    """Whether the system that wrote the entry marked it as one to be kept close."""
    labels = members(member(resource.get("meta")).get("security"))
    return any(label.get("code") in _CONFIDENTIAL for label in labels)


def joined(*parts: str, between: str = ", ") -> str:
    """Words that are there, one after the other."""
    return between.join(part for part in parts if part)
