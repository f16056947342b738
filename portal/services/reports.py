"""An agency's conference report: drafted together, checked, sent once, and read by those whom it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal.access import reports as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.deadlines import ReportState, report_state
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.reports import ReportText, too_long, unanswered
from portal.domain.vocabulary import ReportStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.reports import Report
from portal.services import activity
from portal.services.changes import Change, changing
from portal.services.invitations.own import own_invitation, own_to_change
from portal.services.invitations.seen import AlreadySo
from portal.services.meetings.children import children_of_meeting
from portal.services.report_text import text_of, words_of, write_text


@dataclass(frozen=True, slots=True)
class Reading:
    """A report as its chair, the manager or its own agency reads it."""

    report: Report
    agency_name: str
    invitation: Invitation
    children: tuple[str, ...]
    state: ReportState

    @property
    def meeting(self) -> Meeting:
        """What the report is for, with its type."""
        return self.invitation.meeting

    @property
    def text(self) -> ReportText:
        """What it says."""
        return text_of(self.report)


@dataclass(frozen=True, slots=True)
class Desk:
    """An agency's own report on one meeting, as its people find it."""

    agency_name: str
    invitation: Invitation
    children: tuple[str, ...]
    report: Report | None
    state: ReportState
    may_write: bool

    @property
    def meeting(self) -> Meeting:
        """What the report is for, with its type."""
        return self.invitation.meeting

    @property
    def text(self) -> ReportText:
        """What has been written so far."""
        return text_of(self.report) if self.report else ReportText()

    @property
    def version(self) -> int:
        """What a save is based on; 0 where nothing has been saved."""
        return self.report.version if self.report else 0

    @property
    def is_sent(self) -> bool:
        """Whether the report is submitted, and so locked."""
        return self.report is not None and self.report.status is ReportStatus.SUBMITTED

    @property
    def reading(self) -> Reading | None:
        """What was sent, to be read; None for a draft."""
        if self.report is None or not self.is_sent:
            return None
        return Reading(self.report, self.agency_name, self.invitation, self.children, self.state)


@dataclass(frozen=True, slots=True)
class Saved:
    """When a draft was saved (UTC), and the version that the next save is based on."""

    at: datetime
    version: int


class AlreadySent(Conflict):
    """The report was sent before this came; nothing of it can be changed."""


def open_desk(viewer: Viewer, meeting_id: int) -> Desk:
    """The viewer's agency's report on a meeting, with the children it is about: the reading is logged.

    Raises NotVisible.
    """
    invitation = own_invitation(viewer, meeting_id)
    report = db.session.scalar(
        access.visible_to(viewer)
        .where(Report.invitation_id == invitation.id)
        .options(joinedload(Report.saved_by), joinedload(Report.submitted_by))
    )
    desk = Desk(
        agency_name=viewer.agency_name,
        invitation=invitation,
        children=_children(viewer, invitation.meeting),
        report=report,
        state=_state(viewer, invitation),
        may_write=access.may_write(viewer, invitation, invitation.meeting, report),
    )
    _log_reading(viewer, report if desk.is_sent else None)
    return desk


def read_report(viewer: Viewer, meeting_id: int, invitation_id: int) -> Reading:
    """A report that the viewer may read, with the children it is about: the reading is logged.

    Raises NotVisible, also where the report has not come yet.
    """
    report = db.session.scalar(
        access.visible_to(viewer)
        .where(Report.invitation_id == invitation_id)
        .options(
            joinedload(Report.invitation).options(
                joinedload(Invitation.agency), joinedload(Invitation.meeting).joinedload(Meeting.meeting_type)
            ),
            joinedload(Report.submitted_by),
        )
    )
    if report is None or report.invitation.meeting_id != meeting_id:
        raise NotVisible("No such report.")
    meeting = report.invitation.meeting
    children = _children(viewer, meeting)
    _log_reading(viewer, report)
    return Reading(
        report, report.invitation.agency.name, report.invitation, children, _state(viewer, report.invitation)
    )


