"""The files of the world: attached to reports and backing audit answers, each name and content of them marked.

In each partnership stand, under these names in world.files:

p.police_report, p.school_report   attached to reports that were sent (of p.initial and p.past_initial)
p.gp_draft                         attached to the GP's draft for p.initial
p.gp_evidence                      backs an answer of standard 1 in p.gp's return, which its practitioner was given
p.gp_lead_evidence                 backs one of standard 2, which is the lead's alone
p.school_evidence                  backs two answers of p.school's signed return
p.gp_waiting, p.gp_infected        attached to the GP's draft: held back, and refused
"""

from __future__ import annotations

from dataclasses import asdict
from io import BytesIO

from sqlalchemy.orm import Session

from portal.domain.audit_vocabulary import EvidenceKind, FilePurpose, FileStatus
from portal.domain.files import Upload
from portal.models.evidence import Evidence
from portal.models.files import ReportFile, StoredFile
from portal.services import files
from tests.world import NOW, PARTNERSHIPS, TODAY, World, viewer_of

REPORTS = {
    # name: (meeting, agency, status, who sees it)
    "police_report": (
        "initial",
        "police",
        FileStatus.CLEAN,
        ("police.lead", "police.practitioner", "chair", "manager"),
    ),
    "school_report": (
        "past_initial",
        "school",
        FileStatus.CLEAN,
        ("school.lead", "school.practitioner", "second_chair", "manager"),
    ),
    "gp_draft": ("initial", "gp", FileStatus.CLEAN, ("gp.lead", "gp.practitioner")),
    "gp_waiting": ("initial", "gp", FileStatus.QUARANTINED, ("gp.lead", "gp.practitioner")),
    "gp_infected": ("initial", "gp", FileStatus.INFECTED, ("gp.lead", "gp.practitioner")),
}
EVIDENCE = {
    "gp_evidence": ("gp", ("1.1",), ("gp.lead", "gp.practitioner")),
    "gp_lead_evidence": ("gp", ("2.1",), ("gp.lead",)),
    "school_evidence": (
        "school",
        ("1.1", "1.2"),
        ("school.lead", "school.head", "school.governor", "board", "business_manager", "scrutineer"),
    ),
}


class FileBuilder:
    """Writes them in one open transaction, after the meetings and the audits."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """Everything about files, in both partnerships."""
        for letter in PARTNERSHIPS:
            for name, (meeting, agency, status, readers) in REPORTS.items():
                stored = self.file(letter, name, agency, FilePurpose.REPORT_ATTACHMENT, status, readers)
                report_id = self.world.meeting(f"{letter}.{meeting}").invitations[agency].report_id
                self.session.add(
                    ReportFile(partnership_id=stored.partnership_id, report_id=report_id, file_id=stored.id)
                )
            for name, (agency, codes, readers) in EVIDENCE.items():
                stored = self.file(letter, name, agency, FilePurpose.AUDIT_EVIDENCE, FileStatus.CLEAN, readers)
                responses = self.world.returns[f"{letter}.{agency}"].responses
                for code in codes:
                    self._evidence(stored, responses[code])
        self.session.flush()

    def file(
        self,
        letter: str,
        name: str,
        agency: str,
        purpose: FilePurpose,
        status: FileStatus,
        names: tuple[str, ...],
    ) -> StoredFile:
        """A file of this name, given by the agency's lead; `names` are those who may open it."""
        world, tag = self.world, name.upper().replace("_", "-")
        readers = {f"{letter}.{who}" for who in names}
        if {"police.lead", "police.practitioner"} & set(names):
            readers.add("both")
        called = world.mark("file name", letter, readers, f"ZQ-{letter.upper()}-NAME-{tag}-QZ")
        text = world.mark("uploaded file", letter, readers, f"ZQ-{letter.upper()}-FILE-{tag}-QZ")
        viewer = viewer_of(world.person(f"{letter}.{agency}.lead"))
        upload = Upload(f"{called}.txt", BytesIO(f"{text}\n".encode()))
        agency_id = world.agencies[f"{letter}.{agency}"]
        with files.receiving(viewer, agency_id=agency_id, purpose=purpose, uploads=[upload]) as received:
            stored = StoredFile(**asdict(received[0]), given_at=NOW, given_by_id=viewer.user_id)
        stored.status = status
        self.session.add(stored)
        self.session.flush()
        world.files[f"{letter}.{name}"] = stored.id
        return stored

    def _evidence(self, stored: StoredFile, response_id: int) -> None:
        self.session.add(
            Evidence(
                partnership_id=stored.partnership_id,
                response_id=response_id,
                kind=EvidenceKind.FILE,
                title="A file",
                file_id=stored.id,
                dated_on=TODAY,
                added_at=NOW,
                added_by_id=stored.given_by_id,
            )
        )
