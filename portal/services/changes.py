"""The one door for changes: a transaction that knows who acts and always leaves its activity behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from portal.access.viewer import Viewer
from portal.database.scopes import within
from portal.database.session import writing
from portal.domain.errors import Conflict
from portal.services import activity
from portal.services.reach import scope_of

LOST = "Somebody else changed this a moment ago. Nothing was overwritten."
DEADLOCK = "40P01"
"""PostgreSQL's code for two transactions that wait for each other, of which it has ended this one."""


class Change:
    """One transaction by one viewer."""

    def __init__(self, session: Session, viewer: Viewer) -> None:
        self.session = session
        self.viewer = viewer

    def log(self, verb: str, subject: str, subject_id: int | None, *, partnership_id: int | None = None) -> None:
        """Note what was done to which row; it is chained just before the commit.

        Words and ids only, never content. `partnership_id` defaults to the viewer's.
        """
        activity.append_later(
            self.session,
            activity.entry(self.viewer, verb, subject, subject_id, partnership_id=partnership_id),
        )


@contextmanager
def changing(viewer: Viewer) -> Iterator[Change]:
    """All of it is kept with its activity, or none.

    Rows read before are read again inside. Raises Conflict where somebody else changed a row first, and
    RuntimeError where a change left no activity: that is a fault of ours, and nothing is kept.
    """
    try:
        with within(scope_of(viewer)), writing() as session:
            before = activity.pending(session)
            yield Change(session, viewer)
            session.flush()
            if activity.pending(session) == before:
                raise RuntimeError("a change must log its activity")
    except StaleDataError:
        raise Conflict(LOST) from None
    except OperationalError as fault:
        if getattr(fault.orig, "sqlstate", None) == DEADLOCK:
            # Rows are locked in one order (case, meeting, invitation), so this is the last net, not the plan.
            raise Conflict(LOST) from None
        raise
