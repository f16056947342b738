"""Minutes and decision sheet: written, sent, read, and put right."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import FileStatus
from portal.domain.errors import Conflict, Invalid, NotVisible
from portal.domain.minutes import put_together
from portal.domain.outcome_vocabulary import CorrectionOutcome
from portal.domain.row_numbers import row_number
from portal.forms.minutes import AnswerForm, CorrectionForm, MinutesForm, SendingForm, SheetForm
from portal.services import kept_forms
from portal.services.files import TooLarge
from portal.services.home.minutes import papers_waiting
from portal.services.home.tasks import TaskKind
from portal.services.minutes import corrections, decision_documents, drafting, papers, reading, sending
from portal.services.minutes.corrections import Correction
from portal.services.minutes.drafting import Desk
from portal.services.minutes.papers import PapersPage
from portal.services.outcomes.texts import OUTCOME_LABELS
from portal.views.lost_races import lost_race
from portal.web.downloads import PDF, download
from portal.web.filters import time_of_day
from portal.web.guards import requires
from portal.web.uploads import takes_files

pages = Blueprint("minutes", __name__)


_WAITS_FOR = {
    TaskKind.STRATEGY_TO_SIGN: ("Strategy record to be signed", "strategy_records.show"),
    TaskKind.STRATEGY_TO_WRITE: ("Strategy record to be written", "strategy_records.show"),
    TaskKind.OUTCOMES_TO_SIGN: ("Decisions to be signed off", "outcomes.index"),
    TaskKind.DECISIONS_TO_SEND: ("Decision sheet to be sent", "minutes.show"),
    TaskKind.MINUTES_TO_SEND: ("Minutes to be sent", "minutes.write"),
}


@pages.get("/meetings/papers")
@requires(Permission.MEETINGS_RECORD)
def waiting(viewer: Viewer) -> ResponseReturnValue:
    """Every meeting of the last months of which something is to be signed off or sent."""
    tasks, has_more = papers_waiting(viewer)
    return render_template("minutes/waiting.html", tasks=tasks, has_more=has_more, waits_for=_WAITS_FOR)


@pages.get("/meetings/<int:meeting_id>/minutes")
@requires(Permission.MEETINGS_VIEW)
def show(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """What was sent, what is due, who has opened it, and what is said to be wrong."""
    return render_template("minutes/show.html", page=papers.papers_page(viewer, meeting_id))


@pages.get("/meetings/<int:meeting_id>/minutes/<int:number>")
@requires(Permission.MEETINGS_VIEW)
def read(viewer: Viewer, meeting_id: int, number: int) -> ResponseReturnValue:
    """One version of the minutes."""
    return render_template("minutes/read.html", found=reading.read_minutes(viewer, meeting_id, number))


@pages.get("/meetings/<int:meeting_id>/minutes/write")
@requires(Permission.MEETINGS_RECORD)
def write(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """The minutes to write on."""
    desk = drafting.open_desk(viewer, meeting_id)
    kept = kept_forms.take(viewer, request.path)
    form = MinutesForm(kept, data={"version": desk.version, "text": desk.text})
    return _write(desk, form, was_kept=kept is not None)


@pages.post("/meetings/<int:meeting_id>/minutes/write")
@takes_files
@requires(Permission.MEETINGS_RECORD)
def save(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Save with whatever file was chosen, and go on writing, stop here, or go on to check what is sent."""
    form = MinutesForm()
    if not form.validate():
        return _write(drafting.open_desk(viewer, meeting_id), form), 400
    try:
        drafting.save_minutes(viewer, meeting_id, form.version.data or 0, form.text.data)
    except Conflict:
        _change_file(viewer, meeting_id, form)
        return _conflict(drafting.open_desk(viewer, meeting_id), form)
    if refused := _change_file(viewer, meeting_id, form):
        desk = drafting.open_desk(viewer, meeting_id)
        again = MinutesForm(None, data={"version": desk.version, "text": desk.text})
        again.take(refused)
        return _write(desk, again), 413 if isinstance(refused, TooLarge) else 400
    if form.attach.data or "remove" in request.form:
        return redirect(url_for("minutes.write", meeting_id=meeting_id, _anchor="file"), 303)
    if form.check.data:
        return redirect(url_for("minutes.check", meeting_id=meeting_id), 303)
    flash("The minutes are saved. Only the chair and the coordinator can read them until they are sent.")
    return redirect(url_for("minutes.show", meeting_id=meeting_id), 303)


