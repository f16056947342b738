"""The clocks of the demonstration's matters, which end at the moments at which they would have ended."""

from __future__ import annotations

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.ladder_rules import default_rules
from portal.domain.working_days import add_working_days, london_instant
from portal.services.demo.audits.cast import Cast
from portal.services.demo.diary import THE_WORKER
from portal.services.escalations.clocks import end_clock, ended_by


def wind(cast: Cast, first: int) -> None:
    """Have clocks dealt with when the offices close, on each working day from `first` to the day before today."""
    closes = default_rules().office.closes
    for day in range(first, 0):
        cast.diary.add(london_instant(add_working_days(cast.today, day), closes), THE_WORKER, _end_clocks)


def _end_clocks(viewer: Viewer) -> None:
    # One by one, because the worker's own round begins and ends transactions, and a demonstration is one.
    for row in db.session.execute(ended_by(viewer.now)).all():
        if row.partnership_id == viewer.partnership_id:
            end_clock(viewer, row.id)
