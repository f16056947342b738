"""What a meeting's bundle of reports says now: every agency in the standard order, with what may stand on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from portal.domain.bundle_vocabulary import MaySee
from portal.domain.report_answers import revisions, with_addenda
from portal.domain.report_bundles import may_see, place_of
from portal.domain.sharing_vocabulary import ConsultationState
from portal.domain.vocabulary import AgencyType, Expectation, ReportStatus
from portal.models.consultations import Consultation
from portal.models.files import ReportFile
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.report_bundles import ReportBundle
from portal.models.reports import REPORT_ITSELF, Report, ReportAddendum, ReportAnswer
from portal.services.meetings.outlook import HAS_PART
from portal.services.report_templates.rows import as_template
from portal.services.reports.reading import Addendum, Part, parts_of


@dataclass(frozen=True, slots=True)
class BundledPart:
    """One agency's report as the bundle has it: its parts, none of them where it is only read out."""

    report_id: int
    sent_at: datetime
    sent_by: str
    is_limited: bool
    may_see: MaySee
    parts: tuple[Part, ...]
    addenda: tuple[Addendum, ...]
    attachments: int
    is_later: bool
    """Whether it, or an addendum to it, came after the first bundle of the meeting."""


@dataclass(frozen=True, slots=True)
class Talk:
    """What an agency told the chair by telephone and has confirmed."""

    on: date
    talked_with: str
    said: str
    correction: str
    is_later: bool
    """Whether it was confirmed after the first bundle of the meeting."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one agency gives to the meeting on paper."""

    agency_name: str
    agency_type: AgencyType
    expectation: Expectation
    due_on: date | None
    received_on: date | None
    report: BundledPart | None
    talks: tuple[Talk, ...]
    talked: frozenset[int]
    """All talks that it has confirmed, by number; those that are only read out are none of `talks`."""

    @property
    def talk_read_out(self) -> bool:
        """Whether something that it told the chair is left out, since it is only read out."""
        return len(self.talks) < len(self.talked)


@dataclass(frozen=True, slots=True)
class Contents:
    """All of it, in the standard order of agencies."""

    contributions: tuple[Contribution, ...]

    @property
    def reports(self) -> tuple[BundledPart, ...]:
        """The reports that have come, those that are only read out among them."""
        return tuple(one.report for one in self.contributions if one.report is not None)

    @property
    def says_something(self) -> bool:
        """Whether there is anything to read."""
        return any(one.report or one.talked for one in self.contributions)

    @property
    def talked(self) -> frozenset[int]:
        """All talks that agencies have confirmed, by number."""
        return frozenset[int]().union(*(one.talked for one in self.contributions))

    @property
    def seal(self) -> tuple[frozenset[tuple[int, int, MaySee]], frozenset[int]]:
        """What tells whether a report came, was added to or was withdrawn meanwhile, or a talk was confirmed."""
        return frozenset((one.report_id, len(one.addenda), one.may_see) for one in self.reports), self.talked


@dataclass(frozen=True, slots=True)
class AsCut:
    """What a bundle had when it was cut: its reports with how many addenda each; and what one agency does not get."""

    reports: Mapping[int, int]
    at: datetime
    without: frozenset[int]
    """Invitations whose agencies give this one nothing: they are not even named."""


def contents_of(session: Session, meeting: Meeting, cut: AsCut | None = None) -> Contents:
    """What the bundle of a meeting would say, which the caller has found visible; by seven queries.

    With `cut`, what one that was cut before has said.
    """
    first_cut = session.scalar(select(func.min(ReportBundle.cut_at)).where(ReportBundle.meeting_id == meeting.id))
    rows = session.execute(
        select(Invitation, Agency.name, Agency.agency_type)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(Invitation.meeting_id == meeting.id, HAS_PART, Invitation.id.not_in(cut.without if cut else ()))
    ).all()
    invitations = [row[0].id for row in rows]
    reports, later = _reports(session, invitations, first_cut, cut)
    talks, talked = _talks(session, invitations, first_cut, cut)
    found = [
        Contribution(
            agency_name=name,
            agency_type=agency_type,
            expectation=invitation.expectation,
            due_on=invitation.report_due_on,
            received_on=None if invitation.id in later else invitation.report_received_on,
            report=reports.get(invitation.id),
            talks=() if _is_read_out(reports.get(invitation.id)) else talks.get(invitation.id, ()),
            talked=talked.get(invitation.id, frozenset()),
        )
        for invitation, name, agency_type in rows
    ]
    return Contents(tuple(sorted(found, key=lambda one: place_of(one.agency_type, one.agency_name))))


