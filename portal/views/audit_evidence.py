"""What stands beside an answer: its evidence, and what colleagues say about it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid, NotPermitted
from portal.forms.audits import GIVEN, LINK, EvidenceForm
from portal.services.audits import evidence
from portal.services.audits.evidence import GivenAlready
from portal.services.audits.outline import Outline
from portal.services.audits.question_page import question_page
from portal.views.audit_answers import Kept, keep_sent
from portal.web.filters import short_day
from portal.web.guards import requires
from portal.web.uploads import takes_files

pages = Blueprint("audit_evidence", __name__)

_QUESTION = "/audits/<int:return_id>/questions/<int:question_id>"


@pages.route(f"{_QUESTION}/evidence", methods=["GET", "POST"])
@takes_files
@requires(Permission.AUDITS_ANSWER)
def add(viewer: Viewer, return_id: int, question_id: int) -> ResponseReturnValue:
    """Add files, a link, or what was given already."""
    page = question_page(viewer, return_id, question_id)
    if not page.may_answer:
        raise NotPermitted("The evidence of this return can no longer be changed.")
    form = EvidenceForm()
    form.offer(
        (str(piece.id), _words(piece, page.outline)) for piece in evidence.given_already(viewer, return_id, question_id)
    )
    form.dated_on.latest = viewer.today
    if form.validate_on_submit():
        try:
            _kept(form)(viewer, return_id, question_id)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The evidence was added.")
            return redirect(_address(return_id, question_id), 303)
    return render_template("audits/evidence.html", page=page, form=form), 400 if form.error_summary else 200


@pages.post(f"{_QUESTION}/evidence/remove")
@requires(Permission.AUDITS_ANSWER)
def remove(viewer: Viewer, return_id: int, question_id: int) -> ResponseReturnValue:
    """Take a piece of evidence away again; what was typed beside it is saved."""
    kept = keep_sent(viewer, return_id, question_id)
    if not isinstance(kept, Kept):
        return kept
    evidence.remove(viewer, return_id, question_id, request.form.get("evidence", 0, int))
    flash("The evidence was removed.")
    return redirect(_address(return_id, question_id), 303)


@pages.post(f"{_QUESTION}/comments")
@requires(Permission.AUDITS_SIGN)
def comment(viewer: Viewer, return_id: int, question_id: int) -> ResponseReturnValue:
    """Say something to colleagues about an answer; where one is typed on the same page, it is saved too."""
    kept = keep_sent(viewer, return_id, question_id, says=True)
    if not isinstance(kept, Kept):
        return kept
    return redirect(f"{_address(return_id, question_id)}#comments", 303)


def _kept(form: EvidenceForm) -> Callable[[Viewer, int, int], object]:
    """What keeps the piece that the form holds."""
    day = form.dated_on.data
    if form.kind.data == GIVEN:
        return lambda viewer, asked, of: evidence.add_given(viewer, asked, of, form.given.data)
    if day is None:
        raise Invalid("No day.", errors={"dated_on": [form.dated_on.instruction]})
    title = form.title.data
    if form.kind.data == LINK:
        return lambda viewer, asked, of: evidence.add_link(viewer, asked, of, form.url.data, title, day)
    return lambda viewer, asked, of: evidence.add_files(viewer, asked, of, form.files.data, title, day)


def _words(piece: GivenAlready, outline: Outline) -> str:
    """ "Safeguarding policy, 1 Sep 2025 (question 3.2)"."""
    where = f"question {outline.number_of(piece.question_id)}" if piece.is_of_this_return else "last time"
    return f"{piece.title}, {short_day(piece.dated_on)} ({where})"


def _address(return_id: int, question_id: int) -> str:
    return url_for("audits.question", return_id=return_id, question_id=question_id)
