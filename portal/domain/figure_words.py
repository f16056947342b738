"""Figures as sentences: "Police came to 8 % of review conferences (12 of 150)"."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from portal.domain.vocabulary import AgencyType

_ALL_OF_A_TYPE: Mapping[AgencyType, str] = {
    AgencyType.SOCIAL_CARE: "Children’s social care",
    AgencyType.POLICE: "Police",
    AgencyType.GP: "GPs",
    AgencyType.SCHOOL: "Schools",
    AgencyType.HEALTH_VISITING: "Health visiting",
    AgencyType.SCHOOL_NURSING: "School nursing",
    AgencyType.HOSPITAL: "Hospitals",
    AgencyType.MENTAL_HEALTH: "Mental health",
    AgencyType.PROBATION: "Probation",
    AgencyType.YOUTH_JUSTICE: "Youth justice",
    AgencyType.HOUSING: "Housing",
    AgencyType.EARLY_HELP: "Early help",
    AgencyType.VOLUNTARY: "Voluntary organisations",
    AgencyType.OTHER: "Other agencies",
}


def all_of_type(agency_type: AgencyType) -> str:
    """Return what all agencies of a type are called together, at the beginning of a sentence."""
    return _ALL_OF_A_TYPE[agency_type]


def many_meetings(name: str) -> str:
    """Return a meeting type's name for several of them, within a sentence: "review conferences"."""
    first, rest = name[:1], name[1:]
    plural = name if name.endswith("s") else f"{name}s"
    return plural if rest[:1].isupper() else first.lower() + plural[1:]


def percentage(part: int, whole: int) -> str:
    """Return a share in whole percent, halves rounded up: "8 %"."""
    return f"{(Decimal(100 * part) / Decimal(whole)).quantize(Decimal(1), ROUND_HALF_UP)} %"


def came_to(who: str, meetings: str, part: int, whole: int) -> str:
    """Return how many meetings somebody came to, of those they were expected at."""
    return f"{who} came to {percentage(part, whole)} of {meetings} ({part:,} of {whole:,})"


def sent_reports(who: str, meetings: str, part: int, whole: int) -> str:
    """Return how many of the reports due somebody sent."""
    return f"{who} sent {percentage(part, whole)} of the reports due for {meetings} ({part:,} of {whole:,})"


def were(meetings: str, state: str, part: int, whole: int) -> str:
    """Return how many meetings were in a state, such as quorate or in time."""
    return f"{percentage(part, whole)} of {meetings} were {state} ({part:,} of {whole:,})"
