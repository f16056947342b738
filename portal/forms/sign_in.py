"""What people type to sign in and to join."""

from __future__ import annotations

from portal.domain.passwords import LONGEST, SHORTEST
from portal.forms.fields import CodeField, EmailField, PasswordField, PortalForm, TextField

_APP_CODE = {"classes": "govuk-input--width-5 govuk-input--extra-letter-spacing"}
_PAPER_CODE = {"inputmode": "text", "autocomplete": "off", "classes": "govuk-input--width-20"}


class SignInForm(PortalForm):
    """The first step."""

    email = EmailField(
        "Email address", required="Enter your email address", max_length=254, look={"autocomplete": "username"}
    )
    password = PasswordField("Password", required="Enter your password", max_length=LONGEST)


class CodeForm(PortalForm):
    """The second step, with the app."""

    code = CodeField(
        "Code from your authenticator app",
        required="Enter the 6 digits that your app shows",
        look=_APP_CODE,
    )


class RecoveryCodeForm(PortalForm):
    """The second step, without the app."""

    code = CodeField(
        "Recovery code",
        required="Enter one of your recovery codes",
        hint="Like K7PM-3XQR-9TWD. Small or capital letters, with or without dashes.",
        look=_PAPER_CODE,
    )


class SetUpCodeForm(PortalForm):
    """The first code from a new app."""

    code = CodeField(
        "The 6 digits that the app now shows",
        required="Enter the 6 digits that your app shows",
        hint="They change every 30 seconds.",
        look=_APP_CODE,
    )


class JoinForm(PortalForm):
    """A first or a new password."""

    name = TextField(
        "Your name",
        required="Enter your name",
        hint="As colleagues in other agencies know you.",
        max_length=120,
        look={"autocomplete": "name", "spellcheck": False},
    )
    password = PasswordField(
        "New password",
        new=True,
        required="Enter a password",
        hint=f"At least {SHORTEST} characters. Three unrelated words are easy to remember and hard to guess.",
        max_length=LONGEST,
    )
