"""What somebody says of a view of the figures that they keep."""

from __future__ import annotations

from portal.domain.labels import choices
from portal.domain.saved_views import LONGEST_NAME, SendEvery
from portal.forms.fields import PortalForm, RadioField, TextField, VersionField


class SavedViewForm(PortalForm):
    """A new view: its name, and how often a link to it comes."""

    name = TextField(
        "Name of the view",
        required="Enter a name, such as Police at reviews",
        max_length=LONGEST_NAME,
        hint="Only you read it. Do not name a child or a family.",
    )
    send_every = RadioField(
        "Do you want a link to it by email?",
        choices(SendEvery),
        required="Choose whether you want a link by email",
        coerce=SendEvery,
        hint="The email holds a link and no figure.",
    )


class ChangedViewForm(SavedViewForm):
    """A view that is kept already."""

    version = VersionField()
