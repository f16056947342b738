"""What each kind of FHIR resource says, as lines; STU3 and R4 name some of it differently, and both are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from portal.domain.clinical_records import ClinicalPart, Line
from portal.domain.clinical_words import day_words, tidied
from portal.gateways.clinical_records.fhir_bundles import Entry, target
from portal.gateways.clinical_records.fhir_values import (
    Found,
    began,
    code,
    concept,
    contained,
    day,
    ended,
    extension,
    is_confidential,
    joined,
    members,
    notes,
    person,
    shown,
    telephone,
    text,
)

Addresses = Mapping[str, Entry]
Seen = Mapping[str, Sequence[Found]]
"""Observations by an address of their encounter."""

ENTERED_IN_ERROR = "entered-in-error"
_GOES_ON = frozenset({"active", "recurrence", "relapse"})
_STILL_TAKEN = frozenset({"active", "intended", "on-hold"})
_WAS_HELD = frozenset({"finished", "in-progress", "arrived", "triaged", "onleave", "unknown"})


class NoWords(Exception):
    """An entry is whole and yet says nothing that a person could read."""


def is_withdrawn(resource: Found) -> bool:
    """Whether the practice itself says that the entry should not be there."""
    return ENTERED_IN_ERROR in (code(resource.get("status")), code(resource.get("verificationStatus")))


def registration(patient: Found, addresses: Addresses, *, has_episode: bool) -> Iterator[Line]:
    """Since when the patient is registered, as Care Connect's extension says.

    Where an EpisodeOfCare says so, the mere name of the practice adds nothing.
    """
    details = extension(patient, "RegistrationDetails")
    period = extension(details, "registrationPeriod").get("valuePeriod")
    kind = concept(extension(details, "registrationType").get("valueCodeableConcept"))
    practice = _named(patient.get("managingOrganization"), addresses) or _named(
        patient.get("generalPractitioner"), addresses
    )
    if period or kind or (practice and not has_episode):
        yield _registered(practice, began(period), ended(period), kind)


def episode_of_care(entry: Found, addresses: Addresses) -> Line:
    """A registration, as R4 keeps it."""
    practice = _named(entry.get("managingOrganization"), addresses)
    return _registered(practice, began(entry.get("period")), ended(entry.get("period")), concept(entry.get("type")))


def contacts(patient: Found) -> Iterator[Line]:
    """The people whom the patient's own entry names."""
    for one in members(patient.get("contact")):
        if words := _contact(one.get("relationship"), one.get("name"), one.get("telecom")):
            yield Line(ClinicalPart.CONTACTS, words)


def related_person(entry: Found, _addresses: Addresses) -> Line:
    """A relative or carer with an entry of their own."""
    words = _contact(entry.get("relationship"), entry.get("name"), entry.get("telecom"))
    return _line(entry, ClinicalPart.CONTACTS, words, began(entry.get("period")))


def condition(entry: Found, _addresses: Addresses) -> Line:
    """A problem, with whether it goes on and what was noted."""
    since = day(entry.get("onsetDateTime")) or began(entry.get("onsetPeriod"))
    recorded = day(entry.get("recordedDate")) or day(entry.get("assertedDate"))
    status = code(entry.get("clinicalStatus"))
    until = day(entry.get("abatementDateTime")) or ended(entry.get("abatementPeriod"))
    significance = text(extension(entry, "ProblemSignificance").get("valueCode"))
    words = concept(entry.get("code"))
    if words:
        state = joined(significance, "" if status in _GOES_ON else status, f"until {day_words(until)}" if until else "")
        words = joined(words + (f" ({state})" if state else ""), notes(entry.get("note")), between=". ")
    return _line(entry, ClinicalPart.PROBLEMS, words, since or recorded, is_current=status in _GOES_ON)


def encounter(entry: Found, observed: Sequence[Found]) -> Line:
    """A consultation: what kind, why, and what was noted at it."""
    status = code(entry.get("status"))
    kinds = joined(*(concept(one) for one in members(entry.get("type")))) or text(_class(entry))
    reasons = joined(*(concept(one) for one in (*members(entry.get("reason")), *members(entry.get("reasonCode")))))
    state = "" if status in _WAS_HELD else f"({status})"
    said = joined(joined(kinds, state, between=" "), reasons, *map(_observation, observed), between=". ")
    kept_close = is_confidential(entry) or any(map(is_confidential, observed))
    words = tidied(said)
    if not words:
        raise NoWords
    return Line(ClinicalPart.CONSULTATIONS, words, began(entry.get("period")), is_confidential=kept_close)


def medication_statement(entry: Found, addresses: Addresses) -> Line:
    """A medicine that is or was taken."""
    given = entry.get("effectivePeriod")
    since = began(given) or day(entry.get("effectiveDateTime")) or day(entry.get("dateAsserted"))
    return _medicine(entry, addresses, entry.get("dosage"), since, ended(given))


