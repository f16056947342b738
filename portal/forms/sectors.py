"""What a sector lead says to an agency of the sector."""

from __future__ import annotations

from portal.forms.fields import PortalForm, TextAreaField, VersionField

LONGEST = 2_000


class ReminderForm(PortalForm):
    """A reminder that is sent by its button."""


class RemarkForm(PortalForm):
    """A remark to an agency."""

    text = TextAreaField(
        "What you want to say",
        rows=5,
        max_length=LONGEST,
        required="Enter your remark",
        hint="The agency’s leads and the business manager read this. Do not name a child or a family.",
    )


class ChangedRemarkForm(RemarkForm):
    """A remark that is there."""

    version = VersionField()
