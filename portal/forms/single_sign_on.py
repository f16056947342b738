"""What an administrator decides about single sign-on."""

from __future__ import annotations

from portal.forms.fields import Choice, PortalForm, RadioField, VersionField

BOTH, PROVIDER = "both", "provider"


class LocalSignInForm(PortalForm):
    """How people of an agency sign in."""

    way = RadioField(
        "How do people of this agency sign in?",
        (
            Choice(BOTH, "With a password, or by single sign-on", "Whoever is linked with a provider may choose."),
            Choice(
                PROVIDER,
                "By single sign-on only",
                "Passwords of the portal open nothing for them. Whoever is signed in with one is signed out.",
            ),
        ),
        required="Choose how people of this agency sign in",
    )
    version = VersionField()


class LinkForm(PortalForm):
    """Opens a one-time link."""


class EndIdentityForm(PortalForm):
    """Ends what links an account with a provider."""
