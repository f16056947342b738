"""What an agency may write on now: its draft, or the addendum to what it sent; locked until the change is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from portal.access import reports as access
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.report_answers import with_addenda
from portal.domain.report_templates import ReportTemplate
from portal.domain.vocabulary import AgencyType, ReportStatus
from portal.models.meetings import Invitation
from portal.models.reports import REPORT_ITSELF, Report, ReportAddendum, ReportAnswer
from portal.services.changes import Change
from portal.services.invitations.own import own_to_change
from portal.services.report_templates.choosing import template_of
from portal.services.report_templates.rows import as_template


class AlreadySent(Conflict):
    """The report was sent before this came; nothing of it can be changed."""


class WaitsForSignature(AlreadySent):
    """The agency's lead has it to sign off: nobody writes on it until it is sent back or taken back."""


@dataclass(slots=True)
class Draft:
    """One paper to be written on: a report (made by the first save), or an addendum to one that was sent."""

    invitation: Invitation
    template_id: int
    template: ReportTemplate
    report: Report | None
    addendum: ReportAddendum | None = None
    rows: dict[str, ReportAnswer] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    """What the report says so far, which an addendum changes; empty for the report itself."""

    @property
    def paper(self) -> Report | ReportAddendum | None:
        """What is drafted, sent back, signed and sent; none before the first save."""
        return self.report if self.addendum is None else self.addendum

    @property
    def number(self) -> int:
        """The addendum's, or that of the report itself."""
        return REPORT_ITSELF if self.addendum is None else self.addendum.number

    @property
    def is_limited(self) -> bool:
        """Whether the short form is answered."""
        return self.report is not None and self.report.is_limited

    def value_of(self, code: str) -> str:
        """What stands under a question now; empty where nothing does."""
        row = self.rows.get(code)
        return self.before.get(code, "") if row is None else row.value

    @property
    def answers(self) -> dict[str, str]:
        """All that the paper says, an addendum with what it does not change."""
        return with_addenda(self.before, {self.number: {code: row.value for code, row in self.rows.items()}})


def draft_to_write(change: Change, meeting_id: int, *, adding: bool = False) -> Draft:
    """The report that the viewer's agency may write on, or with `adding` the addendum to it.

    The invitation is locked, so that a draft is made and changed by one at a time. Raises NotVisible, NotPermitted,
    AlreadySent (WaitsForSignature) with what the report says.
    """
    draft = _read(change, meeting_id, adding=adding)
    viewer, invitation = change.viewer, draft.invitation
    if adding:
        if draft.report is None or not access.may_add(viewer, invitation, invitation.meeting, draft.report):
            raise NotPermitted("Only a report that was sent is added to, by the agency that sent it.")
        if draft.addendum is not None and draft.addendum.status is ReportStatus.FOR_SIGN_OFF:
            raise WaitsForSignature("Your lead has this to sign off, so it cannot be changed now.")
        return draft
    if draft.report is not None and draft.report.status is ReportStatus.SUBMITTED:
        raise AlreadySent("This report has been sent, so it can no longer be changed.", theirs=draft.answers)
    if draft.report is not None and draft.report.status is ReportStatus.FOR_SIGN_OFF:
        raise WaitsForSignature("Your lead has this report to sign off, so it cannot be changed now.")
    if not access.may_write(viewer, invitation, invitation.meeting, draft.report):
        raise NotPermitted("No report can be written for this meeting.")
    return draft


def paper_to_settle(change: Change, meeting_id: int, *, adding: bool) -> tuple[Draft, Report | ReportAddendum]:
    """What is to be sent, signed off or sent back, locked as above.

    Raises NotVisible, AlreadySent where it was sent, NotPermitted where the viewer could not write it, and Invalid
    where nothing has been written.
    """
    draft = _read(change, meeting_id, adding=adding)
    viewer, invitation, report = change.viewer, draft.invitation, draft.report
    if report is not None and report.status is ReportStatus.SUBMITTED and not adding:
        raise AlreadySent("This report has been sent, so it can no longer be changed.", theirs=draft.answers)
    paper = draft.addendum if adding else report
    if paper is not None:
        return draft, paper
    if not adding and access.may_write(viewer, invitation, invitation.meeting, None):
        raise Invalid("Nothing has been written yet.")
    if not adding or report is None or not access.may_add(viewer, invitation, invitation.meeting, report):
        raise NotPermitted("There is nothing here to be sent.")
    if _has_addenda(change, report):
        raise AlreadySent("This had been sent already.")
    raise Invalid("Nothing is added or changed yet.")


