"""The kinds of meetings that a partnership starts with, as data: it changes them and adds its own in a page."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.domain.labels import short_label
from portal.domain.meeting_vocabulary import MeetingFamily, RecordSection
from portal.domain.vocabulary import MeetingKind

_ALWAYS = (RecordSection.MINUTES, RecordSection.ACTIONS)


@dataclass(frozen=True, slots=True)
class DefaultKind:
    """One kind: its code for files, its name for pages, and what its record holds."""

    code: str
    name: str
    family: MeetingFamily
    sections: tuple[RecordSection, ...] = field(default=_ALWAYS)
    several_families: bool = False
    named_people_only: bool = False


_CONFERENCE = (RecordSection.FAMILY, RecordSection.VIEWS, RecordSection.OUTCOMES, *_ALWAYS)
_STRATEGY = (RecordSection.STRATEGY, *_ALWAYS)

DEFAULT_KINDS = (
    DefaultKind(
        MeetingKind.INITIAL_CONFERENCE.value,
        short_label(MeetingKind.INITIAL_CONFERENCE),
        MeetingFamily.CONFERENCE,
        _CONFERENCE,
    ),
    DefaultKind(
        MeetingKind.REVIEW_CONFERENCE.value,
        short_label(MeetingKind.REVIEW_CONFERENCE),
        MeetingFamily.CONFERENCE,
        _CONFERENCE,
    ),
    DefaultKind(
        MeetingKind.STRATEGY_MEETING.value,
        short_label(MeetingKind.STRATEGY_MEETING),
        MeetingFamily.STRATEGY,
        _STRATEGY,
    ),
    DefaultKind(
        MeetingKind.CORE_GROUP.value,
        short_label(MeetingKind.CORE_GROUP),
        MeetingFamily.CORE_GROUP,
        (RecordSection.FAMILY, *_ALWAYS),
    ),
    DefaultKind(
        "missing_child_strategy",
        "Missing child strategy meeting",
        MeetingFamily.STRATEGY,
        (RecordSection.STRATEGY, RecordSection.MISSING_CHILD, *_ALWAYS),
    ),
    DefaultKind(
        "complex_strategy",
        "Complex strategy meeting",
        MeetingFamily.STRATEGY,
        _STRATEGY,
        several_families=True,
        named_people_only=True,
    ),
    DefaultKind("pre_mase", "Pre-MASE panel", MeetingFamily.PANEL),
    DefaultKind("mase", "MASE panel", MeetingFamily.PANEL),
)
"""The four that figures know by their codes, then those for exploitation, missing children and complex abuse.

MASE is multi-agency sexual exploitation: a panel with its preparatory meeting (the published self-evaluation).
"""
