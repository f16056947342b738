"""The page of a meeting's bundle: what stands in it, what is left out, who has opened it; and opening it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Exists, and_, exists, select
from sqlalchemy.orm import Session, joinedload

from portal.access import cases as cases_access
from portal.access import meetings as meetings_access
from portal.access import report_bundles as access
from portal.access import report_withdrawals as withdrawals_access
from portal.access import restrictions as restrictions_access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.bundle_vocabulary import BundleEnd, MaySee
from portal.domain.deadlines import ReportState, report_state
from portal.domain.errors import NotVisible
from portal.domain.report_bundles import place_of
from portal.domain.sharing_vocabulary import ConsultationState
from portal.domain.vocabulary import MeetingStatus, ReportStatus
from portal.models.consultations import Consultation
from portal.models.files import StoredFile
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.report_bundles import BundledReport, ReportBundle
from portal.models.reports import Report
from portal.services import activity, file_reading
from portal.services.meetings.outlook import HAS_PART
from portal.services.reports.bundle_clock import cut_off
from portal.services.reports.bundle_held_back import MadeDocument, held_from, made_without
from portal.services.reports.bundle_readers import OPENED, Reader, readers_of


@dataclass(frozen=True, slots=True)
class Standing:
    """One agency's report and the open bundle: whether it is in it, read out only, later, or has not come."""

    invitation_id: int
    agency_name: str
    state: ReportState
    due_on: date | None
    is_sent: bool
    """Whether a report stands in the portal."""
    may_see: MaySee | None
    """What its agency had said, where the open bundle knows of it."""
    is_later: bool
    has_talk: bool
    """Whether the open bundle says what the agency told the chair by telephone."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """One bundle as the page lists it; `cut_by` is empty where the portal cut it."""

    id: int
    number: int
    cut_at: datetime
    cut_by: str
    closed_at: datetime | None
    closed_because: BundleEnd | None
    readers: tuple[Reader, ...]


@dataclass(frozen=True, slots=True)
class BundlePage:
    """All of it; the newest bundle first."""

    meeting: Meeting
    standings: tuple[Standing, ...]
    bundles: tuple[Bundle, ...]
    cut_off: date | None
    """The last day on which a report is due; the portal cuts the bundle once it is over."""
    may_cut: bool
    may_open: bool
    """Whether the viewer reads the one that stands."""
    is_ahead: bool
    """Whether the meeting's day has not passed and its register is open."""
    sees_readers: bool
    may_withdraw: bool
    """Whether the viewer takes back a report of any agency that stands here; a coordinator reads none of them."""

    @property
    def open_one(self) -> Bundle | None:
        """The bundle that stands."""
        return next((one for one in self.bundles if one.closed_at is None), None)

    @property
    def newest(self) -> int:
        """The number of the newest bundle, open or closed; 0 where none was ever put together."""
        return self.bundles[0].number if self.bundles else 0

    @property
    def waits(self) -> int:
        """How many reports stand that the open bundle knows nothing of."""
        return sum(one.is_sent and one.may_see is None for one in self.standings)

    @property
    def comes_by_itself(self) -> bool:
        """Whether the portal still cuts it: until the meeting is over."""
        return self.is_ahead and self.cut_off is not None


def bundle_page(viewer: Viewer, meeting_id: int) -> BundlePage:
    """The bundle of a meeting for whoever sees the meeting, by five queries. Raises NotVisible."""
    session: Session = db.session()
    meeting = session.scalars(
        meetings_access.visible_to(viewer).where(Meeting.id == meeting_id).options(joinedload(Meeting.meeting_type))
    ).one_or_none()
    if meeting is None:
        raise NotVisible("No such meeting.")
    sees_readers = access.sees_readers(viewer)
    rows = session.scalars(
        access.visible_to(viewer)
        .where(ReportBundle.meeting_id == meeting_id)
        .order_by(ReportBundle.number.desc())
        .options(joinedload(ReportBundle.cut_by))
    ).all()
    readers = readers_of(session, viewer, [row.id for row in rows]) if sees_readers else {}
    return BundlePage(
        meeting=meeting,
        standings=_standings(session, viewer, meeting),
        bundles=tuple(
            Bundle(
                id=row.id,
                number=row.number,
                cut_at=row.cut_at,
                cut_by=row.cut_by.name if row.cut_by else "",
                closed_at=row.closed_at,
                closed_because=row.closed_because,
                readers=readers.get(row.id, ()),
            )
            for row in rows
        ),
        cut_off=session.scalar(cut_off(meeting_id)),
        may_cut=access.may_cut(viewer, meeting),
        may_open=viewer.may(Permission.REPORTS_READ),
        is_ahead=_is_ahead(meeting, viewer.today),
        sees_readers=sees_readers,
        may_withdraw=withdrawals_access.withdraws_of_any(viewer),
    )


