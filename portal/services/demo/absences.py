"""Somebody who will be away, and the colleague who stands in."""

from __future__ import annotations

from portal.access.viewer import Viewer
from portal.domain.vocabulary import AgencyType
from portal.domain.working_days import add_working_days
from portal.services.absences.listing import AbsenceDetails
from portal.services.absences.planning import plan_absence, planning_for
from portal.services.demo.audits.cast import Cast

PLANNED, BEGINS, ENDS = -2, 4, 9
"""Working days to and from the demonstration's day."""


def plan(cast: Cast) -> None:
    """The practitioner of the first surgery and one of the chairs go on leave next week."""
    surgery = cast.place.of_type(AgencyType.GP)[0]
    cast.at(PLANNED, lambda viewer: _go(cast, viewer), cast.practitioner(surgery.code), 11)
    cast.at(PLANNED, lambda viewer: _go(cast, viewer), cast.chairs()[1], 13)


def _go(cast: Cast, viewer: Viewer) -> None:
    own = viewer.membership_id or 0
    deputy = planning_for(viewer, own).deputies[0].membership_id
    days = AbsenceDetails(add_working_days(cast.today, BEGINS), add_working_days(cast.today, ENDS), deputy)
    plan_absence(viewer, own, days)
