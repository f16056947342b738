"""What ends a form: the button that was pressed, and the version of the row that the page was drawn from."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from portal.domain.row_numbers import row_number_or_none
from portal.forms.fields.drawn import DrawnField, Look, macro

OUT_OF_DATE = "This page is out of date. Load it again, then make your change"


class SubmitField(DrawnField):
    """A button; the data is whether it was the one pressed. `kind` as in the button macro."""

    data: bool

    def __init__(self, label: str, *, kind: str = "", **rest: Any) -> None:
        super().__init__(label, look={"kind": kind, **(rest.pop("look", None) or {})}, **rest)

    def process_data(self, value: Any) -> None:
        """Nothing is pressed at first."""
        self.data = False

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Browsers post only the button that was pressed."""
        self.data = bool(valuelist)

    def draw(self, look: Look) -> Markup:
        """A button."""
        look.pop("hint", None)
        look.pop("error", None)
        return macro("button")(self.label.text, name=self.name, value="yes", id=self.id, **look)


class VersionField(DrawnField):
    """The hidden version of the row; the data is a number, and a form without a readable one is out of date."""

    data: int | None

    def __init__(self, label: str = "", **rest: Any) -> None:
        super().__init__(label, required=OUT_OF_DATE, **rest)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read a whole number, or nothing."""
        self.data = row_number_or_none(valuelist[0]) if valuelist else None

    @property
    def focus_id(self) -> None:
        """There is nothing to go to."""
        return None

    def draw(self, look: Look) -> Markup:
        """A hidden input."""
        value = "" if self.data is None else self.data
        return Markup('<input type="hidden" name="{}" value="{}">').format(self.name, value)
