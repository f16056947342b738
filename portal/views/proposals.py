"""What the rules propose when a register is closed: listed for those who decide, and decided one by one."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid
from portal.domain.ladder_words import joining_words
from portal.forms.proposals import JOIN, RAISE, WAIVE, DecideForm
from portal.services import kept_forms
from portal.services.escalations import deciding, proposals
from portal.services.escalations.proposals import Joinable, ShownProposal
from portal.web.guards import requires

pages = Blueprint("proposals", __name__)


@pages.get("/proposals")
@requires(Permission.ESCALATIONS_PROPOSED)
def index(viewer: Viewer) -> ResponseReturnValue:
    """All that is not dealt with: a chair's own, for the manager all chairs'."""
    listed = proposals.open_proposals(viewer, page=request.args.get("page", 1, type=int))
    return render_template("proposals/index.html", listed=listed)


@pages.get("/meetings/<int:meeting_id>/proposals")
@requires(Permission.ESCALATIONS_PROPOSED)
def of_meeting(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """What the closing of one register proposed, and what came of it."""
    return render_template("proposals/of_meeting.html", found=proposals.proposals_of(viewer, meeting_id))


@pages.get("/proposals/<int:proposal_id>")
@requires(Permission.ESCALATIONS_PROPOSED)
def show(viewer: Viewer, proposal_id: int) -> ResponseReturnValue:
    """One proposal: to be decided, or how it was."""
    found = proposals.find_proposal(viewer, proposal_id)
    if not found.is_open:
        return render_template("proposals/decided.html", found=found, lost=None)
    data = {"version": found.version, "summary": found.summary, "added": found.summary}
    form = DecideForm(kept_forms.take(viewer, request.path), data=data)
    return _form_page(found, form, _offer(viewer, found, form))


@pages.post("/proposals/<int:proposal_id>")
@requires(Permission.ESCALATIONS_PROPOSED)
def decide(viewer: Viewer, proposal_id: int) -> ResponseReturnValue:
    """Raise it, add it to an open escalation, or waive it."""
    found = proposals.find_proposal(viewer, proposal_id)
    form = DecideForm()
    joinable = _offer(viewer, found, form)
    if not form.validate():
        return _form_page(found, form, joinable), 400
    try:
        _decide(viewer, found, form)
    except Invalid as refused:
        form.take(refused)
        return _form_page(found, form, joinable), 400
    except Conflict as lost:
        return render_template(
            "proposals/decided.html", found=proposals.find_proposal(viewer, proposal_id), lost=lost
        ), 409
    return redirect(url_for("proposals.of_meeting", meeting_id=found.meeting_id), 303)


def _decide(viewer: Viewer, found: ShownProposal, form: DecideForm) -> None:
    version = form.version.data or 0
    if form.choice.data == RAISE:
        deciding.raise_proposal(viewer, found.id, version, summary=form.summary.data, wanted=form.wanted.data)
        flash(f"It is raised with {found.agency}. They are told now.")
    elif form.choice.data == JOIN:
        deciding.join_proposal(viewer, found.id, version, escalation_id=form.join_to.data, text=form.added.data)
        flash("It is added to the open escalation. They are told now.")
    elif form.choice.data == WAIVE:
        deciding.waive_proposal(viewer, found.id, version, reason=form.waiver.data, note=form.waiver_note.data)
        flash(f"It is not raised with {found.agency}. Your reason is kept.")


def _offer(viewer: Viewer, found: ShownProposal, form: DecideForm) -> list[Joinable]:
    """Put on offer what the viewer can do about it."""
    joinable = proposals.joinable(viewer, found.agency_id)
    form.offer(found.stage_words, [(one.id, joining_words(one.reference, one.stage, found.stage)) for one in joinable])
    if len(joinable) == 1 and form.join_to.data is None:
        form.join_to.data = joinable[0].id
    return joinable


def _form_page(found: ShownProposal, form: DecideForm, joinable: Sequence[Joinable]) -> str:
    if not joinable:
        del form.join_to, form.added
    return render_template("proposals/decide.html", found=found, form=form)
