"""Signing in in a browser, typing what a person types: there is no other way in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pyotp
from playwright.sync_api import Page

SIGN_IN = "/sign-in"
CODE = "/sign-in/code"
PROVE = "/account/prove"


def sign_in(page: Page, email: str, password: str, totp_secret: str | None = None) -> None:
    """Type address, password and, where asked, the app's code. A page that asks to sign in is used where it stands.

    The browser's context must know the portal's address (`base_url`).
    """
    if _path(page) != SIGN_IN:
        page.goto(SIGN_IN)
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    _press(page, "Sign in")
    if _path(page) == CODE:
        assert totp_secret is not None, f"{email} is asked for a code and has no app"
        _type_code(page, totp_secret)
    assert not _path(page).startswith(SIGN_IN), f"{email} is not signed in: {page.locator('main').inner_text()}"


def prove(page: Page, password: str, totp_secret: str | None = None) -> None:
    """Show once more that it is that person, on the page that asks for it."""
    for code in [""] if totp_secret is None else _codes(totp_secret):
        page.get_by_label("Password", exact=True).fill(password)
        if code:
            page.get_by_label("Code from your authenticator app").fill(code)
        _press(page, "Continue")
        if _path(page) != PROVE:
            return
    raise AssertionError(f"it was not taken: {page.locator('main').inner_text()}")


def _type_code(page: Page, totp_secret: str) -> None:
    for code in _codes(totp_secret):
        page.get_by_label("Code from your authenticator app").fill(code)
        _press(page, "Continue")
        if _path(page) != CODE:
            return


def _codes(totp_secret: str) -> list[str]:
    """A code is taken once, and that of the step before or after too: so one person may sign in three times at once."""
    shown, now = pyotp.TOTP(totp_secret), datetime.now(UTC)
    return [shown.at(now + timedelta(seconds=seconds)) for seconds in (-30, 0, 30)]


def _press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


def _path(page: Page) -> str:
    return urlsplit(page.url).path
