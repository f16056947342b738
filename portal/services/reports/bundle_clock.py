"""Bundles that the worker cuts: at the cut-off, when something came after it, and when a report was withdrawn."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, union
from sqlalchemy.orm import aliased

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.bundle_vocabulary import BundleEnd
from portal.domain.errors import Conflict, Invalid
from portal.domain.sharing_vocabulary import ConsultationState
from portal.domain.vocabulary import MeetingStatus, ReportStatus
from portal.domain.working_days import london_day
from portal.models.consultations import Consultation
from portal.models.meetings import Invitation, Meeting
from portal.models.report_bundles import BundledReport, ReportBundle
from portal.models.reports import Report, ReportAddendum
from portal.services.meetings.outlook import HAS_PART, REPORT_ASKED
from portal.services.reports.bundling import cut_bundle

WORKER = "worker"


def cut_due(now: datetime) -> int:
    """Cut every bundle that is due at `now` (UTC), in all partnerships; returns how many.

    Each is a transaction of its own; a fault in one does not keep the others waiting, and the first is raised at last.
    """
    waiting = db.session.execute(due_on(london_day(now))).all()
    db.session.rollback()
    cut, faults = 0, list[Exception]()
    for meeting_id, partnership_id in waiting:
        try:
            cut_bundle(Viewer.of_system(WORKER, now, partnership_id), meeting_id)
            cut += 1
        except (Conflict, Invalid):
            # Another worker was quicker, or what had come was taken back: the next round looks again.
            continue
        except Exception as fault:
            faults.append(fault)
    if faults:
        raise faults[0]
    return cut


def due_on(today: date) -> Select[int, int]:
    """Meetings whose reports are to be put together, with their partnerships, the soonest meeting first.

    The cut-off is the end of the last day on which a report for the meeting was due, as its rule set says that. Until
    the register is closed, or the meeting's day is over, whatever comes later makes a new bundle; where a report was
    withdrawn one is made whenever.
    """
    # Each half begins at the few rows of an index of its own, however many meetings there ever were.
    is_open = Meeting.status == MeetingStatus.SCHEDULED
    ahead = _meetings().where(
        is_open, Meeting.register_closed_at.is_(None), Meeting.scheduled_on >= today, _is_past_cut_off(today)
    )
    was_withdrawn = ReportBundle.closed_because == BundleEnd.WITHDRAWN
    broken = (
        _meetings()
        .join(ReportBundle, ReportBundle.meeting_id == Meeting.id)
        .where(was_withdrawn, Meeting.status != MeetingStatus.CANCELLED, ~_is_open_at())
    )
    found = union(ahead.where(_has_unbundled()), broken.where(_has_unbundled())).subquery()
    return select(found.c.id, found.c.partnership_id).order_by(found.c.scheduled_on, found.c.id)


def cut_off(meeting_id: int) -> Select[date | None]:
    """The last day on which a report for a meeting is due; none where none is asked for."""
    return select(func.max(Invitation.report_due_on)).where(Invitation.meeting_id == meeting_id, HAS_PART, REPORT_ASKED)


def _meetings() -> Select[int, int, date]:
    return select(Meeting.id, Meeting.partnership_id, Meeting.scheduled_on)


def _is_past_cut_off(today: date) -> ColumnElement[bool]:
    last = (
        select(func.max(Invitation.report_due_on))
        .where(Invitation.meeting_id == Meeting.id, HAS_PART, REPORT_ASKED)
        .correlate(Meeting)
        .scalar_subquery()
    )
    return last < today


def _is_open_at() -> ColumnElement[bool]:
    """Whether a bundle of the meeting stands."""
    stands = aliased(ReportBundle)
    return exists().where(stands.meeting_id == Meeting.id, stands.closed_at.is_(None)).correlate(Meeting)


def _has_unbundled() -> ColumnElement[bool]:
    """Whether something has come that the open bundle does not have; anything, where no bundle is open."""
    return or_(_has_unbundled_report(), _has_unbundled_talk())


def _has_unbundled_talk() -> ColumnElement[bool]:
    """Whether agencies have confirmed other talks than the open bundle knows of: none is ever unconfirmed again."""
    confirmed = (
        select(func.count(Consultation.id))
        .join(Invitation, Invitation.id == Consultation.invitation_id)
        .where(Invitation.meeting_id == Meeting.id, HAS_PART, Consultation.state != ConsultationState.WAITING)
        .correlate(Meeting)
        .scalar_subquery()
    )
    stands = aliased(ReportBundle)
    bundled = (
        select(stands.talks)
        .where(stands.meeting_id == Meeting.id, stands.closed_at.is_(None))
        .correlate(Meeting)
        .scalar_subquery()
    )
    return confirmed != func.coalesce(bundled, 0)


def _has_unbundled_report() -> ColumnElement[bool]:
    """Whether a report stands that the open bundle lacks, or lacks an addendum of; any, where no bundle is open."""
    addenda = (
        select(func.count())
        .where(ReportAddendum.report_id == Report.id, ReportAddendum.status == ReportStatus.SUBMITTED)
        .correlate(Report)
        .scalar_subquery()
    )
    stands = aliased(ReportBundle)
    is_in_it = (
        exists()
        .where(
            BundledReport.report_id == Report.id,
            BundledReport.bundle_id == stands.id,
            stands.closed_at.is_(None),
            BundledReport.addenda == addenda,
        )
        .correlate(Report)
    )
    return (
        select(Report.id)
        .join(Invitation, Invitation.id == Report.invitation_id)
        .where(
            Invitation.meeting_id == Meeting.id,
            HAS_PART,
            Report.status == ReportStatus.SUBMITTED,
            Report.withdrawn_at.is_(None),
            ~is_in_it,
        )
        .correlate(Meeting)
        .exists()
    )
