"""An agency's audit returns: started, given out by section, answered question by question, read and printed."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid
from portal.domain.vocabulary import AGENCY_ROLES
from portal.forms.audits import CommentForm, ConfirmForm, GiveForm, read_answer
from portal.services import kept_forms
from portal.services.audits.answering import AnswerText, confirm_answer, confirm_section, save_answer
from portal.services.audits.question_page import printed_return, question_page
from portal.services.audits.returns_page import own_returns, return_page
from portal.services.audits.sections import give_section, giving_page
from portal.services.audits.starting import start_return
from portal.views.audit_answers import CHANGE, MISSING, TAKE, Kept, draw_question, form_of, keep_sent
from portal.views.lost_races import lost_race
from portal.web.filters import time_of_day
from portal.web.guards import requires
from portal.web.links import address_of

pages = Blueprint("audits", __name__)


@pages.get("/audits")
@requires(Permission.AUDITS_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The agency's returns, what is to be done now on top; for the board, the rounds."""
    if viewer.role not in AGENCY_ROLES:
        return redirect(url_for("audit_rounds.index"))
    return render_template("audits/index.html", found=own_returns(viewer))


@pages.get("/audits/<int:return_id>")
@requires(Permission.AUDITS_VIEW)
def show(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """One return: its sections with their state, and where to go on."""
    page = return_page(viewer, return_id)
    signing = address_of("audit_signing.show", return_id=return_id)
    return render_template("audits/show.html", page=page, signing=signing)


@pages.get("/audits/<int:return_id>/print")
@requires(Permission.AUDITS_VIEW)
def printed(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Every question with its answer, on one page for paper."""
    return render_template("audits/print.html", printed=printed_return(viewer, return_id))


@pages.post("/audits/<int:return_id>/start")
@requires(Permission.AUDITS_LEAD)
def start(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Begin, with what was answered last time."""
    if start_return(viewer, return_id):
        flash("You have started. Answer in any order, stop when you like: everything is kept.")
    else:
        flash("A colleague had started it already. Nothing was changed.", "notice")
    return redirect(url_for("audits.show", return_id=return_id), 303)


@pages.route("/audits/<int:return_id>/sections/<int:standard_id>", methods=["GET", "POST"])
@requires(Permission.AUDITS_LEAD)
def give(viewer: Viewer, return_id: int, standard_id: int) -> ResponseReturnValue:
    """Give a section to colleagues, or take it back."""
    page = giving_page(viewer, return_id, standard_id)
    offered = [(colleague.membership_id, colleague.name) for colleague in page.colleagues]
    form = GiveForm(offered=offered, data={"colleagues": sorted(page.given), "version": page.seen})
    back = url_for("audits.show", return_id=return_id)
    if form.validate_on_submit():
        try:
            is_new = give_section(viewer, return_id, standard_id, form.colleagues.data, form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as lost:
            return lost_race(lost, version=giving_page(viewer, return_id, standard_id).seen, back=back)
        else:
            flash(f"“{page.title}” is given as you said." if is_new else f"“{page.title}” stays as it was.")
            return redirect(back, 303)
    return render_template("audits/give.html", page=page, form=form), 400 if form.error_summary else 200


@pages.post("/audits/<int:return_id>/sections/<int:standard_id>/confirm")
@requires(Permission.AUDITS_ANSWER)
def confirm_all(viewer: Viewer, return_id: int, standard_id: int) -> ResponseReturnValue:
    """Say of a section's unaltered answers of last time, in one touch, that they are still true."""
    confirmed = confirm_section(viewer, return_id, standard_id)
    words = "1 answer" if confirmed == 1 else f"{confirmed} answers"
    if confirmed:
        flash(f"{words} confirmed as still true.")
    else:
        flash("Nothing was confirmed: what waits here must be looked at, question by question.", "notice")
    return redirect(url_for("audits.show", return_id=return_id), 303)


@pages.get("/audits/<int:return_id>/questions/<int:question_id>")
@requires(Permission.AUDITS_VIEW)
def question(viewer: Viewer, return_id: int, question_id: int) -> ResponseReturnValue:
    """One question, to be answered or to be read."""
    page = question_page(viewer, return_id, question_id)
    kept = kept_forms.take(viewer, request.path) if page.may_answer or page.may_comment else None
    # The comment of a page without an answer to type is kept alone.
    typed = kept if kept is not None and "version" in kept else None
    form = form_of(page, typed)
    if MISSING in request.args and typed is None:
        for field, words in page.answer.lacks.items():
            form.add_error(field, words)
    return draw_question(page, form, was_kept=kept is not None, comment=CommentForm(kept))


@pages.post("/audits/<int:return_id>/questions/<int:question_id>")
@requires(Permission.AUDITS_ANSWER)
def save(viewer: Viewer, return_id: int, question_id: int) -> ResponseReturnValue:
    """Save one answer, then go on, stop, or add evidence."""
    kept = keep_sent(viewer, return_id, question_id, saves=True)
    if not isinstance(kept, Kept):
        return kept
    if kept.form.take_offer.data:
        address = url_for("audits.question", return_id=return_id, question_id=question_id)
        return redirect(f"{address}?{TAKE}=1#answer", 303)
    if kept.form.add_evidence.data:
        return redirect(url_for("audit_evidence.add", return_id=return_id, question_id=question_id), 303)
    if kept.form.add_action.data:
        return redirect(url_for("actions.add", return_id=return_id, question_id=question_id), 303)
    return _onwards(kept, stops=kept.form.stop.data)


@pages.post("/audits/<int:return_id>/questions/<int:question_id>/autosave")
@requires(Permission.AUDITS_ANSWER)
def autosave(viewer: Viewer, return_id: int, question_id: int) -> ResponseReturnValue:
    """Keep what is being typed; answers as docs/frontend.md says."""
    typed = read_answer(request.form)
    if typed.fault:
        return {"message": typed.fault}, 422
    try:
        text = AnswerText(typed.rating, typed.narrative)
        saved = save_answer(viewer, return_id, question_id, typed.version, text, only_changes=True)
    except Invalid as refused:
        return {"message": next(iter(refused.errors.values()))[0]}, 422
    except Conflict as lost:
        return {"message": str(lost)}, 409
    return {"saved_at": time_of_day(saved.at), "version": saved.version}


@pages.post("/audits/<int:return_id>/questions/<int:question_id>/confirm")
@requires(Permission.AUDITS_ANSWER)
def confirm(viewer: Viewer, return_id: int, question_id: int) -> ResponseReturnValue:
    """Say that last time's answer is still true, and go on."""
    form = ConfirmForm()
    here = url_for("audits.question", return_id=return_id, question_id=question_id)
    if not form.validate():
        flash(form.error_summary[0][0], "notice")
        return redirect(here, 303)
    try:
        confirm_answer(viewer, return_id, question_id, form.version.data or 0)
    except Invalid:
        return redirect(f"{here}?{CHANGE}=1&{MISSING}=1", 303)
    except Conflict as lost:
        flash(f"{lost} Look at it again before you confirm it.", "notice")
        return redirect(here, 303)
    after = question_page(viewer, return_id, question_id).outline.next_to_do(question_id)
    return _go_to(return_id, after)


def _onwards(kept: Kept, *, stops: bool) -> ResponseReturnValue:
    page, question_id = kept.page, kept.page.answer.question.id
    lacks = kept.saved.lacks if kept.saved is not None else page.answer.lacks
    if lacks:
        lacking = " and ".join(words[0].lower() + words[1:] for words in lacks.values())
        flash(f"Question {page.outline.number_of(question_id)} is saved, but not finished: {lacking}.", "notice")
    if stops:
        if not lacks:
            flash("Saved. You can go on whenever you like.")
        return redirect(url_for("audits.show", return_id=page.facts.id), 303)
    return _go_to(page.facts.id, page.outline.next_to_do(question_id))


def _go_to(return_id: int, question_id: int | None) -> ResponseReturnValue:
    if question_id is None:
        return redirect(url_for("audits.show", return_id=return_id), 303)
    return redirect(url_for("audits.question", return_id=return_id, question_id=question_id), 303)
