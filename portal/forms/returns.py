"""What somebody gives who came by a link: the code, the answer, who came; the report's own form stands beside these."""

from __future__ import annotations

from portal.domain.vocabulary import Answer, Attendance
from portal.forms.clinical_records import RecordForm
from portal.forms.fields import CodeField, PortalForm, RadioField, VersionField
from portal.forms.fields.files import OneFile
from portal.forms.invitations import WHO_CAME, AnswerForm

_MEDIUM = {"legend_classes": "govuk-fieldset__legend--m"}


class LinkCodeForm(PortalForm):
    """The code that goes with a link."""

    code = CodeField(
        "Code",
        required="Enter the 6 digits of your code",
        hint="6 digits, from the text message or as the coordinator read them out. They work for 10 minutes.",
        look={"autocomplete": "one-time-code", "classes": "govuk-input--width-5 govuk-input--extra-letter-spacing"},
    )


class LinkAnswerForm(AnswerForm):
    """Will you come? As one of several questions of a page."""

    answer = RadioField("Will you come?", coerce=Answer, required="Say whether you will come", look=_MEDIUM)


class LinkAttendanceForm(PortalForm):
    """Who came? It may be left for later."""

    attendance = RadioField(
        "Who came for you? (optional)",
        WHO_CAME,
        coerce=Attendance,
        hint="It counts until the chair has confirmed it.",
        look=_MEDIUM,
    )
    version = VersionField()


class LinkRecordForm(RecordForm):
    """A file from the practice's own system, which nobody has to choose."""

    record = OneFile(
        "Fill the report from your own system (optional)",
        accept=".json,.csv,.docx,.txt",
        hint="A FHIR Bundle (.json), a CSV file, or the portal’s Word document as your system filled it. Choose it, "
        "and you are shown every line before anything is taken.",
    )
