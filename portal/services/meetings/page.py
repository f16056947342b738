"""One meeting with all that its viewer may know of it, read by a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, load_only

from portal.access import meetings as access
from portal.access import reports as reports_access
from portal.access.viewer import Viewer
from portal.database.found_otherwise import only_checked
from portal.database.session import db
from portal.domain.answering import tells_otherwise
from portal.domain.deadlines import ReportState, report_state
from portal.domain.errors import NotVisible
from portal.domain.quoracy import Foresight, foresee, is_quorate, present_types
from portal.domain.rules import QuorumRule
from portal.domain.vocabulary import (
    AGENCY_ROLES,
    AgencyType,
    Answer,
    Attendance,
    Expectation,
    ExpectationReason,
    MeetingStatus,
    ReportStatus,
)
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.people import Membership
from portal.models.reports import Report
from portal.services.meetings.children import NamedChild, children_of_meeting
from portal.services.meetings.history import Event, trail
from portal.services.meetings.kinds import kinds
from portal.services.meetings.outstanding import asked_again_where
from portal.services.meetings.record import MeetingRecord, record_of


@dataclass(frozen=True, slots=True)
class Part:
    """One agency's part in the meeting, as everybody who sees the meeting sees it; `note` as few do."""

    invitation_id: int
    agency_id: int
    agency_name: str
    agency_type: AgencyType
    expectation: Expectation
    reason: ExpectationReason | None
    answer: Answer | None
    attendance: Attendance | None
    declared: Attendance | None
    confirmed: Attendance | None
    report: ReportState
    report_due_on: date | None
    report_received_on: date | None
    note: str = ""
    can_be_read: bool = False
    """Whether the viewer may open the report's text."""
    is_asked_again: bool = False
    """Whether its answer was given for another day or time, and nobody has said since that it still stands."""

    @property
    def has_part(self) -> bool:
        """Whether the agency is still asked, by its own word and the coordinator's."""
        return self.expectation is not Expectation.NOT_RELEVANT and self.answer is not Answer.NOT_OURS

    @property
    def differs(self) -> bool:
        """Whether the agency tells the day otherwise than the chair."""
        return tells_otherwise(self.declared, self.confirmed)


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """All of it. `own` is the invitation of the viewer's agency; empty for those who run the meeting."""

    meeting: Meeting
    chair_name: str
    children: tuple[NamedChild, ...]
    parts: tuple[Part, ...]
    own: Invitation | None
    own_part: Part | None
    report: Report | None
    """The agency's own, begun or sent in the portal."""
    quorum: QuorumRule | None
    foresight: Foresight | None
    quorate_so_far: bool | None
    history: tuple[Event, ...]
    record: MeetingRecord

    @property
    def answered(self) -> int:
        """How many of the agencies that have a part have answered."""
        return sum(part.has_part and part.answer is not None for part in self.parts)

    @property
    def asked_again(self) -> tuple[str, ...]:
        """The agencies that have still to say whether their answer stands, since the meeting was moved."""
        return tuple(part.agency_name for part in self.parts if part.has_part and part.is_asked_again)

    @property
    def asked(self) -> int:
        """How many agencies have a part."""
        return sum(part.has_part for part in self.parts)


