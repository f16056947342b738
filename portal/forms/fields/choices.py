"""Fields that people choose in: radios that can reveal further questions, boxes to tick, lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup
from wtforms.validators import StopValidation

from portal.forms.fields.drawn import DrawnField, Look, macro

NOT_ON_OFFER = "Choose one of the answers shown"
NOT_ALL_ON_OFFER = "Choose only from the answers shown"


class Choice(NamedTuple):
    """One answer; `reveals` names fields of the same form that belong to it and open when it is chosen."""

    value: str
    text: str
    hint: str = ""
    reveals: tuple[str, ...] = ()


Choices = Iterable[Choice | tuple[str, str]]
"""Choices, or (value, text) pairs as domain/labels.choices() gives them."""


def _as_text(value: Any) -> str:
    return "" if value is None else str(value)


class ChosenField(DrawnField):
    """What fields with choices share; `coerce` makes the value of the text, such as an enum's class or int."""

    def __init__(self, label: str, choices: Choices = (), *, coerce: Callable[[str], Any] = str, **rest: Any) -> None:
        self._owner: Any = rest.get("_form")
        self.coerce = coerce
        self.choices = choices
        super().__init__(label, **rest)

    @property
    def choices(self) -> list[Choice]:
        """What can be chosen; a form may set it after it was made."""
        return self._choices

    @choices.setter
    def choices(self, choices: Choices) -> None:
        self._choices = [Choice(str(choice[0]), *choice[1:]) for choice in choices]

    def offers(self, value: Any) -> bool:
        """Whether the value is one of the choices."""
        return any(choice.value == _as_text(value) for choice in self._choices)

    def coerced(self, text: str) -> Any:
        """The value of a posted text; ValueError for one that has none."""
        try:
            return self.coerce(text)
        except (ValueError, KeyError, TypeError):
            raise ValueError(NOT_ON_OFFER) from None

    def items(self) -> list[tuple[Any, ...]]:
        """The choices as the macros take them, revealed fields drawn."""
        return [(choice.value, choice.text, choice.hint or None, self._revealed(choice)) for choice in self._choices]

    def _revealed(self, choice: Choice) -> Markup | None:
        if not choice.reveals:
            return None
        return Markup("").join(self._owner[name]() for name in choice.reveals)


class RadioField(ChosenField):
    """One of a few answers, all in sight."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the first value posted; none is no answer."""
        self.data = None
        if valuelist and isinstance(valuelist[0], str) and valuelist[0] != "":
            self.data = self.coerced(valuelist[0])

    def check(self) -> None:
        """Refuse what was not on offer."""
        if not self.offers(self.data):
            # Nothing is looked up by it when the page is drawn again: neither another's row nor a number beyond all.
            self.data = None
            raise StopValidation(NOT_ON_OFFER)

    def draw(self, look: Look) -> Markup:
        """Radios in a fieldset."""
        return macro("radios")(self.name, self.label.text, self.items(), _as_text(self.data), id_prefix=self.id, **look)


class SelectField(RadioField):
    """One of many answers; `empty` is the first line, which chooses nothing."""

    def __init__(self, label: str, choices: Choices = (), *, empty: str | None = "Choose one", **rest: Any) -> None:
        super().__init__(label, choices, **rest)
        self.empty = empty

    def draw(self, look: Look) -> Markup:
        """A select."""
        items = [(choice.value, choice.text) for choice in self._choices]
        if self.empty is not None:
            items.insert(0, ("", self.empty))
        return macro("select")(self.name, self.label.text, items, _as_text(self.data), id=self.id, **look)


class CheckboxesField(ChosenField):
    """Any number of answers; the data is a list in the order of the choices."""

    data: list[Any]

    def process_data(self, value: Sequence[Any] | None) -> None:
        """Take what is ticked at first."""
        self.data = list(value or [])

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take every value posted, each once."""
        self.data = []
        posted = {value for value in valuelist if isinstance(value, str)}
        known = [choice.value for choice in self._choices]
        if not posted <= set(known):
            raise ValueError(NOT_ALL_ON_OFFER)
        self.data = [self.coerced(value) for value in known if value in posted]

    def draw(self, look: Look) -> Markup:
        """Boxes in a fieldset."""
        ticked = [_as_text(value) for value in self.data]
        return macro("checkboxes")(self.name, self.label.text, self.items(), ticked, id_prefix=self.id, **look)


class CheckboxField(DrawnField):
    """One box whose label says all; the data is True or False."""

    data: bool

    def process_data(self, value: Any) -> None:
        """Take whether it is ticked at first."""
        self.data = bool(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Ticked is whatever a browser or script posts for it, but "no" words."""
        self.data = bool(valuelist) and valuelist[0] not in ("", "no", "false", "0")

    def is_empty(self) -> bool:
        """A box that must be ticked is empty until it is."""
        return not self.data

    def draw(self, look: Look) -> Markup:
        """A box without a fieldset."""
        item = ("yes", self.label.text, look.pop("hint", None))
        ticked = ["yes"] if self.data else []
        return macro("checkboxes")(self.name, None, [item], ticked, id_prefix=self.id, **look)