def _reports(
    session: Session, invitations: list[int], first_cut: datetime | None, cut: AsCut | None
) -> tuple[dict[int, BundledPart], frozenset[int]]:
    """By invitation: its report; and the invitations whose report came after the cut."""
    found = session.scalars(
        select(Report)
        .where(
            Report.invitation_id.in_(invitations),
            Report.status == ReportStatus.SUBMITTED,
            Report.withdrawn_at.is_(None),
        )
        .options(joinedload(Report.template), joinedload(Report.submitted_by))
        .execution_options(populate_existing=True)
    ).all()
    reports = [one for one in found if cut is None or one.id in cut.reports]
    ids = [report.id for report in reports]
    addenda: dict[int, list[Addendum]] = {}
    for row in session.scalars(
        select(ReportAddendum)
        .where(ReportAddendum.report_id.in_(ids), ReportAddendum.status == ReportStatus.SUBMITTED)
        .order_by(ReportAddendum.number)
        .options(joinedload(ReportAddendum.submitted_by))
    ):
        if cut is not None and len(addenda.get(row.report_id, ())) >= cut.reports[row.report_id]:
            continue
        if row.submitted_at and row.submitted_by:
            one = Addendum(row.number, row.submitted_at, row.submitted_by.name, row.after_bundle)
            addenda.setdefault(row.report_id, []).append(one)
    papers: dict[int, dict[int, dict[str, str]]] = {}
    for answer in session.execute(
        select(ReportAnswer.report_id, ReportAnswer.addendum, ReportAnswer.code, ReportAnswer.value)
        .where(ReportAnswer.report_id.in_(ids))
        .order_by(ReportAnswer.id)
    ):
        papers.setdefault(answer.report_id, {}).setdefault(answer.addendum, {})[answer.code] = answer.value
    attached = {
        row.report_id: row.number
        for row in session.execute(
            select(ReportFile.report_id, func.count().label("number"))
            .where(ReportFile.report_id.in_(ids), ReportFile.withdrawn_at.is_(None))
            .group_by(ReportFile.report_id)
        )
    }
    parts = {
        report.invitation_id: _part(
            report, addenda.get(report.id, []), papers.get(report.id, {}), attached.get(report.id, 0), first_cut
        )
        for report in reports
    }
    return parts, frozenset(one.invitation_id for one in found) - frozenset(parts)


def _part(
    report: Report,
    addenda: list[Addendum],
    papers: Mapping[int, Mapping[str, str]],
    attachments: int,
    first_cut: datetime | None,
) -> BundledPart:
    template = as_template(report.template)
    base = {code: value for code, value in papers.get(REPORT_ITSELF, {}).items() if value}
    later = {one.number: papers.get(one.number, {}) for one in addenda}
    answers = with_addenda(base, later)
    allowed = may_see(template, answers)
    sent_at = report.submitted_at or report.saved_at
    return BundledPart(
        report_id=report.id,
        sent_at=sent_at,
        sent_by=report.submitted_by.name if report.submitted_by else "",
        is_limited=report.is_limited,
        may_see=allowed,
        parts=()
        if allowed is MaySee.READ_OUT
        else parts_of(
            template,
            answers,
            is_limited=report.is_limited,
            is_own=False,
            revised=revisions(base, later),
            addenda={one.number: one for one in addenda},
        ),
        addenda=tuple(addenda),
        attachments=attachments,
        is_later=first_cut is not None and max([sent_at, *(one.at for one in addenda)]) > first_cut,
    )


def _is_read_out(report: BundledPart | None) -> bool:
    """Whether an agency's report is only read out: then what it told the chair besides is, too."""
    return report is not None and report.may_see is MaySee.READ_OUT


def _talks(
    session: Session, invitations: list[int], first_cut: datetime | None, cut: AsCut | None
) -> tuple[dict[int, tuple[Talk, ...]], dict[int, frozenset[int]]]:
    """By invitation: what may be printed of confirmed talks, and which are confirmed at all."""
    printed: dict[int, tuple[Talk, ...]] = {}
    confirmed: dict[int, frozenset[int]] = {}
    rows = session.scalars(
        select(Consultation)
        .where(Consultation.invitation_id.in_(invitations), Consultation.state != ConsultationState.WAITING)
        .order_by(Consultation.talked_on, Consultation.id)
        .execution_options(populate_existing=True)
    )
    for row in rows:
        if cut is not None and (row.settled_at is None or row.settled_at > cut.at):
            continue
        here = row.invitation_id
        confirmed[here] = confirmed.get(here, frozenset()) | {row.id}
        if row.is_read_out:
            continue
        is_later = first_cut is not None and row.settled_at is not None and row.settled_at > first_cut
        talk = Talk(row.talked_on, row.talked_with, row.said, row.correction or "", is_later)
        printed[here] = (*printed.get(here, ()), talk)
    return printed, confirmed
