"""What pages call each word of a board's own meetings: in full, and short for tables and tags."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.board_vocabulary import BoardMeetingStatus, MemberAttendance, SafeguardingPartner

BOARD_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    SafeguardingPartner: {
        SafeguardingPartner.LOCAL_AUTHORITY: ("The local authority", "Local authority"),
        SafeguardingPartner.HEALTH: ("The NHS integrated care board", "Health"),
        SafeguardingPartner.POLICE: ("The police", "Police"),
    },
    BoardMeetingStatus: {
        BoardMeetingStatus.SCHEDULED: ("Planned", "Planned"),
        BoardMeetingStatus.HELD: ("Held", "Held"),
        BoardMeetingStatus.INQUORATE: ("Opened but could not go ahead: not quorate", "Not quorate"),
        BoardMeetingStatus.CANCELLED: ("Cancelled", "Cancelled"),
    },
    MemberAttendance: {
        MemberAttendance.PRESENT: ("Was there", "There"),
        MemberAttendance.DEPUTY: ("A deputy came", "Deputy"),
        MemberAttendance.APOLOGIES: ("Sent apologies", "Apologies"),
        MemberAttendance.ABSENT: ("Absent without apologies", "Absent"),
    },
}
