"""Showing once more that it is you, before an export, a role or a bulk view."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid
from portal.forms.passkeys import ProveCodeForm, ProveForm, ProveWithCodeForm
from portal.services import kept_forms, proving
from portal.services.passkey_proofs import PasskeyRefused
from portal.services.sessions import SignInOver
from portal.services.throttle import Throttled
from portal.views import signed_in, step_up
from portal.web.guards import requires
from portal.web.local_addresses import is_page, local_address

pages = Blueprint("proving", __name__)


@pages.route("/account/prove", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def show(viewer: Viewer) -> ResponseReturnValue:
    """Password and code, a passkey, or the provider that they came by; what was to be done goes on afterwards."""
    if viewer.is_fresh and request.method == "GET":
        return step_up.on(viewer)
    ways = proving.ways_of(viewer)
    form = _form_for(ways)
    if (ways.password or ways.code) and form.validate_on_submit():
        try:
            password = form.password.data if isinstance(form, ProveForm) else ""
            code = form.code.data if isinstance(form, ProveCodeForm) else ""
            token = proving.prove(viewer, password, code, request.remote_addr or "")
        except Throttled as refused:
            return signed_in.too_many(refused, viewer.now)
        except SignInOver:
            return redirect(url_for("sign_in.start"))
        except Invalid as refused:
            form.take(refused)
        else:
            return step_up.go_on(viewer, token)
    page = render_template(
        "account/prove.html",
        form=form,
        ways=ways,
        site=step_up.passkey_site(),
        asked=step_up.asked_for(),
        is_kept=bool(request.args.get("send")),
    )
    return page, 400 if form.error_summary else 200


@pages.post("/account/prove/challenge")
@requires(Permission.OWN_ACCOUNT)
def challenge(viewer: Viewer) -> ResponseReturnValue:
    """What a browser is asked to sign with one of the viewer's passkeys."""
    site = step_up.passkey_site()
    if site is None:
        return {"message": "Passkeys do not work at this address."}, 422
    try:
        options = proving.passkey_options(viewer, site, request.remote_addr or "")
    except Throttled as refused:
        return signed_in.too_many(refused, viewer.now)
    return options, 200, {"Content-Type": "application/json"}


@pages.post("/account/prove/passkey")
@requires(Permission.OWN_ACCOUNT)
def by_passkey(viewer: Viewer) -> ResponseReturnValue:
    """Take what the browser signed."""
    site = step_up.passkey_site()
    try:
        if site is None:
            raise PasskeyRefused
        token = proving.prove_by_passkey(viewer, site, request.form.get("credential", ""), request.remote_addr or "")
    except Throttled as refused:
        return signed_in.too_many(refused, viewer.now)
    except SignInOver:
        return redirect(url_for("sign_in.start"))
    except PasskeyRefused:
        flash("This passkey was not accepted. Try again, or use your password.", "notice")
        return redirect(url_for("proving.show", **step_up.asked_for()), 303)
    return step_up.go_on(viewer, token)


@pages.get("/account/carry-on")
@requires(Permission.OWN_ACCOUNT)
def carry_on(viewer: Viewer) -> ResponseReturnValue:
    """One press for what a browser cannot be led back to by itself: a form that was sent, or a file."""
    wanted, sending = local_address(request.args.get("next")), local_address(request.args.get("send"))
    fields = kept_forms.to_send_again(viewer, sending) if sending else None
    if fields is None and wanted is None:
        return redirect(url_for("account.show"))
    back = sending if sending and is_page(sending) else "/"
    return render_template("account/carry_on.html", fields=fields, sending=sending, wanted=wanted, back=back)


def _form_for(ways: proving.Ways) -> ProveForm | ProveCodeForm:
    if not ways.code:
        return ProveForm()
    return ProveWithCodeForm() if ways.password else ProveCodeForm()
