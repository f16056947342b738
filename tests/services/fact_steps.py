"""What tests of a case's facts do again and again: say who came, and look at what the portal made of it."""

from __future__ import annotations

from datetime import date

from tests.areas import Area, part


def timing(area: Area, ref: str) -> tuple[date | None, bool | None]:
    """When a meeting was due, and whether it was in time."""
    found = area.stored(ref)
    return found.due_on, found.in_time


def presence(area: Area, ref: str) -> tuple[bool | None, ...]:
    """Whether it was quorate, had all core agencies, had all that were expected, and was a group's."""
    found = area.stored(ref)
    return found.quorate, found.all_core_agencies, found.all_expected_agencies, found.group_meeting


def attend(area: Area, ref: str, *agencies: str, by: str = "in_person") -> None:
    """Have these agencies attend."""
    area.attendance(*(part(ref, agency, by) for agency in agencies))
