"""The life of an action: open, said to be done, checked and closed; or sent back with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from portal.domain.audit_vocabulary import ActionStatus

WHAT_LIMIT = 500
"""The longest that an action itself is, in characters: one thing that somebody does."""

WORDS_LIMIT = 4_000
"""The longest account of its progress, its evidence or its check."""

_NEEDS: Mapping[tuple[ActionStatus, ActionStatus], str] = {
    (ActionStatus.OPEN, ActionStatus.OPEN): "Say how it is going",
    (ActionStatus.OPEN, ActionStatus.DONE): "Say what shows that it was done",
    (ActionStatus.DONE, ActionStatus.CLOSED): "Say what you checked",
    (ActionStatus.DONE, ActionStatus.OPEN): "Say why it is not done yet",
}
"""Every step that there is, with the sentence for whoever leaves out its words: no step goes without any."""

CHECKING = frozenset({(ActionStatus.DONE, ActionStatus.CLOSED), (ActionStatus.DONE, ActionStatus.OPEN)})
"""The steps of a check, which nobody does of their own word."""


def may_become(before: ActionStatus, after: ActionStatus) -> bool:
    """Whether an action may go from one state to another; progress leaves an open one open."""
    return (before, after) in _NEEDS


def refusal(before: ActionStatus, after: ActionStatus, words: str) -> str | None:
    """Return why a step is refused, as a sentence for the person; None where it may be taken."""
    if not may_become(before, after):
        return _WHERE_IT_STANDS[before]
    return None if words.strip() else _NEEDS[before, after]


_WHERE_IT_STANDS: Mapping[ActionStatus, str] = {
    ActionStatus.OPEN: "Nobody has said that it is done, so there is nothing to check",
    ActionStatus.DONE: "It was said to be done, and waits to be checked",
    ActionStatus.CLOSED: "It has been checked and closed",
}


def is_overdue(status: ActionStatus, due_on: date, today: date) -> bool:
    """Whether an action is open after its day; one that was said to be done waits for its check, not its owner."""
    return status is ActionStatus.OPEN and due_on < today


def may_check_word_of(checker_id: int | None, done_by_id: int | None) -> bool:
    """Whether somebody may check that an action was done: never whoever said so."""
    return checker_id is not None and checker_id != done_by_id
