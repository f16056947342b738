"""One report as the family reads it: what its template lets them see, as it stands now, and nothing that was before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.access.viewer import Viewer
from portal.domain.bundle_vocabulary import MaySee
from portal.domain.errors import NotVisible
from portal.domain.report_bundles import for_family, may_see
from portal.domain.vocabulary import ReportStatus
from portal.domain.working_days import london_day
from portal.gateways.pdf import make_pdf
from portal.models.meetings import Meeting
from portal.services.reports.bundle_documents import MARKING
from portal.services.reports.reading import parts_of, read_report


@dataclass(frozen=True, slots=True)
class FamilyLine:
    """One question with its answer."""

    title: str
    words: str


@dataclass(frozen=True, slots=True)
class FamilyPart:
    """The lines under one heading."""

    title: str
    lines: tuple[FamilyLine, ...]


@dataclass(frozen=True, slots=True)
class FamilyVersion:
    """It has no parts where the agency has not given the report to the family."""

    invitation_id: int
    agency_name: str
    meeting: Meeting
    children: tuple[str, ...]
    sent_at: datetime
    may_see: MaySee
    parts: tuple[FamilyPart, ...]

    @property
    def is_for_family(self) -> bool:
        """Whether the agency lets the family have it."""
        return self.may_see is MaySee.FAMILY


def read_for_family(viewer: Viewer, meeting_id: int, invitation_id: int) -> FamilyVersion:
    """The family's version of a report that the viewer reads; the reading is logged. Raises NotVisible."""
    reading = read_report(viewer, meeting_id, invitation_id)
    report = reading.report
    if report.status is not ReportStatus.SUBMITTED or report.submitted_at is None:
        raise NotVisible("This report has not been sent.")
    allowed = may_see(reading.template, reading.answers)
    shown = for_family(reading.template) if allowed is MaySee.FAMILY else frozenset()
    parts = []
    for part in parts_of(reading.template, reading.answers, is_limited=report.is_limited, is_own=False):
        lines = tuple(FamilyLine(line.title, line.words) for line in part.lines if line.code in shown and line.words)
        if lines:
            parts.append(FamilyPart(part.title, lines))
    return FamilyVersion(
        invitation_id=invitation_id,
        agency_name=reading.agency_name,
        meeting=reading.meeting,
        children=reading.children,
        sent_at=report.submitted_at,
        may_see=allowed,
        parts=tuple(parts),
    )


def as_pdf(version: FamilyVersion) -> bytes:
    """Return it as a tagged PDF to be handed over. Raises NotVisible for a report that is not for the family."""
    if not version.is_for_family:
        raise NotVisible("This report is not for the family.")
    return make_pdf("family_report", plain(version))


def plain(version: FamilyVersion) -> dict[str, Any]:
    """What the document says, as values for its template."""
    about = f"About {', '.join(version.children)}" if version.children else ""
    facts = [
        f"For the {_in_a_title(version.meeting.meeting_type.name)} on {_day(version.meeting.day)}",
        about,
        f"Written by {version.agency_name}, {_day(london_day(version.sent_at))}",
    ]
    return {
        "title": f"Report of {version.agency_name}",
        "marking": MARKING,
        "facts": [fact for fact in facts if fact],
        "parts": [
            {"title": part.title, "lines": [{"title": line.title, "words": line.words} for line in part.lines]}
            for part in version.parts
        ],
    }


def _in_a_title(name: str) -> str:
    return name[:1].lower() + name[1:]


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
