"""Passkeys: one's own, and signing in with one. They need scripts; the way with password and code needs none."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.browsers import UNKNOWN, browser_words
from portal.domain.errors import Invalid
from portal.domain.signing_in import Step
from portal.forms.passkeys import PasskeyForm, RemovePasskeyForm
from portal.services import passkey_sign_in, passkeys, sign_in
from portal.services.passkey_proofs import REFUSED, PasskeyRefused
from portal.services.sessions import SignInOver
from portal.services.throttle import Throttled
from portal.views import signed_in, step_up
from portal.web.guards import public, requires
from portal.web.local_addresses import local_address

pages = Blueprint("passkeys", __name__)

JSON = {"Content-Type": "application/json"}
NOT_HERE = "Passkeys do not work at this address."


@pages.get("/account/passkeys")
@requires(Permission.OWN_ACCOUNT)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The viewer's passkeys, with when each was made and last used."""
    return render_template("account/passkeys.html", passkeys=passkeys.list_own(viewer), site=step_up.passkey_site())


@pages.route("/account/passkeys/new", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT, fresh=True)
def add(viewer: Viewer) -> ResponseReturnValue:
    """Have the browser make a passkey, and keep it."""
    site, called = step_up.passkey_site(), browser_words(request.user_agent.string)
    form = PasskeyForm(data={"name": request.args.get("name") or ("" if called == UNKNOWN else called)})
    if site is not None and form.validate_on_submit():
        try:
            passkeys.add(viewer, site, form.name.data or called, request.form.get("credential", ""))
        except PasskeyRefused:
            flash("No passkey was added: what your browser sent was not accepted. Try again.", "notice")
            return redirect(url_for("passkeys.add", name=form.name.data or None), 303)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The passkey is added. You can sign in with it from now on.")
            return redirect(url_for("passkeys.index"), 303)
    page = render_template("account/passkey_new.html", form=form, site=site)
    return page, 400 if form.error_summary else 200


@pages.post("/account/passkeys/challenge")
@requires(Permission.OWN_ACCOUNT, fresh=True)
def challenge(viewer: Viewer) -> ResponseReturnValue:
    """What a browser is asked to make a passkey."""
    site = step_up.passkey_site()
    if site is None:
        return {"message": NOT_HERE}, 422
    try:
        options = passkeys.options(viewer, site, request.remote_addr or "")
    except Throttled as refused:
        return signed_in.too_many(refused, viewer.now)
    except Invalid as refused:
        return {"message": str(refused)}, 422
    return options, 200, JSON


@pages.route("/account/passkeys/<int:passkey_id>/remove", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT, fresh=True)
def remove(viewer: Viewer, passkey_id: int) -> ResponseReturnValue:
    """Remove a passkey, unless no second step would be left to whoever needs one."""
    passkey, form = passkeys.find_own(viewer, passkey_id), RemovePasskeyForm()
    if form.validate_on_submit():
        try:
            passkeys.remove(viewer, passkey_id)
        except Invalid as refused:
            form.take(refused)
        else:
            flash(f"The passkey “{passkey.name}” opens nothing any more. You were signed out everywhere else.")
            return redirect(url_for("passkeys.index"), 303)
    page = render_template(
        "account/passkey_remove.html", form=form, passkey=passkey, may_go=passkeys.may_go(viewer), last=passkeys.LAST
    )
    return page, 400 if form.error_summary else 200


@pages.post("/sign-in/passkey/challenge")
@public
def sign_in_challenge(viewer: Viewer) -> ResponseReturnValue:
    """What a browser is asked to sign in with a passkey, or to take the second step with one."""
    site, held = step_up.passkey_site(), signed_in.standing()
    if site is None or (held is not None and held.step is not Step.CODE):
        return {"message": NOT_HERE if site is None else "You are signed in already."}, 422
    try:
        options = passkey_sign_in.options(viewer, site, step_up.browser_secret(), request.remote_addr or "")
    except Throttled as refused:
        return signed_in.too_many(refused, viewer.now)
    return options, 200, JSON


@pages.post("/sign-in/passkey")
@public
def sign_in_by_passkey(viewer: Viewer) -> ResponseReturnValue:
    """Take what the browser signed: as the second step where a password came before, else as the whole."""
    site, held, before = step_up.passkey_site(), signed_in.standing(), signed_in.ended_before()
    wanted, answer = local_address(request.args.get("next")), request.form.get("credential", "")
    if held is not None and held.step is Step.NONE:
        return redirect(wanted or "/")
    address = request.remote_addr or ""
    try:
        if site is None:
            raise PasskeyRefused
        if held is not None and held.step is Step.CODE:
            made = passkey_sign_in.check_second_step(viewer, site, answer, address)
            signed_in.enter(made)
            return signed_in.finish(made, wanted)
        made = passkey_sign_in.check_passkey(viewer, site, answer, step_up.browser_secret(), address)
    except Throttled as refused:
        return signed_in.too_many(refused, viewer.now)
    except SignInOver:
        return redirect(url_for("sign_in.start", next=wanted))
    except PasskeyRefused:
        flash(f"{REFUSED}.", "notice")
    except (sign_in.NotConnected, sign_in.Asleep) as refused:
        flash(f"{refused}.", "notice")
    else:
        signed_in.leave()
        return signed_in.go_on(before, made, wanted)
    return redirect(url_for(signed_in.endpoint_of(held), next=wanted), 303)
