"""What people write about actions: a new one, how it goes, that it is done, and what a check found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms.validators import StopValidation

from portal.domain.action_rules import WHAT_LIMIT, WORDS_LIMIT
from portal.domain.audit_vocabulary import ActionRag, ActionSource
from portal.domain.labels import choices
from portal.forms.fields import (
    CheckboxField,
    DateField,
    FilterForm,
    PortalForm,
    RadioField,
    SelectField,
    TextAreaField,
    TextField,
    VersionField,
)

OPEN, OVERDUE, SILENT, TO_CHECK, CLOSED, ALL = "open", "overdue", "silent", "done", "closed", "all"
CLOSE, SEND_BACK = "close", "send_back"


class ActionFilter(FilterForm):
    """How the list is narrowed."""

    show = SelectField(
        "Show",
        [
            (OPEN, "Not closed"),
            (OVERDUE, "Overdue"),
            (SILENT, "Nothing said this quarter"),
            (TO_CHECK, "To be checked"),
            (CLOSED, "Closed"),
            (ALL, "All"),
        ],
        empty=None,
    )
    rag = SelectField("How it goes", choices(ActionRag), coerce=ActionRag, empty="Any")
    agency_id = SelectField("Agency", coerce=int, empty="All agencies")
    source = SelectField("From", choices(ActionSource), coerce=ActionSource, empty="Audits and meetings")
    mine = CheckboxField("Only what I own")

    def offer(self, agencies: Iterable[tuple[int, str]], *, is_owner: bool, of_meetings: bool) -> None:
        """Put on offer what the viewer sees: one agency is no choice, nor is owning for those who never do.

        Only agencies have actions of both kinds, from audits and from meetings.
        """
        self.agency_id.choices = [(str(agency_id), name) for agency_id, name in agencies]
        if len(self.agency_id.choices) < 2:
            del self.agency_id
        if not of_meetings:
            del self.source
        if not is_owner:
            del self.mine

    def asked(self, name: str) -> Any:
        """What a filter is set to; nothing where it is not offered, or not readable."""
        if name not in self or self[name].errors:
            return None
        return self[name].data


class ActionForm(PortalForm):
    """An action to add."""

    what = TextAreaField(
        "What will be done?",
        rows=3,
        max_length=WHAT_LIMIT,
        required="Say what will be done",
        hint="One thing that somebody does, such as “Train all reception staff on private fostering”. Name no child.",
    )
    owner = SelectField("Who will do it?", coerce=int, empty="Somebody who does not use the portal")
    owner_name = TextField("Their name, if they do not use the portal", max_length=120, look={"autocomplete": "off"})
    due_on = DateField("By when?", like="31 3 2027", required="Enter the day by which it will be done")
    rag = RadioField(
        "How it goes", choices(ActionRag), coerce=ActionRag, default=ActionRag.GREEN, required="Choose how it goes"
    )

    def validate_owner_name(self, field: Any) -> None:
        """Somebody has to do it."""
        if self.owner.data is None and not field.data:
            raise StopValidation("Choose who will do it, or enter their name")


class ProgressForm(PortalForm):
    """How an action goes."""

    version = VersionField()
    rag = RadioField("How does it go?", choices(ActionRag), coerce=ActionRag, required="Choose how it goes")
    text = TextAreaField(
        "What has happened?", rows=5, max_length=WORDS_LIMIT, required="Say how it is going", hint="Name no child."
    )


class DoneForm(PortalForm):
    """That an action was done."""

    version = VersionField()
    text = TextAreaField(
        "What shows that it was done?",
        rows=5,
        max_length=WORDS_LIMIT,
        required="Say what shows that it was done",
        hint="Such as “Training on 3 March, 14 of 15 came; register kept by the practice manager”. Name no child.",
    )


class MeetingProgressForm(ProgressForm):
    """How an action of a meeting goes; those who see the meeting may read of the child."""

    text = TextAreaField("What has happened?", rows=5, max_length=WORDS_LIMIT, required="Say how it is going")


class MeetingDoneForm(DoneForm):
    """That an action of a meeting was done."""

    text = TextAreaField(
        "What shows that it was done?", rows=5, max_length=WORDS_LIMIT, required="Say what shows that it was done"
    )


class CheckForm(PortalForm):
    """What a check found."""

    version = VersionField()
    outcome = RadioField(
        "Was it done?",
        [(CLOSE, "Yes: close the action"), (SEND_BACK, "No, or not all of it: send it back")],
        required="Say whether it was done",
    )
    text = TextAreaField(
        "What did you check?",
        rows=4,
        max_length=WORDS_LIMIT,
        required="Say what you checked, or why it is not done yet",
        hint="The owner reads this.",
    )
