"""Answers brought into a draft from elsewhere: last time's report, or a record. Each is marked until confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from portal.access import reports as access
from portal.access.viewer import Viewer
from portal.database.found_otherwise import only_checked
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.report_answers import asked, fault_of, tidied, with_addenda
from portal.domain.vocabulary import ReportStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.reports import Report, ReportAnswer
from portal.models.rule_sets import MeetingType
from portal.services.changes import Change, changing
from portal.services.invitations.own import own_invitation
from portal.services.report_templates.rows import as_template
from portal.services.reports.answers import read_sheet
from portal.services.reports.drafts import Draft, begin, draft_to_write, mark_saved, put
from portal.services.reports.reading import addenda_of

SOURCES = {"last_report": "report.carried", "clinical_record": "report.filled"}
"""Where answers come from, with what the trail says was done."""


@dataclass(frozen=True, slots=True)
class LastReport:
    """The report that the agency sent last on the same case."""

    report_id: int
    meeting_type: str
    meeting_on: date


def last_report(viewer: Viewer, meeting_id: int) -> LastReport | None:
    """What can be brought into the report on a meeting; the text stays closed. Raises NotVisible."""
    invitation = own_invitation(viewer, meeting_id)
    return _last(db.session(), viewer, invitation)


def bring_last_report(viewer: Viewer, meeting_id: int) -> int:
    """Fill the draft with what the agency's last report on the case said; gives how many answers were brought.

    Only where nothing was typed, and only answers that this template's question takes. What was sent later to that
    report counts. Raises NotVisible where there is none, NotPermitted, AlreadySent.
    """
    with changing(viewer) as change:
        draft = draft_to_write(change, meeting_id)
        last = _last(change.session, viewer, draft.invitation)
        if last is None:
            raise NotVisible("There is no earlier report on this case.")
        return bring(change, draft, said_in(change.session, viewer, last.report_id), "last_report")


def bring(change: Change, draft: Draft, answers: Mapping[str, str], source: str) -> int:
    """Put answers into a draft as carried: each is marked until somebody who writes confirms or changes it.

    Never over what somebody typed, and of the rest only what a question takes; an answer that was carried before and
    is not confirmed gives way. `source` is one of SOURCES. Gives how many were brought.
    """
    taken = {
        code: value
        for code, given in answers.items()
        if given.strip()
        and (question := draft.template.question(code)) is not None
        and not fault_of(question, value := tidied(question, given))
        and _is_free(draft, code)
    }
    report = begin(change, draft)
    for code, value in taken.items():
        put(change, draft, code, value, is_carried=True)
    if taken:
        mark_saved(change, draft)
    change.log(SOURCES[source], "report", report.id)
    return len(taken)


def forget(change: Change, report: Report, invitation: Invitation) -> None:
    """Take what was brought from a report that is withdrawn out of its agency's other drafts on the case.

    Only as far as nobody has confirmed it: from then on it is what they say themselves. The meeting is loaded.
    """
    session = change.session
    said = {
        (row.code, row.value)
        for row in session.execute(
            select(ReportAnswer.code, ReportAnswer.value).where(ReportAnswer.report_id == report.id)
        )
    }
    brought = session.execute(
        select(ReportAnswer.id, ReportAnswer.code, ReportAnswer.value)
        .join(Report, Report.id == ReportAnswer.report_id)
        .join(Invitation, Invitation.id == Report.invitation_id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(
            Meeting.case_id == invitation.meeting.case_id,
            Invitation.agency_id == invitation.agency_id,
            Report.id != report.id,
            ReportAnswer.is_carried,
        )
    )
    gone = [row.id for row in brought if (row.code, row.value) in said]
    # By the rows and not by their versions: whoever writes at this moment must not keep a withdrawal from happening.
    session.execute(delete(ReportAnswer).where(ReportAnswer.id.in_(gone), ReportAnswer.is_carried))


def said_in(session: Session, viewer: Viewer, report_id: int) -> dict[str, str]:
    """What one of the viewer's agency's reports says, with what was sent later; only of questions that applied."""
    report = session.scalars(
        access.visible_to(viewer).where(Report.id == report_id).options(joinedload(Report.template))
    ).one()
    sheet = read_sheet(session, report)
    sent = {one.number for one in addenda_of(session, report)}
    answers = with_addenda(sheet.texts, sheet.said_by(sent))
    applied = asked(as_template(report.template), answers, report.is_limited)
    return {question.code: answers[question.code] for question in applied if question.code in answers}


def _is_free(draft: Draft, code: str) -> bool:
    row = draft.rows.get(code)
    return row is None or not row.value or row.is_carried


def _last(session: Session, viewer: Viewer, invitation: Invitation) -> LastReport | None:
    """The agency's report on the latest other meeting of the same case, where the viewer may read it."""
    # Found by the case: by the agency, SQLite would look through all that it was ever invited to.
    row = session.execute(
        only_checked(access.visible_to(viewer), Invitation.partnership_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(
            Invitation.agency_id == viewer.agency_id,
            Meeting.case_id == invitation.meeting.case_id,
            Meeting.id != invitation.meeting_id,
            Report.status == ReportStatus.SUBMITTED,
        )
        .order_by(Report.submitted_at.desc(), Report.id.desc())
        .limit(1)
        .with_only_columns(Report.id, MeetingType.name, Meeting.scheduled_on)
    ).first()
    return None if row is None else LastReport(*row)
