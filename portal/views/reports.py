"""An agency's report: written and saved as it is typed, checked, sent once; and read by chair and manager."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid
from portal.domain.reports import put_together, unanswered
from portal.domain.vocabulary import ReportStatus
from portal.forms.reports import LABELS, READ_LABELS, ReportForm, SendForm, filled
from portal.services import kept_forms, reports
from portal.services.reports import AlreadySent, Desk
from portal.web.filters import time_of_day
from portal.web.guards import requires

pages = Blueprint("reports", __name__)


@pages.get("/meetings/<int:meeting_id>/report")
@requires(Permission.REPORTS_WRITE)
def write(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """The report to write on, the one that was sent, or why none is needed."""
    desk = reports.open_desk(viewer, meeting_id)
    if desk.is_sent:
        return render_template("reports/read.html", reading=desk.reading, labels=LABELS, is_own=True)
    if not desk.may_write:
        return render_template("reports/none.html", desk=desk)
    kept = kept_forms.take(viewer, request.path)
    form = ReportForm(kept, data=filled(desk.text, desk.version))
    if "missing" in request.args and kept is None:
        for field, words in unanswered(desk.text).items():
            form.add_error(field, words)
    return _page(desk, form, was_kept=kept is not None)


@pages.post("/meetings/<int:meeting_id>/report")
@requires(Permission.REPORTS_WRITE)
def save(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Save, and stop here or go on to check what is sent."""
    form = ReportForm()
    if not form.validate():
        return _page(reports.open_desk(viewer, meeting_id), form), 400
    try:
        reports.save_draft(viewer, meeting_id, form.version.data or 0, form.text)
    except AlreadySent:
        desk = reports.open_desk(viewer, meeting_id)
        return render_template("reports/already_sent.html", desk=desk, mine=form.text, labels=LABELS), 409
    except Conflict:
        return _conflict(reports.open_desk(viewer, meeting_id), form)
    if form.check.data:
        return redirect(url_for("reports.check", meeting_id=meeting_id), 303)
    flash("Your draft is saved. Only your agency can see it until you send it.")
    return redirect(url_for("meetings.show", meeting_id=meeting_id), 303)


@pages.post("/meetings/<int:meeting_id>/report/autosave")
@requires(Permission.REPORTS_WRITE)
def autosave(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Keep what is being typed; answers as docs/frontend.md says."""
    form = ReportForm()
    if not form.validate():
        return {"message": form.error_summary[0][0]}, 422
    try:
        saved = reports.save_draft(viewer, meeting_id, form.version.data or 0, form.text)
    except Conflict as refused:
        return {"message": str(refused)}, 409
    return {"saved_at": time_of_day(saved.at), "version": saved.version}


@pages.get("/meetings/<int:meeting_id>/report/check")
@requires(Permission.REPORTS_WRITE)
def check(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Every answer, to be looked at once more before it is sent."""
    desk = reports.open_desk(viewer, meeting_id)
    if desk.is_sent or not desk.may_write:
        return redirect(url_for("reports.write", meeting_id=meeting_id))
    if unanswered(desk.text):
        return redirect(url_for("reports.write", meeting_id=meeting_id, missing=1))
    return _check_page(desk)


@pages.post("/meetings/<int:meeting_id>/report/check")
@requires(Permission.REPORTS_WRITE)
def send(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Send the report as it was checked, once however often this comes."""
    form = SendForm()
    try:
        reports.submit_report(viewer, meeting_id, form.version.data or 0)
    except AlreadySent:
        flash("This report had been sent already. It was sent once.", "notice")
    except Invalid:
        return redirect(url_for("reports.write", meeting_id=meeting_id, missing=1), 303)
    except Conflict:
        return _check_page(reports.open_desk(viewer, meeting_id), changed=True), 409
    else:
        flash("Your report was sent.")
    return redirect(url_for("reports.write", meeting_id=meeting_id), 303)


@pages.get("/meetings/<int:meeting_id>/reports/<int:invitation_id>")
@requires(Permission.REPORTS_READ)
def read(viewer: Viewer, meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """A report that was sent, for the chair, the manager and its own agency."""
    reading = reports.read_report(viewer, meeting_id, invitation_id)
    if reading.report.status is ReportStatus.DRAFT:
        return redirect(url_for("reports.write", meeting_id=meeting_id))
    is_own = reading.invitation.agency_id == viewer.agency_id
    labels = LABELS if is_own else READ_LABELS
    return render_template("reports/read.html", reading=reading, labels=labels, is_own=is_own)


def _page(desk: Desk, form: ReportForm, *, was_kept: bool = False) -> str:
    return render_template("reports/write.html", desk=desk, form=form, was_kept=was_kept)


def _check_page(desk: Desk, *, changed: bool = False) -> str:
    form = SendForm(None, data={"version": desk.version})
    return render_template("reports/check.html", desk=desk, form=form, labels=LABELS, changed=changed)


def _conflict(desk: Desk, form: ReportForm) -> ResponseReturnValue:
    """Both reports side by side; each way out of it posts a whole report, based on the colleague's version."""
    mine, theirs = form.text, desk.text
    together = ReportForm(None, data=filled(put_together(mine, theirs), desk.version))
    fields = list(LABELS)
    page = render_template(
        "reports/conflict.html",
        desk=desk,
        mine=mine,
        theirs=theirs,
        together=together,
        labels=LABELS,
        differing=[field for field in fields if getattr(mine, field) != getattr(theirs, field)],
        same=[field for field in fields if getattr(mine, field) == getattr(theirs, field)],
        goes_on=form.check.data,
    )
    return page, 409
