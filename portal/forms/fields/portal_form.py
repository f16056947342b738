"""The form that all forms of the portal are: its errors in the order of the page, ready for the summary."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm

from portal.domain.errors import Invalid
from portal.forms.fields.drawn import DrawnField


class PortalForm(FlaskForm):
    """A form that posts. Draw `form_fields()` in the page for its token, then the fields one by one."""

    # Flask-WTF is untyped: said here once, so that views are checked when they make and validate forms.
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """Whether this is a posted form without a fault."""
        return bool(super().validate_on_submit(extra_validators))  # type: ignore[no-untyped-call]

    @property
    def error_summary(self) -> list[tuple[str, str | None]]:
        """(sentence, link to the field) for every error, in the order of the fields; the form's own come first."""
        found: list[tuple[str, str | None]] = [(str(sentence), None) for sentence in self.form_errors]
        for field in self:
            if field.errors:
                focus = field.focus_id if isinstance(field, DrawnField) else None
                found.append((str(field.errors[0]), f"#{focus}" if focus else None))
        return found

    def add_error(self, name: str | None, sentence: str) -> None:
        """Tell the person about a fault found after validation; without a known field it is the form's own."""
        field: Any = self[name] if name is not None and name in self else None
        if field is None:
            self.form_errors.append(sentence)
        else:
            field.errors = [*field.errors, sentence]

    def take(self, refused: Invalid) -> None:
        """Show what a service refused, each sentence at the field that it names."""
        for name, sentences in refused.errors.items():
            for sentence in sentences:
                self.add_error(name, sentence)
        if not refused.errors:
            self.add_error(None, str(refused))


class FilterForm(PortalForm):
    """A form that asks rather than changes: made from the address, `FilterForm(request.args)`, without a token."""

    class Meta:
        """No token: nothing is changed, and the address is to be shared."""

        csrf = False
