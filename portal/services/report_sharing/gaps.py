"""What the family has seen before the meeting: of each report who has, who has not, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ScalarSelect, and_, func, select
from sqlalchemy.orm import Session, joinedload

from portal.access import consultations as consultations_access
from portal.access import meetings as meetings_access
from portal.access import report_sharing as access
from portal.access import report_waivers as waivers_access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.bundle_vocabulary import MaySee
from portal.domain.deadlines import ReportState, report_state
from portal.domain.errors import NotVisible
from portal.domain.report_answers import with_addenda
from portal.domain.report_bundles import SHARING_QUESTION, may_see, place_of
from portal.domain.report_sharing import FamilyReader, behind, is_outdated, unseen_by
from portal.domain.sharing_vocabulary import ConsultationState, ShareWay, WithheldReason
from portal.domain.vocabulary import AGENCY_ROLES, MeetingStatus, ReportStatus
from portal.models.consultations import Consultation
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.report_sharing import ReportSharing
from portal.models.report_waivers import ReportWaiver
from portal.models.reports import Report, ReportAddendum, ReportAnswer
from portal.services import activity
from portal.services.meetings.outlook import HAS_PART
from portal.services.report_sharing.rows import named_readers
from portal.services.report_templates.rows import as_template


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry: to whom, and on which day and how, or why not."""

    id: int
    reader: FamilyReader
    shared_on: date | None
    way: ShareWay | None
    language: str
    shared_by: str
    withheld: WithheldReason | None
    words: str
    recorded_by: str
    recorded_at: datetime
    is_outdated: bool
    """Whether the report was added to after this."""


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """One agency's report and the family."""

    invitation_id: int
    agency_name: str
    is_own: bool
    state: ReportState
    due_on: date | None
    is_sent: bool
    """Whether a report stands in the portal, so that it can be shared."""
    shared_on: date | None
    """The day that figures count, where it is known by a file alone."""
    may_see: MaySee | None
    shown: tuple[Shown, ...]
    added_at: datetime | None
    """When the report was last added to."""
    unseen: tuple[FamilyReader, ...]
    """Parents and carers of whom nothing is recorded."""
    behind: tuple[FamilyReader, ...]
    """Those of them who know only what it said before."""
    is_waived: bool
    talks: tuple[Consultation, ...]

    @property
    def is_gap(self) -> bool:
        """Whether a report has come of which somebody who should have seen it has not, or nobody has."""
        if not self.is_sent:
            return False
        return bool(self.unseen or self.behind) or not (self.shown or self.shared_on)

    @property
    def talk_waits(self) -> bool:
        """Whether a talk with this agency is not confirmed yet."""
        return any(talk.state is ConsultationState.WAITING for talk in self.talks)


@dataclass(frozen=True, slots=True)
class FamilySeen:
    """The page, for those who run the meeting with all agencies, for an agency with its own alone."""

    meeting: Meeting
    lines: tuple[AgencyLine, ...]
    named: tuple[FamilyReader, ...]
    is_keeper: bool
    may_record: bool
    may_talk: bool
    may_waive: bool
    reads_reports: bool

    @property
    def gaps(self) -> int:
        """How many reports have come that the family has not seen."""
        return sum(line.is_gap for line in self.lines)

    @property
    def missing(self) -> int:
        """How many reports are due and have not come, which nobody can have seen."""
        return sum(line.state in (ReportState.DUE, ReportState.LATE) for line in self.lines)

    @property
    def is_ahead(self) -> bool:
        """Whether the meeting is still to come."""
        return self.meeting.status is MeetingStatus.SCHEDULED


def family_seen(viewer: Viewer, meeting_id: int) -> FamilySeen:
    """What the family has seen, for whoever sees the meeting, by nine queries; the reading is logged.

    Raises NotVisible.
    """
    session: Session = db.session()
    meeting = session.scalars(
        meetings_access.visible_to(viewer).where(Meeting.id == meeting_id).options(joinedload(Meeting.meeting_type))
    ).one_or_none()
    if meeting is None:
        raise NotVisible("No such meeting.")
    named = named_readers(session, viewer, meeting_id)
    lines = _lines(session, viewer, meeting, named)
    activity.record_reading(viewer, "case.read", "case", [meeting.case_id])
    is_open = meeting.status is not MeetingStatus.CANCELLED
    return FamilySeen(
        meeting=meeting,
        lines=lines,
        named=named,
        is_keeper=viewer.role not in AGENCY_ROLES,
        may_record=is_open and viewer.may(Permission.REPORTS_SHARE),
        may_talk=is_open and viewer.may(Permission.OUTCOMES_DECIDE),
        may_waive=is_open and viewer.may(Permission.MEETINGS_RECORD),
        reads_reports=viewer.may(Permission.REPORTS_READ),
    )


