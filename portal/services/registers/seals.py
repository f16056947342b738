"""What keeps a register as it is: figures that were frozen with it, decisions that were signed on it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.months import Month
from portal.models.meetings import Meeting
from portal.models.outcomes import Outcome
from portal.services.frozen_months.states import is_shut, shut_months


def cannot_close_because(session: Session, partnership_id: int, held_on: date, counted_on: date | None) -> str:
    """Why a register cannot be closed again, as a sentence; empty where it can, and for a first closing. By one query.

    `counted_on` is the day on which the meeting counts already. Closing it again is a correction: where its month is
    frozen, or that of its new day, the business manager opens one, and the next revision says why.
    """
    shut = shut_months(session, partnership_id, (held_on, counted_on)) if counted_on is not None else []
    if not shut:
        return ""
    return (
        f"The figures of {shut[0].words} are frozen, and closing this register would change them. The business manager "
        "sees on Home that it waits, and can open a correction of that month; then it can be closed"
    )


def frozen_words(session: Session, partnership_id: int, held_on: date, counted_on: date | None) -> str:
    """What whoever closes a register is told of a frozen month beforehand; empty where it is not. By one query.

    The first closing is never refused: decisions about a child do not wait for figures.
    """
    if counted_on is not None:
        return cannot_close_because(session, partnership_id, held_on, counted_on)
    month = Month.of(held_on)
    return closing_words(month) if is_shut(session, partnership_id, month) else ""


def closing_words(month: Month) -> str:
    """What whoever closes a register for the first time is told of its frozen month."""
    return (
        f"The figures of {month.words} are frozen and stay as they are. Close this register all the same: the "
        "business manager then sees on Home that the month needs another revision"
    )


def cannot_mark_because(session: Session, partnership_id: int, day: date) -> str:
    """Why nobody is marked in the open register of a meeting that counts already; empty where somebody can be."""
    month = Month.of(day)
    return marking_words(month) if is_shut(session, partnership_id, month) else ""


def marking_words(month: Month) -> str:
    """What whoever keeps the register of a meeting is told that counts in a frozen month."""
    return (
        f"The figures of {month.words} are frozen, and this meeting counts in them. Once the business manager "
        "has opened a correction of that month, the register can be changed"
    )


def sealed_because(session: Session, meeting: Meeting) -> str:
    """Why a meeting's register may not be opened again now, as a sentence; empty where it may. By two queries.

    A frozen month's figures change by a numbered correction alone, so one must be open. What was decided by those who
    were there stands once it is signed; whoever corrects who was there amends it first, so that both are looked at.
    """
    month = Month.of(meeting.day)
    if is_shut(session, meeting.partnership_id, month):
        return (
            f"The figures of {month.first:%B %Y} are frozen. The business manager can open a correction of that month; "
            "then the register can be opened again."
        )
    newest = (
        select(Outcome.child_id)
        .where(Outcome.meeting_id == meeting.id, Outcome.signed_at.is_not(None))
        .group_by(Outcome.child_id)
        .having(func.max(Outcome.number) == 1)
        .limit(1)
    )
    if session.scalar(newest) is not None:
        return (
            "What was decided is signed. Amend it for each child, saying what of the register was wrong; then the "
            "register can be opened again."
        )
    return ""
