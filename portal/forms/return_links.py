"""Who may be sent links, and to whom one is sent."""

from __future__ import annotations

from collections.abc import Iterable

from portal.forms.fields import EmailField, PortalForm, RadioField, TextField, VersionField

_TELEPHONE = {"inputmode": "tel", "autocomplete": "off", "classes": "govuk-input--width-20"}
_TELEPHONE_HINT = "For codes alone. Without one, the coordinator reads a code out to them."


class ContactForm(PortalForm):
    """Somebody of an agency who needs no account."""

    name = TextField("Name", required="Enter the person’s name", max_length=120, look={"autocomplete": "off"})
    email = EmailField(
        "Work email address",
        required="Enter the person’s work email address",
        max_length=254,
        hint="Their own, not one that several people read.",
        look={"autocomplete": "off"},
    )
    telephone = TextField("Mobile number (optional)", max_length=30, hint=_TELEPHONE_HINT, look=_TELEPHONE)


class TelephoneForm(PortalForm):
    """Another number for somebody's codes."""

    telephone = TextField(
        "New mobile number",
        max_length=30,
        hint=f"{_TELEPHONE_HINT} Leave it empty to remove the number.",
        look=_TELEPHONE,
    )
    version = VersionField()


class SendLinkForm(PortalForm):
    """To whom a link is sent, and after which link: so two presses send one."""

    contact: RadioField = RadioField(
        "Who gets the link?",
        coerce=int,
        required="Choose who gets the link",
        look={"legend_classes": "govuk-fieldset__legend--m"},
    )
    after = VersionField()

    def offer(self, people: Iterable[tuple[int, str, str]]) -> None:
        """Put people on offer: id, name, and what tells them apart."""
        self.contact.choices = [(str(number), name, about) for number, name, about in people]  # type: ignore[misc]
