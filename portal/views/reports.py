"""An agency's report: written and saved as it is typed, checked, sent once; and read by chair and manager."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import FileStatus
from portal.domain.errors import Conflict, Invalid
from portal.domain.reports import put_together, unanswered
from portal.domain.vocabulary import ReportStatus
from portal.forms.reports import LABELS, READ_LABELS, ReportForm, SendForm, filled
from portal.services import kept_forms, report_files, reports
from portal.services.files import TooLarge
from portal.services.reports import AlreadySent, Desk
from portal.web.filters import time_of_day
from portal.web.guards import requires
from portal.web.uploads import takes_files

pages = Blueprint("reports", __name__)


@pages.get("/meetings/<int:meeting_id>/report")
@requires(Permission.REPORTS_WRITE)
def write(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """The report to write on, the one that was sent, or why none is needed."""
    desk = reports.open_desk(viewer, meeting_id)
    if desk.is_sent:
        attachments = report_files.attached_to(viewer, desk.report)
        return render_template(
            "reports/read.html", reading=desk.reading, labels=LABELS, is_own=True, attachments=attachments
        )
    if not desk.may_write:
        return render_template("reports/none.html", desk=desk)
    kept = kept_forms.take(viewer, request.path)
    form = ReportForm(kept, data=filled(desk.text, desk.version))
    if "missing" in request.args and kept is None:
        for field, words in unanswered(desk.text).items():
            form.add_error(field, words)
    return _page(viewer, desk, form, was_kept=kept is not None)


@pages.post("/meetings/<int:meeting_id>/report")
@takes_files
@requires(Permission.REPORTS_WRITE)
def save(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Save with whatever files were chosen, and go on writing, stop here, or go on to check what is sent."""
    form = ReportForm()
    if not form.validate():
        return _page(viewer, reports.open_desk(viewer, meeting_id), form), 400
    try:
        reports.save_draft(viewer, meeting_id, form.version.data or 0, form.text)
    except AlreadySent:
        desk = reports.open_desk(viewer, meeting_id)
        return render_template("reports/already_sent.html", desk=desk, mine=form.text, labels=LABELS), 409
    except Conflict:
        # Files belong to the report whichever text is chosen; one that is refused here is missing from its list.
        _change_files(viewer, meeting_id, form)
        return _conflict(reports.open_desk(viewer, meeting_id), form)
    if refused := _change_files(viewer, meeting_id, form):
        return _refused_files(viewer, meeting_id, refused)
    if form.attach.data or "remove" in request.form:
        return redirect(url_for("reports.write", meeting_id=meeting_id, _anchor="attachments"), 303)
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
    return _check_page(viewer, desk)


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
        return _check_page(viewer, reports.open_desk(viewer, meeting_id), changed=True), 409
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
    attachments = report_files.attached_to(viewer, reading.report)
    return render_template("reports/read.html", reading=reading, labels=labels, is_own=is_own, attachments=attachments)


def _change_files(viewer: Viewer, meeting_id: int, form: ReportForm) -> Invalid | None:
    """Attach what was chosen and take off what was to be removed; gives what was wrong with the files."""
    removed = request.form.get("remove", type=int)
    if removed is not None:
        report_files.remove_attachment(viewer, meeting_id, removed)
        flash("The file was removed.")
    try:
        kept = report_files.attach_files(viewer, meeting_id, form.files.data)
    except Invalid as refused:
        return refused
    infected = [stored.name for stored in kept if stored.status is FileStatus.INFECTED]
    if infected:
        flash(f"A virus was found in {', '.join(infected)}, so it was deleted. Everything else is saved.", "notice")
    elif kept:
        flash("The file is attached." if len(kept) == 1 else f"{len(kept)} files are attached.")
    return None


def _refused_files(viewer: Viewer, meeting_id: int, refused: Invalid) -> ResponseReturnValue:
    """The report as it was just saved, and why the files were not taken."""
    desk = reports.open_desk(viewer, meeting_id)
    form = ReportForm(None, data=filled(desk.text, desk.version))
    form.take(refused)
    return _page(viewer, desk, form), 413 if isinstance(refused, TooLarge) else 400


def _page(viewer: Viewer, desk: Desk, form: ReportForm, *, was_kept: bool = False) -> str:
    attachments = report_files.attached_to(viewer, desk.report)
    return render_template("reports/write.html", desk=desk, form=form, was_kept=was_kept, attachments=attachments)


def _check_page(viewer: Viewer, desk: Desk, *, changed: bool = False) -> str:
    form = SendForm(None, data={"version": desk.version})
    attachments = report_files.attached_to(viewer, desk.report)
    return render_template(
        "reports/check.html", desk=desk, form=form, labels=LABELS, changed=changed, attachments=attachments
    )


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
