"""Whether an entry of a Bundle is what it says it is, by the library that knows every resource of both versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from importlib import import_module
from typing import Any

from portal.domain.clinical_words import tidied
from portal.gateways.clinical_records.fhir_values import Found, members, text

MODULES: Mapping[str, str] = {
    "Condition": "condition",
    "Encounter": "encounter",
    "EpisodeOfCare": "episodeofcare",
    "Immunization": "immunization",
    "Medication": "medication",
    "MedicationRequest": "medicationrequest",
    "MedicationStatement": "medicationstatement",
    "Observation": "observation",
    "Organization": "organization",
    "Patient": "patient",
    "RelatedPerson": "relatedperson",
}
"""The resources that are read, and where the library has them."""

_MARKS_OF_STU3: Mapping[str, tuple[str, ...]] = {
    "Condition": ("assertedDate", "context"),
    "Encounter": ("reason",),
    "Immunization": ("date", "notGiven", "explanation"),
    "MedicationRequest": ("context",),
    "MedicationStatement": ("taken", "reasonNotTaken"),
    "Observation": ("context", "comment"),
}
_MARKS_OF_R4: Mapping[str, tuple[str, ...]] = {
    "Condition": ("recordedDate", "encounter"),
    "Encounter": ("reasonCode",),
    "Immunization": ("occurrenceDateTime", "occurrenceString", "statusReason"),
    "MedicationRequest": ("encounter", "reasonCode"),
    "MedicationStatement": ("statusReason",),
    "Observation": ("encounter", "note"),
}


class Version(StrEnum):
    """The two versions of FHIR that are read; R4 by R4B, which has the same clinical resources."""

    STU3 = "STU3"
    R4 = "R4B"


def version_of(resources: Iterable[Found]) -> Version:
    """Which version a Bundle is written in; it never says so itself.

    By the profiles that British systems name, else by elements that only one version has.
    """
    score = 0
    for resource in resources:
        kind = text(resource.get("resourceType"))
        for profile in _profiles(resource):
            score += 100 * (("/STU3/" in profile or "CareConnect" in profile) - ("UKCore" in profile))
        score += sum(name in resource for name in _MARKS_OF_STU3.get(kind, ()))
        score -= sum(name in resource for name in _MARKS_OF_R4.get(kind, ()))
        if kind == "Condition":
            status = resource.get("clinicalStatus")
            score += isinstance(status, str) - isinstance(status, Mapping)
    return Version.STU3 if score > 0 else Version.R4


def fault_of(resource: Found, version: Version) -> str:
    """Why an entry is not what it says it is, in words for whoever exported it; empty where it is whole.

    The library takes about half a second to load, so that is left until somebody brings a Bundle.
    """
    kind = str(resource.get("resourceType"))
    module = import_module(f"fhir.resources.{version.value}.{MODULES[kind]}")
    try:
        getattr(module, kind).model_validate(dict(resource))
    except Exception as refused:
        # What strangers wrote is answered with whatever the library's own code stumbles over.
        return _words_of(refused)
    return ""


def _profiles(resource: Found) -> list[str]:
    meta = resource.get("meta")
    found = meta.get("profile") if isinstance(meta, Mapping) else None
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _words_of(refused: Exception) -> str:
    """The first fault that the library found, by the name of its element: never what stands there."""
    faults: Any = getattr(refused, "errors", None)
    found = next(members(faults(include_url=False, include_input=False)), {}) if callable(faults) else {}
    place = ".".join(str(step) for step in found.get("loc", ()))
    name = f"“{tidied(place, 80)}”" if place else "something in it"
    match found.get("type"):
        case "missing":
            return f"{name} is missing"
        case "extra_forbidden":
            return f"{name} is not known in this version of FHIR"
        case _:
            return f"{name} cannot be read"
