"""An agency's report: written and saved as it is typed, checked, signed off, sent once, added to; and read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import report_withdrawals as withdrawals_access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import FileStatus
from portal.domain.errors import Conflict, Invalid
from portal.domain.report_answers import condition_words, offered, sections_of
from portal.domain.row_numbers import row_number
from portal.domain.vocabulary import ReportStatus
from portal.forms.reports import ReportForm, no_longer_asked, sent_form, shown_form
from portal.services import kept_forms, report_files
from portal.services.clinical_records import asking
from portal.services.files import TooLarge
from portal.services.report_sharing import waiving
from portal.services.reports import carrying, reading, writing
from portal.services.reports.desk import Desk, open_desk, template_to_write
from portal.services.reports.drafts import AlreadySent
from portal.services.reports.writing import Saved, Typed
from portal.views.report_conflicts import both_texts, too_late
from portal.web.filters import time_of_day
from portal.web.guards import requires
from portal.web.uploads import takes_files

pages = Blueprint("reports", __name__)

AT = "/meetings/<int:meeting_id>/report"
ADDING = f"{AT}/addendum"
GONE = "This is not asked any more. Copy what you need, and load the page again"


@pages.get(ADDING, defaults={"adding": True})
@pages.get(AT, defaults={"adding": False})
@requires(Permission.REPORTS_WRITE)
def write(viewer: Viewer, meeting_id: int, adding: bool) -> ResponseReturnValue:
    """The report to write on, the one that was sent, or why none is needed; or what is added to it."""
    desk = open_desk(viewer, meeting_id, adding=adding)
    if desk.is_waiting:
        return redirect(address("report_sending.check", desk))
    if not adding and desk.is_sent:
        return _read_page(viewer, reading.reading_at(desk), desk)
    if not desk.may_write:
        if adding:
            return redirect(url_for("reports.write", meeting_id=meeting_id, adding=False))
        waiver = waiving.why_not_needed(viewer, desk.invitation)
        return render_template("reports/none.html", desk=desk, waiver=waiver)
    kept = kept_forms.take(viewer, request.path)
    form = shown_form(desk.template, desk.answers, kept, is_limited=desk.is_limited)
    if "missing" in request.args and kept is None:
        form.complain(desk.lacks)
    gone = no_longer_asked(desk.template, kept or {})
    return write_page(viewer, desk, form, was_kept=kept is not None, gone=gone)


@pages.post(ADDING, defaults={"adding": True})
@pages.post(AT, defaults={"adding": False})
@takes_files
@requires(Permission.REPORTS_WRITE)
def save(viewer: Viewer, meeting_id: int, adding: bool) -> ResponseReturnValue:
    """Save with whatever files were chosen, and go on writing, stop here, or go on to check what is sent."""
    form, unreadable = _form_sent(viewer, meeting_id)
    try:
        saved = _save(viewer, meeting_id, form, adding=adding)
    except AlreadySent:
        return too_late(open_desk(viewer, meeting_id, adding=adding), form)
    # Files belong to the report whatever becomes of its answers; one that is refused here is missing from its list.
    refused = None if adding else _change_files(viewer, meeting_id, form)
    gone = no_longer_asked(form.template, request.form)
    if unreadable or saved.faults or gone:
        return _refused(viewer, open_desk(viewer, meeting_id, adding=adding), saved, unreadable, gone), 400
    if saved.lost:
        desk = open_desk(viewer, meeting_id, adding=adding)
        return both_texts(viewer, desk, form, saved.lost, goes_on=form.check.data)
    if refused is not None:
        return _refused_files(viewer, meeting_id, refused)
    return _go_on(viewer, meeting_id, form, adding=adding)


@pages.post(f"{ADDING}/autosave", defaults={"adding": True})
@pages.post(f"{AT}/autosave", defaults={"adding": False})
@requires(Permission.REPORTS_WRITE)
def autosave(viewer: Viewer, meeting_id: int, adding: bool) -> ResponseReturnValue:
    """Keep each answer that is being typed by itself; answers as docs/frontend.md says."""
    form, unreadable = _form_sent(viewer, meeting_id)
    try:
        saved = _save(viewer, meeting_id, form, adding=adding)
    except Conflict as refused:
        return {"message": str(refused)}, 409
    lost = {
        code: f"{'You' if one.by_id == viewer.user_id else one.by} changed this answer"
        + (f" at {time_of_day(one.at)}" if one.at else "")
        for code, one in saved.lost.items()
    }
    return {
        "saved_at": time_of_day(saved.at),
        "seen": saved.seen,
        "conflicts": lost,
        "faults": {**unreadable, **saved.faults, **dict.fromkeys(no_longer_asked(form.template, request.form), GONE)},
    }


@pages.get("/meetings/<int:meeting_id>/reports/<int:invitation_id>")
@requires(Permission.REPORTS_READ)
def read(viewer: Viewer, meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """A report that was sent, for the chair, the manager and its own agency."""
    found = reading.read_report(viewer, meeting_id, invitation_id)
    if found.report.status is not ReportStatus.SUBMITTED:
        return redirect(url_for("reports.write", meeting_id=meeting_id, adding=False))
    return _read_page(viewer, found)


def address(endpoint: str, desk: Desk, **more: Any) -> str:
    """Where a page of this report is, or of what is added to it."""
    return url_for(endpoint, meeting_id=desk.meeting.id, adding=desk.is_adding, **more)


def write_page(
    viewer: Viewer, desk: Desk, form: ReportForm, *, was_kept: bool = False, gone: Mapping[str, str] | None = None
) -> str:
    """The page to write on; `gone` is what was typed to questions that are not asked any more, to be copied."""
    attachments = [] if desk.is_adding else report_files.attached_to(viewer, desk.report)
    # Offered until it was taken, also to a draft that somebody has begun: it fills what is empty.
    may_bring = not desk.is_adding and not desk.carried and bool(desk.lacks)
    return render_template(
        "reports/write.html",
        desk=desk,
        form=form,
        parts=list(sections_of(desk.template, offered(desk.template, desk.is_limited))),
        condition_words=partial(condition_words, desk.template),
        was_kept=was_kept,
        gone=gone or {},
        attachments=attachments,
        last=carrying.last_report(viewer, desk.meeting.id) if may_bring else None,
        takes_records=asking.takes_records(desk),
    )


def _form_sent(viewer: Viewer, meeting_id: int) -> tuple[ReportForm, dict[str, str]]:
    """The form that came in, and by question what of it cannot be read."""
    template, is_limited = template_to_write(viewer, meeting_id)
    form = sent_form(template, request.form, is_limited=is_limited)
    return form, form.check_given()


def _save(viewer: Viewer, meeting_id: int, form: ReportForm, *, adding: bool) -> Saved:
    limited = request.form.get("limited")
    return writing.save_draft(
        viewer,
        meeting_id,
        {code: Typed(*given) for code, given in form.given().items()},
        confirmed=request.form.getlist("confirm"),
        is_limited={"yes": True, "no": False}.get(limited) if limited else None,
        adding=adding,
    )


def _go_on(viewer: Viewer, meeting_id: int, form: ReportForm, *, adding: bool) -> ResponseReturnValue:
    """Where the button that was pressed leads."""
    here = url_for("reports.write", meeting_id=meeting_id, adding=adding)
    if form.attach.data or "remove" in request.form:
        return redirect(f"{here}#attachments", 303)
    if "confirm" in request.form:
        return redirect(f"{here}#question-{request.form['confirm']}", 303)
    if "stay" in request.form or "limited" in request.form:
        return redirect(here, 303)
    if "bring" in request.form:
        brought = carrying.bring_last_report(viewer, meeting_id)
        flash(f"{brought} {'answer was' if brought == 1 else 'answers were'} brought. Confirm or change each.")
        return redirect(here, 303)
    if form.check.data:
        return redirect(url_for("report_sending.check", meeting_id=meeting_id, adding=adding), 303)
    flash("Your draft is saved. Only your agency can see it until you send it.")
    return redirect(url_for("meetings.show", meeting_id=meeting_id), 303)


def _read_page(viewer: Viewer, found: reading.Reading, desk: Desk | None = None) -> str:
    is_own = found.invitation.agency_id == viewer.agency_id
    return render_template(
        "reports/read.html",
        reading=found,
        parts=found.parts(is_own=is_own),
        is_own=is_own,
        may_add=desk is not None and desk.may_add,
        may_withdraw=withdrawals_access.may_withdraw(viewer, found.report, found.invitation, found.meeting),
        attachments=report_files.attached_to(viewer, found.report),
    )


def _change_files(viewer: Viewer, meeting_id: int, form: ReportForm) -> Invalid | None:
    """Attach what was chosen and take off what was to be removed; gives what was wrong with the files."""
    removed = request.form.get("remove", type=row_number)
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
    elif form.files.data:
        flash("This is attached already.")
    return None


def _refused(
    viewer: Viewer, desk: Desk, saved: Saved, unreadable: dict[str, str], gone: Mapping[str, str] | None = None
) -> str:
    """The page with what was typed, over what is saved where the form held only some of the questions."""
    form = shown_form(desk.template, desk.answers, request.form, is_limited=desk.is_limited)
    form.seen = {**form.seen, **saved.seen}
    form.complain({**unreadable, **saved.faults})
    return write_page(viewer, desk, form, gone=gone)


def _refused_files(viewer: Viewer, meeting_id: int, refused: Invalid) -> ResponseReturnValue:
    """The report as it was just saved, and why the files were not taken."""
    desk = open_desk(viewer, meeting_id)
    form = shown_form(desk.template, desk.answers, is_limited=desk.is_limited)
    form.take(refused)
    return write_page(viewer, desk, form), 413 if isinstance(refused, TooLarge) else 400
