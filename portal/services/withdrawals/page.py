"""One entry of the data-protection list: what happened, who had opened it, what was found; and what was withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.access import report_withdrawals as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import FileStatus
from portal.domain.errors import NotVisible
from portal.domain.files import size_in_words
from portal.domain.report_answers import revisions, with_addenda
from portal.domain.withdrawals import Clock
from portal.models.files import ReportFile, StoredFile
from portal.models.meetings import Invitation, Meeting
from portal.models.report_withdrawals import ReportWithdrawal
from portal.models.reports import Report
from portal.services import activity, file_reading
from portal.services.filing import filing
from portal.services.report_templates.rows import as_template
from portal.services.reports.answers import read_sheet
from portal.services.reports.reading import Part, addenda_of, parts_of
from portal.services.withdrawals.listing import clock_of
from portal.services.withdrawals.openings import Opening, openings_of


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as its page shows it. `meeting` and all narratives are empty for whoever sees no content."""

    withdrawal: ReportWithdrawal
    agency: str
    meeting: Meeting | None
    invitation_id: int
    clock: Clock
    openings: tuple[Opening, ...]
    may_read: bool
    may_assess: bool

    @property
    def strangers(self) -> tuple[Opening, ...]:
        """Those who had opened it, without the agency's own people."""
        return tuple(one for one in self.openings if not one.is_own)


@dataclass(frozen=True, slots=True)
class WithdrawnFile:
    """A file that was withdrawn, for those who may still open it."""

    id: int
    name: str
    size: str
    status: FileStatus
    may_open: bool


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was withdrawn: the report's text (none where a file alone was), and its files."""

    withdrawal: ReportWithdrawal
    agency: str
    parts: tuple[Part, ...]
    files: tuple[WithdrawnFile, ...]


def read_entry(viewer: Viewer, withdrawal_id: int) -> Entry:
    """An entry that the viewer sees. Raises NotVisible."""
    session: Session = db.session()
    withdrawal = session.scalars(
        access.visible_to(viewer)
        .where(ReportWithdrawal.id == withdrawal_id)
        .options(
            joinedload(ReportWithdrawal.report)
            .joinedload(Report.invitation)
            .options(joinedload(Invitation.agency), joinedload(Invitation.meeting).joinedload(Meeting.meeting_type)),
            joinedload(ReportWithdrawal.withdrawn_by),
            joinedload(ReportWithdrawal.assessed_by),
        )
    ).one_or_none()
    if withdrawal is None:
        raise NotVisible("No such entry.")
    invitation = withdrawal.report.invitation
    may_read = access.may_read_content(viewer)
    return Entry(
        withdrawal=withdrawal,
        agency=invitation.agency.name,
        meeting=invitation.meeting if may_read else None,
        invitation_id=invitation.id,
        clock=clock_of(withdrawal),
        openings=tuple(openings_of(session, withdrawal, invitation.agency_id)),
        may_read=may_read,
        may_assess=access.may_assess(viewer, withdrawal),
    )


def read_withdrawn(viewer: Viewer, withdrawal_id: int) -> Withdrawn:
    """What was withdrawn, for the few who may still read it: the reading is logged. Raises NotVisible."""
    session: Session = db.session()
    withdrawal = session.scalars(
        access.content_visible_to(viewer)
        .where(ReportWithdrawal.id == withdrawal_id)
        .options(
            joinedload(ReportWithdrawal.report).options(
                joinedload(Report.template), joinedload(Report.invitation).joinedload(Invitation.agency)
            )
        )
    ).one_or_none()
    if withdrawal is None:
        raise NotVisible("No such entry.")
    report = withdrawal.report
    parts: tuple[Part, ...] = ()
    if withdrawal.file_id is None:
        sheet, addenda = read_sheet(session, report), addenda_of(session, report)
        later = sheet.said_by({one.number for one in addenda})
        parts = parts_of(
            as_template(report.template),
            with_addenda(sheet.texts, later),
            is_limited=report.is_limited,
            is_own=report.invitation.agency_id == viewer.agency_id,
            revised=revisions(sheet.texts, later),
            addenda={one.number: one for one in addenda},
        )
    activity.record_reading(viewer, "withdrawal.read", "withdrawal", [withdrawal.id])
    found = _files(session, viewer, withdrawal)
    return Withdrawn(withdrawal, report.invitation.agency.name, parts, found)


def open_withdrawn_file(viewer: Viewer, withdrawal_id: int, file_id: int) -> tuple[StoredFile, Iterator[bytes]]:
    """A file that was withdrawn, for the few who may still open it; logged. Raises NotVisible, HeldBack, Damaged."""
    seen = access.content_visible_to(viewer).where(ReportWithdrawal.id == withdrawal_id)
    withdrawal = db.session.scalars(seen).one_or_none()
    if withdrawal is None or withdrawal.file_id not in (None, file_id):
        raise NotVisible("No such file.")
    of_report = select(ReportFile.file_id).where(ReportFile.report_id == withdrawal.report_id)
    allowed = access.files_visible_to(viewer).where(StoredFile.id == file_id, StoredFile.id.in_(of_report))
    return file_reading.open_found(viewer, allowed, verb="withdrawal.read", subject="file")


def _files(session: Session, viewer: Viewer, withdrawal: ReportWithdrawal) -> tuple[WithdrawnFile, ...]:
    of_report = select(ReportFile.file_id).where(ReportFile.report_id == withdrawal.report_id)
    rows = access.files_visible_to(viewer).where(StoredFile.id.in_(of_report))
    if withdrawal.file_id is not None:
        rows = rows.where(StoredFile.id == withdrawal.file_id)
    found = session.execute(
        rows.order_by(StoredFile.id)
        .with_only_columns(StoredFile.id, StoredFile.name, StoredFile.size, StoredFile.status)
        .distinct()
    )
    open_statuses = filing().open_statuses
    return tuple(
        WithdrawnFile(row.id, row.name, size_in_words(row.size), row.status, row.status in open_statuses)
        for row in found
    )
