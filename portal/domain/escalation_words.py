"""Whose turn it is in an escalation, and to do what, in plain words; the same in the list and on the page."""

from __future__ import annotations

from portal.domain.escalation_vocabulary import Turn, Until


def must_do(turn: Turn, until: Until, *, is_late: bool = False) -> str:
    """Return what the side whose turn it is has to do: "must reply", and once its time has run out "had to reply"."""
    must = "had to" if is_late else "must"
    if turn is Turn.RAISED_WITH:
        return f"{must} reply" if until is Until.REPLY else f"{must} put it right"
    return f"{must} say whether the reply is enough" if until is Until.REPLY else f"{must} say whether it is put right"


def clock_words(working_days: int) -> str:
    """Return how long a stage has: "2 working days"; a clock of none ends on the same working day."""
    if working_days == 0:
        return "the same working day"
    return f"{working_days} working day{'' if working_days == 1 else 's'}"
