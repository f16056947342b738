"""Recording what a family has seen of a report, and taking back what was recorded by mistake."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import report_sharing as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.report_sharing import FamilyReader, Seen, readers_of, sharing_faults
from portal.domain.sharing_vocabulary import FAMILY_READERS
from portal.models.meetings import Invitation
from portal.models.report_sharing import ReportSharing
from portal.models.reports import Report
from portal.services import activity
from portal.services.changes import Change, changing
from portal.services.invitations.seen import AlreadySo
from portal.services.report_sharing.rows import named_readers, part_of, part_to_change, report_that_stands

NOT_HERE = "What the family has seen is recorded of a report that was sent, by its agency or those who run the meeting."


@dataclass(frozen=True, slots=True)
class Recording:
    """What the page of recording shows: whose report it is, and whom of the family it may have been shared with."""

    invitation: Invitation
    readers: tuple[FamilyReader, ...]


def open_recording(viewer: Viewer, meeting_id: int, invitation_id: int) -> Recording:
    """Whom it can be recorded of; that the family's record was read is logged. Raises NotVisible and NotPermitted."""
    session: Session = db.session()
    invitation = part_of(session, viewer, meeting_id, invitation_id)
    _report(session, viewer, invitation)
    readers = readers_of(named_readers(session, viewer, meeting_id), FAMILY_READERS)
    activity.record_reading(viewer, "case.read", "case", [invitation.meeting.case_id])
    return Recording(invitation, readers)


def record_sharing(viewer: Viewer, meeting_id: int, invitation_id: int, seen: Seen) -> bool:
    """Keep what was recorded; False where the same stands there already. Figures count the first day of sharing.

    Raises NotVisible, NotPermitted and Invalid by field.
    """
    try:
        with changing(viewer) as change:
            invitation = part_to_change(change, meeting_id, invitation_id)
            report = _report(change.session, viewer, invitation)
            readers = readers_of(named_readers(change.session, viewer, meeting_id), FAMILY_READERS)
            by_key = {one.key: one for one in readers}
            if faults := sharing_faults(seen, by_key, viewer.today):
                raise Invalid("This cannot be recorded.", errors=faults)
            row = _row(viewer, report, by_key[seen.reader], seen)
            if any(_says_the_same(row, other) for other in _of_report(change.session, report)):
                raise AlreadySo
            change.session.add(row)
            change.session.flush()
            if row.shared_on is not None:
                _keep_in_step(change, invitation, report)
            change.log("report.shared" if row.shared_on else "report.withheld", "report", report.id)
    except AlreadySo:
        return False
    return True


def take_back(viewer: Viewer, meeting_id: int, invitation_id: int, sharing_id: int) -> None:
    """Take back an entry: the person counts as one who has not been shown it. Raises NotVisible and NotPermitted."""
    with changing(viewer) as change:
        invitation = part_to_change(change, meeting_id, invitation_id)
        row = change.session.scalars(
            access.visible_to(viewer).where(
                ReportSharing.id == sharing_id, ReportSharing.invitation_id == invitation.id
            )
        ).one_or_none()
        if row is None:
            raise NotVisible("No such entry.")
        report = _report(change.session, viewer, invitation)
        row.taken_back_at, row.taken_back_by_id = viewer.now, viewer.user_id
        change.session.flush()
        if row.shared_on is not None and invitation.report_shared_on == row.shared_on:
            invitation.report_shared_on = None
            _keep_in_step(change, invitation, report)
        change.log("report.sharing_taken_back", "report", report.id)


def _report(session: Session, viewer: Viewer, invitation: Invitation) -> Report:
    report = report_that_stands(session, invitation)
    if report is None or not access.may_record(viewer, invitation, invitation.meeting, report):
        raise NotPermitted(NOT_HERE)
    return report


def _row(viewer: Viewer, report: Report, reader: FamilyReader, seen: Seen) -> ReportSharing:
    is_shared = seen.withheld is None
    return ReportSharing(
        partnership_id=report.partnership_id,
        invitation_id=report.invitation_id,
        report_id=report.id,
        attendance_id=reader.attendance_id,
        relation=reader.relation,
        shared_on=seen.shared_on if is_shared else None,
        way=seen.way if is_shared else None,
        language=(seen.language.strip() or None) if is_shared else None,
        shared_by=seen.shared_by.strip() if is_shared else None,
        withheld=seen.withheld,
        words=seen.words.strip() or None,
        recorded_at=viewer.now,
        recorded_by_id=viewer.user_id,
    )


def _says_the_same(one: ReportSharing, other: ReportSharing) -> bool:
    names = ("attendance_id", "relation", "shared_on", "way", "language", "shared_by", "withheld", "words")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _of_report(session: Session, report: Report) -> list[ReportSharing]:
    """What stands recorded of a report, whoever recorded it."""
    rows = select(ReportSharing).where(
        ReportSharing.invitation_id == report.invitation_id,
        ReportSharing.report_id == report.id,
        ReportSharing.taken_back_at.is_(None),
    )
    return list(session.scalars(rows))


def _keep_in_step(change: Change, invitation: Invitation, report: Report) -> None:
    """The day that figures count is the first on which anybody of the family saw it."""
    days = [row.shared_on for row in _of_report(change.session, report) if row.shared_on is not None]
    if days:
        invitation.report_shared_on = min(days)
