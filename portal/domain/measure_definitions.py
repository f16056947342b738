"""Every measure of the board's room, by its id, in the order in which pages list them."""

from __future__ import annotations

from collections.abc import Mapping

from portal.domain.measures import Measure
from portal.domain.measures_of_meetings import OF_INVITATIONS, OF_MEETINGS
from portal.domain.measures_of_work import OF_WORK

MEASURES: Mapping[str, Measure] = {measure.id: measure for measure in (*OF_INVITATIONS, *OF_MEETINGS, *OF_WORK)}
