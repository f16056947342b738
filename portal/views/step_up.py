"""Step-up: whoever must first show that it is they is led there, and on again to what they were doing.

Like signed_in.py, this has no page of its own; the pages are proving.py's and passkeys.py's.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.access.viewer import Viewer
from portal.domain.errors import NotFresh
from portal.domain.passkeys import Site, site_at
from portal.domain.signing_in import Step
from portal.services import kept_forms
from portal.services.sign_in import SignIn
from portal.views import signed_in
from portal.web.csrf import csrf_token, worth_keeping
from portal.web.errors import error_page
from portal.web.guards import current_viewer
from portal.web.local_addresses import local_address, page_of_form


def install_step_up(app: Flask) -> None:
    """Lead whoever has not shown for a while that it is they to where they do."""
    app.register_error_handler(NotFresh, ask_to_prove)


def ask_to_prove(asked: NotFresh) -> ResponseReturnValue:
    """Send whoever must first show that it is they to where they do, and keep what they were just sending."""
    if signed_in.is_from_script():
        return {"error": "not_fresh", "message": f"{asked} Load the page again to do so."}, 401
    if request.method in ("GET", "HEAD"):
        wanted = local_address(request.full_path if request.query_string else request.path)
        return redirect(url_for("proving.show", next=wanted, file="yes" if asked.is_file else None))
    if kept_forms.keep_for_proof(current_viewer(), request.path, request.form.items(multi=True)):
        return redirect(url_for("proving.show", send=request.path), 303)
    g.refused_form = worth_keeping(request.form.to_dict())
    if g.refused_form:
        # It is too long to be kept, but whoever sits there can copy it.
        return error_page(400)
    return redirect(url_for("proving.show", next=page_of_form()), 303)


def go_on(viewer: Viewer, token: str) -> ResponseReturnValue:
    """Lead somebody who has shown that it is they back to what they wanted, with their session's new token.

    The forms' token stays: what they are typing in other tabs is still taken.
    """
    enter_again(viewer, token)
    return on(viewer)


def enter_again(viewer: Viewer, token: str) -> None:
    """Give the browser the session's new token, and leave it the forms' one."""
    forms = session.get("csrf_token")
    signed_in.enter(SignIn(token, viewer, Step.NONE))
    if forms is not None:
        session["csrf_token"] = forms


def asked_for() -> dict[str, Any]:
    """What this is for, to go along to the next address."""
    found = {
        "next": local_address(request.args.get("next")),
        "send": local_address(request.args.get("send")),
        "file": "yes" if request.args.get("file") else None,
    }
    return {name: value for name, value in found.items() if value}


def on(viewer: Viewer) -> ResponseReturnValue:
    """On to what was wanted: a page at once, a form or a file by one more press."""
    wanted, sending = local_address(request.args.get("next")), local_address(request.args.get("send"))
    if sending and kept_forms.to_send_again(viewer, sending) is not None:
        return redirect(url_for("proving.carry_on", send=sending))
    if wanted and request.args.get("file"):
        return redirect(url_for("proving.carry_on", next=wanted))
    return redirect(wanted or url_for("account.show"))


def browser_secret() -> str:
    """What this browser's cookie holds before anybody is signed in, and no other browser's does."""
    csrf_token()
    return str(session.get("csrf_token", ""))


def passkey_site() -> Site | None:
    """The portal as passkeys know it, by its setting and never by what a request says; None where they do not work."""
    return site_at(current_app.extensions["settings"].base_url)
