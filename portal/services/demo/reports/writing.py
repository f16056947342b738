"""Reports beside those of the usual fortnight: with a wrong file, for the lead to sign, and what is added later."""

from __future__ import annotations

from io import BytesIO

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.files import Upload
from portal.domain.report_answers import seen
from portal.domain.report_templates import ReportTemplate
from portal.domain.report_vocabulary import CommonQuestion
from portal.domain.vocabulary import AgencyType
from portal.models.reports import REPORT_ITSELF, Report, ReportAnswer
from portal.services.demo import texts
from portal.services.demo.reports import words
from portal.services.demo.reports.parts import Casework, Part
from portal.services.report_files import attach_files
from portal.services.reports.desk import template_to_write
from portal.services.reports.sending import send_back, submit_report
from portal.services.reports.settings import set_sign_off
from portal.services.reports.writing import NOTHING_SEEN, Typed, save_draft

SIGNS = "HV"
"""Whose lead signs reports off, by the end of the agency's code."""


def plan(work: Casework) -> None:
    """Late on the last day before the demonstration's, when what is usual has been written."""
    code = f"{work.cast.place.prefix}-{SIGNS}"
    agency_id = work.cast.ids[code]
    work.at(-1, lambda viewer: _sign_off(viewer, agency_id), 17, work.cast.lead(code))
    work.at(-1, lambda viewer: _ask_signatures(work, viewer, code), 18)
    work.at(-1, lambda viewer: _add(work, viewer), 19)


def answered(
    work: Casework, template: ReportTemplate, kind: AgencyType, viewer: Viewer, *, is_limited: bool = False
) -> dict[str, Typed]:
    """A whole report with a mark, as it is typed into an empty form."""
    said = texts.report(template, kind, viewer.today, work.cast.chance, work.cast.mark("X"), is_limited=is_limited)
    return {code: Typed(value, NOTHING_SEEN) for code, value in said.items()}


def send(work: Casework, viewer: Viewer, part: Part, file_mark: str = "") -> None:
    """Write a report and send it; with a file that carries a mark, where one is given."""
    template, _is_limited = template_to_write(viewer, part.meeting_id)
    saved = save_draft(viewer, part.meeting_id, answered(work, template, part.agency_type, viewer))
    if file_mark:
        name, text = (
            f"{words.FILE_TITLE} {file_mark}",
            f"{words.FILE_TITLE}\nOur file {file_mark}\n\n{words.FILE_TEXT}\n",
        )
        attach_files(viewer, part.meeting_id, [Upload(f"{name}.txt", BytesIO(text.encode()))])
    submit_report(viewer, part.meeting_id, saved.version)


def _sign_off(lead: Viewer, agency_id: int) -> None:
    set_sign_off(lead, agency_id, signed_off=True)


def _ask_signatures(work: Casework, worker: Viewer, code: str) -> None:
    """One report waits for the lead's signature; another was sent back with what to change."""
    waiting = [part for part in work.unwritten() if part.code == code]
    writer = work.acting(work.cast.practitioner(code), worker.now)
    if (to_sign := work.take(waiting)) is not None:
        send(work, writer, to_sign)
    if (unclear := work.take(waiting)) is not None:
        send(work, writer, unclear)
        version = db.session.scalars(
            select(Report.version).where(Report.invitation_id == unclear.invitation_id, Report.withdrawn_at.is_(None))
        ).one()
        send_back(work.lead(unclear, worker.now), unclear.meeting_id, version, words.SEND_BACK)


def _add(work: Casework, worker: Viewer) -> None:
    """Two agencies add to reports that stand in a bundle: one sends it, the other is still writing."""
    bundled = [part for part in work.parts() if part.is_sent and part.bundle]
    for text, is_sent in ((words.ADDED, True), (words.ADDING, False)):
        part = work.take(bundled)
        if part is None:
            return
        lead, code = work.lead(part, worker.now), CommonQuestion.STRENGTHS.value
        typed = {code: Typed(work.said(text, "X"), seen(_said_before(part, code)))}
        saved = save_draft(lead, part.meeting_id, typed, adding=True)
        if is_sent:
            submit_report(lead, part.meeting_id, saved.version, adding=True)


def _said_before(part: Part, code: str) -> str:
    said = db.session.scalar(
        select(ReportAnswer.value).where(
            ReportAnswer.report_id == part.report_id, ReportAnswer.addendum == REPORT_ITSELF, ReportAnswer.code == code
        )
    )
    return said or ""