def begin(change: Change, draft: Draft, *, adding: bool = False) -> Report:
    """Make the row of a paper that has none yet; gives the report."""
    now = change.viewer.now
    if draft.report is None:
        draft.report = Report(
            partnership_id=draft.invitation.partnership_id,
            invitation_id=draft.invitation.id,
            template_id=draft.template_id,
            is_limited=False,
            status=ReportStatus.DRAFT,
            started_at=now,
            saved_at=now,
            saved_by_id=person(change.viewer),
        )
        change.session.add(draft.report)
    elif adding and draft.addendum is None:
        draft.addendum = ReportAddendum(
            partnership_id=draft.report.partnership_id,
            report_id=draft.report.id,
            number=_next_number(change, draft.report),
            status=ReportStatus.DRAFT,
            after_bundle=False,
            started_at=now,
            saved_at=now,
            saved_by_id=person(change.viewer),
        )
        change.session.add(draft.addendum)
    change.session.flush()
    return draft.report


def put(change: Change, draft: Draft, code: str, value: str, *, is_carried: bool = False) -> None:
    """Let a question say this."""
    row = draft.rows.get(code)
    if row is None:
        # A report that has its row already is not written out for each answer: all of them go in at once.
        report = draft.report or begin(change, draft)
        row = ReportAnswer(partnership_id=report.partnership_id, report_id=report.id, addendum=draft.number, code=code)
        draft.rows[code] = row
        change.session.add(row)
    row.value, row.is_carried = value, is_carried
    row.saved_at, row.saved_by_id = change.viewer.now, person(change.viewer)


def mark_saved(change: Change, draft: Draft) -> None:
    """Say on the paper that something was kept on it now, and by whom."""
    paper = draft.paper or begin(change, draft)
    paper.saved_at, paper.saved_by_id = change.viewer.now, person(change.viewer)
    change.session.flush()


def person(viewer: Viewer) -> int:
    """Who writes, for the rows. Raises NotPermitted for a command."""
    if viewer.user_id is None:
        raise NotPermitted("A report is written by a person.")
    return viewer.user_id


def agency_type_of(viewer: Viewer) -> AgencyType:
    """What kind of agency the viewer writes for. Raises NotPermitted for whoever writes for none."""
    if viewer.agency_type is None:
        raise NotPermitted("A report is written for an agency.")
    return viewer.agency_type


def report_of(viewer: Viewer, invitation: Invitation) -> Select[Report]:
    """The report of an invitation, where the viewer may read it."""
    return access.visible_to(viewer).where(Report.invitation_id == invitation.id)


def open_addendum_of(report: Report) -> Select[ReportAddendum]:
    """The addendum that is being written to a report, of which there is one at most."""
    return select(ReportAddendum).where(
        ReportAddendum.report_id == report.id, ReportAddendum.status != ReportStatus.SUBMITTED
    )


def _read(change: Change, meeting_id: int, *, adding: bool) -> Draft:
    session, viewer = change.session, change.viewer
    invitation = own_to_change(change, meeting_id)
    report = session.scalar(report_of(viewer, invitation).options(joinedload(Report.template)))
    if report is None:
        template = template_of(
            session,
            invitation.partnership_id,
            agency_type_of(viewer),
            invitation.meeting.meeting_type.code,
            viewer.today,
        )
        return Draft(invitation, template.id, as_template(template), None)
    draft = Draft(invitation, report.template_id, as_template(report.template), report)
    papers: dict[int, dict[str, ReportAnswer]] = {}
    rows = select(ReportAnswer).where(ReportAnswer.report_id == report.id).options(joinedload(ReportAnswer.saved_by))
    for row in session.scalars(rows):
        papers.setdefault(row.addendum, {})[row.code] = row
    own = papers.pop(REPORT_ITSELF, {})
    if not adding:
        draft.rows = own
        return draft
    draft.addendum = session.scalar(open_addendum_of(report))
    if draft.addendum is not None:
        draft.rows = papers.pop(draft.addendum.number, {})
    earlier = {number: {code: row.value for code, row in rows.items()} for number, rows in papers.items()}
    draft.before = with_addenda({code: row.value for code, row in own.items()}, earlier)
    return draft


def _has_addenda(change: Change, report: Report) -> bool:
    return change.session.scalar(select(ReportAddendum.id).where(ReportAddendum.report_id == report.id)) is not None


def _next_number(change: Change, report: Report) -> int:
    highest = change.session.scalar(
        select(func.max(ReportAddendum.number)).where(ReportAddendum.report_id == report.id)
    )
    return (highest or 0) + 1
