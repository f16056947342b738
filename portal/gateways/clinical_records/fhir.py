"""HL7 FHIR Bundles, STU3 as GP Connect gives them or R4, read entry by entry: one that is broken loses no other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from portal.domain.clinical_records import Broken, ClinicalRecord, Line, NotARecord, arranged
from portal.gateways.clinical_records.fhir_bundles import (
    UNNAMED,
    Entry,
    entries_of,
    is_about,
    patient_of,
    pointed_to,
    target,
    whose,
)
from portal.gateways.clinical_records.fhir_checks import MODULES, fault_of, version_of
from portal.gateways.clinical_records.fhir_entries import (
    ENTERED_IN_ERROR,
    READERS,
    NoWords,
    contacts,
    encounter,
    is_withdrawn,
    medicine_of,
    registration,
)
from portal.gateways.clinical_records.fhir_values import Found
from portal.gateways.clinical_records.json_files import read_object

NO_RESOURCE = "it holds no resource"
OF_OTHERS = "it is about somebody other than the patient, or does not say about whom"
NO_WORDS = "it has a code and no words, so nobody could read it"
KINDS_NAMED = 20
OTHERS = "Other kinds"
_PLAIN = {
    ENTERED_IN_ERROR: "Entered in error, as the practice says",
    "AllergyIntolerance": "Allergies",
    "MedicationRequest": "Prescriptions of medicines that are listed",
    "Observation": "Observations outside a consultation",
}
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def read_bundle(content: bytes) -> ClinicalRecord:
    """The record that a Bundle holds. Raises NotARecord with the sentence for whoever sent it."""
    entries = entries_of(read_object(content))
    patient = patient_of(entries)
    version = version_of(entry.resource for entry in entries)
    if fault := fault_of(patient.resource, version):
        raise NotARecord(f"The Patient in this Bundle cannot be read: {fault}.")
    person = whose(patient.resource)
    passed: Counter[str] = Counter()
    broken: dict[int, Broken] = {}
    sound: list[Entry] = []
    for entry in entries:
        if entry.kind == UNNAMED:
            broken[entry.number] = Broken(f"Entry {entry.number}", NO_RESOURCE)
        elif entry.kind not in MODULES:
            passed[entry.kind] += 1
        elif fault := fault_of(entry.resource, version):
            broken[entry.number] = Broken(entry.place, fault)
        elif not is_about(entry, patient):
            broken[entry.number] = Broken(entry.place, OF_OTHERS)
        elif is_withdrawn(entry.resource):
            passed[ENTERED_IN_ERROR] += 1
        else:
            sound.append(entry)
    lines, cut_off = arranged(_lines(sound, patient, broken, passed))
    listed = tuple(broken[number] for number in sorted(broken))
    return ClinicalRecord(person, lines, broken=listed, passed_over=_named(passed), cut_off=cut_off)


def _lines(sound: Sequence[Entry], patient: Entry, broken: dict[int, Broken], passed: Counter[str]) -> list[Line]:
    addresses = pointed_to(sound)
    observed = _by_encounter(sound, addresses, passed)
    stated = _prescribed(sound, addresses)
    has_episode = any(entry.kind == "EpisodeOfCare" for entry in sound)
    lines = [*registration(patient.resource, addresses, has_episode=has_episode), *contacts(patient.resource)]
    for entry in sound:
        if entry.number in stated:
            passed[entry.kind] += 1
            continue
        try:
            if entry.kind == "Encounter":
                lines.append(encounter(entry.resource, observed.get(entry.number, ())))
            elif reader := READERS.get(entry.kind):
                lines.append(reader(entry.resource, addresses))
        except NoWords:
            broken[entry.number] = Broken(entry.place, NO_WORDS)
    return lines


def _by_encounter(
    sound: Sequence[Entry], addresses: Mapping[str, Entry], passed: Counter[str]
) -> dict[int, list[Found]]:
    """Observations by the number of the consultation at which they were made; others are no part of a report."""
    found: dict[int, list[Found]] = {}
    for entry in sound:
        if entry.kind == "Observation":
            at = target(addresses, entry.resource.get("context")) or target(addresses, entry.resource.get("encounter"))
            if at is None or at.kind != "Encounter":
                passed[entry.kind] += 1
            else:
                found.setdefault(at.number, []).append(entry.resource)
    return found


def _prescribed(sound: Sequence[Entry], addresses: Mapping[str, Entry]) -> set[int]:
    """Prescriptions of a medicine for which a statement stands, as GP Connect gives three entries for each."""
    stated = {
        medicine_of(entry.resource, addresses).casefold() for entry in sound if entry.kind == "MedicationStatement"
    } - {""}
    return {
        entry.number
        for entry in sound
        if entry.kind == "MedicationRequest" and medicine_of(entry.resource, addresses).casefold() in stated
    }


def _named(passed: Counter[str]) -> dict[str, int]:
    """What was read over, in words for people: "Diagnostic report" for DiagnosticReport."""
    named = passed.most_common(KINDS_NAMED)
    found = {_PLAIN.get(kind) or _CAPITAL.sub(" ", kind).capitalize(): number for kind, number in named}
    if rest := passed.total() - sum(found.values()):
        found[OTHERS] = rest
    return found