def _lines(session: Session, viewer: Viewer, meeting: Meeting, named: Sequence[FamilyReader]) -> tuple[AgencyLine, ...]:
    rows = session.execute(
        meetings_access.invitations_visible_to(viewer)
        .join(Agency, Agency.id == Invitation.agency_id)
        .outerjoin(
            Report,
            and_(
                Report.invitation_id == Invitation.id,
                Report.status == ReportStatus.SUBMITTED,
                Report.withdrawn_at.is_(None),
            ),
        )
        .where(Invitation.meeting_id == meeting.id, HAS_PART)
        .with_only_columns(
            Invitation.id,
            Invitation.agency_id,
            Invitation.expectation,
            Invitation.report_due_on,
            Invitation.report_received_on,
            Invitation.report_shared_on,
            Agency.name,
            Agency.agency_type,
            Report.id.label("report_id"),
            _added_at().label("added_at"),
        )
    ).all()
    invitations = [row.id for row in rows]
    allowed = _allowed(session, [row.report_id for row in rows if row.report_id is not None])
    added = {row.id: row.added_at for row in rows}
    shown = _shown(session, viewer, added, {one.attendance_id: one for one in named})
    waived = set(
        session.scalars(
            waivers_access.visible_to(viewer)
            .where(ReportWaiver.invitation_id.in_(invitations), ReportWaiver.ended_at.is_(None))
            .with_only_columns(ReportWaiver.invitation_id)
        )
    )
    talks: dict[int, list[Consultation]] = {}
    for talk in session.scalars(
        consultations_access.visible_to(viewer)
        .where(Consultation.invitation_id.in_(invitations))
        .order_by(Consultation.id)
    ):
        talks.setdefault(talk.invitation_id, []).append(talk)
    found = []
    for row in sorted(rows, key=lambda row: place_of(row.agency_type, row.name)):
        entries = shown.get(row.id, ())
        recorded = [(one.reader.attendance_id, one.reader.relation) for one in entries]
        found.append(
            AgencyLine(
                invitation_id=row.id,
                agency_name=row.name,
                is_own=row.agency_id == viewer.agency_id,
                state=report_state(
                    expectation=row.expectation,
                    status=meeting.status,
                    due=row.report_due_on,
                    received_on=row.report_received_on,
                    today=viewer.today,
                    held_on=meeting.held_on,
                ),
                due_on=row.report_due_on,
                is_sent=row.report_id is not None,
                shared_on=row.report_shared_on,
                may_see=allowed.get(row.report_id),
                shown=entries,
                added_at=row.added_at,
                unseen=unseen_by(named, recorded) if row.report_id is not None else (),
                behind=behind((one.reader, one.is_outdated) for one in entries),
                is_waived=row.id in waived,
                talks=tuple(talks.get(row.id, ())),
            )
        )
    return tuple(found)


def _added_at() -> ScalarSelect[datetime | None]:
    return (
        select(func.max(ReportAddendum.submitted_at))
        .where(ReportAddendum.report_id == Report.id, ReportAddendum.status == ReportStatus.SUBMITTED)
        .correlate(Report)
        .scalar_subquery()
    )


def _shown(
    session: Session,
    viewer: Viewer,
    added: Mapping[int, datetime | None],
    named: Mapping[int | None, FamilyReader],
) -> dict[int, tuple[Shown, ...]]:
    """What stands recorded, by invitation; `added` says of each when its report was last added to."""
    found: dict[int, tuple[Shown, ...]] = {}
    rows = session.scalars(
        access.visible_to(viewer)
        .where(ReportSharing.invitation_id.in_(added))
        .order_by(ReportSharing.id)
        .options(joinedload(ReportSharing.recorded_by))
    )
    for row in rows:
        # Whom the record no longer names, or not for this reader, is told by who they are to the child.
        reader = named.get(row.attendance_id) if row.attendance_id else None
        one = Shown(
            id=row.id,
            reader=reader or FamilyReader(row.relation, row.attendance_id),
            shared_on=row.shared_on,
            way=row.way,
            language=row.language or "",
            shared_by=row.shared_by or "",
            withheld=row.withheld,
            words=row.words or "",
            recorded_by=row.recorded_by.name,
            recorded_at=row.recorded_at,
            is_outdated=is_outdated(row.shared_on, row.recorded_at, added[row.invitation_id]),
        )
        found[row.invitation_id] = (*found.get(row.invitation_id, ()), one)
    return found


def _allowed(session: Session, report_ids: Sequence[int]) -> dict[int, MaySee]:
    """Who may have each report, by its agency's word: of its text the answer to that one question is read, no more."""
    if not report_ids:
        return {}
    said: dict[int, dict[int, dict[str, str]]] = {}
    rows = session.execute(
        select(ReportAnswer.report_id, ReportAnswer.addendum, ReportAnswer.value)
        .outerjoin(
            ReportAddendum,
            and_(ReportAddendum.report_id == ReportAnswer.report_id, ReportAddendum.number == ReportAnswer.addendum),
        )
        .where(
            ReportAnswer.report_id.in_(report_ids),
            ReportAnswer.code == SHARING_QUESTION,
            (ReportAnswer.addendum == 0) | (ReportAddendum.status == ReportStatus.SUBMITTED),
        )
    )
    for row in rows:
        said.setdefault(row.report_id, {})[row.addendum] = {SHARING_QUESTION: row.value}
    reports = session.scalars(select(Report).where(Report.id.in_(report_ids)).options(joinedload(Report.template)))
    return {
        report.id: may_see(as_template(report.template), with_addenda({}, said.get(report.id, {})))
        for report in reports
    }
