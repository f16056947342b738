"""What every act on an escalation is checked for: words that are there and fit, and nobody else being first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.labels import label
from portal.models.escalations import Escalation

TEXT_LIMIT = 5_000
INCOMPLETE = "Something is missing, or cannot be so."


class Faults:
    """What is wrong with what somebody typed, by field."""

    def __init__(self) -> None:
        self.by_field: dict[str, list[str]] = {}

    def add(self, field: str, fault: str) -> None:
        """Note a fault of a field."""
        self.by_field.setdefault(field, []).append(fault)

    def words(self, field: str, text: str, missing: str | None) -> str:
        """What was typed without blanks around it; `missing` is what to say where that is nothing, if it is needed."""
        said = text.strip()
        if not said and missing is not None:
            self.add(field, missing)
        elif len(said) > TEXT_LIMIT:
            self.add(field, f"Use {TEXT_LIMIT:,} characters or fewer")
        return said

    def stop(self) -> None:
        """Raise Invalid where there is a fault."""
        if self.by_field:
            raise Invalid(INCOMPLETE, errors=self.by_field)


@contextmanager
def said_at(field: str) -> Iterator[None]:
    """Let what a rule of the ladder refuses stand at the field that it is about."""
    try:
        yield
    except Invalid as refusal:
        if refusal.errors:
            raise
        raise Invalid(INCOMPLETE, errors={field: [str(refusal)]}) from None


def based_on(escalation: Escalation, version: int, mine: Mapping[str, str]) -> None:
    """Raise Conflict, with what was typed, where somebody (or the clock) has changed the escalation since."""
    if escalation.version == version:
        return
    theirs = {
        "Stands": label(escalation.status),
        "Stage": str(escalation.stage),
        "Whose turn": label(escalation.turn),
    }
    raise Conflict("This escalation was changed a moment ago. Nothing was overwritten.", mine=mine, theirs=theirs)


def permit(may: Callable[[Viewer, Escalation], bool], viewer: Viewer, escalation: Escalation) -> None:
    """Raise NotPermitted where the viewer may not, or not now."""
    if not may(viewer, escalation):
        raise NotPermitted("This act is not the viewer's to take here, or not now.")
