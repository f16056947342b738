"""Signing in: at once for tests of what comes after it, and through the pages for those of the pages themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Protocol

import pyotp
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import update

from portal.database.session import db
from portal.domain.signing_in import Step
from portal.models.people import User
from portal.services import known_people, sessions
from portal.services.changes import changing
from tests.harness import apart
from tests.page_client import PageClient
from tests.world import Person

CODE_PAGE = "/sign-in/code"
IN_COOKIE = "_user_id"
"""Where flask-login looks for whose session it is."""


class Known(Protocol):
    """Somebody of the world, or of the demonstration."""

    @property
    def email(self) -> str:
        """Their address."""


def sign_in_as(client: PageClient, person: Known) -> None:
    """Give the client the session that the sign-in pages would, without asking for four pages.

    Half the time of a test of one page went into them. Whoever may not sign in, or has to set up a code, is not let in
    here either: the session is looked at by the portal with every request.
    """
    token = apart(_start_session, client.application, person.email)
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie[IN_COOKIE] = token


def _start_session(app: Flask, email: str) -> str:
    with app.app_context():
        known = known_people.find_by_email(email)
        assert known is not None, f"nobody has the address {email}"
        assert not known.is_deactivated, f"{email} is deactivated"
        assert known.next_step is not Step.SET_UP_CODE, f"{email} has to set up an authenticator app first"
        acting = known.at(datetime.now(UTC))
        with changing(acting) as change:
            _session_id, token = sessions.start(change, acting.membership_id, Step.NONE)
            change.log("session.started", "person", known.user_id)
            change.session.execute(update(User).where(User.id == known.user_id).values(last_signed_in_at=acting.now))
        db.session.remove()
    return token


def token_of(client: PageClient) -> str:
    """The CSRF token that every page of the client's session would have in its forms."""
    with client.session_transaction() as cookie:
        secret = cookie.setdefault("csrf_token", token_hex(20))
    return URLSafeTimedSerializer(client.application.secret_key, salt="wtf-csrf-token").dumps(secret)


def sign_in_by_pages(client: PageClient, person: Person) -> None:
    """Type the address, the password and, where asked, a code, as people do; the client is signed in afterwards."""
    answer = client.submit("/sign-in", email=person.email, password=person.password)
    assert answer.status_code == 302, f"the password of {person.key} was refused"
    if answer.location.endswith(CODE_PAGE):
        answer = _send_code(client, person)
        assert answer.status_code == 302, f"no code of {person.key} was taken"
    assert not answer.location.startswith("/sign-in"), f"{person.key} is not signed in, but sent to {answer.location}"


def _send_code(client: PageClient, person: Person):
    """A code is taken once, and that of the step before or after too: so one person may sign in three times at once."""
    assert person.totp_secret is not None
    shown = pyotp.TOTP(person.totp_secret)
    now = datetime.now(UTC)
    for seconds in (-30, 0, 30):
        answer = client.submit(CODE_PAGE, code=shown.at(now + timedelta(seconds=seconds)))
        if answer.status_code == 302:
            break
    return answer