def save_draft(viewer: Viewer, meeting_id: int, version: int, text: ReportText) -> Saved:
    """Keep what has been written; the first save makes the draft, of which each invitation has one.

    `version` is that of the draft it is based on, 0 for none. Raises NotVisible, NotPermitted, AlreadySent,
    Invalid by field, and Conflict with both texts where a colleague saved another one in the meantime.
    """
    try:
        with changing(viewer) as change:
            invitation, report = _to_write(change, meeting_id, text)
            if faults := too_long(text):
                raise Invalid("Some answers are too long.", errors={field: [words] for field, words in faults.items()})
            saved = Saved(report.saved_at, report.version) if report else Saved(viewer.now, 0)
            if text == (text_of(report) if report else ReportText()):
                raise AlreadySo
            if version != saved.version:
                raise Conflict(
                    "A colleague saved this report while you were writing.",
                    mine=words_of(text),
                    theirs=words_of(text_of(report) if report else ReportText()),
                )
            saved = _save(change, invitation, report, text)
    except AlreadySo:
        pass
    return saved


def submit_report(viewer: Viewer, meeting_id: int, version: int) -> None:
    """Send the report as it was checked: from now on it is locked, and it counts as received today (London's day).

    A report that is known to have come by another way keeps that day. Raises NotVisible, NotPermitted,
    AlreadySent, Invalid by field where answers are missing, and Conflict where the draft was changed since.
    """
    with changing(viewer) as change:
        invitation, report = _to_write(change, meeting_id, None)
        if report is None:
            raise Invalid("Nothing has been written yet.")
        if report.version != version:
            raise Conflict("A colleague changed this report since you checked it. It has not been sent.")
        if faults := unanswered(text_of(report)):
            raise Invalid("Some answers are missing.", errors={field: [words] for field, words in faults.items()})
        report.status = ReportStatus.SUBMITTED
        report.submitted_at = viewer.now
        report.submitted_by_id = _person(viewer)
        if invitation.report_received_on is None:
            invitation.report_received_on = viewer.today
        change.log("report.submitted", "report", report.id)


def draft_to_write(change: Change, meeting_id: int) -> Report:
    """The draft that the viewer's agency may write on, made where there is none; locked until the change is kept.

    Raises NotVisible, NotPermitted and AlreadySent.
    """
    invitation, report = _to_write(change, meeting_id, None)
    if report is None:
        _save(change, invitation, None, ReportText())
        report = change.session.scalars(_report_of(change.viewer, invitation)).one()
    return report


def _save(change: Change, invitation: Invitation, report: Report | None, text: ReportText) -> Saved:
    now = change.viewer.now
    if report is None:
        report = Report(
            partnership_id=invitation.partnership_id,
            invitation_id=invitation.id,
            status=ReportStatus.DRAFT,
            started_at=now,
        )
        change.session.add(report)
    write_text(report, text)
    report.saved_at = now
    report.saved_by_id = _person(change.viewer)
    change.session.flush()
    change.log("report.saved", "report", report.id)
    return Saved(now, report.version)


def _to_write(change: Change, meeting_id: int, text: ReportText | None) -> tuple[Invitation, Report | None]:
    """The invitation, locked so that a draft is made and changed by one at a time, and its report if there is one."""
    viewer = change.viewer
    invitation = own_to_change(change, meeting_id)
    report = change.session.scalar(_report_of(viewer, invitation))
    if report is not None and report.status is ReportStatus.SUBMITTED:
        raise AlreadySent(
            "This report has been sent, so it can no longer be changed.",
            mine=words_of(text) if text else None,
            theirs=words_of(text_of(report)),
        )
    if not access.may_write(viewer, invitation, invitation.meeting, report):
        raise NotPermitted("No report can be written for this meeting.")
    return invitation, report


def _report_of(viewer: Viewer, invitation: Invitation) -> Select[Report]:
    return access.visible_to(viewer).where(Report.invitation_id == invitation.id)


def _children(viewer: Viewer, meeting: Meeting) -> tuple[str, ...]:
    return tuple(child.name for child in children_of_meeting(viewer, meeting.id, meeting.case_id))


def _state(viewer: Viewer, invitation: Invitation) -> ReportState:
    return report_state(
        expectation=invitation.expectation,
        status=invitation.meeting.status,
        due=invitation.report_due_on,
        received_on=invitation.report_received_on,
        today=viewer.today,
    )


def _log_reading(viewer: Viewer, report: Report | None) -> None:
    if report is not None:
        activity.record_reading(viewer, "report.read", "report", [report.id])


def _person(viewer: Viewer) -> int:
    if viewer.user_id is None:
        raise NotPermitted("A report is written by a person.")
    return viewer.user_id
