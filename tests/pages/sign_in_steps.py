"""What tests of signing in do again and again: type a password, look at the cookie, use somebody else's."""

from __future__ import annotations

from tests.world import PASSWORD

ACCOUNT = "/account"


def type_password(client, person, password=PASSWORD, path="/sign-in"):
    """Send the sign-in page."""
    return client.submit(path, email=person.email, password=password)


def is_signed_in(client):
    """Whether a page that is for those who are signed in opens."""
    return client.get(ACCOUNT).status_code == 200


def cookie_of(client):
    """What the session's cookie holds."""
    return client.get_cookie("portal_session").value


def replay(new_client, cookie, path=ACCOUNT):
    """Ask for a page with a cookie in another browser."""
    thief = new_client()
    thief.set_cookie("portal_session", cookie)
    return thief.get(path)
