"""An agency's desk: its report on one meeting, or what it adds to it, as its people find it before they write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session, joinedload

from portal.access import reports as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.deadlines import ReportState, report_state
from portal.domain.report_answers import asked, lacking, with_addenda
from portal.domain.report_templates import ReportTemplate
from portal.domain.vocabulary import ReportStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.reports import Report, ReportAddendum
from portal.services import activity
from portal.services.invitations.own import own_invitation
from portal.services.meetings.children import NamedChild, children_of_meeting
from portal.services.report_templates.choosing import template_of
from portal.services.report_templates.rows import as_template
from portal.services.reports.answers import Kept, Sheet, read_sheet, texts_of
from portal.services.reports.drafts import agency_type_of, open_addendum_of, report_of
from portal.services.reports.signing import SignOff, sign_off_of


@dataclass(frozen=True, slots=True)
class Desk:
    """An agency's own report on one meeting, or with `is_adding` the addendum to it, as its people find it."""

    agency_name: str
    invitation: Invitation
    named: tuple[NamedChild, ...]
    report: Report | None
    addendum: ReportAddendum | None
    template: ReportTemplate
    sheet: Sheet
    state: ReportState
    sign_off: SignOff
    is_adding: bool
    may_write: bool
    may_settle: bool
    may_add: bool

    @property
    def children(self) -> tuple[str, ...]:
        """The names of the children whom the meeting is about."""
        return tuple(child.name for child in self.named)

    @property
    def meeting(self) -> Meeting:
        """What the report is for, with its type."""
        return self.invitation.meeting

    @property
    def paper(self) -> Report | ReportAddendum | None:
        """What is written on: the report, or the addendum to it; none where nothing has been saved."""
        return self.addendum if self.is_adding else self.report

    @property
    def is_limited(self) -> bool:
        """Whether the agency answers the short form."""
        return self.report is not None and self.report.is_limited

    @property
    def kept(self) -> Mapping[str, Kept]:
        """What was written on this paper, by question."""
        if not self.is_adding:
            return self.sheet.base
        return self.sheet.addenda.get(self.addendum.number, {}) if self.addendum else {}

    @property
    def before(self) -> dict[str, str]:
        """What the report says without the addendum that is being written; nothing for the report itself."""
        if not self.is_adding:
            return {}
        open_one = {self.addendum.number} if self.addendum else set()
        return with_addenda(self.sheet.texts, self.sheet.said_by(set(self.sheet.addenda) - open_one))

    @property
    def answers(self) -> dict[str, str]:
        """What stands under each question now; what is empty is left out."""
        return with_addenda(self.before, {0: {code: kept.value for code, kept in self.kept.items()}})

    @property
    def carried(self) -> frozenset[str]:
        """Questions whose answer was brought from elsewhere and that nobody has confirmed."""
        return frozenset(code for code, kept in self.kept.items() if kept.is_carried and kept.value)

    @property
    def lacks(self) -> dict[str, str]:
        """What keeps it from being sent, by question."""
        return lacking(self.template, self.answers, self.carried, self.is_limited)

    @property
    def not_asked(self) -> dict[str, str]:
        """Answers to questions that do not apply as things stand: these are not sent."""
        applying = {question.code for question in asked(self.template, self.answers, self.is_limited)}
        return {code: value for code, value in texts_of(self.kept).items() if code not in applying}

    @property
    def version(self) -> int:
        """What sending is based on; 0 where nothing has been saved."""
        return self.paper.version if self.paper else 0

    @property
    def is_sent(self) -> bool:
        """Whether the report itself is submitted, and so locked."""
        return self.report is not None and self.report.status is ReportStatus.SUBMITTED

    @property
    def is_waiting(self) -> bool:
        """Whether what is written here waits for the lead's signature."""
        return self.paper is not None and self.paper.status is ReportStatus.FOR_SIGN_OFF


def open_desk(viewer: Viewer, meeting_id: int, *, adding: bool = False) -> Desk:
    """The viewer's agency's report on a meeting, with the children it is about: the reading is logged.

    `adding` opens the addendum to a report that was sent. Raises NotVisible.
    """
    session: Session = db.session()
    invitation = own_invitation(viewer, meeting_id)
    meeting = invitation.meeting
    report = session.scalar(
        report_of(viewer, invitation).options(
            joinedload(Report.template),
            joinedload(Report.saved_by),
            joinedload(Report.submitted_by),
            joinedload(Report.sign_off_asked_by),
        )
    )
    addendum = None
    if adding and report is not None:
        addendum = session.scalar(
            open_addendum_of(report).options(
                joinedload(ReportAddendum.saved_by), joinedload(ReportAddendum.sign_off_asked_by)
            )
        )
    sign_off = sign_off_of(session, viewer, meeting)
    paper = addendum if adding else report
    may_add = report is not None and access.may_add(viewer, invitation, meeting, report)
    if adding:
        may_write = may_add and (addendum is None or addendum.status is ReportStatus.DRAFT)
    else:
        may_write = access.may_write(viewer, invitation, meeting, report)
    desk = Desk(
        agency_name=viewer.agency_name,
        invitation=invitation,
        named=children_of_meeting(viewer, meeting.id, meeting.case_id),
        report=report,
        addendum=addendum,
        template=_template(session, viewer, invitation, report),
        sheet=read_sheet(session, report),
        state=state_of(viewer, invitation),
        sign_off=sign_off,
        is_adding=adding,
        may_write=may_write,
        may_settle=paper is not None
        and access.may_settle(viewer, invitation, meeting, paper, signs_off=sign_off.may_settle),
        may_add=may_add,
    )
    if report is not None and desk.is_sent:
        activity.record_reading(viewer, "report.read", "report", [report.id])
    return desk


def template_to_write(viewer: Viewer, meeting_id: int) -> tuple[ReportTemplate, bool]:
    """What the viewer's agency is asked, and whether it answers the short form: for a form that comes in.

    Raises NotVisible.
    """
    session: Session = db.session()
    invitation = own_invitation(viewer, meeting_id)
    report = session.scalar(report_of(viewer, invitation).options(joinedload(Report.template)))
    return _template(session, viewer, invitation, report), report is not None and report.is_limited


def state_of(viewer: Viewer, invitation: Invitation) -> ReportState:
    """Where the report of an invitation stands today."""
    return report_state(
        expectation=invitation.expectation,
        status=invitation.meeting.status,
        due=invitation.report_due_on,
        received_on=invitation.report_received_on,
        today=viewer.today,
        held_on=invitation.meeting.held_on,
    )


def _template(session: Session, viewer: Viewer, invitation: Invitation, report: Report | None) -> ReportTemplate:
    if report is not None:
        return as_template(report.template)
    kind = invitation.meeting.meeting_type.code
    return as_template(template_of(session, invitation.partnership_id, agency_type_of(viewer), kind, viewer.today))
