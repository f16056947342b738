"""What a chair decides about something that the rules propose: raise it, add it to an open escalation, or neither."""

from __future__ import annotations

from collections.abc import Iterable

from portal.domain.escalation_vocabulary import WaiverReason
from portal.domain.labels import label
from portal.domain.ladder_events import EXCUSED
from portal.forms.fields import Choice, PortalForm, RadioField, TextAreaField, VersionField

RAISE, JOIN, WAIVE = "raise", "join", "waive"
LONGEST = 5_000
_THEY_READ = "The agency and the safeguarding manager read this. Name no other family."
_NOT_COUNTED = "This meeting then no longer counts against them."


class DecideForm(PortalForm):
    """One proposal's three ways. Which fields are needed follows from the way, so the service asks for them."""

    version = VersionField()
    choice = RadioField("What will you do?", required="Choose what you will do")
    summary = TextAreaField("What has happened", rows=6, max_length=LONGEST, hint=_THEY_READ)
    wanted = TextAreaField(
        "What do you ask of them?",
        rows=4,
        max_length=LONGEST,
        hint="Such as “Tell us by return who comes on 3 December, and send your report by 26 November”.",
    )
    join_to = RadioField("Which one?", coerce=int)
    added = TextAreaField("What is added to its log", rows=5, max_length=LONGEST, hint=_THEY_READ)
    waiver = RadioField(
        "Why not?",
        [Choice(reason, label(reason), _NOT_COUNTED if reason in EXCUSED else "") for reason in WaiverReason],
        coerce=WaiverReason,
    )
    waiver_note = TextAreaField(
        "In your own words",
        rows=3,
        max_length=LONGEST,
        hint="Needed for another reason. The safeguarding manager reads this; the agency does not.",
    )

    def offer(self, stage: str, joinable: Iterable[tuple[int, str]]) -> None:
        """Put on offer what can be done: adding it to another only where there is one."""
        ways = [Choice(RAISE, "Raise it with them", f"It begins at {stage}.", ("summary", "wanted"))]
        self.join_to.choices = [(str(number), words) for number, words in joinable]
        if self.join_to.choices:
            ways.append(Choice(JOIN, "Add it to an escalation that is open with them", "", ("join_to", "added")))
        ways.append(Choice(WAIVE, "Do not raise it", "", ("waiver", "waiver_note")))
        self.choice.choices = ways
