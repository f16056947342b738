"""Anonymised quotations: what the board reads, proposing one, and the chair's answer."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.quotations import may_propose
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid
from portal.forms.quotations import AGREE, AnsweredQuotationForm, ProposedQuotationForm, WithdrawnQuotationForm
from portal.services import kept_forms
from portal.services.quotations import answering, listing, proposing
from portal.services.quotations.proposing import Proposal
from portal.web.guards import requires

pages = Blueprint("quotations", __name__)


@pages.get("/scrutiny/quotations")
@requires(Permission.SCRUTINY_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """What chairs have agreed to, and beside it what the viewer has proposed."""
    return render_template(
        "scrutiny/quotations.html",
        agreed=listing.list_agreed(viewer, page=request.args.get("page", 1, type=int)),
        own=listing.list_own(viewer),
        may_propose=may_propose(viewer),
    )


@pages.route("/scrutiny/quotations/new", methods=["GET", "POST"])
@requires(Permission.QUOTATIONS_PROPOSE)
def propose(viewer: Viewer) -> ResponseReturnValue:
    """Put a quotation to the chair of its meeting."""
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    form = ProposedQuotationForm(kept)
    if form.validate_on_submit():
        proposal = Proposal(form.text.data, form.voice.data, form.reference.data)
        try:
            proposing.propose(viewer, proposal)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The chair of the meeting is asked. The board reads it once they agree.")
            return redirect(url_for("quotations.index"), 303)
    page = render_template("scrutiny/propose.html", form=form)
    return page, 400 if form.error_summary else 200


@pages.post("/scrutiny/quotations/<int:quotation_id>/withdraw")
@requires(Permission.QUOTATIONS_PROPOSE)
def withdraw(viewer: Viewer, quotation_id: int) -> ResponseReturnValue:
    """Take back what one has proposed."""
    form = WithdrawnQuotationForm()
    if not form.validate_on_submit():
        flash("The page was out of date. Nothing was changed.", "notice")
        return redirect(url_for("quotations.index"), 303)
    try:
        proposing.withdraw(viewer, quotation_id, version=form.version.data or 0)
    except Conflict:
        flash("The chair has answered meanwhile. Nothing was taken back.", "notice")
    else:
        flash("The quotation is taken back.")
    return redirect(url_for("quotations.index"), 303)


@pages.get("/quotations")
@requires(Permission.QUOTATIONS_AGREE)
def put_to_me(viewer: Viewer) -> ResponseReturnValue:
    """Quotations from meetings that the viewer chairs."""
    return render_template("scrutiny/put_to_me.html", listed=listing.list_put_to(viewer))


@pages.route("/quotations/<int:quotation_id>", methods=["GET", "POST"])
@requires(Permission.QUOTATIONS_AGREE)
def answer(viewer: Viewer, quotation_id: int) -> ResponseReturnValue:
    """Agree to a quotation, word it otherwise, or not agree."""
    found = answering.find_put_to(viewer, quotation_id)
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    form = AnsweredQuotationForm(
        kept, data={"version": found.version, "text": found.agreed_text or found.proposed_text}
    )
    lost: Conflict | None = None
    if form.validate_on_submit():
        version = form.version.data or 0
        try:
            if form.answer.data == AGREE:
                answering.agree(viewer, quotation_id, form.text.data, version=version)
                flash("The board can read it now.")
            else:
                answering.refuse(viewer, quotation_id, form.reason.data, version=version)
                flash("The board does not read it. Whoever proposed it is told why.")
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            found = answering.find_put_to(viewer, quotation_id)
            form.version.data = found.version
        else:
            return redirect(url_for("quotations.put_to_me"), 303)
    page = render_template("scrutiny/answer.html", form=form, quotation=found, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200
