"""Reminding people of what is due soon, or was due and has not been done: for the worker, partnership by partnership.

Each kind of thing is looked for by a few statements, whatever there is. What was told of already today, also because
it has only just happened, is not reminded of; so looking again changes nothing, and any number of workers may look.
"""

from __future__ import annotations

from datetime import datetime
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.working_days import is_working_day
from portal.models.partnerships import Partnership
from portal.services.changes import changing
from portal.services.notices.due_audits import due_actions, due_returns, opened_rounds
from portal.services.notices.due_escalations import due_escalations
from portal.services.notices.due_improvement import due_improvement
from portal.services.notices.due_meetings import due_attendance, due_invitations, due_registers, due_reports
from portal.services.notices.due_quoracy import due_quoracy
from portal.services.notices.reminded_day import reminder_day
from portal.services.notices.scrutiny import due_challenges
from portal.services.notices.telling import Addressed, tell_all

_KINDS = (
    due_invitations,
    due_reports,
    due_attendance,
    due_registers,
    due_quoracy,
    opened_rounds,
    due_returns,
    due_actions,
    due_improvement,
    due_escalations,
    due_challenges,
)


class _NothingNew(Exception):
    """Everybody has been reminded meanwhile."""


def remind(now: datetime) -> int:
    """Remind people of what is due at `now` (UTC); returns how many notices were made. None on days off."""
    if not is_working_day(Viewer.of_system("worker", now).today):
        return 0
    partnerships = db.session.scalars(select(Partnership.id).order_by(Partnership.id)).all()
    return sum(remind_in(Viewer.of_system("worker", now, partnership_id)) for partnership_id in partnerships)


def remind_in(viewer: Viewer) -> int:
    """Remind people of one partnership at `viewer.now`; returns how many notices were made."""
    session: Session = db.session()
    day = reminder_day(session, viewer)
    addressed: list[Addressed] = [one for one in chain.from_iterable(due(session, day) for due in _KINDS) if one[0]]
    if not addressed:
        return 0
    try:
        with changing(viewer) as change:
            made = tell_all(change, day.partnership_id, addressed)
            if not made:
                raise _NothingNew
            change.log("people.reminded", "partnership", day.partnership_id)
    except _NothingNew:
        return 0
    return made
