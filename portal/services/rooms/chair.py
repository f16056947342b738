"""A chair's room: how the meetings that they chaired went, and who came to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from portal.access.viewer import Viewer
from portal.domain.figure_words import all_of_type
from portal.domain.measures import Of
from portal.domain.months import Month
from portal.domain.vocabulary import AgencyType
from portal.services.rooms.reading import OF_MEETINGS, PARTICIPATION, Cell, RoomReading


@dataclass(frozen=True, slots=True)
class ChairRoom:
    """What a chair sees of the own meetings."""

    months: tuple[Month, ...]
    meetings: tuple[Cell, ...]
    agencies: tuple[tuple[str, tuple[Cell, ...]], ...]
    """At their conferences, by kind of agency."""

    @property
    def is_empty(self) -> bool:
        """Whether they chaired nothing in these months."""
        return not self.meetings


def chair_room(viewer: Viewer, months: Sequence[Month]) -> ChairRoom:
    """Return the figures of the meetings that the viewer chaired. Raises NotPermitted; by five queries."""
    reading = RoomReading(viewer, months, (*PARTICIPATION, *OF_MEETINGS), Of(chair_membership_id=viewer.membership_id))
    meetings = tuple(reading.cell(one, reading.of) for one in OF_MEETINGS)
    agencies = []
    for agency_type in AgencyType:
        cells = tuple(reading.cell(one, replace(reading.of, agency_type=agency_type)) for one in PARTICIPATION)
        if not cells[0].value.is_empty or not cells[1].value.is_empty:
            agencies.append((all_of_type(agency_type), cells))
    return ChairRoom(tuple(months), tuple(cell for cell in meetings if not cell.value.is_empty), tuple(agencies))
