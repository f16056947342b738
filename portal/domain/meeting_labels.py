"""What pages call each word of meetings in full: in full, and short for tables and tags."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.meeting_vocabulary import (
    InquorateReason,
    MeetingFamily,
    MeetingVariant,
    RecordSection,
    TriggerKind,
)

MEETING_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    MeetingFamily: {
        MeetingFamily.CONFERENCE: ("A child protection conference", "Conference"),
        MeetingFamily.STRATEGY: ("A strategy discussion or meeting", "Strategy"),
        MeetingFamily.CORE_GROUP: ("A core group", "Core group"),
        MeetingFamily.PANEL: ("A panel or another meeting", "Panel"),
    },
    RecordSection: {
        RecordSection.STRATEGY: ("The strategy record in its standard form", "Strategy record"),
        RecordSection.MISSING_CHILD: (
            "In the strategy record: when a missing child was last seen, and the return interview",
            "Missing child",
        ),
        RecordSection.FAMILY: ("The family: who came, and what the child and parents think", "Family"),
        RecordSection.VIEWS: ("Each agency’s view, and where it disagrees", "Views"),
        RecordSection.OUTCOMES: ("What was decided for each child", "Outcomes"),
        RecordSection.MINUTES: ("The decision sheet and the minutes", "Minutes"),
        RecordSection.ACTIONS: ("Actions", "Actions"),
    },
    MeetingVariant: {
        MeetingVariant.PRE_BIRTH: ("Before a birth", "Pre-birth"),
        MeetingVariant.TRANSFER_IN: ("A family that moved here with a plan", "Transfer in"),
    },
    TriggerKind: {
        TriggerKind.REFERRAL: ("A referral", "Referral"),
        TriggerKind.STRATEGY_DISCUSSION: ("The strategy discussion that started the enquiry", "Strategy discussion"),
        TriggerKind.SECTION_47: ("The start of a section 47 enquiry", "Section 47"),
        TriggerKind.PREVIOUS_CONFERENCE: ("The conference before", "Last conference"),
        TriggerKind.BIRTH: ("A birth", "Birth"),
        TriggerKind.TRANSFER: ("A family with a plan moved here", "Transfer"),
        TriggerKind.CONCERN: ("A concern about a child", "Concern"),
    },
    InquorateReason: {
        InquorateReason.SOCIAL_CARE_AND_ONE_OTHER: (
            "Children’s social care and one other agency are here",
            "One other agency",
        ),
        InquorateReason.FEW_AGENCIES_KNOW_THE_CHILD: (
            "Fewer than three agencies know the child, or the child is not born yet",
            "Few know the child",
        ),
        InquorateReason.LOCAL_ATTENDANCE_DIFFICULTY: (
            "Agencies here have difficulty attending",
            "Attendance difficult",
        ),
        InquorateReason.SUFFICIENT_INFORMATION: ("There is enough information to decide safely", "Enough information"),
        InquorateReason.DELAY_WOULD_HARM: ("Waiting would harm the child", "Delay would harm"),
    },
}
