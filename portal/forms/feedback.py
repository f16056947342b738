"""Feedback: the public form of either side, in the language spoken, and what staff choose for cards and figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wtforms import HiddenField, StringField
from wtforms.validators import StopValidation

from portal.domain.feedback import LONGEST_WORDS, Given
from portal.domain.feedback_labels import LANGUAGE_WORDS
from portal.domain.feedback_vocabulary import Audience, Language, Reply
from portal.domain.feedback_words import (
    ANYTHING_ELSE,
    CANNOT_BE_KEPT,
    NOT_ON_OFFER,
    NOTHING_GIVEN,
    QUESTIONS,
    REPLIES,
    TOO_LONG,
)
from portal.domain.labels import label
from portal.domain.vocabulary import MeetingKind
from portal.forms.fields import CheckboxesField, Choice, PortalForm, RadioField, SelectField, TextAreaField
from portal.forms.indicators import FiguresForm
from portal.web.translations import translated

LONGEST_NUMBER = 64
EVERY_KIND = "all"


class ReplyField(RadioField):
    """One question; it may be left out."""

    def check(self) -> None:
        """Refuse what was not on offer, in the language spoken."""
        if not self.offers(self.data):
            raise StopValidation(translated(NOT_ON_OFFER))

    def coerced(self, text: str) -> Any:
        """The answer; what cannot be one is said in the language spoken."""
        try:
            return super().coerced(text)
        except ValueError:
            raise ValueError(translated(NOT_ON_OFFER)) from None


class WordsField(TextAreaField):
    """Free words; what is wrong with them is said in the language spoken."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was posted."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(translated(CANNOT_BE_KEPT)) from None

    def check(self) -> None:
        """Refuse what is too long."""
        if len(self.data) > self.max_length:
            raise StopValidation(translated(TOO_LONG, limit=self.max_length, number=len(self.data)))


class FeedbackForm(PortalForm):
    """What both sides' forms share; every question may be left out, but not all of it."""

    number = HiddenField()
    """Of this form, by chance, so that pressing twice counts once."""
    website = StringField()
    """Nobody sees it; machines that fill in whatever they find do."""
    words = WordsField(ANYTHING_ELSE, rows=6, max_length=LONGEST_WORDS)

    audience: Audience

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            if isinstance(field, ReplyField):
                field.label.text = translated(str(field.label.text))
                field.choices = [(reply.value, translated(words)) for reply, words in REPLIES.items()]
        self.words.label.text = translated(ANYTHING_ELSE)

    @property
    def replies(self) -> list[ReplyField]:
        """The questions in their order."""
        return [field for field in self if isinstance(field, ReplyField)]

    @property
    def is_by_machine(self) -> bool:
        """Whether something was filled in that no person sees, or the form's own number was taken out."""
        number = self.number.data or ""
        return bool(self.website.data) or not 1 <= len(number) <= LONGEST_NUMBER

    def given(self, language: Language) -> Given:
        """What was given."""
        found = {field.name: field.data for field in self.replies if field.data is not None}
        return Given(language, found, self.words.data)

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Something must be answered or written."""
        if not super().validate(extra_validators):
            return False
        if self.given(Language.ENGLISH).is_empty:
            self.add_error(self.replies[0].name, translated(NOTHING_GIVEN))
            return False
        return True


def _form_of(audience: Audience) -> type[FeedbackForm]:
    fields = {question.code: ReplyField(question.words, [], coerce=Reply) for question in QUESTIONS[audience]}
    return type(f"{audience.name.title()}FeedbackForm", (FeedbackForm,), {"audience": audience, **fields})


FEEDBACK_FORMS = {audience: _form_of(audience) for audience in Audience}


class MakeCardForm(PortalForm):
    """Whose card to make."""

    audience = RadioField(
        "Whose card?",
        [(Audience.FAMILY.value, "Family"), (Audience.PROFESSIONAL.value, "Professionals")],
        coerce=Audience,
        required="Choose whose card to make",
    )


class CardLanguages(PortalForm):
    """The languages that a card is printed in; it stands in the address."""

    class Meta:
        """No token: nothing is changed."""

        csrf = False

    language = CheckboxesField(
        "Languages on the card",
        [(language.value, LANGUAGE_WORDS[language]) for language in Language],
        coerce=Language,
    )

    def chosen(self) -> list[Language]:
        """In the order of the list; English where none was chosen."""
        return list(self.language.data or ()) or [Language.ENGLISH]


class AskForm(PortalForm):
    """Whom to send a link to."""

    people = CheckboxesField("Who is to be sent a link?", [], coerce=int)

    def __init__(self, people: Iterable[tuple[int, str, str]], **kwargs: Any) -> None:
        # Boxes need their choices before what was posted is read.
        self._offered = [Choice(str(number), name, agency) for number, name, agency in people]
        super().__init__(**kwargs)

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Offer the people, then read what was posted."""
        self.people.choices = self._offered
        super().process(*args, **kwargs)


class FeedbackFilter(FiguresForm):
    """The period, and about which conferences."""

    kind = SelectField(
        "Conferences",
        [
            (EVERY_KIND, "Initial and review conferences"),
            (MeetingKind.INITIAL_CONFERENCE.value, label(MeetingKind.INITIAL_CONFERENCE)),
            (MeetingKind.REVIEW_CONFERENCE.value, label(MeetingKind.REVIEW_CONFERENCE)),
        ],
        empty=None,
        default=EVERY_KIND,
    )

    @property
    def chosen_kind(self) -> MeetingKind | None:
        """The kind of conference, or None for both."""
        return MeetingKind(self.kind.data) if self.kind.data not in (None, "", EVERY_KIND) else None