def open_bundle(viewer: Viewer, meeting_id: int, number: int) -> tuple[StoredFile | MadeDocument, Iterator[bytes]]:
    """The document of the bundle that stands; that it, each report in it and the family's record were read is logged.

    For an agency from which something is held back it is made anew without that, as the bundle was when it was cut.

    Raises NotVisible, also for one that is closed; HeldBack and Damaged as files do.
    """
    session: Session = db.session()
    bundle = session.scalars(
        access.openable_by(viewer).where(ReportBundle.meeting_id == meeting_id, ReportBundle.number == number)
    ).one_or_none()
    if bundle is None:
        raise NotVisible("No such bundle.")
    held = held_from(session, viewer, meeting_id)
    reports = session.scalars(
        select(BundledReport.report_id)
        .join(Report, Report.id == BundledReport.report_id)
        .where(
            BundledReport.bundle_id == bundle.id,
            BundledReport.may_see != MaySee.READ_OUT,
            Report.invitation_id.not_in(held),
        )
        .order_by(BundledReport.report_id)
    ).all()
    cases = set(session.scalars(cases_access.families_of_meeting(meeting_id)))
    document: tuple[StoredFile | MadeDocument, Iterator[bytes]]
    if held:
        document = made_without(session, bundle, held)
    else:
        document = file_reading.open_found(
            viewer, access.files_visible_to(viewer).where(StoredFile.id == bundle.file_id)
        )
    activity.record_reading(viewer, OPENED, "bundle", [bundle.id])
    activity.record_reading(viewer, "report.read", "report", reports)
    activity.record_reading(viewer, "case.read", "case", sorted(cases))
    return document


def _standings(session: Session, viewer: Viewer, meeting: Meeting) -> tuple[Standing, ...]:
    rows = session.execute(
        select(
            Invitation.id.label("invitation_id"),
            Agency.name,
            Agency.agency_type,
            Invitation.expectation,
            Invitation.report_due_on,
            Invitation.report_received_on,
            Report.id,
            BundledReport.may_see,
            BundledReport.is_later,
            _talk_in_it().label("has_talk"),
            Invitation.id.in_(restrictions_access.held_from(viewer)).label("is_held"),
        )
        .join(Agency, Agency.id == Invitation.agency_id)
        .outerjoin(
            Report,
            and_(
                Report.invitation_id == Invitation.id,
                Report.status == ReportStatus.SUBMITTED,
                Report.withdrawn_at.is_(None),
            ),
        )
        .outerjoin(
            ReportBundle, and_(ReportBundle.meeting_id == Invitation.meeting_id, ReportBundle.closed_at.is_(None))
        )
        .outerjoin(
            BundledReport, and_(BundledReport.bundle_id == ReportBundle.id, BundledReport.report_id == Report.id)
        )
        .where(Invitation.meeting_id == meeting.id, HAS_PART)
    ).all()
    return tuple(
        Standing(
            invitation_id=row.invitation_id,
            agency_name=row.name,
            state=report_state(
                expectation=row.expectation,
                status=meeting.status,
                due=row.report_due_on,
                received_on=row.report_received_on,
                today=viewer.today,
                held_on=meeting.held_on,
            ),
            due_on=row.report_due_on,
            # Of what is held back its agency's part of the meeting says that a report has come; no more is said here.
            is_sent=row.id is not None and not row.is_held,
            may_see=None if row.is_held else row.may_see,
            is_later=bool(row.is_later) and not row.is_held,
            has_talk=bool(row.has_talk) and row.may_see is not MaySee.READ_OUT and not row.is_held,
        )
        for row in sorted(rows, key=lambda row: place_of(row.agency_type, row.name))
    )


def _is_ahead(meeting: Meeting, today: date) -> bool:
    return (
        meeting.status is MeetingStatus.SCHEDULED
        and meeting.register_closed_at is None
        and meeting.scheduled_on >= today
    )


def _talk_in_it() -> Exists:
    """Whether a talk with the agency was confirmed, not only to be read out, before the open bundle was cut."""
    return (
        exists()
        .where(
            Consultation.invitation_id == Invitation.id,
            Consultation.state != ConsultationState.WAITING,
            Consultation.is_read_out.is_(False),
            Consultation.settled_at <= ReportBundle.cut_at,
        )
        .correlate(Invitation, ReportBundle)
    )
