"""Who asks: what the cookie's token stands for, and where somebody goes whose sign-in does not hold, or goes on.

The views of sign_in.py, joining.py and account.py come and go through here; this module has no page of its own.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Flask, Response, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin, current_user, login_user, logout_user

from portal.access.viewer import Viewer
from portal.domain.browsers import browser_words
from portal.domain.signing_in import Step, ends_at
from portal.extensions import login_manager
from portal.services import kept_forms, sessions
from portal.services.reach import admit
from portal.services.sessions import Ended, Standing
from portal.services.sign_in import SignIn
from portal.services.throttle import Throttled
from portal.web.csrf import worth_keeping
from portal.web.errors import error_page
from portal.web.filters import in_london
from portal.web.guards import SignedIn
from portal.web.local_addresses import local_address, page_of_form

_IN_COOKIE = "_user_id"
"""Where flask-login keeps what `get_id` gave it."""

TIME_LEFT = "time_left.left"
"""The one address that may be asked without the sign-in going on for it."""

STAYING = "time_left.stay"
"""By what a page goes on being signed in. It sends nothing, so that what is kept for that page stays kept."""

_SEEN = "seen"
"""In the cookie, while only the replica answers: when its browser was last there, in seconds since 1970 (UTC)."""

_ENDPOINTS = {Step.NONE: "sign_in.start", Step.CODE: "sign_in.code", Step.SET_UP_CODE: "sign_in.set_up_code"}


class Known(SignedIn):
    """Somebody whose sign-in holds."""

    def __init__(self, token: str, standing: Standing) -> None:
        super().__init__(token, standing.viewer)
        self.standing = standing


class Nobody(AnonymousUserMixin):
    """Somebody who has not signed in, or no longer."""

    standing = None

    def __init__(self) -> None:
        self.viewer = Viewer.nobody(datetime.now(UTC))


def install_sign_in(app: Flask) -> None:
    """Tell flask-login who people are, and forget kept forms once they have been sent."""
    login_manager.anonymous_user = Nobody
    login_manager.user_loader(_load)
    login_manager.unauthorized_handler(ask_to_sign_in)
    app.after_request(_drop_kept_form)
    app.after_request(_note_seen)


def _load(token: str) -> Known | None:
    standing = _look(token)
    if not isinstance(standing, Standing):
        return None
    g.is_unwritten = standing.is_unwritten
    admit(standing.viewer)
    return Known(token, standing)


def _look(token: str) -> Standing | Ended | None:
    seen = session.get(_SEEN)
    return sessions.load(
        token,
        datetime.now(UTC),
        counts=request.endpoint != TIME_LEFT,
        seen_at=datetime.fromtimestamp(seen, UTC) if seen else None,
    )


def _note_seen(response: Response) -> Response:
    """Have the cookie say that its sign-in goes on for as long as its row cannot: an outage signs nobody out."""
    # Where nobody was looked up, as for a picture, the cookie is not looked at either.
    is_unwritten = g.get("is_unwritten")
    if is_unwritten and request.endpoint != TIME_LEFT:
        session[_SEEN] = int(datetime.now(UTC).timestamp())
    elif is_unwritten is False and _SEEN in session:
        del session[_SEEN]
    return response


def standing() -> Standing | None:
    """What the sign-in of this request is, if it holds."""
    found: Standing | None = current_user._get_current_object().standing
    return found


def ended_before() -> Ended | None:
    """The sign-in that this browser had, where it has ended."""
    token = session.get(_IN_COOKIE)
    before = _look(token) if token else None
    return before if isinstance(before, Ended) else None


def endpoint_of(held: Standing | None) -> str:
    """The page that a sign-in has got to; none has got to the first."""
    return _ENDPOINTS[held.step if held else Step.NONE]


def ask_to_sign_in() -> ResponseReturnValue:
    """Send whoever is not signed in to where they sign in, and keep what they were just sending."""
    pending = standing()
    if is_from_script():
        if pending is None and request.method == "POST":
            _keep_form(ended_before())
        return {"error": "signed_out", "message": "You have been signed out. Sign in to carry on."}, 401
    endpoint = endpoint_of(pending)
    if request.method in ("GET", "HEAD"):
        wanted = request.full_path if request.query_string else request.path
        return redirect(url_for(endpoint, next=local_address(wanted)))
    before = None if pending else ended_before()
    if before is not None and not _keep_form(before):
        g.refused_form = worth_keeping(request.form.to_dict())
        if g.refused_form:
            # It is not kept, but whoever still sits there can copy it.
            return error_page(400)
    return redirect(url_for(endpoint, next=page_of_form()))


def go_on(before: Ended | None, made: SignIn, wanted: str | None) -> ResponseReturnValue:
    """After a password: give the browser the new sign-in's token and lead on to its next step.

    Where somebody else was signed in before, the page that they wanted is not this person's.
    """
    on = local_address(wanted)
    if before is not None and before.user_id != made.viewer.user_id:
        on = None
    enter(made)
    if made.step is Step.NONE:
        return finish(made, on)
    return redirect(url_for(_ENDPOINTS[made.step], next=on))


def enter(made: SignIn) -> None:
    """Put the new token into a fresh cookie: nothing that was in the old one comes along."""
    session.clear()
    g.pop("csrf_token", None)
    now = made.viewer.now
    login_user(Known(made.token, Standing(made.viewer, made.step, has_kept_forms=False, ends_at=ends_at(now, now))))
    for mark in ("_id", "_fresh"):
        # flask-login's own marks of a sign-in: the token's row says all that they would.
        session.pop(mark, None)
    g.viewer = made.viewer
    admit(made.viewer)
    sessions.note_browser(made.token, browser_words(request.user_agent.string))


def finish(made: SignIn, wanted: str | None) -> ResponseReturnValue:
    """Lead somebody who is now signed in to the page that they wanted, under the hat that it was drawn for."""
    on = local_address(wanted)
    if on is None:
        return redirect("/")
    hat = kept_forms.hat_of(made.viewer, urlsplit(on).path)
    if hat is not None and hat != made.viewer.membership_id and made.viewer.wearing(hat) is not None:
        sessions.wear(made.viewer, hat)
    return redirect(on)


def leave() -> None:
    """End the sign-in of this browser, if there is one, and empty its cookie."""
    held = standing()
    if held is not None:
        sessions.end(held.viewer)
    logout_user()
    session.clear()
    g.pop("csrf_token", None)
    g.pop("viewer", None)


def too_many(refused: Throttled, now: datetime) -> ResponseReturnValue:
    """Say that there were too many wrong guesses, and from when the next one is taken."""
    seconds = int((refused.until - now).total_seconds()) + 1
    # To the next full minute, so that whoever keeps to it is not refused again.
    again = in_london(datetime.fromtimestamp(-(-refused.until.timestamp() // 60) * 60, UTC))
    message = (
        "There were too many wrong passwords or codes. To keep your account safe, the portal takes no more "
        f"for a few minutes, not even right ones. Try again at {again:%H:%M}."
    )
    body, status = error_page(429, message=message)
    return body, status, {"Retry-After": str(seconds)}


def is_from_script() -> bool:
    """Whether a script asks, which cannot be led to another page."""
    accepts = request.accept_mimetypes
    return request.headers.get("X-Requested-With") == "fetch" or (accepts.accept_json and not accepts.accept_html)


def _keep_form(before: Ended | None) -> bool:
    """Keep what an ended sign-in sends; its CSRF token was found right before any view was called."""
    page = page_of_form()
    if before is None or page is None:
        return False
    fields = request.form.items(multi=True)
    return kept_forms.keep(before, page, fields, datetime.now(UTC), is_part=is_from_script())


def _saved_alone(response: Response) -> Collection[str] | None:
    """The questions that were saved, where a script sent some of a form's; none where the form was sent whole."""
    answer = response.get_json(silent=True) if is_from_script() and response.is_json else None
    saved = answer.get("seen") if isinstance(answer, dict) else None
    return saved if isinstance(saved, dict) else None


def _drop_kept_form(response: Response) -> Response:
    if request.method == "POST" and response.status_code < 400 and request.endpoint not in (None, STAYING):
        held = standing()
        page = page_of_form() if held is not None and held.has_kept_forms else None
        if held is not None and page is not None:
            kept_forms.drop(held.viewer, page, only=_saved_alone(response))
            if page != request.path:
                kept_forms.drop(held.viewer, request.path)
    return response
