"""Which entries of the trail say that somebody saw a child's record, and what kind of page that was."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

PAGE_READ = "emergency.page_read"
"""A page that somebody read while they had a closed record open; it is noted under the page's own name."""


class ReadingKind(StrEnum):
    """What somebody had before them."""

    RECORD = "record"
    LIST = "list"
    REPORT = "report"
    BUNDLE = "bundle"
    PAPER = "paper"
    STRATEGY = "strategy"
    TALK = "talk"
    FILE = "file"
    ESCALATION = "escalation"
    WITHDRAWAL = "withdrawal"
    READINGS = "readings"
    EMERGENCY = "emergency"


KIND_WORDS: Mapping[ReadingKind, str] = {
    ReadingKind.RECORD: "The child’s record",
    ReadingKind.LIST: "A child-level list",
    ReadingKind.REPORT: "A report",
    ReadingKind.BUNDLE: "A bundle of reports",
    ReadingKind.PAPER: "Minutes or a decision sheet",
    ReadingKind.STRATEGY: "A strategy record",
    ReadingKind.TALK: "What was said on the telephone",
    ReadingKind.FILE: "A file",
    ReadingKind.ESCALATION: "An escalation",
    ReadingKind.WITHDRAWAL: "What was withdrawn",
    ReadingKind.READINGS: "This list",
    ReadingKind.EMERGENCY: "A closed record, in an emergency",
}

READINGS: Mapping[str, ReadingKind] = {
    "bundle.opened": ReadingKind.BUNDLE,
    "case.read": ReadingKind.RECORD,
    "case.readings_read": ReadingKind.READINGS,
    "child.read": ReadingKind.LIST,
    "consultation.read": ReadingKind.TALK,
    "emergency.opened": ReadingKind.EMERGENCY,
    PAGE_READ: ReadingKind.EMERGENCY,
    "escalation.downloaded": ReadingKind.ESCALATION,
    "escalation.read": ReadingKind.ESCALATION,
    "file.opened": ReadingKind.FILE,
    "file.viewed": ReadingKind.FILE,
    "paper.read": ReadingKind.PAPER,
    "report.read": ReadingKind.REPORT,
    "report.read_as_family": ReadingKind.REPORT,
    "strategy_record.read": ReadingKind.STRATEGY,
    "subject.exported": ReadingKind.RECORD,
    "subject.read": ReadingKind.RECORD,
    "withdrawal.read": ReadingKind.WITHDRAWAL,
}
"""The verbs of reading. What changes a record is no reading: whoever changes one has read it first, and is here."""


def verbs_of(kind: ReadingKind | None) -> list[str]:
    """The verbs of one kind of page, or of all."""
    return [verb for verb, one in READINGS.items() if kind in (None, one)]


def is_emergency(verb: str) -> bool:
    """Whether somebody was shut out of the record, and opened it with a reason."""
    return READINGS.get(verb) is ReadingKind.EMERGENCY
