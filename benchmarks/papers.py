"""What came of the area's meetings, in bulk: a report for each that was received, and a bundle of each meeting's.

Without the reports' words and the bundles' bytes: no page of the area is asked for those, and lists and clocks look at
the rows alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from portal.database.encryption import keyring
from portal.domain.audit_vocabulary import FilePurpose, FileStatus
from portal.domain.bundle_vocabulary import MaySee
from portal.domain.vocabulary import ReportStatus
from portal.models.files import StoredFile
from portal.models.meetings import Invitation, Meeting
from portal.models.report_bundles import BundledReport, ReportBundle
from portal.models.report_templates import ReportTemplate
from portal.models.reports import Report
from portal.services.batches import in_batches

DUE_BEFORE = timedelta(days=5)
"""How long before a meeting its reports are due; from the day after, its bundle is there."""

_BATCH = 10_000


def add_papers(session: Session, own: Mapping[str, Any], writer_id: int, today: date) -> None:
    """Write them for every meeting that is there; `own` is what all rows of the area share."""
    _reports(session, own, writer_id)
    meetings = session.scalars(
        select(Meeting.id)
        .join(Invitation, Invitation.meeting_id == Meeting.id)
        .join(Report, Report.invitation_id == Invitation.id)
        .where(Meeting.scheduled_on < today + DUE_BEFORE)
        .group_by(Meeting.id)
        .order_by(Meeting.id)
    ).all()
    for some in in_batches(meetings, _BATCH):
        _bundles(session, own, some)
    session.execute(
        insert(BundledReport.__table__).from_select(
            ["partnership_id", "bundle_id", "report_id", "addenda", "may_see", "is_later"],
            select(
                ReportBundle.partnership_id,
                ReportBundle.id,
                Report.id,
                literal(0),
                literal(MaySee.FAMILY, BundledReport.may_see.type),
                literal(False),
            )
            .join(Invitation, Invitation.meeting_id == ReportBundle.meeting_id)
            .join(Report, Report.invitation_id == Invitation.id),
        )
    )


def conference_template(partnership_id: int) -> Any:
    """The version of the template for any agency at a conference, as a query for its id."""
    return select(ReportTemplate.id).where(
        ReportTemplate.partnership_id == partnership_id, ReportTemplate.code == "conference"
    )


def _reports(session: Session, own: Mapping[str, Any], writer_id: int) -> None:
    at = own["created_at"]
    facts = {
        "partnership_id": Invitation.partnership_id,
        "invitation_id": Invitation.id,
        "template_id": literal(session.scalars(conference_template(own["partnership_id"])).one()),
        "is_limited": literal(False),
        "status": literal(ReportStatus.SUBMITTED, Report.status.type),
        "started_at": literal(at, Report.started_at.type),
        "saved_at": literal(at, Report.saved_at.type),
        "saved_by_id": literal(writer_id),
        "submitted_at": literal(at, Report.submitted_at.type),
        "submitted_by_id": literal(writer_id),
        "version": literal(1),
    }
    received = select(*facts.values()).where(Invitation.report_received_on.is_not(None))
    session.execute(insert(Report.__table__).from_select(list(facts), received))


def _bundles(session: Session, own: Mapping[str, Any], meeting_ids: list[int]) -> None:
    place, at = own["partnership_id"], own["created_at"]
    names = {f"{meeting_id:064x}": meeting_id for meeting_id in meeting_ids}
    session.execute(
        insert(StoredFile.__table__),
        [
            {
                "partnership_id": place,
                "purpose": FilePurpose.REPORT_BUNDLE,
                "status": FileStatus.CLEAN,
                "name": "Reports.pdf",
                "media_type": "application/pdf",
                "size": 100_000,
                "store_name": name,
                "wrapped_key": bytes(40),
                "key_id": keyring.writing_id,
                "given_at": at,
                "version": 1,
            }
            for name in names
        ],
    )
    files = session.execute(select(StoredFile.id, StoredFile.store_name).order_by(StoredFile.id.desc()).limit(_BATCH))
    session.execute(
        insert(ReportBundle.__table__),
        [
            {
                "partnership_id": place,
                "meeting_id": names[name],
                "number": 1,
                "cut_at": at,
                "file_id": file_id,
                "talks": 0,
            }
            for file_id, name in files
            if name in names
        ],
    )
