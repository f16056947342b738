"""Errors that cross floors: services raise them, web/errors.py turns them into pages, commands into exit codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime


class PortalError(Exception):
    """Anything the portal refuses for a reason it can name to a person."""


class NotVisible(PortalError):
    """The row does not exist for this viewer; shown as 404, the same page as a row that does not exist at all."""


class NotPermitted(PortalError):
    """The viewer may see the row or page but not do this; shown as 403 and logged."""


class NotFresh(PortalError):
    """The viewer may do this, and must first prove anew that it is they; `is_file` says that it gives a file."""

    def __init__(self, *, is_file: bool = False) -> None:
        super().__init__("Show that it is you, then this goes on.")
        self.is_file = is_file


class Conflict(PortalError):
    """Somebody else changed the row first; shown as 409 with both versions, nothing lost.

    `mine` and `theirs` map a field's name to its text, for the page that shows them side by side.
    """

    def __init__(
        self, message: str, *, mine: Mapping[str, str] | None = None, theirs: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.mine = dict(mine or {})
        self.theirs = dict(theirs or {})


class Invalid(PortalError):
    """What was asked for breaks a rule of the field; `errors` maps a field's name to plain sentences."""

    def __init__(self, message: str, *, errors: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(message)
        self.errors = {field: list(reasons) for field, reasons in (errors or {}).items()}


class SentAlready(PortalError):
    """The person has sent this very form before, at the UTC instant `at`; `leads_to` is the page that it led to."""

    def __init__(self, at: datetime, leads_to: str | None) -> None:
        super().__init__("This was sent already.")
        self.at = at
        self.leads_to = leads_to


class Unusable(PortalError):
    """A file or argument given to a command cannot be used; `reasons` holds one line for each fault."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = list(reasons)
