"""Taking back a report, or one of its files: from that moment it is read nowhere any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from portal.access import files as file_access
from portal.access import meetings as meetings_access
from portal.access import report_withdrawals as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.deadlines import ReportState, report_state
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import ReportStatus
from portal.domain.withdrawal_vocabulary import RegulatorStep, WithdrawalReason, WithdrawalState
from portal.domain.withdrawals import reason_faults
from portal.domain.working_days import london_day
from portal.models.files import ReportFile, StoredFile
from portal.models.meetings import Invitation, Meeting
from portal.models.report_sharing import ReportSharing
from portal.models.report_withdrawals import ReportWithdrawal
from portal.models.reports import Report
from portal.services import files
from portal.services.changes import Change, changing
from portal.services.notices import withdrawals as notices
from portal.services.reports.bundling import close_with
from portal.services.reports.carrying import forget
from portal.services.sent_forms import once
from portal.services.withdrawals.openings import opened_by

_ASKED = (ReportState.DUE, ReportState.LATE)
_ALREADY = "This was withdrawn a moment ago."


@dataclass(frozen=True, slots=True)
class WithdrawableFile:
    """A file that can be taken back by itself; its name stands only for those who may open it."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Withdrawable:
    """A report that the viewer may take back, and those of its files that they see."""

    invitation: Invitation
    files: tuple[WithdrawableFile, ...]
    is_own: bool

    @property
    def meeting(self) -> Meeting:
        """What the report is for, with its type."""
        return self.invitation.meeting

    @property
    def agency_name(self) -> str:
        """Whose report it is."""
        return self.invitation.agency.name


def may_withdraw(viewer: Viewer, invitation_id: int) -> bool:
    """Whether there is something here that the viewer may take back: for the pages that show it."""
    found = access.withdrawable_by(viewer).where(Report.invitation_id == invitation_id).with_only_columns(Report.id)
    return db.session.scalar(found) is not None


def find_withdrawable(viewer: Viewer, meeting_id: int, invitation_id: int) -> Withdrawable:
    """What the viewer would take back. Raises NotVisible, NotPermitted, and Conflict where it is withdrawn already."""
    session: Session = db.session()
    invitation = _invitation(session, viewer, meeting_id, invitation_id)
    report = _report(session, viewer, invitation)
    rows = session.execute(
        file_access.visible_to(viewer)
        .join(ReportFile, ReportFile.file_id == StoredFile.id)
        .where(ReportFile.report_id == report.id, ReportFile.withdrawn_at.is_(None))
        .order_by(StoredFile.id)
        .with_only_columns(StoredFile.id, StoredFile.name)
    )
    return Withdrawable(
        invitation,
        tuple(WithdrawableFile(row.id, row.name) for row in rows),
        is_own=invitation.agency_id == viewer.agency_id,
    )


def withdraw(
    viewer: Viewer,
    meeting_id: int,
    invitation_id: int,
    reason: WithdrawalReason,
    words: str = "",
    *,
    file_id: int | None = None,
) -> int:
    """Take back the report that stands, or one of its files; gives the entry's id.

    Whoever had opened it is told, without its content; so is whoever looks after data protection. A bundle in which the
    report stands is closed, and the worker makes the next one without it. Where a whole report goes that the agency
    still owes, it is asked for it again. Raises NotVisible, NotPermitted, Invalid by field, and
    Conflict where somebody else has withdrawn it.
    """
    words = words.strip()
    bundled: str | None = None
    with changing(viewer) as change:
        once(change)
        session = change.session
        seen = _invitation(session, viewer, meeting_id, invitation_id)
        _lock(session, seen)
        invitation = _invitation(session, viewer, meeting_id, invitation_id)
        report = _report(session, viewer, invitation)
        if faults := reason_faults(reason, words):
            raise Invalid("Say why it is withdrawn.", errors=faults)
        if file_id is not None:
            _withdraw_file(change, report, file_id)
        entry = ReportWithdrawal(
            partnership_id=report.partnership_id,
            report_id=report.id,
            file_id=file_id,
            file_number=file_id or 0,
            reason=reason,
            words=words or None,
            withdrawn_at=viewer.now,
            withdrawn_by_id=viewer.user_id,
            is_asked_again=False,
            state=WithdrawalState.OPEN,
            regulator=RegulatorStep.NOT_DECIDED,
        )
        if file_id is None:
            _withdraw_report(change, report, invitation, entry)
            bundled = close_with(change, report, meeting_id)
            forget(change, report, invitation)
        session.add(entry)
        session.flush()
        if file_id is None:
            change.log("report.withdrawn", "report", report.id)
        else:
            change.log("file.withdrawn", "file", file_id)
        notices.tell_withdrawn(change, entry, invitation, opened_by(session, entry))
        entry_id = entry.id
    files.drop_bytes(bundled)
    return entry_id


