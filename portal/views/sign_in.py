"""Signing in, step by step, and out."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.viewer import Viewer
from portal.domain.signing_in import Step
from portal.forms.sign_in import CodeForm, RecoveryCodeForm, SetUpCodeForm, SignInForm
from portal.services import authenticator, kept_forms, passkey_sign_in, sign_in
from portal.services.passwords import WrongPassword
from portal.services.sessions import SignInOver
from portal.services.single_sign_on import leaving, providers
from portal.services.throttle import Throttled
from portal.views import signed_in, step_up
from portal.web.guards import public
from portal.web.local_addresses import local_address

pages = Blueprint("sign_in", __name__)


@pages.route("/sign-in", methods=["GET", "POST"])
@public
def start(viewer: Viewer) -> ResponseReturnValue:
    """Email address and password."""
    wanted = local_address(request.args.get("next"))
    if viewer.is_signed_in and request.method == "GET":
        return redirect(wanted or "/")
    form, before = SignInForm(), signed_in.ended_before()
    if form.validate_on_submit():
        try:
            made = sign_in.check_password(viewer, form.email.data, form.password.data, request.remote_addr or "")
        except Throttled as refused:
            return signed_in.too_many(refused, viewer.now)
        except (WrongPassword, sign_in.NotConnected, sign_in.Asleep) as refused:
            form.add_error(None, str(refused))
        else:
            signed_in.leave()
            return signed_in.go_on(before, made, wanted)
    kept = before is not None and kept_forms.is_waiting_for(before.user_id, viewer.now)
    page = render_template(
        "sign_in/start.html",
        form=form,
        ended=before.reason.value if before else None,
        kept=kept,
        wanted=wanted,
        site=step_up.passkey_site(),
        providers=providers.offered(),
    )
    return page, 400 if form.error_summary else 200


@pages.route("/sign-in/code", methods=["GET", "POST"])
@public
def code(viewer: Viewer) -> ResponseReturnValue:
    """A code from the authenticator app, or a passkey."""
    return _second_step(viewer, CodeForm(), "sign_in/code.html")


@pages.route("/sign-in/recovery-code", methods=["GET", "POST"])
@public
def recovery_code(viewer: Viewer) -> ResponseReturnValue:
    """A recovery code, where the telephone with the app is not at hand."""
    return _second_step(viewer, RecoveryCodeForm(), "sign_in/recovery_code.html")


def _second_step(viewer: Viewer, form: CodeForm | RecoveryCodeForm, template: str) -> ResponseReturnValue:
    held, wanted = signed_in.standing(), local_address(request.args.get("next"))
    if held is None or held.step is not Step.CODE:
        return _to_own_step(wanted)
    if form.validate_on_submit():
        try:
            made = sign_in.check_code(viewer, form.code.data, request.remote_addr or "")
        except Throttled as refused:
            return signed_in.too_many(refused, viewer.now)
        except authenticator.WrongCode as refused:
            form.add_error("code", str(refused))
        except SignInOver:
            return redirect(url_for("sign_in.start", next=wanted))
        else:
            signed_in.enter(made)
            if made.codes_left is not None:
                flash(_codes_left(made.codes_left))
            return signed_in.finish(made, wanted)
    page = render_template(
        template,
        form=form,
        wanted=wanted,
        person=passkey_sign_in.second_steps(viewer),
        site=step_up.passkey_site(),
    )
    return page, 400 if form.error_summary else 200


@pages.route("/sign-in/set-up-code", methods=["GET", "POST"])
@public
def set_up_code(viewer: Viewer) -> ResponseReturnValue:
    """Tie an authenticator app to the account; the recovery codes are shown once, in the answer."""
    held, wanted = signed_in.standing(), local_address(request.args.get("next"))
    if held is None or held.step is not Step.SET_UP_CODE:
        return _to_own_step(wanted)
    form = SetUpCodeForm()
    try:
        shown = authenticator.set_up(viewer)
        if form.validate_on_submit():
            made, codes = sign_in.set_up_code(viewer, form.code.data, request.remote_addr or "")
            signed_in.enter(made)
            return render_template("sign_in/recovery_codes.html", codes=codes, on=wanted or "/")
    except Throttled as refused:
        return signed_in.too_many(refused, viewer.now)
    except authenticator.WrongCode as refused:
        form.add_error("code", str(refused))
    except SignInOver:
        return redirect(url_for("sign_in.start", next=wanted))
    page = render_template("sign_in/set_up_code.html", form=form, shown=shown)
    return page, 400 if form.error_summary else 200


@pages.post("/sign-out")
@public
def sign_out(viewer: Viewer) -> ResponseReturnValue:
    """End this browser's sign-in, and lead on to where it is ended at a provider that made it."""
    there = leaving.leaving_of(viewer)
    signed_in.leave()
    if there is not None:
        return render_template("sign_in/signed_out.html", there=there)
    flash("You have signed out.")
    return redirect(url_for("sign_in.start"))


def _to_own_step(wanted: str | None) -> ResponseReturnValue:
    """Nobody skips a step, and nobody takes one twice."""
    held = signed_in.standing()
    if held is not None and held.step is Step.NONE:
        return redirect(wanted or "/")
    return redirect(url_for(signed_in.endpoint_of(held), next=wanted))


def _codes_left(number: int) -> str:
    if number == 0:
        return "That was your last recovery code. Make new ones on your account page now."
    left = "1 is left" if number == 1 else f"{number} are left"
    return f"You used a recovery code: {left}. You can make new ones on your account page."
