"""A report as it is read: what it says now, what was added or changed after it was sent, when and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.access import reports as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.deadlines import ReportState
from portal.domain.errors import NotVisible
from portal.domain.report_answers import Revision, asked, revisions, sections_of, with_addenda, words_of
from portal.domain.report_templates import ReportTemplate
from portal.domain.vocabulary import ReportStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.reports import Report, ReportAddendum
from portal.services import activity
from portal.services.meetings.children import children_of_meeting
from portal.services.report_templates.rows import as_template
from portal.services.reports.answers import Sheet, read_sheet
from portal.services.reports.desk import Desk, state_of


@dataclass(frozen=True, slots=True)
class Addendum:
    """What was sent later: when, by whom, and whether the meeting's bundle had been cut by then."""

    number: int
    at: datetime
    by: str
    after_bundle: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What an addendum says of a question instead of what was said before, in words."""

    addendum: Addendum
    before: str


@dataclass(frozen=True, slots=True)
class Line:
    """One question with what stands there now, in words; the oldest change first."""

    code: str
    title: str
    words: str
    for_family: bool
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The lines under one heading."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A report as its chair, the manager or its own agency reads it."""

    report: Report
    agency_name: str
    invitation: Invitation
    children: tuple[str, ...]
    state: ReportState
    template: ReportTemplate
    sheet: Sheet
    addenda: tuple[Addendum, ...]

    @property
    def meeting(self) -> Meeting:
        """What the report is for, with its type."""
        return self.invitation.meeting

    @property
    def answers(self) -> dict[str, str]:
        """What it says now, by question."""
        return with_addenda(self.sheet.texts, self._later)

    def parts(self, *, is_own: bool) -> tuple[Part, ...]:
        """What is read, under its headings; `is_own` for those whose agency wrote it."""
        return parts_of(
            self.template,
            self.answers,
            is_limited=self.report.is_limited,
            is_own=is_own,
            revised=revisions(self.sheet.texts, self._later),
            addenda={one.number: one for one in self.addenda},
        )

    @property
    def _later(self) -> dict[int, dict[str, str]]:
        return self.sheet.said_by({one.number for one in self.addenda})


def read_report(viewer: Viewer, meeting_id: int, invitation_id: int) -> Reading:
    """A report that the viewer may read, with the children it is about: the reading is logged.

    Raises NotVisible, also where the report has not come yet.
    """
    session: Session = db.session()
    report = session.scalar(
        access.visible_to(viewer)
        .where(Report.invitation_id == invitation_id)
        .options(
            joinedload(Report.invitation).options(
                joinedload(Invitation.agency), joinedload(Invitation.meeting).joinedload(Meeting.meeting_type)
            ),
            joinedload(Report.template),
            joinedload(Report.submitted_by),
        )
    )
    if report is None or report.invitation.meeting_id != meeting_id:
        raise NotVisible("No such report.")
    invitation = report.invitation
    meeting = invitation.meeting
    children = tuple(child.name for child in children_of_meeting(viewer, meeting.id, meeting.case_id))
    activity.record_reading(viewer, "report.read", "report", [report.id])
    return Reading(
        report,
        invitation.agency.name,
        invitation,
        children,
        state_of(viewer, invitation),
        as_template(report.template),
        read_sheet(session, report),
        addenda_of(session, report),
    )


def reading_at(desk: Desk) -> Reading:
    """What the agency sent, to be read by its own people. Raises NotVisible for a draft."""
    if desk.report is None or not desk.is_sent:
        raise NotVisible("This report has not been sent.")
    return Reading(
        desk.report,
        desk.agency_name,
        desk.invitation,
        desk.children,
        desk.state,
        desk.template,
        desk.sheet,
        addenda_of(db.session(), desk.report),
    )


def addenda_of(session: Session, report: Report) -> tuple[Addendum, ...]:
    """What was sent later to a report that the caller has found visible, the first one first."""
    rows = session.scalars(
        select(ReportAddendum)
        .where(ReportAddendum.report_id == report.id, ReportAddendum.status == ReportStatus.SUBMITTED)
        .order_by(ReportAddendum.number)
        .options(joinedload(ReportAddendum.submitted_by))
    )
    return tuple(
        Addendum(row.number, row.submitted_at, row.submitted_by.name, row.after_bundle)
        for row in rows
        if row.submitted_at and row.submitted_by
    )


def parts_of(
    template: ReportTemplate,
    answers: Mapping[str, str],
    *,
    is_limited: bool = False,
    is_own: bool = True,
    revised: Mapping[str, tuple[Revision, ...]] | None = None,
    addenda: Mapping[int, Addendum] | None = None,
) -> tuple[Part, ...]:
    """Answers in words under their headings: of every question that applies, or that an addendum took back."""
    revised, addenda = revised or {}, addenda or {}
    questions = asked(template, answers, is_limited)
    parts = []
    for section, found in sections_of(template, questions):
        lines = tuple(
            Line(
                question.code,
                question.title if is_own else question.read_title or question.title,
                words_of(question, answers.get(question.code, "")),
                question.for_family,
                tuple(
                    Change(addenda[one.number], words_of(question, one.before))
                    for one in revised.get(question.code, ())
                ),
            )
            for question in found
        )
        parts.append(Part(section.title, lines))
    return tuple(parts)
