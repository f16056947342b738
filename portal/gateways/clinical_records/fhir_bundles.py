"""A FHIR Bundle taken apart: its entries under their addresses, the one patient, and who that is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.domain.clinical_records import NotARecord, Whose
from portal.domain.clinical_words import day_of
from portal.domain.identifiers import clean_nhs_number
from portal.gateways.clinical_records.fhir_values import Found, member, members, reference, text

MOST_ENTRIES = 5_000
NOT_A_BUNDLE = "This is not a FHIR Bundle. Export the child’s record as a Bundle in JSON."
NO_ENTRIES = "This Bundle is empty."
TOO_MANY = f"This Bundle has more than {MOST_ENTRIES:,} entries, so it was not read. Export less, such as two years."
NOBODY = "This Bundle does not say whose record it is: it holds no Patient."
SEVERAL = "This Bundle holds the records of several people, so it was not read. Export the child’s alone."
NO_NUMBER = "The Patient in this Bundle has no NHS number, so it cannot be matched with the child."
TWO_NUMBERS = "The Patient in this Bundle has several NHS numbers, so it cannot be matched with the child."
NO_DAY = "The Patient in this Bundle has no full date of birth, so it cannot be matched with the child."
UNNAMED = "unnamed"

_NHS_NUMBER = frozenset({"https://fhir.nhs.uk/Id/nhs-number", "http://fhir.nhs.net/Id/nhs-number"})
_KIND = re.compile(r"[A-Za-z]{1,40}")
_WHOSE = {"Patient": "", "Medication": "", "Organization": ""} | dict.fromkeys(
    ("EpisodeOfCare", "Immunization", "RelatedPerson"), "patient"
)
"""Where a resource names its patient; most do as their `subject`, and some belong to nobody."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a Bundle, counted from 1."""

    number: int
    kind: str
    resource: Found
    addresses: frozenset[str]

    @property
    def place(self) -> str:
        """Where it stands, as whoever exported it can find it again."""
        return f"Entry {self.number} ({self.kind})"


def entries_of(bundle: Mapping[str, Any]) -> list[Entry]:
    """Every entry, whatever it holds. Raises NotARecord where this is no Bundle, or one that is empty or too large."""
    if bundle.get("resourceType") != "Bundle":
        raise NotARecord(NOT_A_BUNDLE)
    found = bundle.get("entry")
    if not isinstance(found, list) or not found:
        raise NotARecord(NO_ENTRIES)
    if len(found) > MOST_ENTRIES:
        raise NotARecord(TOO_MANY)
    return [_entry(number, one) for number, one in enumerate(found, start=1)]


def patient_of(entries: Iterable[Entry]) -> Entry:
    """The one patient. Raises NotARecord where there is none, or several."""
    patients = [entry for entry in entries if entry.kind == "Patient"]
    if not patients:
        raise NotARecord(NOBODY)
    if len(patients) > 1:
        raise NotARecord(SEVERAL)
    return patients[0]


def whose(patient: Found) -> Whose:
    """Who the patient is. Raises NotARecord where they have no NHS number, several, or no full date of birth."""
    numbers = set()
    for one in members(patient.get("identifier")):
        if text(one.get("system")) in _NHS_NUMBER and one.get("use") != "old":
            try:
                numbers.add(clean_nhs_number(text(one.get("value"))))
            except ValueError:
                raise NotARecord(NO_NUMBER) from None
    if len(numbers) != 1:
        raise NotARecord(TWO_NUMBERS if numbers else NO_NUMBER)
    return Whose(numbers.pop(), _born(patient))


def is_about(entry: Entry, patient: Entry) -> bool:
    """Whether an entry is about the patient, or about nobody, as an organisation is."""
    name = _WHOSE.get(entry.kind, "subject")
    return not name or _without_history(reference(entry.resource.get(name))) in patient.addresses


def pointed_to(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Entries by each of their addresses."""
    return {address: entry for entry in entries for address in entry.addresses}


def target(found: Mapping[str, Entry], value: Any) -> Entry | None:
    """The entry of the Bundle that a reference points to."""
    return found.get(_without_history(reference(value)))


def _entry(number: int, one: Any) -> Entry:
    found = member(one)
    resource = member(found.get("resource"))
    kind = resource.get("resourceType")
    named = kind if isinstance(kind, str) and _KIND.fullmatch(kind) else UNNAMED
    given = {text(found.get("fullUrl")), f"{named}/{text(resource.get('id'))}" if resource.get("id") else ""}
    return Entry(number, named, resource, frozenset(map(_without_history, given - {""})))


def _born(patient: Found) -> date:
    said = text(patient.get("birthDate"))
    born = day_of(said) if len(said) == len("2015-11-03") else None
    if born is None:
        raise NotARecord(NO_DAY)
    return born


def _without_history(address: str) -> str:
    return address.partition("/_history/")[0]
