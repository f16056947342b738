"""Who still works here, and who takes over the work of whoever does not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from portal.domain.absences import WorkKind
from portal.forms.fields import PortalForm, RadioField, SelectField

HERE, LEFT = "here", "left"

Person = tuple[int, str]
"""A membership and a name."""


class HandOverForm(PortalForm):
    """Who takes what: one person for everything, or one for each kind. Made by `of`."""

    everything = SelectField("One person for all of it", coerce=int, empty="No: choose for each below")

    @classmethod
    def of(cls, offered: Iterable[tuple[WorkKind, str, Sequence[Person]]], for_all: Sequence[Person]) -> HandOverForm:
        """The form for some kinds of work, each with its words and with who can take it."""
        kinds = [(kind, words, takers) for kind, words, takers in offered if takers]
        # Where there is one person for all, what is left open below goes to them.
        empty = "The same person as above, or nobody yet" if for_all else "Nobody yet"
        fields: dict[str, Any] = {
            kind.value: SelectField(words[:1].upper() + words[1:], _choices(takers), coerce=int, empty=empty)
            for kind, words, takers in kinds
        }
        form: HandOverForm = type(cls.__name__, (cls,), fields)()
        form.everything.choices = _choices(for_all)
        if not for_all:
            del form.everything
        return form

    @property
    def takers(self) -> dict[WorkKind, int]:
        """Who was chosen for each kind."""
        common = self.everything.data if "everything" in self else None
        chosen = {kind: self[kind.value].data or common for kind in WorkKind if kind.value in self}
        return {kind: taker for kind, taker in chosen.items() if taker is not None}

    def validate(self, extra_validators: Any = None) -> bool:
        """Nobody chosen at all is no handing over."""
        fine = bool(super().validate(extra_validators))
        if fine and not self.takers:
            self.add_error(None, "Choose who takes something over")
            return False
        return fine


def _choices(people: Iterable[Person]) -> list[tuple[str, str]]:
    return [(str(number), name) for number, name in people]


class ConfirmPeopleForm(PortalForm):
    """A question about each person. Made by `of`."""

    @classmethod
    def of(cls, people: Iterable[tuple[int, str, str]]) -> ConfirmPeopleForm:
        """The form for some memberships: each with a name, and with what is known of them."""
        fields: dict[str, Any] = {
            f"person_{number}": RadioField(
                name,
                [(HERE, "Still here"), (LEFT, "Has left")],
                hint=hint,
                required=f"Say whether {name} still works with you",
                look={"classes": "govuk-radios--inline", "legend_classes": "govuk-fieldset__legend--s"},
            )
            for number, name, hint in people
        }
        form: ConfirmPeopleForm = type(cls.__name__, (cls,), fields)()
        return form

    @property
    def still_here(self) -> dict[int, bool]:
        """By membership, what was said."""
        return {
            int(field.name.removeprefix("person_")): field.data == HERE
            for field in self
            if field.name.startswith("person_")
        }
