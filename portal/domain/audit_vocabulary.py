"""The words of audits and of what they lead to: actions, and files that back an answer or a report."""

from __future__ import annotations

from enum import StrEnum


class FrameworkStatus(StrEnum):
    """An edition of an audit framework is a draft until it is published; published ones never change."""

    DRAFT = "draft"
    PUBLISHED = "published"


class ScaleKind(StrEnum):
    """How an answer to an audit question is rated."""

    RAG = "rag"
    ZERO_TO_THREE = "zero_to_three"
    MET = "met"
    YES_NO = "yes_no"


class SchoolPhase(StrEnum):
    """The ages that a school or college is for; some audit questions are asked of some phases only."""

    EARLY_YEARS = "early_years"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    ALL_THROUGH = "all_through"
    POST_16 = "post_16"
    SPECIAL = "special"


class RoundKind(StrEnum):
    """A full audit, or the update in the year between two of them."""

    FULL = "full"
    UPDATE = "update"


class ReturnStatus(StrEnum):
    """How far an agency's return is: answers can be changed until it is submitted, and it is locked once signed."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    SIGNED = "signed"
    MODERATED = "moderated"


SIGNED_STATUSES = frozenset({ReturnStatus.SIGNED, ReturnStatus.MODERATED})


class SignOffStep(StrEnum):
    """One signature under a return: a school's three in order, or the two of other agencies."""

    AUTHOR = "author"
    EXECUTIVE = "executive"
    DESIGNATED_LEAD = "designated_lead"
    HEAD = "head"
    GOVERNOR = "governor"


class EvidenceKind(StrEnum):
    """What backs an answer: a file, a link, or what was given already, to another question or last time."""

    FILE = "file"
    LINK = "link"
    GIVEN = "given"


class SessionStatus(StrEnum):
    """A challenge session is planned, then held, and its outcome released to the agency."""

    PLANNED = "planned"
    HELD = "held"
    RELEASED = "released"


class ActionSource(StrEnum):
    """What an action came from."""

    AUDIT_ANSWER = "audit_answer"
    MEETING = "meeting"


class ActionStatus(StrEnum):
    """An action is open, said to be done by its owner, and closed once somebody has checked that."""

    OPEN = "open"
    DONE = "done"
    CLOSED = "closed"


class ActionRag(StrEnum):
    """How an action goes, as its owner sees it."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"


class FileStatus(StrEnum):
    """A file is held back until a scanner has passed it; demo mode alone lets one through unscanned."""

    QUARANTINED = "quarantined"
    CLEAN = "clean"
    NOT_SCANNED = "not_scanned"
    INFECTED = "infected"


class FilePurpose(StrEnum):
    """What a file belongs to, which says who may open it."""

    REPORT_ATTACHMENT = "report_attachment"
    AUDIT_EVIDENCE = "audit_evidence"
    MEETING_MINUTES = "meeting_minutes"
    REPORT_BUNDLE = "report_bundle"
    """A meeting's reports as one document, which the portal makes itself."""
    PACK = "pack"
    """A pack of figures, which the portal makes itself, too."""