def meeting_page(viewer: Viewer, meeting_id: int) -> MeetingPage:
    """A meeting for whoever sees it; that the family's record was read is logged. Raises NotVisible."""
    session: Session = db.session()
    meeting = session.scalars(
        access.visible_to(viewer)
        .where(Meeting.id == meeting_id)
        .options(
            joinedload(Meeting.meeting_type),
            joinedload(Meeting.case),
            joinedload(Meeting.chair).joinedload(Membership.user),
        )
    ).one_or_none()
    if meeting is None:
        raise NotVisible("No such meeting.")
    children = children_of_meeting(viewer, meeting.id, meeting.case_id)
    is_agency = viewer.role in AGENCY_ROLES
    own = _own(session, viewer, meeting_id) if is_agency else None
    notes = {} if is_agency else _notes(session, viewer, meeting_id)
    reports = _reports(session, viewer, meeting_id)
    parts = _parts(session, viewer, meeting, notes, reports)
    quorum = kinds(session.connection(), [meeting.partnership_id])[meeting.meeting_type_id].quorum_on(meeting.day)
    present = present_types((part.agency_type, part.attendance) for part in parts)
    foresight = None
    if meeting.status is MeetingStatus.SCHEDULED:
        foresight = foresee(quorum, [(part.agency_type, part.answer) for part in parts if part.has_part])
    own_id = own.id if own else 0
    return MeetingPage(
        meeting=meeting,
        chair_name=meeting.chair.user.name if meeting.chair else "",
        children=children,
        parts=tuple(part for part in parts if part.has_part or not is_agency),
        own=own,
        own_part=next((part for part in parts if part.invitation_id == own_id), None),
        report=reports.get(own_id),
        quorum=quorum,
        foresight=foresight,
        quorate_so_far=is_quorate(quorum, present, meeting.status),
        record=record_of(session, viewer, meeting),
        history=tuple(trail(viewer, meeting_id, {part.invitation_id: part.agency_name for part in parts})),
    )


def _own(session: Session, viewer: Viewer, meeting_id: int) -> Invitation | None:
    return session.scalars(
        access.invitations_visible_to(viewer)
        .where(Invitation.meeting_id == meeting_id)
        .options(joinedload(Invitation.team), joinedload(Invitation.answered_by), joinedload(Invitation.declared_by))
    ).one_or_none()


def _notes(session: Session, viewer: Viewer, meeting_id: int) -> dict[int, str]:
    """What agencies wrote with their answers, for those who run the meeting."""
    rows = session.execute(
        access.invitations_visible_to(viewer)
        .where(Invitation.meeting_id == meeting_id)
        .with_only_columns(Invitation.id, Invitation.answer_note)
    )
    return {invitation_id: note for invitation_id, note in rows if note}


def _reports(session: Session, viewer: Viewer, meeting_id: int) -> dict[int, Report]:
    """The reports that the viewer may open, by invitation; their texts stay closed."""
    invited = select(Invitation.id).where(Invitation.meeting_id == meeting_id)
    reports = session.scalars(
        only_checked(reports_access.visible_to(viewer), Invitation.partnership_id)
        .where(Report.invitation_id.in_(invited))
        .options(load_only(Report.invitation_id, Report.status, Report.saved_at, Report.submitted_at, raiseload=True))
    )
    return {report.invitation_id: report for report in reports}


def _parts(
    session: Session, viewer: Viewer, meeting: Meeting, notes: Mapping[int, str], reports: Mapping[int, Report]
) -> list[Part]:
    """Every agency's part; that an agency was invited and how it answered is for whoever sees the meeting."""
    rows = session.execute(
        select(
            Invitation.id,
            Invitation.agency_id,
            Agency.name,
            Agency.agency_type,
            Invitation.expectation,
            Invitation.expectation_reason,
            Invitation.answer,
            Invitation.attendance,
            Invitation.declared_attendance,
            Invitation.confirmed_attendance,
            Invitation.report_due_on,
            Invitation.report_received_on,
            asked_again_where().label("is_asked_again"),
        )
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(Invitation.meeting_id == meeting.id)
        .order_by(Agency.name, Invitation.id)
    )
    parts = []
    for row in rows:
        report = reports.get(row.id)
        parts.append(
            Part(
                invitation_id=row.id,
                agency_id=row.agency_id,
                agency_name=row.name,
                agency_type=row.agency_type,
                expectation=row.expectation,
                reason=row.expectation_reason,
                answer=row.answer,
                attendance=row.attendance,
                declared=row.declared_attendance,
                confirmed=row.confirmed_attendance,
                report=report_state(
                    expectation=row.expectation,
                    status=meeting.status,
                    due=row.report_due_on,
                    received_on=row.report_received_on,
                    today=viewer.today,
                    held_on=meeting.held_on,
                ),
                report_due_on=row.report_due_on,
                report_received_on=row.report_received_on,
                note=notes.get(row.id, ""),
                can_be_read=report is not None and report.status is ReportStatus.SUBMITTED,
                is_asked_again=row.is_asked_again,
            )
        )
    return parts
