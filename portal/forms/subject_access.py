"""Requests for all that is held on one child: whose, by whom, and what of it is about others."""

from __future__ import annotations

from collections.abc import Mapping

from portal.domain.subject_access import DECISION_WORDS, LONGEST_ASKER, Decision, Mark, Passage
from portal.forms.fields import PortalForm, TextAreaField, TextField, VersionField

FIELD = "passage:"


class RequestForm(PortalForm):
    """Whose record, and who asks for it."""

    reference = TextField(
        "Which child?",
        hint=(
            "The child’s NHS number or UPN, or the family’s reference. Where a family has several children, add -1, -2 "
            "and so on to its reference."
        ),
        max_length=60,
        required="Enter which child it is about",
    )
    asked_by = TextAreaField(
        "Who asks, and how did you make sure of who they are?",
        hint="Such as the child themselves, or a parent who acts for them.",
        rows=4,
        max_length=LONGEST_ASKER,
        required="Say who asks, and how you made sure of who they are",
    )


class DecisionsForm(PortalForm):
    """What was decided about the passages of one page; each is a field of its own, named by its place."""

    version = VersionField()


def decisions_in(posted: Mapping[str, str]) -> dict[str, Decision]:
    """The decisions that were posted; what is no decision is left out."""
    known = {one.value: one for one in Decision}
    return {
        name.removeprefix(FIELD): known[value]
        for name, value in posted.items()
        if name.startswith(FIELD) and value in known
    }


def choices_for(passage: Passage) -> list[tuple[str, str]]:
    """What may be decided about a passage: names are blotted out where some were found, and never in a file."""
    has_names = bool(passage.others) and passage.mark is not Mark.FILE
    return [(one.value, words) for one, words in DECISION_WORDS.items() if one is not Decision.BLOT or has_names]
