"""What a panel writes: its rating of an answer, a session's plan, and what came of the session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from portal.domain.ratings import NOT_APPLICABLE, Scale
from portal.forms.fields import (
    DateField,
    PortalForm,
    RadioField,
    SelectField,
    SubmitField,
    TextAreaField,
    TextField,
    TimeField,
    VersionField,
)


def rating_choices(scale: Scale) -> list[tuple[str, str]]:
    """The points of a question's scale, worst first, and that it does not apply."""
    return [*((point.code, point.label) for point in scale.points), (NOT_APPLICABLE, "Does not apply to them")]


class ModerationForm(PortalForm):
    """The panel's rating of one answer."""

    version = VersionField()
    rating = RadioField("The panel’s rating", required="Choose the panel’s rating")
    reason = TextAreaField(
        "Why?",
        rows=5,
        max_length=4_000,
        required="Say why the panel rates it so",
        hint="The agency reads this once the moderation is released. Name no child.",
    )
    save = SubmitField("Save and next")
    stop = SubmitField("Save and stop", kind="secondary")


class ReleaseForm(PortalForm):
    """Letting the agency read; the version is that of what the page showed."""

    version = VersionField()


class PlanForm(PortalForm):
    """When and where a challenge session is, and who sits on it."""

    version = VersionField()
    held_on = DateField("Day", like="24 11 2026", required="Enter the day of the session")
    start_time = TimeField("Time (optional)")
    place = TextField("Place", max_length=200, required="Say where it is, or how to join", hint="Or “By video”.")
    panel = TextAreaField(
        "Panel", rows=3, max_length=500, required="Say who sits on the panel", hint="Names and what they are."
    )


class HoldForm(PortalForm):
    """What came of a session; `hold_form` adds a choice for each point of its agenda."""

    version = VersionField()
    notes = TextAreaField(
        "Notes",
        rows=10,
        max_length=20_000,
        required="Write down what was said",
        hint="The agency reads these once the outcome is released. Name no child.",
    )

    @property
    def agreed(self) -> dict[int, str]:
        """The ratings agreed on, by question."""
        return {
            int(field.name.removeprefix(_AGREED)): field.data
            for field in self
            if field.name.startswith(_AGREED) and field.data
        }


_AGREED = "agreed-"


def hold_form(points: Iterable[tuple[int, Scale]], **given: Any) -> HoldForm:
    """The form for a session's agenda: question ids with the scales that they are rated on."""
    fields: Mapping[str, SelectField] = {
        f"{_AGREED}{question_id}": SelectField("Agreed rating", rating_choices(scale), empty="Nothing agreed")
        for question_id, scale in points
    }
    form: type[HoldForm] = type("HoldForm", (HoldForm,), dict(fields))
    return form(**given)
