"""Who sees a file: whoever sees the report that it is attached to, an answer that it backs, or the minutes it is."""

from __future__ import annotations

from sqlalchemy import Select, and_, exists, false, or_, select

from portal.access import audits, minutes, reports
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import FilePurpose
from portal.models.audits import Response
from portal.models.evidence import Evidence
from portal.models.files import ReportFile, StoredFile
from portal.models.reports import Report


def visible_to(viewer: Viewer) -> Select[StoredFile]:
    """Files of the active partnership under their report's rule or, shared by several answers, under any of theirs.

    A file that belongs to nothing is seen by commands alone. A bundle of reports and a pack are opened from their own
    pages, where the reading of what is in them is logged (access/report_bundles.py, access/packs.py). Whether a file
    may be opened yet is asked of its status.
    """
    if viewer.partnership_id is None:
        return select(StoredFile).where(false())
    rows = select(StoredFile).where(StoredFile.partnership_id == viewer.partnership_id)
    if viewer.is_system:
        return rows
    attached = exists().where(
        ReportFile.file_id == StoredFile.id,
        ReportFile.withdrawn_at.is_(None),
        ReportFile.report_id.in_(reports.visible_to(viewer).with_only_columns(Report.id)),
    )
    backing = exists().where(
        Evidence.file_id == StoredFile.id,
        Evidence.response_id.in_(audits.answers_visible_to(viewer).with_only_columns(Response.id)),
    )
    return rows.where(
        or_(
            and_(StoredFile.purpose == FilePurpose.REPORT_ATTACHMENT, attached.correlate(StoredFile)),
            and_(StoredFile.purpose == FilePurpose.AUDIT_EVIDENCE, backing.correlate(StoredFile)),
            and_(StoredFile.purpose == FilePurpose.MEETING_MINUTES, minutes.has_file_where(viewer)),
        )
    )


def may_view(
    viewer: Viewer, stored: StoredFile, *, reads_report: bool, reads_answer: bool, reads_minutes: bool = False
) -> bool:
    """Whether the viewer sees this file, given whether they read its report, any answer it backs, or the minutes."""
    if viewer.partnership_id is None or stored.partnership_id != viewer.partnership_id:
        return False
    if viewer.is_system:
        return True
    reads = {
        FilePurpose.REPORT_ATTACHMENT: reads_report,
        FilePurpose.AUDIT_EVIDENCE: reads_answer,
        FilePurpose.MEETING_MINUTES: reads_minutes,
        FilePurpose.REPORT_BUNDLE: False,
        FilePurpose.PACK: False,
    }
    return reads[stored.purpose]