def _withdraw_file(change: Change, report: Report, file_id: int) -> None:
    seen = file_access.visible_to(change.viewer).where(StoredFile.id == file_id).with_only_columns(StoredFile.id)
    attached = change.session.scalar(
        select(ReportFile).where(
            ReportFile.report_id == report.id,
            ReportFile.file_id == file_id,
            ReportFile.file_id.in_(seen),
            ReportFile.withdrawn_at.is_(None),
        )
    )
    if attached is None:
        raise Invalid("That file is not there any more.", errors={"what": ["Choose one of the files shown"]})
    attached.withdrawn_at = change.viewer.now


def _withdraw_report(change: Change, report: Report, invitation: Invitation, entry: ReportWithdrawal) -> None:
    """The report goes, and with it that it had come; one known to have come by another way, on another day, stays."""
    viewer = change.viewer
    report.withdrawn_at = viewer.now
    sent_on = report.submitted_at and london_day(report.submitted_at)
    entry.shared_on = _first_shown(change.session, report)
    if invitation.report_received_on is None or invitation.report_received_on != sent_on:
        if entry.shared_on is not None and invitation.report_shared_on == entry.shared_on:
            invitation.report_shared_on = None
        return
    entry.received_on = invitation.report_received_on
    entry.shared_on = entry.shared_on or invitation.report_shared_on
    invitation.report_received_on = invitation.report_shared_on = None
    state = report_state(
        expectation=invitation.expectation,
        status=invitation.meeting.status,
        due=invitation.report_due_on,
        received_on=None,
        today=viewer.today,
    )
    entry.is_asked_again = state in _ASKED


def _first_shown(session: Session, report: Report) -> date | None:
    """The first day on which anybody of a family was shown this very report."""
    rows = select(func.min(ReportSharing.shared_on)).where(
        ReportSharing.invitation_id == report.invitation_id,
        ReportSharing.report_id == report.id,
        ReportSharing.taken_back_at.is_(None),
    )
    return session.scalar(rows)


def _invitation(session: Session, viewer: Viewer, meeting_id: int, invitation_id: int) -> Invitation:
    found = session.scalars(
        meetings_access.invitations_visible_to(viewer)
        .where(Invitation.id == invitation_id, Invitation.meeting_id == meeting_id)
        .options(joinedload(Invitation.agency), joinedload(Invitation.meeting).joinedload(Meeting.meeting_type))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotVisible("No such report.")
    return found


def _report(session: Session, viewer: Viewer, invitation: Invitation) -> Report:
    report = session.scalars(
        access.withdrawable_by(viewer)
        .where(Report.invitation_id == invitation.id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if report is not None:
        return report
    rows = session.execute(
        select(Report.withdrawn_at).where(
            Report.invitation_id == invitation.id, Report.status == ReportStatus.SUBMITTED
        )
    ).all()
    if not rows:
        raise NotVisible("No such report.")
    if all(row.withdrawn_at is not None for row in rows):
        raise Conflict(_ALREADY)
    raise NotPermitted("A report is withdrawn by whoever sent it, its agency’s lead, or those who keep the meeting.")


def _lock(session: Session, invitation: Invitation) -> None:
    """Meeting, then invitation: in the order of case_facts, so that what is sent or withdrawn at once waits."""
    meeting = select(Meeting.id).where(Meeting.id == invitation.meeting_id)
    session.execute(meeting.with_for_update(of=Meeting, key_share=True))
    session.execute(select(Invitation.id).where(Invitation.id == invitation.id).with_for_update(of=Invitation))
