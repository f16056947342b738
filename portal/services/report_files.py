"""What is attached to an agency's report: added and removed while it is a draft, read with it afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.access import files as file_access
from portal.access import reports as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import FilePurpose, FileStatus
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.files import Upload, size_in_words
from portal.models.files import ReportFile, StoredFile
from portal.models.reports import Report
from portal.services import files
from portal.services.changes import Change, changing
from portal.services.file_pictures import may_show
from portal.services.filing import filing
from portal.services.invitations.own import own_invitation
from portal.services.invitations.seen import AlreadySo
from portal.services.reports.drafts import begin, draft_to_write
from portal.services.same_files import told_apart


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as lists show it; `may_open` once it has been scanned."""

    id: int
    name: str
    size: str
    status: FileStatus
    may_open: bool
    may_show: bool = False
    """Whether its pages can be looked at as pictures."""


def attached_to(viewer: Viewer, report: Report | None) -> list[Attachment]:
    """What is attached to a report that the viewer may read, in the order in which it came."""
    if report is None:
        return []
    open_statuses = filing().open_statuses
    rows = db.session.execute(
        file_access.visible_to(viewer)
        .join(ReportFile, ReportFile.file_id == StoredFile.id)
        .where(ReportFile.report_id == report.id)
        .order_by(StoredFile.id)
        .with_only_columns(StoredFile.id, StoredFile.name, StoredFile.size, StoredFile.status, StoredFile.media_type)
    )
    return [
        Attachment(
            row.id,
            row.name,
            size_in_words(row.size),
            row.status,
            may_open=row.status in open_statuses,
            may_show=row.status in open_statuses and may_show(row.media_type),
        )
        for row in rows
    ]


def attach_files(viewer: Viewer, meeting_id: int, uploads: Sequence[Upload]) -> list[StoredFile]:
    """Attach files to the viewer's agency's report; where nothing has been written yet, that begins the draft.

    Gives those that were: one that is attached already, as after a double click, is not attached once more. Raises
    NotVisible, NotPermitted, AlreadySent, and Invalid (or TooLarge) under `files`.
    """
    if not uploads:
        return []
    agency_id = _may_attach(viewer, meeting_id, uploads)
    purpose = FilePurpose.REPORT_ATTACHMENT
    try:
        with (
            files.receiving(viewer, agency_id=agency_id, purpose=purpose, uploads=uploads) as received,
            changing(viewer) as change,
        ):
            report = _begun(change, meeting_id)
            there = _files_at(change, report.id)
            new, again = told_apart(received, there)
            if not new:
                raise AlreadySo
            files.check_number(len(there), new)
            kept = [files.keep_file(change, one) for one in new]
            change.session.add_all(
                ReportFile(partnership_id=report.partnership_id, report_id=report.id, file_id=one.id) for one in kept
            )
    except AlreadySo:
        return []
    files.drop_bytes(*(one.store_name for one in again))
    return kept


def remove_attachment(viewer: Viewer, meeting_id: int, file_id: int) -> None:
    """Take a file off a draft, and delete it. Raises NotVisible, NotPermitted and AlreadySent."""
    with changing(viewer) as change:
        report = _begun(change, meeting_id)
        attached = change.session.scalar(
            select(ReportFile).where(ReportFile.report_id == report.id, ReportFile.file_id == file_id)
        )
        if attached is None:
            raise NotVisible("No such file.")
        change.session.delete(attached)
        store_name = files.drop_if_unused(change, file_id)
    files.drop_bytes(store_name)


def _may_attach(viewer: Viewer, meeting_id: int, uploads: Sequence[Upload]) -> int:
    """Ask before files are scanned and stored what is asked again within the change; gives whose files they are."""
    invitation = own_invitation(viewer, meeting_id)
    report = db.session.scalar(access.visible_to(viewer).where(Report.invitation_id == invitation.id))
    if not access.may_write(viewer, invitation, invitation.meeting, report):
        raise NotPermitted("Nothing can be attached to this report.")
    if report is not None:
        files.check_number(len(attached_to(viewer, report)), uploads)
    return invitation.agency_id


def _begun(change: Change, meeting_id: int) -> Report:
    """The draft that the viewer's agency may write on, made where there is none; it is saved by having a file."""
    draft = draft_to_write(change, meeting_id)
    if draft.report is None:
        change.log("report.saved", "report", begin(change, draft).id)
    return begin(change, draft)


def _files_at(change: Change, report_id: int) -> Sequence[StoredFile]:
    of_report = select(StoredFile).join(ReportFile, ReportFile.file_id == StoredFile.id)
    return change.session.scalars(of_report.where(ReportFile.report_id == report_id)).all()
