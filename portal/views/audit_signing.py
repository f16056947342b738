"""Signing an agency's audit return: who has, who is next, the signature itself, and what changed between versions."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.row_numbers import row_number
from portal.domain.vocabulary import Role
from portal.forms.audit_signing import CompareForm, InviteForm, ReopenForm, SignForm
from portal.services import people, people_list
from portal.services.audits.signing import reopen_return, sign_return, submit_return, withdraw_return
from portal.services.audits.signing_page import SigningPage, signing_page
from portal.services.audits.versions import compare_versions
from portal.services.joining import link_address
from portal.web.guards import requires

pages = Blueprint("audit_signing", __name__)


@pages.get("/audits/<int:return_id>/signing")
@requires(Permission.AUDITS_VIEW)
def show(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Who has signed, who is next, and on top what is asked of the viewer."""
    page = signing_page(viewer, return_id)
    form = SignForm(None, data={"version": page.row_version})
    form.expect(page.offer.steps[0].value if page.offer.steps else None, says_both=page.offer.says_both)
    return _draw(page, form)


@pages.post("/audits/<int:return_id>/signing/submit")
@requires(Permission.AUDITS_LEAD)
def submit(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Send the return to be signed; where something is missing, the page says what, with links."""
    try:
        if submit_return(viewer, return_id):
            flash("The return is sent to be signed. Its answers cannot be changed now.")
        else:
            flash("The return has been sent to be signed already. Nothing was changed.", "notice")
    except Invalid as refused:
        count = len(refused.errors)
        questions = "1 question is" if count == 1 else f"{count} questions are"
        flash(f"The return was not sent: {questions} not complete. They are listed below.", "notice")
    return _back(return_id)


@pages.post("/audits/<int:return_id>/signing/withdraw")
@requires(Permission.AUDITS_LEAD)
def withdraw(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Take the return back, to change it."""
    try:
        if withdraw_return(viewer, return_id):
            flash("The return is taken back. You can change its answers and send it again.")
        else:
            flash("The return is open already. Nothing was changed.", "notice")
    except Conflict as lost:
        flash(str(lost), "notice")
    return _back(return_id)


@pages.post("/audits/<int:return_id>/signing/sign")
@requires(Permission.AUDITS_SIGN)
def sign(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Sign; who comes late is told what happened meanwhile."""
    page = signing_page(viewer, return_id)
    form = SignForm()
    form.expect(request.form.get("step"), says_both=page.offer.says_both)
    if not form.validate() or form.step is None:
        if not page.offer.steps:
            raise NotPermitted("This return is not yours to sign now.")
        return _draw(page, form), 400
    try:
        is_new = sign_return(
            viewer,
            return_id,
            step=form.step,
            version=form.version.data or 0,
            name=form.name.data,
            says_both=form.says_both,
        )
    except Invalid as refused:
        form.take(refused)
        return _draw(page, form), 400
    except Conflict as lost:
        flash(str(lost), "notice")
        return _back(return_id)
    if not is_new:
        flash("You have signed this already. It is one signature.", "notice")
    elif signing_page(viewer, return_id).is_locked:
        flash("You have signed, and everybody else has: the return is locked.")
    else:
        flash("You have signed. Thank you.")
    return _back(return_id)


@pages.route("/audits/<int:return_id>/signing/reopen", methods=["GET", "POST"])
@requires(Permission.AUDITS_VIEW)
def reopen(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Open a signed return again, for a reason."""
    form = ReopenForm()
    if form.validate_on_submit():
        try:
            is_new = reopen_return(viewer, return_id, form.reason.data)
        except Invalid as refused:
            form.take(refused)
        else:
            if is_new:
                flash("The return is open again as a new version. What was signed is kept beside it.")
            else:
                flash("The return is open already. Nothing was changed.", "notice")
            return _back(return_id)
    page = signing_page(viewer, return_id)
    if not page.may_reopen:
        raise NotPermitted("This return cannot be opened again.")
    return render_template("audit_signing/reopen.html", page=page, form=form), 400 if form.error_summary else 200


@pages.route("/audits/<int:return_id>/signing/invite", methods=["GET", "POST"])
@requires(Permission.AUDITS_LEAD, fresh=True)
def invite(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Invite somebody to read and sign this agency's returns, and for that alone; the link is shown once."""
    page = signing_page(viewer, return_id)
    if not page.to_invite:
        raise NotPermitted("Nobody is to be invited to sign this return.")
    form = InviteForm()
    form.offer(page.to_invite)
    if form.validate_on_submit():
        try:
            added = people.add_person(
                viewer,
                email=form.email.data,
                name=form.name.data,
                role=Role.SIGNATORY,
                agency_id=viewer.agency_id,
                post=form.post.data,
            )
        except Invalid as refused:
            form.take(refused)
        else:
            if added.joining_token:
                person = people_list.find_person(viewer, added.membership.id)
                address = link_address(current_app.extensions["settings"].base_url, added.joining_token)
                return render_template("people/link.html", person=person, address=address)
            flash(_MAILED if added.is_mailed else _KNOWN)
            return _back(return_id)
    return render_template("audit_signing/invite.html", page=page, form=form), 400 if form.error_summary else 200


_KNOWN = "They can sign now: they have an account already, and sign in as before."
_MAILED = "They can sign as soon as they have chosen a password: a mail with their joining link is on its way to them."


@pages.get("/audits/<int:return_id>/versions")
@requires(Permission.AUDITS_VIEW)
def versions(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Two versions side by side: what changed, the newest against the one before unless others are asked for."""
    newer, older = (request.args.get(name, type=row_number) for name in ("newer", "older"))
    found = compare_versions(viewer, return_id, newer, older)
    form = CompareForm(data={"older": found.older, "newer": found.newer})
    form.offer(found.numbers)
    return render_template("audit_signing/versions.html", found=found, form=form)


def _draw(page: SigningPage, form: SignForm) -> str:
    return render_template("audit_signing/show.html", page=page, form=form)


def _back(return_id: int) -> ResponseReturnValue:
    return redirect(url_for("audit_signing.show", return_id=return_id), 303)
