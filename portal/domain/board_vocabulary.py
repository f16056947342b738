"""The words of a board's own meetings: whose partner somebody is, and whether a member was there."""

from __future__ import annotations

from enum import StrEnum


class SafeguardingPartner(StrEnum):
    """The three partners that the law makes equally responsible (Children Act 2004, section 16E)."""

    LOCAL_AUTHORITY = "local_authority"
    HEALTH = "health"
    POLICE = "police"


class BoardMeetingStatus(StrEnum):
    """Where a board's meeting stands; `inquorate` means that it opened and could not go ahead."""

    SCHEDULED = "scheduled"
    HELD = "held"
    INQUORATE = "inquorate"
    CANCELLED = "cancelled"


OVER = frozenset({BoardMeetingStatus.HELD, BoardMeetingStatus.INQUORATE})
"""Meetings of which attendance is known, and counted."""


class MemberAttendance(StrEnum):
    """Whether a member was at a meeting; a deputy is named."""

    PRESENT = "present"
    DEPUTY = "deputy"
    APOLOGIES = "apologies"
    ABSENT = "absent"