@pages.post("/meetings/<int:meeting_id>/minutes/write/autosave")
@requires(Permission.MEETINGS_RECORD)
def autosave(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Keep what is being typed; answers as docs/frontend.md says."""
    form = MinutesForm()
    if not form.validate():
        return {"message": form.error_summary[0][0]}, 422
    try:
        saved = drafting.save_minutes(viewer, meeting_id, form.version.data or 0, form.text.data)
    except Conflict as refused:
        return {"message": str(refused)}, 409
    return {"saved_at": time_of_day(saved.at), "version": saved.version}


@pages.get("/meetings/<int:meeting_id>/minutes/check")
@requires(Permission.MEETINGS_RECORD)
def check(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """The minutes as they are to be sent, to be looked at once more."""
    return _check(viewer, meeting_id, SendingForm(kept_forms.take(viewer, request.path)))


@pages.post("/meetings/<int:meeting_id>/minutes/check")
@requires(Permission.MEETINGS_RECORD)
def send(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Send the minutes as they were checked."""
    form = SendingForm()
    status = 400
    if form.validate():
        try:
            sending.send_minutes(viewer, meeting_id, form.version.data or 0, form.because.data)
        except Invalid as refused:
            form.take(refused)
        except Conflict as lost:
            form.add_error(None, str(lost))
            status = 409
        else:
            flash("The minutes are sent. Every agency that has a part in the meeting is told.")
            return redirect(url_for("minutes.show", meeting_id=meeting_id), 303)
    return _check(viewer, meeting_id, form), status


@pages.get("/meetings/<int:meeting_id>/decisions")
@requires(Permission.MEETINGS_VIEW)
def decisions(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """The decision sheet: as it is signed, or a version as it was sent."""
    sheet = reading.read_decisions(viewer, meeting_id, request.args.get("sent", 0, type=row_number))
    return render_template("minutes/decisions.html", sheet=sheet, labels=OUTCOME_LABELS)


@pages.get("/meetings/<int:meeting_id>/decisions.pdf")
@requires(Permission.MEETINGS_VIEW, fresh="file")
def decisions_pdf(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """The same as a document."""
    sheet = reading.read_decisions(viewer, meeting_id, request.args.get("sent", 0, type=row_number))
    name = f"decision sheet {sheet.meeting.reference}.pdf"
    return download(decision_documents.as_pdf(viewer, sheet), PDF, name)


@pages.route("/meetings/<int:meeting_id>/decisions/send", methods=["GET", "POST"])
@requires(Permission.MEETINGS_RECORD)
def send_decisions(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Send the decision sheet to every agency that has a part."""
    form = SheetForm()
    if form.validate_on_submit():
        try:
            sending.send_decisions(viewer, meeting_id)
        except Invalid as refused:
            flash(str(refused), "notice")
        else:
            flash("The decision sheet is sent. Every agency that has a part in the meeting is told.")
        return redirect(url_for("minutes.show", meeting_id=meeting_id), 303)
    page = papers.papers_page(viewer, meeting_id)
    if not page.may_send or not page.decisions_wait:
        return redirect(url_for("minutes.show", meeting_id=meeting_id))
    return render_template("minutes/send_decisions.html", page=page, form=form)


@pages.route("/meetings/<int:meeting_id>/minutes/corrections/new", methods=["GET", "POST"])
@requires(Permission.VIEWS_GIVE)
def ask(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Say what is wrong in the minutes."""
    page = papers.papers_page(viewer, meeting_id)
    if request.method == "GET" and not page.may_ask:
        return redirect(url_for("minutes.show", meeting_id=meeting_id))
    form = CorrectionForm(kept_forms.take(viewer, request.path) if request.method == "GET" else request.form)
    if form.validate_on_submit():
        try:
            corrections.ask_correction(viewer, meeting_id, form.text.data)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("What you say is wrong is with the chair and the coordinator. You are told what becomes of it.")
            return redirect(url_for("minutes.show", meeting_id=meeting_id), 303)
    shown = render_template("minutes/ask.html", page=page, form=form)
    return shown, 400 if form.error_summary else 200


@pages.route("/meetings/<int:meeting_id>/minutes/corrections/<int:correction_id>", methods=["GET", "POST"])
@requires(Permission.MEETINGS_RECORD)
def answer(viewer: Viewer, meeting_id: int, correction_id: int) -> ResponseReturnValue:
    """Take a correction, or not, because."""
    page = papers.papers_page(viewer, meeting_id)
    found = _correction(page, correction_id)
    if request.method == "GET" and found.outcome is not CorrectionOutcome.OPEN:
        return redirect(url_for("minutes.show", meeting_id=meeting_id, _anchor="corrections"))
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    form = AnswerForm(kept, data={"version": found.version})
    if form.validate_on_submit():
        outcome: CorrectionOutcome = form.outcome.data
        try:
            corrections.answer_correction(
                viewer, meeting_id, correction_id, outcome, form.answer.data, form.version.data or 0
            )
        except Invalid as refused:
            form.take(refused)
        except Conflict as lost:
            back = url_for("minutes.show", meeting_id=meeting_id)
            return lost_race(
                lost, version=_correction(papers.papers_page(viewer, meeting_id), correction_id).version, back=back
            )
        else:
            is_taken = outcome is CorrectionOutcome.TAKEN
            flash("The agency is told." + (" Now write it into the minutes, and send them again." if is_taken else ""))
            return redirect(url_for("minutes.write" if is_taken else "minutes.show", meeting_id=meeting_id), 303)
    shown = render_template("minutes/answer.html", page=page, found=found, form=form)
    return shown, 400 if form.error_summary else 200


def _correction(page: PapersPage, correction_id: int) -> Correction:
    for one in page.corrections:
        if one.id == correction_id:
            return one
    raise NotVisible("No such correction.")


def _change_file(viewer: Viewer, meeting_id: int, form: MinutesForm) -> Invalid | None:
    """Put in what was chosen, or take out what was to be removed; gives what was wrong with the file."""
    if "remove" in request.form:
        drafting.remove_file(viewer, meeting_id)
        flash("The file was removed.")
    try:
        kept = drafting.attach_minutes(viewer, meeting_id, form.files.data)
    except Invalid as refused:
        return refused
    if kept is not None and kept.status is FileStatus.INFECTED:
        flash(f"A virus was found in {kept.name}, so it was deleted. Everything else is saved.", "notice")
    elif kept is not None:
        flash("The file is in.")
    return None


def _write(desk: Desk, form: MinutesForm, *, was_kept: bool = False) -> str:
    return render_template("minutes/write.html", desk=desk, form=form, was_kept=was_kept)


def _check(viewer: Viewer, meeting_id: int, form: SendingForm) -> str:
    desk = drafting.open_desk(viewer, meeting_id)
    form.version.data = desk.version
    return render_template("minutes/check.html", desk=desk, form=form)


def _conflict(desk: Desk, form: MinutesForm) -> ResponseReturnValue:
    """Both texts side by side; each way out of it posts a whole text, based on what is saved now."""
    mine, theirs = form.text.data, desk.text
    together = MinutesForm(None, data={"version": desk.version, "text": put_together(mine, theirs)})
    page = render_template(
        "minutes/conflict.html", desk=desk, mine=mine, theirs=theirs, together=together, goes_on=form.check.data
    )
    return page, 409
