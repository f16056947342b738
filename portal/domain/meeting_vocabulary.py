"""The words of meetings in full: what opens one, what its record holds, and why it went as it did."""

from __future__ import annotations

from enum import StrEnum


class MeetingFamily(StrEnum):
    """What a kind of meeting is at heart; a partnership's own kinds are each one of these."""

    CONFERENCE = "conference"
    STRATEGY = "strategy"
    CORE_GROUP = "core_group"
    PANEL = "panel"


class RecordSection(StrEnum):
    """A part that the record of a kind of meeting has; a partnership chooses them for each kind in a page."""

    STRATEGY = "strategy"
    MISSING_CHILD = "missing_child"
    """The strategy record's block about a missing child."""
    FAMILY = "family"
    VIEWS = "views"
    OUTCOMES = "outcomes"
    MINUTES = "minutes"
    ACTIONS = "actions"


class MeetingVariant(StrEnum):
    """A conference of a particular sort; it counts as the kind of conference that it is."""

    PRE_BIRTH = "pre_birth"
    TRANSFER_IN = "transfer_in"


class TriggerKind(StrEnum):
    """What asks for a meeting, and so starts the time within which it is due."""

    REFERRAL = "referral"
    STRATEGY_DISCUSSION = "strategy_discussion"
    SECTION_47 = "section_47"
    PREVIOUS_CONFERENCE = "previous_conference"
    BIRTH = "birth"
    TRANSFER = "transfer"
    CONCERN = "concern"


class InquorateReason(StrEnum):
    """Why a chair let a conference go on without its quorum (Sussex 7.8; the list of domain.md section 2)."""

    SOCIAL_CARE_AND_ONE_OTHER = "social_care_and_one_other"
    FEW_AGENCIES_KNOW_THE_CHILD = "few_agencies_know_the_child"
    LOCAL_ATTENDANCE_DIFFICULTY = "local_attendance_difficulty"
    SUFFICIENT_INFORMATION = "sufficient_information"
    DELAY_WOULD_HARM = "delay_would_harm"
