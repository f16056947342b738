"""The strings planted in reports and what belongs to them, each with who may read it by the rules of pages.

What stands in an open bundle is read by everybody for whom the bundle is; what was withdrawn, by the few who may still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, exists, select

from portal.access import consultations as talk_access
from portal.access import report_bundles as bundle_access
from portal.access import report_sharing as sharing_access
from portal.access import report_waivers as waiver_access
from portal.access import report_withdrawals as withdrawal_access
from portal.access import reports as report_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.bundle_vocabulary import MaySee
from portal.domain.sharing_vocabulary import ConsultationState
from portal.domain.vocabulary import AGENCY_ROLES, ReportStatus
from portal.models.consultations import Consultation
from portal.models.meetings import Invitation
from portal.models.partnerships import Partnership
from portal.models.report_bundles import BundledReport, ReportBundle
from portal.models.report_sharing import ReportSharing
from portal.models.report_waivers import ReportWaiver
from portal.models.report_withdrawals import ReportWithdrawal
from portal.models.reports import REPORT_ITSELF, Report, ReportAddendum, ReportAnswer
from portal.services.demo.marks import Held, Marker, SeenBy, markers_in, seen_by

Viewers = Sequence[Viewer]


def list_of_reports(partnership: Partnership, viewers: Viewers) -> Iterator[Marker]:
    """The markers of a partnership's reports; `viewers` are all of its people, each under each of their hats."""
    for kind, held in _KINDS.items():
        yield from markers_in(held(partnership, viewers), kind, partnership.name)


@dataclass(frozen=True, slots=True)
class _Readers:
    """Who reads reports, by the report: sent ones and drafts, what is withdrawn, and what a bundle prints."""

    seen: SeenBy
    own: SeenBy
    withdrawn: SeenBy
    bundled: SeenBy
    printed_addenda: Mapping[int, int]

    def of(self, report_id: int, addendum: int, *, is_sent: bool) -> list[str]:
        """Who reads what a report, or one addendum to it, says; what is not sent is its own agency's."""
        if not is_sent:
            return self.own.get(report_id, [])
        found = self.seen.get(report_id, []) + self.withdrawn.get(report_id, [])
        if addendum <= self.printed_addenda.get(report_id, REPORT_ITSELF):
            found += self.bundled.get(report_id, [])
        return found


def _answers(partnership: Partnership, viewers: Viewers) -> Iterator[Held]:
    """Reports with what was added to them. What is still being written is read by its own agency alone."""
    readers = _readers_of(partnership, viewers)
    rows = db.session.execute(
        select(ReportAnswer.report_id, ReportAnswer.addendum, ReportAnswer.value, Report.status, ReportAddendum.id)
        .join(Report, Report.id == ReportAnswer.report_id)
        .outerjoin(
            ReportAddendum,
            and_(
                ReportAddendum.report_id == ReportAnswer.report_id,
                ReportAddendum.number == ReportAnswer.addendum,
                ReportAddendum.status == ReportStatus.SUBMITTED,
            ),
        )
        .where(ReportAnswer.partnership_id == partnership.id)
        .order_by(ReportAnswer.id)
    )
    for row in rows:
        is_report = row.addendum == REPORT_ITSELF
        is_sent = row.status is ReportStatus.SUBMITTED if is_report else row.id is not None
        who = readers.of(row.report_id, row.addendum, is_sent=is_sent)
        yield Held(f"report {row.report_id}", row.value, who)


def _readers_of(partnership: Partnership, viewers: Viewers) -> _Readers:
    agencies = [viewer for viewer in viewers if viewer.role in AGENCY_ROLES]
    addenda = db.session.execute(
        select(BundledReport.report_id, BundledReport.addenda)
        .join(ReportBundle, ReportBundle.id == BundledReport.bundle_id)
        .where(ReportBundle.partnership_id == partnership.id, ReportBundle.closed_at.is_(None))
    )
    return _Readers(
        seen=seen_by(viewers, lambda v: report_access.visible_to(v).with_only_columns(Report.id)),
        own=seen_by(agencies, lambda v: report_access.visible_to(v).with_only_columns(Report.id)),
        withdrawn=seen_by(
            viewers,
            lambda v: (
                withdrawal_access.content_visible_to(v)
                .where(ReportWithdrawal.file_id.is_(None))
                .with_only_columns(ReportWithdrawal.report_id)
            ),
        ),
        bundled=seen_by(
            viewers,
            lambda v: (
                bundle_access.openable_by(v)
                .join(BundledReport, BundledReport.bundle_id == ReportBundle.id)
                .where(BundledReport.may_see != MaySee.READ_OUT)
                .with_only_columns(BundledReport.report_id)
            ),
        ),
        printed_addenda={row.report_id: row.addenda for row in addenda},
    )