def medication_request(entry: Found, addresses: Addresses) -> Line:
    """A prescription, where no statement stands for it."""
    return _medicine(entry, addresses, entry.get("dosageInstruction"), day(entry.get("authoredOn")), None)


def immunisation(entry: Found, _addresses: Addresses) -> Line:
    """A vaccine that was given; one that was not is worth knowing too."""
    vaccine = concept(extension(entry, "VaccinationProcedure").get("valueCodeableConcept"))
    words = vaccine or concept(entry.get("vaccineCode"))
    if words and (entry.get("notGiven") is True or code(entry.get("status")) == "not-done"):
        explained = next(members(entry.get("explanation")), {})
        why = concept(entry.get("statusReason")) or concept(explained.get("reasonNotGiven"))
        words = joined(f"Not given: {words}", why)
    elif words and (dose := _dose(entry)):
        words = f"{words}, dose {dose}"
    given = day(entry.get("occurrenceDateTime")) or day(entry.get("date"))
    return _line(entry, ClinicalPart.IMMUNISATIONS, words, given or day(entry.get("recorded")))


READERS: Mapping[str, Callable[[Found, Addresses], Line]] = {
    "Condition": condition,
    "EpisodeOfCare": episode_of_care,
    "Immunization": immunisation,
    "MedicationRequest": medication_request,
    "MedicationStatement": medication_statement,
    "RelatedPerson": related_person,
}
"""Each raises NoWords where there is nothing to read. Patients and encounters are read with what belongs to them."""


def _line(entry: Found, part: ClinicalPart, words: str, on: date | None, *, is_current: bool = False) -> Line:
    words = tidied(words)
    if not words:
        raise NoWords
    return Line(part, words, on, is_current=is_current, is_confidential=is_confidential(entry))


def _registered(practice: str, since: date | None, until: date | None, kind: str) -> Line:
    where = f"at {practice}" if practice else ""
    start = f"since {day_words(since)}" if since else ""
    end = f"until {day_words(until)}" if until else ""
    words = joined("Registered", where, start, end, f"({kind})" if kind else "", between=" ")
    return Line(ClinicalPart.REGISTRATION, tidied(words), is_current=until is None)


def _named(value: object, addresses: Addresses) -> str:
    """The name of the practice or doctor that a reference points to."""
    for one in members(value):
        found = target(addresses, one)
        if found is not None and (name := text(found.resource.get("name"))):
            return name
        if name := shown(one):
            return name
    return ""


def _contact(relationship: object, name: object, telecom: object) -> str:
    number = telephone(telecom)
    who = joined(concept(relationship), person(name), between=": ")
    return tidied(joined(who, f"telephone {number}" if number else "")) if who else ""


def _class(entry: Found) -> object:
    found = next(members(entry.get("class")), {})
    return found.get("display")


def _observation(one: Found) -> str:
    parts = [_value(one), *(joined(concept(part.get("code")), _value(part), between=" ") for part in _components(one))]
    value = joined(*parts)
    remark = joined(text(one.get("comment")), notes(one.get("note")), between=" ")
    return joined(joined(concept(one.get("code")), value, between=": "), remark, between=" - ")


def _components(one: Found) -> list[Found]:
    return list(members(one.get("component")))


def _value(one: Found) -> str:
    quantity = next(members(one.get("valueQuantity")), {})
    number = quantity.get("value")
    if isinstance(number, (int, float)) and not isinstance(number, bool):
        return joined(str(number)[:20], text(quantity.get("unit")), between=" ")
    return text(one.get("valueString")) or concept(one.get("valueCodeableConcept"))


def _medicine(entry: Found, addresses: Addresses, dosage: object, since: date | None, until: date | None) -> Line:
    status = code(entry.get("status"))
    words = medicine_of(entry, addresses)
    if words:
        dose = next((said for one in members(dosage) if (said := text(one.get("text")))), "")
        state = "" if status in _STILL_TAKEN else status
        ending = joined(state, f"until {day_words(until)}" if until else "")
        words = joined(joined(words, dose), f"({ending})" if ending else "", between=" ")
    return _line(entry, ClinicalPart.MEDICATION, words, since, is_current=status in _STILL_TAKEN)


def medicine_of(entry: Found, addresses: Addresses) -> str:
    """What the medicine is called, by the entry itself, by the one that it points to, or by one that it holds."""
    if said := concept(entry.get("medicationCodeableConcept")):
        return said
    pointing = entry.get("medicationReference")
    found = target(addresses, pointing)
    medicine = found.resource if found else contained(entry, pointing)
    return concept(medicine.get("code")) or shown(pointing)


def _dose(entry: Found) -> str:
    for protocol in (*members(entry.get("vaccinationProtocol")), *members(entry.get("protocolApplied"))):
        for name in ("doseSequence", "doseNumberPositiveInt", "doseNumberString"):
            if (said := protocol.get(name)) is not None and not isinstance(said, (dict, list)):
                return tidied(str(said)[:20])
    return ""
