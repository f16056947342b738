"""What all fields share: how they are drawn, what they require, where an error's link leads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from markupsafe import Markup
from wtforms import Field
from wtforms.validators import StopValidation

from portal.web.templating import component

Look = dict[str, Any]
"""Further parameters of the field's macro, such as {"classes": "govuk-input--width-10", "page_heading": True}."""


class DrawnField(Field, ABC):
    """A field that draws itself through a macro.

    `required` is the sentence shown when nothing was given ("Enter the agency's name"); without one the field may
    stay empty. `hint` stands under the label. `look` goes to the macro, as does what a template adds:
    `{{ form.name(label_classes="govuk-label--l") }}`.
    """

    def __init__(
        self, label: str, *, required: str = "", hint: str = "", look: Look | None = None, **rest: Any
    ) -> None:
        super().__init__(label, description=hint, render_kw=look, widget=draw, **rest)
        self.required = required

    def __call__(self, **kwargs: Any) -> Markup:
        """Draw the field."""
        return draw(self, **{**(self.render_kw or {}), **kwargs})

    @abstractmethod
    def draw(self, look: Look) -> Markup:
        """Call the field's macro; each kind of field has its own."""

    @property
    def error(self) -> str | None:
        """The first sentence about what is wrong: one at a time is what people can mend."""
        return str(self.errors[0]) if self.errors else None

    @property
    def focus_id(self) -> str | None:
        """The id of the input that a link in the error summary goes to; None for hidden inputs."""
        return self.id

    def is_empty(self) -> bool:
        """Whether nothing was given."""
        return self.data is None or self.data == "" or self.data == []

    def pre_validate(self, form: Any) -> None:
        """Stop at the first fault: unreadable, missing, then whatever the kind of field checks."""
        if self.errors:
            raise StopValidation
        if self.is_empty():
            if self.required:
                raise StopValidation(self.required)
            return
        self.check()

    def check(self) -> None:
        """Check what was given; raise StopValidation with a plain sentence."""


def draw(field: DrawnField, **kwargs: Any) -> Markup:
    """The widget of every drawn field."""
    look = {"hint": field.description or None, "error": field.error, **kwargs}
    return field.draw(look)


def macro(name: str) -> Callable[..., Markup]:
    """A macro of components/inputs.html."""
    return component("inputs", name)


def sentence_name(label: str) -> str:
    """A label as it stands inside a sentence: "Date of birth" is "the date of birth", "NHS number" "the NHS number"."""
    first = label.split(" ", 1)[0]
    return f"the {label}" if first.isupper() and len(first) > 1 else f"the {label[:1].lower()}{label[1:]}"


def entering(field: DrawnField) -> str:
    """How a sentence begins that says what to enter: "Enter the date of birth", "By when? Enter it"."""
    if field.required.startswith("Enter "):
        return field.required.split(", like ")[0]
    label = field.label.text.removesuffix(" (optional)")
    return f"{label} Enter it" if label.endswith("?") else f"Enter {sentence_name(label)}"
