"""How a person wants their mails, and the button that has a failed one tried again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from portal.domain.message_vocabulary import NoticeKind
from portal.domain.notice_words import words_of
from portal.forms.fields import CheckboxesField, Choice, PortalForm, RadioField, SelectField, VersionField

YES = "yes"
NO = "no"


class MessageChoiceForm(PortalForm):
    """The day's mail and its hour, and what stays in the inbox."""

    version = VersionField()
    wants_digest = RadioField(
        "Do you want one email a day with what is new for you?",
        [
            Choice(YES, "Yes", "On days with nothing new there is none.", reveals=("digest_hour",)),
            Choice(NO, "No", "What must be sent, and what is due within a working day, still comes."),
        ],
        required="Say whether you want the day’s email",
    )
    digest_hour: SelectField
    muted: CheckboxesField


def choice_form(hours: Iterable[int], kinds: Iterable[NoticeKind], data: Mapping[str, Any]) -> MessageChoiceForm:
    """The form with these hours and kinds to choose from; `data` is what holds now."""

    class Offered(MessageChoiceForm):
        digest_hour = SelectField(
            "From when?", [(str(hour), f"{hour:02}:00") for hour in hours], empty=None, coerce=int
        )
        muted = CheckboxesField(
            "Which messages should stay in your inbox here, and not come by email?",
            [Choice(kind.value, words_of(kind).title) for kind in kinds],
            coerce=NoticeKind,
            hint="Tick those that you need no email about.",
        )

    return Offered(data=data)
