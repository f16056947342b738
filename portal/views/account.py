"""One's own account: who the portal takes one for, the password, and the recovery codes."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid
from portal.domain.signing_in import Step
from portal.forms.account import ChangePasswordForm, RecoveryCodesForm
from portal.services import authenticator, passkeys, passwords
from portal.services.sessions import SignInOver
from portal.services.sign_in import SignIn
from portal.services.throttle import Throttled
from portal.views import signed_in
from portal.web.guards import requires

pages = Blueprint("account", __name__)


@pages.get("/account")
@requires(Permission.OWN_ACCOUNT)
def show(viewer: Viewer) -> ResponseReturnValue:
    """Name, address, memberships, and what can be changed."""
    return render_template(
        "account/show.html",
        codes_left=authenticator.recovery_codes_left(viewer),
        passkeys=passkeys.list_own(viewer),
    )


@pages.route("/account/password", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def change_password(viewer: Viewer) -> ResponseReturnValue:
    """Set a new password; every other sign-in of this person ends."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            token = passwords.change_password(
                viewer, form.password.data, form.new_password.data, request.remote_addr or ""
            )
        except Throttled as refused:
            return signed_in.too_many(refused, viewer.now)
        except SignInOver:
            return redirect(url_for("sign_in.start"))
        except Invalid as refused:
            form.take(refused)
        else:
            signed_in.enter(SignIn(token, viewer, Step.NONE))
            flash("Your password was changed. You were signed out everywhere else.")
            return redirect(url_for("account.show"))
    return render_template("account/password.html", form=form), 400 if form.error_summary else 200


@pages.route("/account/recovery-codes", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def recovery_codes(viewer: Viewer) -> ResponseReturnValue:
    """Make ten new recovery codes, shown once, in the answer."""
    left = authenticator.recovery_codes_left(viewer)
    if left is None:
        return redirect(url_for("account.show"))
    form = RecoveryCodesForm()
    if form.validate_on_submit():
        try:
            codes = authenticator.make_recovery_codes(viewer, form.password.data, request.remote_addr or "")
        except Throttled as refused:
            return signed_in.too_many(refused, viewer.now)
        except Invalid as refused:
            form.take(refused)
        else:
            return render_template("sign_in/recovery_codes.html", codes=codes, on=url_for("account.show"))
    page = render_template("account/recovery_codes.html", form=form, left=left)
    return page, 400 if form.error_summary else 200
