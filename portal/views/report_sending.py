"""Checking a report and sending it; signing it off, where the agency's lead does that."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid
from portal.domain.vocabulary import ReportStatus
from portal.forms.reports import SendForm, SignOffForm
from portal.services import kept_forms, report_files
from portal.services.reports import reading, sending
from portal.services.reports.desk import Desk, open_desk
from portal.services.reports.drafts import AlreadySent
from portal.views.reports import ADDING, AT, address
from portal.web.guards import requires

pages = Blueprint("report_sending", __name__)


@pages.get(f"{ADDING}/check", defaults={"adding": True})
@pages.get(f"{AT}/check", defaults={"adding": False})
@requires(Permission.REPORTS_WRITE)
def check(viewer: Viewer, meeting_id: int, adding: bool) -> ResponseReturnValue:
    """Every answer, to be looked at once more before it is sent; what waits for a signature, to be signed off."""
    desk = open_desk(viewer, meeting_id, adding=adding)
    if not desk.is_waiting and (not desk.may_write or (desk.is_sent and not adding)):
        return redirect(address("reports.write", desk))
    if not desk.is_waiting and (desk.lacks or (adding and not _changed(desk))):
        if not desk.lacks:
            flash("You have not added or changed anything yet.", "notice")
        return redirect(address("reports.write", desk, missing=1))
    kept = kept_forms.take(viewer, request.path)
    return _page(viewer, desk, SignOffForm(kept, data={"version": desk.version}))


@pages.post(f"{ADDING}/check", defaults={"adding": True})
@pages.post(f"{AT}/check", defaults={"adding": False})
@requires(Permission.REPORTS_WRITE)
def send(viewer: Viewer, meeting_id: int, adding: bool) -> ResponseReturnValue:
    """Send the report as it was checked, or give it to the lead to sign off; once however often this comes."""
    form = SendForm()
    here = url_for("reports.write", meeting_id=meeting_id, adding=False)
    try:
        status = sending.submit_report(viewer, meeting_id, form.version.data or 0, adding=adding)
    except AlreadySent:
        flash("This report had been sent already. It was sent once.", "notice")
    except Invalid:
        return redirect(url_for("reports.write", meeting_id=meeting_id, adding=adding, missing=1), 303)
    except Conflict:
        desk = open_desk(viewer, meeting_id, adding=adding)
        return _page(viewer, desk, SignOffForm(None, data={"version": desk.version}), changed=True), 409
    else:
        if status is ReportStatus.FOR_SIGN_OFF:
            flash("Your lead has it now, to sign it off and send it.")
            return redirect(url_for("report_sending.check", meeting_id=meeting_id, adding=adding), 303)
        flash("What you added was sent." if adding else "Your report was sent.")
    return redirect(here, 303)


@pages.post(f"{ADDING}/send-back", defaults={"adding": True})
@pages.post(f"{AT}/send-back", defaults={"adding": False})
@requires(Permission.REPORTS_WRITE)
def send_back(viewer: Viewer, meeting_id: int, adding: bool) -> ResponseReturnValue:
    """Give it back to those who wrote it, with what to change."""
    form = SignOffForm()
    is_readable = form.validate()
    note = form.note.data if is_readable else ""
    try:
        sending.send_back(viewer, meeting_id, form.version.data or 0, note, adding=adding)
    except AlreadySent:
        flash("It had been sent already.", "notice")
    except Invalid as refused:
        if is_readable:
            form.take(refused)
        return _page(viewer, open_desk(viewer, meeting_id, adding=adding), form), 400
    except Conflict:
        desk = open_desk(viewer, meeting_id, adding=adding)
        form.version.data = desk.version
        return _page(viewer, desk, form, changed=True), 409
    else:
        flash("It is back with those who wrote it.")
    return redirect(url_for("meetings.show", meeting_id=meeting_id), 303)


@pages.post(f"{ADDING}/take-back", defaults={"adding": True})
@pages.post(f"{AT}/take-back", defaults={"adding": False})
@requires(Permission.REPORTS_WRITE)
def take_back(viewer: Viewer, meeting_id: int, adding: bool) -> ResponseReturnValue:
    """Go on writing what waits for the lead's signature."""
    try:
        sending.take_back(viewer, meeting_id, adding=adding)
    except AlreadySent:
        flash("It had been sent already.", "notice")
        return redirect(url_for("reports.write", meeting_id=meeting_id, adding=False), 303)
    flash("You have it back. Send it again when you have changed it.")
    return redirect(url_for("reports.write", meeting_id=meeting_id, adding=adding), 303)


def _changed(desk: Desk) -> set[str]:
    return {code for code, kept in desk.kept.items() if kept.value != desk.before.get(code, "")}


def _page(viewer: Viewer, desk: Desk, form: SignOffForm, *, changed: bool = False) -> str:
    parts = reading.parts_of(desk.template, desk.answers, is_limited=desk.is_limited)
    if desk.is_adding:
        codes = _changed(desk)
        parts = tuple(
            reading.Part(part.title, lines)
            for part in parts
            if (lines := tuple(line for line in part.lines if line.code in codes))
        )
    return render_template(
        "reports/check.html",
        desk=desk,
        form=form,
        parts=parts,
        changed=changed,
        left_out=[one for one in desk.template.questions if one.code in desk.not_asked],
        attachments=[] if desk.is_adding else report_files.attached_to(viewer, desk.report),
    )
