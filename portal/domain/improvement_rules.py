"""What somebody has to say when an action of the improvement plan moves, and when a month of it can be closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from portal.domain.audit_vocabulary import ActionRag
from portal.domain.improvement_vocabulary import ImprovementStatus, ImprovementStep
from portal.domain.months import Month

WHAT_LIMIT = 1_000
"""The longest that an action, its outcome or a measure in words is, in characters."""

WORDS_LIMIT = 4_000
"""The longest account of how it goes, or of what shows it."""

MOST_LEADS = 12
"""So many lead one action at most; beyond that nobody does."""

MOST_MEASURES = 3
"""So many measures stand beside one action."""

CLOSES_EARLY = timedelta(days=6)
"""A month's view can be closed in its last seven days, because boards meet before a month is over."""

_NEEDS: Mapping[ImprovementStep, str] = {
    ImprovementStep.UPDATED: "Say what has happened",
    ImprovementStep.NO_CHANGE: "Say in a word why nothing has changed",
    ImprovementStep.COMPLETED: "Say what was done",
    ImprovementStep.STOPPED: "Say why it is not wanted any more",
    ImprovementStep.REOPENED: "Say why it is open again",
}

_BEFORE: Mapping[ImprovementStep, frozenset[ImprovementStatus]] = {
    ImprovementStep.REOPENED: frozenset({ImprovementStatus.COMPLETE, ImprovementStatus.STOPPED}),
}
"""Where an action has to stand for a step; open for all others."""

AFTER: Mapping[ImprovementStep, ImprovementStatus] = {
    ImprovementStep.COMPLETED: ImprovementStatus.COMPLETE,
    ImprovementStep.STOPPED: ImprovementStatus.STOPPED,
    ImprovementStep.REOPENED: ImprovementStatus.OPEN,
}
"""What an action is after a step; as it was for all others."""


def may_be_taken(step: ImprovementStep, status: ImprovementStatus) -> bool:
    """Say whether a step can be taken with an action where it stands."""
    return status in _BEFORE.get(step, frozenset({ImprovementStatus.OPEN}))


def missing(step: ImprovementStep, rag: ActionRag, text: str, evidence: str, *, has_link: bool) -> Mapping[str, str]:
    """Return what somebody left out, a sentence for each field.

    Green, and complete, are said with what shows it, in words or as a link: a colour alone is no evidence.
    """
    found: dict[str, str] = {}
    if step in _NEEDS and not text.strip():
        found["text"] = _NEEDS[step]
    shows = bool(evidence.strip()) or has_link
    if step is ImprovementStep.COMPLETED and not shows:
        found["evidence"] = "Say what shows that it was done, or give a link to it"
    elif step is ImprovementStep.UPDATED and rag is ActionRag.GREEN and not shows:
        found["evidence"] = "Say what shows that it is on course, or give a link to it"
    return found


def month_to_close(first: Month | None, last_closed: Month | None, today: date) -> Month | None:
    """Return the month whose view is to be closed next: the earliest that is not, once it is over or nearly so.

    `first` is the month in which the plan began, None where there is no plan yet.
    """
    if first is None:
        return None
    month = first if last_closed is None else max(first, last_closed.plus(1))
    return month if month.last - CLOSES_EARLY <= today else None


def counting_month(last_closed: Month | None, today: date, asked: Month | None = None) -> Month:
    """Return the month for which something counts that is said today.

    That is the month of the day, or the one asked for while it is not closed; what is said after a month was closed
    early counts for the next.
    """
    now = Month.of(today)
    earliest = now if last_closed is None else last_closed.plus(1)
    if asked is not None and asked <= now and (last_closed is None or asked >= earliest):
        return asked
    return max(now, earliest) if last_closed is not None else now
