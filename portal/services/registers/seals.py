"""What keeps a closed register closed: figures that were frozen with it, decisions that were signed on it."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.months import Month
from portal.models.meetings import Meeting
from portal.models.outcomes import Outcome
from portal.services.frozen_months.states import is_shut


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