def _talks(partnership: Partnership, viewers: Viewers) -> Iterator[Held]:
    """What agencies told chairs: in a bundle once they have confirmed it, unless it is only read out."""
    seen = seen_by(viewers, lambda v: talk_access.visible_to(v).with_only_columns(Consultation.id))
    read_out = exists().where(
        BundledReport.bundle_id == ReportBundle.id,
        BundledReport.may_see == MaySee.READ_OUT,
        Report.id == BundledReport.report_id,
        Report.invitation_id == Consultation.invitation_id,
    )
    printed = and_(
        Consultation.state != ConsultationState.WAITING,
        Consultation.is_read_out.is_(False),
        Consultation.settled_at <= ReportBundle.cut_at,
        ~read_out.correlate(ReportBundle, Consultation),
    )
    bundled = seen_by(
        viewers,
        lambda v: (
            bundle_access.openable_by(v)
            .join(Invitation, Invitation.meeting_id == ReportBundle.meeting_id)
            .join(Consultation, Consultation.invitation_id == Invitation.id)
            .where(printed)
            .with_only_columns(Consultation.id)
        ),
    )
    rows = select(Consultation).where(Consultation.partnership_id == partnership.id).order_by(Consultation.id)
    for talk in db.session.scalars(rows):
        words = f"{talk.talked_with}\n{talk.said}\n{talk.correction or ''}"
        yield Held(f"talk {talk.id}", words, (*seen.get(talk.id, ()), *bundled.get(talk.id, ())))


def _sharings(partnership: Partnership, viewers: Viewers) -> Iterator[Held]:
    """What is recorded of a family and a report, or why it was withheld from somebody."""
    seen = seen_by(viewers, lambda v: sharing_access.visible_to(v).with_only_columns(ReportSharing.id))
    rows = select(ReportSharing).where(ReportSharing.partnership_id == partnership.id).order_by(ReportSharing.id)
    for sharing in db.session.scalars(rows):
        yield Held(f"sharing {sharing.id}", sharing.words or "", seen.get(sharing.id, ()))


def _waivers(partnership: Partnership, viewers: Viewers) -> Iterator[Held]:
    seen = seen_by(viewers, lambda v: waiver_access.visible_to(v).with_only_columns(ReportWaiver.id))
    rows = select(ReportWaiver).where(ReportWaiver.partnership_id == partnership.id).order_by(ReportWaiver.id)
    for waiver in db.session.scalars(rows):
        yield Held(f"waiver {waiver.id}", waiver.words or "", seen.get(waiver.id, ()))


def _withdrawals(partnership: Partnership, viewers: Viewers) -> Iterator[Held]:
    """Why something was taken back, and what was found: more see the entry than its words."""
    seen = seen_by(viewers, lambda v: withdrawal_access.content_visible_to(v).with_only_columns(ReportWithdrawal.id))
    rows = select(ReportWithdrawal).where(ReportWithdrawal.partnership_id == partnership.id)
    for entry in db.session.scalars(rows.order_by(ReportWithdrawal.id)):
        words = f"{entry.words or ''}\n{entry.assessment or ''}\n{entry.regulator_reason or ''}"
        yield Held(f"withdrawal {entry.id}", words, seen.get(entry.id, ()))


_KINDS: dict[str, Callable[[Partnership, Viewers], Iterator[Held]]] = {
    "report_text": _answers,
    "consultation": _talks,
    "report_sharing": _sharings,
    "report_waiver": _waivers,
    "withdrawal": _withdrawals,
}
