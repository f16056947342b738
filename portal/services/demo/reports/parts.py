"""Agencies' parts in conferences to come, as they stand at the moment at which somebody works on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.bundle_vocabulary import MaySee
from portal.domain.vocabulary import CONFERENCES, AgencyType, MeetingStatus, ReportStatus, Role
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency, PartnershipAgency
from portal.models.people import Membership, User
from portal.models.report_bundles import BundledReport, ReportBundle
from portal.models.reports import Report
from portal.models.rule_sets import MeetingType
from portal.services.demo import accounts
from portal.services.demo.audits.cast import Cast
from portal.services.demo.diary import THE_WORKER, Deed, Who
from portal.services.meetings.outlook import HAS_PART, REPORT_ASKED


@dataclass(frozen=True, slots=True)
class Part:
    """One agency's part: `status` is its report's, and `bundle` the number of the open bundle that prints that."""

    invitation_id: int
    meeting_id: int
    code: str
    agency_type: AgencyType
    chair: Who
    report_id: int | None
    status: ReportStatus | None
    bundle: int | None

    @property
    def is_unwritten(self) -> bool:
        """Whether nobody has begun its report."""
        return self.report_id is None

    @property
    def is_sent(self) -> bool:
        """Whether its report was sent."""
        return self.status is ReportStatus.SUBMITTED


@dataclass(slots=True)
class Casework:
    """What one partnership's stories about reports share: its people, and the parts that are in a story already."""

    cast: Cast
    opened: set[int] = field(default_factory=set)
    """Reports that somebody has read in a bundle."""
    _taken: set[int] = field(default_factory=set)

    @property
    def coordinator(self) -> Who:
        """Who arranges meetings."""
        return self.cast.wide(Role.COORDINATOR)

    @property
    def manager(self) -> Who:
        """Who looks after all meetings."""
        return self.cast.wide(Role.SAFEGUARDING_MANAGER)

    def at(self, days: int, deed: Deed, hour: int, who: Who = THE_WORKER) -> None:
        """Plan a deed so many working days from the demonstration's day, of one person or of those whom it finds."""
        self.cast.at(days, deed, who, hour)

    def acting(self, who: Who, now: datetime) -> Viewer:
        """Somebody at work at that moment."""
        return accounts.viewer_of(who.email, self.cast.diary.partnership_id, now, who.agency_id)

    def lead(self, part: Part, now: datetime) -> Viewer:
        """The lead of the part's agency at work."""
        return self.acting(self.cast.lead(part.code), now)

    def said(self, text: str, kind: str) -> str:
        """A text with a mark of its own, so that a leaked one can be traced."""
        return f"{text} Our file {self.cast.mark(kind)}."

    def take(self, parts: Iterable[Part], *kinds: AgencyType) -> Part | None:
        """The first of these that is in no story yet, and is from now on; one of an agency of these kinds if given."""
        for part in parts:
            if part.invitation_id not in self._taken and (not kinds or part.agency_type in kinds):
                self._taken.add(part.invitation_id)
                return part
        return None

    def parts(self) -> list[Part]:
        """Every part of which a report is asked, in conferences after the demonstration's day, the soonest first."""
        rows = db.session.execute(
            select(
                Invitation.id,
                Invitation.meeting_id,
                PartnershipAgency.code,
                Agency.agency_type,
                User.email,
                Report.id.label("report_id"),
                Report.status,
                BundledReport.report_id.label("printed_id"),
                ReportBundle.number,
            )
            .join(Meeting, Meeting.id == Invitation.meeting_id)
            .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
            .join(Membership, Membership.id == Meeting.chair_membership_id)
            .join(User, User.id == Membership.user_id)
            .join(Agency, Agency.id == Invitation.agency_id)
            .join(
                PartnershipAgency,
                and_(
                    PartnershipAgency.agency_id == Agency.id,
                    PartnershipAgency.partnership_id == Invitation.partnership_id,
                ),
            )
            .outerjoin(Report, and_(Report.invitation_id == Invitation.id, Report.withdrawn_at.is_(None)))
            .outerjoin(ReportBundle, and_(ReportBundle.meeting_id == Meeting.id, ReportBundle.closed_at.is_(None)))
            .outerjoin(
                BundledReport,
                and_(
                    BundledReport.bundle_id == ReportBundle.id,
                    BundledReport.report_id == Report.id,
                    BundledReport.may_see != MaySee.READ_OUT,
                ),
            )
            .where(
                Invitation.partnership_id == self.cast.diary.partnership_id,
                Meeting.status == MeetingStatus.SCHEDULED,
                Meeting.scheduled_on > self.cast.today,
                Meeting.named_people_only.is_(False),
                MeetingType.code.in_(CONFERENCES),
                HAS_PART,
                REPORT_ASKED,
            )
            .order_by(Meeting.scheduled_on, Meeting.id, Invitation.id)
        )
        return [
            Part(
                row.id,
                row.meeting_id,
                row.code,
                row.agency_type,
                Who(row.email),
                row.report_id,
                row.status,
                row.number if row.printed_id else None,
            )
            for row in rows
        ]

    def unwritten(self) -> list[Part]:
        """Parts whose report nobody has begun."""
        return [part for part in self.parts() if part.is_unwritten]
