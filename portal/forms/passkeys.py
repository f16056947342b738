"""What people type to show that it is they, and to keep a passkey."""

from __future__ import annotations

from portal.domain.passkeys import LONGEST_NAME
from portal.domain.passwords import LONGEST
from portal.forms.fields import CodeField, PasswordField, PortalForm, TextField


class ProveForm(PortalForm):
    """The password, for somebody who signs in with it alone."""

    password = PasswordField("Password", required="Enter your password", max_length=LONGEST)


class ProveCodeForm(PortalForm):
    """A code alone, for somebody whose provider has just vouched for them."""

    code = CodeField(
        "Code from your authenticator app",
        required="Enter the 6 digits that your app shows",
        hint="Wait for a new one if you have just used the one that it shows. A recovery code works too.",
        look={"inputmode": "text", "classes": "govuk-input--width-10"},
    )


class ProveWithCodeForm(ProveForm, ProveCodeForm):
    """The password and a code."""


class PasskeyForm(PortalForm):
    """What somebody calls the passkey that their browser makes."""

    name = TextField(
        "What to call it",
        hint="So that you can tell it from others, like “Work laptop”.",
        max_length=LONGEST_NAME,
        look={"classes": "govuk-input--width-20", "autocomplete": "off"},
    )


class RemovePasskeyForm(PortalForm):
    """Nothing but the button."""
