"""What an agency's lead decides about its reports."""

from __future__ import annotations

from portal.forms.fields import Choice, PortalForm, RadioField

WRITER, LEAD = "writer", "lead"


class SignOffSettingForm(PortalForm):
    """Who sends reports."""

    sender = RadioField(
        "Who sends a report?",
        (
            Choice(WRITER, "Whoever has written it", "Any practitioner of the agency checks it and sends it."),
            Choice(LEAD, "The lead, after signing it off", "Colleagues write it and send it to the lead."),
        ),
        required="Choose who sends a report",
    )
