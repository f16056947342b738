"""A key by which a machine reads figures."""

from __future__ import annotations

from portal.domain.api_keys import LONGEST_NAME
from portal.forms.fields import DateField, PortalForm, TextField


class KeyForm(PortalForm):
    """What a new key is called, and how long it holds."""

    name = TextField(
        "What is it for?",
        required="Enter what the key is for",
        max_length=LONGEST_NAME,
        hint="By this you know it again, such as “Dashboard of the performance team”.",
    )
    ends_on = DateField(
        "Last day on which it holds",
        required="Enter the last day on which the key holds",
        hint="At most a year from now. You can end it at any time.",
        like="31 3 2027",
    )


class EndKeyForm(PortalForm):
    """A question that is answered by its button."""
