"""How an escalation ends: resolved, withdrawn, and what it came to for the child.

Each raises NotVisible, NotPermitted, Conflict (with what was typed) where the escalation was changed meanwhile, and
Invalid by field.
"""

from __future__ import annotations

from portal.access import escalations as access
from portal.access.viewer import Viewer
from portal.domain.escalation_vocabulary import ChildSafe, EntryKind, Learning, Resolution
from portal.models.escalations import Escalation
from portal.services.changes import changing
from portal.services.escalations.announcing import tell_closed
from portal.services.escalations.checking import Faults, based_on, permit
from portal.services.escalations.keeping import Saying, add_entry, locked, shut
from portal.services.sent_forms import once


def resolve(
    viewer: Viewer,
    escalation_id: int,
    resolution: Resolution | None,
    text: str,
    child_safe: ChildSafe | None,
    learning: Learning | None,
    version: int,
) -> None:
    """Close it with how it ended, and whether the child was safe meanwhile (for praise nobody asks that)."""
    with changing(viewer) as change:
        escalation = locked(change, escalation_id)
        based_on(escalation, version, {"How it ended": text})
        permit(access.may_drive, viewer, escalation)
        faults = Faults()
        if resolution not in resolutions_for(escalation):
            faults.add("resolution", "Choose how it ended")
        said = faults.words("text", text, "Enter how it ended")
        if child_safe is None and not escalation.is_positive:
            faults.add("child_safe", "Choose whether the child was safe meanwhile")
        faults.stop()
        assert resolution is not None  # noqa: S101 - None is among no escalation's resolutions
        shut(change, escalation, resolution)
        escalation.child_safe, escalation.learning = child_safe, learning
        saying = Saying(said, resolution=resolution, child_safe=child_safe, learning=learning)
        add_entry(change, escalation, EntryKind.RESOLUTION, saying)
        tell_closed(change, escalation)
        change.log("escalation.resolved", "escalation", escalation.id)


def resolutions_for(escalation: Escalation) -> tuple[Resolution, ...]:
    """How it may end, but for being withdrawn: praise with thanks, and nothing else so."""
    if escalation.is_positive:
        return (Resolution.ACKNOWLEDGED,)
    return tuple(one for one in Resolution if one not in (Resolution.ACKNOWLEDGED, Resolution.WITHDRAWN))


def withdraw(viewer: Viewer, escalation_id: int, text: str, version: int) -> None:
    """Close what was raised in error."""
    with changing(viewer) as change:
        escalation = locked(change, escalation_id)
        based_on(escalation, version, {"Your reason": text})
        permit(access.may_drive, viewer, escalation)
        faults = Faults()
        said = faults.words("text", text, "Enter why it is withdrawn")
        faults.stop()
        shut(change, escalation, Resolution.WITHDRAWN)
        add_entry(change, escalation, EntryKind.RESOLUTION, Saying(said, resolution=Resolution.WITHDRAWN))
        tell_closed(change, escalation)
        change.log("escalation.withdrawn", "escalation", escalation.id)


def record_outcome(
    viewer: Viewer,
    escalation_id: int,
    child_safe: ChildSafe | None,
    learning: Learning | None,
    text: str,
    version: int,
) -> None:
    """Record apart from closing whether the child was safe, what is learnt, or both, each as an entry of its own."""
    with changing(viewer) as change:
        once(change)
        escalation = locked(change, escalation_id)
        based_on(escalation, version, {"What you wrote": text})
        permit(access.may_record_outcome, viewer, escalation)
        faults = Faults()
        if child_safe is None and learning is None:
            faults.add("child_safe", "Choose whether the child was safe, or what is learnt")
        said = faults.words("text", text, None)
        faults.stop()
        if child_safe is not None:
            escalation.child_safe = child_safe
            add_entry(change, escalation, EntryKind.CHILD_OUTCOME, Saying(said, child_safe=child_safe))
        if learning is not None:
            escalation.learning = learning
            # Where both are said at once, the words stand with the child.
            words = said if child_safe is None else ""
            add_entry(change, escalation, EntryKind.LEARNING, Saying(words, learning=learning))
        change.log("escalation.outcome_recorded", "escalation", escalation.id)
