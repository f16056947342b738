"""What pages call the values of the audits' vocabulary: in full, and short for tables and tags."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.audit_vocabulary import (
    ActionRag,
    ActionSource,
    ActionStatus,
    EvidenceKind,
    FilePurpose,
    FileStatus,
    FrameworkStatus,
    ReturnStatus,
    RoundKind,
    ScaleKind,
    SchoolPhase,
    SessionStatus,
    SignOffStep,
)

AUDIT_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    FrameworkStatus: {
        FrameworkStatus.DRAFT: ("Draft, not used in any audit", "Draft"),
        FrameworkStatus.PUBLISHED: ("Published", "Published"),
    },
    ScaleKind: {
        ScaleKind.RAG: ("Red, amber or green", "RAG"),
        ScaleKind.ZERO_TO_THREE: ("0 to 3", "0 to 3"),
        ScaleKind.MET: ("Met, partly met or not met", "Met"),
        ScaleKind.YES_NO: ("Yes or no", "Yes/no"),
    },
    SchoolPhase: {
        SchoolPhase.EARLY_YEARS: ("Nursery or early years", "Early years"),
        SchoolPhase.PRIMARY: ("Primary school", "Primary"),
        SchoolPhase.SECONDARY: ("Secondary school", "Secondary"),
        SchoolPhase.ALL_THROUGH: ("All-through school", "All-through"),
        SchoolPhase.POST_16: ("College or sixth form", "Post-16"),
        SchoolPhase.SPECIAL: ("Special school or alternative provision", "Special"),
    },
    RoundKind: {
        RoundKind.FULL: ("Full audit", "Full"),
        RoundKind.UPDATE: ("Update between two audits", "Update"),
    },
    ReturnStatus: {
        ReturnStatus.NOT_STARTED: ("Not started", "Not started"),
        ReturnStatus.IN_PROGRESS: ("In progress", "In progress"),
        ReturnStatus.SUBMITTED: ("Complete, waiting to be signed", "To be signed"),
        ReturnStatus.SIGNED: ("Signed", "Signed"),
        ReturnStatus.MODERATED: ("Moderated", "Moderated"),
    },
    SignOffStep: {
        SignOffStep.AUTHOR: ("Author of the return", "Author"),
        SignOffStep.EXECUTIVE: ("Executive lead", "Executive"),
        SignOffStep.DESIGNATED_LEAD: ("Designated safeguarding lead", "Designated lead"),
        SignOffStep.HEAD: ("Head teacher or principal", "Head"),
        SignOffStep.GOVERNOR: ("Safeguarding governor", "Governor"),
    },
    EvidenceKind: {
        EvidenceKind.FILE: ("A file", "File"),
        EvidenceKind.LINK: ("A link", "Link"),
        EvidenceKind.GIVEN: ("Given already", "Given already"),
    },
    SessionStatus: {
        SessionStatus.PLANNED: ("Planned", "Planned"),
        SessionStatus.HELD: ("Held", "Held"),
        SessionStatus.RELEASED: ("Outcome sent to the agency", "Released"),
    },
    ActionSource: {
        ActionSource.AUDIT_ANSWER: ("An answer in an audit", "Audit"),
        ActionSource.MEETING: ("A meeting about a child", "Meeting"),
    },
    ActionStatus: {
        ActionStatus.OPEN: ("Open", "Open"),
        ActionStatus.DONE: ("Said to be done, waiting to be checked", "To be checked"),
        ActionStatus.CLOSED: ("Checked and closed", "Closed"),
    },
    ActionRag: {
        ActionRag.RED: ("Red: in trouble", "Red"),
        ActionRag.AMBER: ("Amber: at risk", "Amber"),
        ActionRag.GREEN: ("Green: on course", "Green"),
    },
    FileStatus: {
        FileStatus.QUARANTINED: ("Being checked for viruses", "Being checked"),
        FileStatus.CLEAN: ("Checked: no virus found", "Checked"),
        FileStatus.NOT_SCANNED: ("Not scanned for viruses: demonstration only", "Not scanned"),
        FileStatus.INFECTED: ("Refused: a virus was found", "Refused"),
    },
    FilePurpose: {
        FilePurpose.REPORT_ATTACHMENT: ("Attached to a report", "Report"),
        FilePurpose.AUDIT_EVIDENCE: ("Evidence in an audit", "Audit"),
        FilePurpose.MEETING_MINUTES: ("Minutes of a meeting", "Minutes"),
        FilePurpose.REPORT_BUNDLE: ("The reports of a meeting as one document", "Bundle"),
        FilePurpose.PACK: ("A pack of figures", "Pack"),
    },
}
