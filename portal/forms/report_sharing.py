"""Recording what a family has seen of a report, and that a report is not needed."""

from __future__ import annotations

from collections.abc import Iterable

from portal.domain.labels import choices
from portal.domain.report_sharing import LONGEST, LONGEST_NAME, Seen
from portal.domain.sharing_vocabulary import NotNeededReason, ShareWay, WithheldReason
from portal.forms.fields import Choice, DateField, PortalForm, RadioField, TextAreaField, TextField

SHARED, WITHHELD = "shared", "withheld"
_MEDIUM = {"legend_classes": "govuk-fieldset__legend--m"}


class SharingForm(PortalForm):
    """Whom of the family, and what came of it; what is missing the service says."""

    reader: RadioField = RadioField("Who of the family?", required="Choose who of the family", look=_MEDIUM)
    what = RadioField(
        "Have they seen it?",
        [
            Choice(SHARED, "Yes, they know what it says", "", ("shared_on", "way", "language", "shared_by")),
            Choice(WITHHELD, "No, it was withheld from them", "", ("withheld",)),
        ],
        required="Choose whether they have seen it",
        look=_MEDIUM,
    )
    shared_on = DateField("On which day?")
    way = RadioField("How?", choices(ShareWay), coerce=ShareWay)
    language = TextField("In which language?", hint="Leave this empty for English.", max_length=LONGEST_NAME)
    shared_by = TextField("Who gave it to them or read it out?", max_length=LONGEST_NAME)
    withheld = RadioField("Why?", choices(WithheldReason), coerce=WithheldReason)
    words = TextAreaField(
        "Anything else",
        hint="Needed where it was withheld for something else. The agency and those who run the meeting read this.",
        rows=3,
        max_length=LONGEST,
    )

    def offer(self, readers: Iterable[tuple[str, str]]) -> None:
        """Put people of the family on offer."""
        self.reader.choices = [Choice(key, words) for key, words in readers]

    def refused(self) -> bool:
        """Complain of what a withheld report lacks: its reason."""
        if self.what.data == WITHHELD and self.withheld.data is None:
            self.add_error("withheld", "Choose why it was withheld")
            return True
        return False

    def seen(self) -> Seen:
        """What was recorded."""
        is_withheld = self.what.data == WITHHELD
        return Seen(
            reader=self.reader.data or "",
            shared_on=None if is_withheld else self.shared_on.data,
            way=None if is_withheld else self.way.data,
            language="" if is_withheld else self.language.data,
            shared_by="" if is_withheld else self.shared_by.data,
            withheld=self.withheld.data if is_withheld else None,
            words=self.words.data,
        )


class WaiverForm(PortalForm):
    """Why a report is not needed."""

    reason = RadioField(
        "Why is it not needed?",
        choices(NotNeededReason),
        coerce=NotNeededReason,
        required="Choose why it is not needed",
        look=_MEDIUM,
    )
    words = TextAreaField(
        "In your own words",
        hint="Needed for something else. The agency reads this.",
        rows=3,
        max_length=LONGEST,
    )
