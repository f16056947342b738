"""An agency's room: its own figures, beside those of the others of its kind, which stay without names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from statistics import median

from portal.access import indicators as access
from portal.access.viewer import Viewer
from portal.domain.errors import NotPermitted
from portal.domain.figure_words import all_of_type
from portal.domain.measure_definitions import MEASURES
from portal.domain.measures import Direction, Of, amount
from portal.domain.months import Month
from portal.domain.published_counts import LEAST_PEERS, Published
from portal.domain.vocabulary import AgencyType
from portal.services.indicators.published import financial_years, published
from portal.services.rooms.reading import PARTICIPATION, Cell, RoomReading

MEASURES_SHOWN = (*PARTICIPATION, "reports_shared")


@dataclass(frozen=True, slots=True)
class Peers:
    """The others of an agency's kind in one measure, as a middle and a place among them."""

    count: int
    middle: Decimal
    """The value of the one in the middle, in per cent."""
    behind: int
    """How many of them are behind the agency itself."""


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """One measure of an agency at all conferences, with what can be said of its peers."""

    cell: Cell
    peers: Peers | None


@dataclass(frozen=True, slots=True)
class AgencyRoom:
    """What a lead sees of the own agency."""

    name: str
    kind: str
    months: tuple[Month, ...]
    lines: tuple[AgencyLine, ...]
    kinds: tuple[tuple[str, tuple[Cell, ...]], ...]
    """By kind of meeting."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked of the agency in these months."""
        return not self.kinds


def agency_room(viewer: Viewer, months: Sequence[Month]) -> AgencyRoom:
    """Return the room of the viewer's own agency over whole months. Raises NotPermitted."""
    if viewer.agency_id is None or viewer.agency_type is None:
        raise NotPermitted("This room is for the leads of an agency.")
    reading = RoomReading(viewer, months, MEASURES_SHOWN, Of())
    others = _of_the_kind(reading, viewer)
    lines = []
    for one in MEASURES_SHOWN:
        cell = reading.cell(one, reading.of)
        lines.append(AgencyLine(cell, _peers(others, viewer, cell, months)))
    kinds = []
    for known in reading.book.meeting_types:
        of = replace(reading.of, meeting_type=known.code)
        cells = tuple(reading.cell(one, of) for one in MEASURES_SHOWN)
        if any(not cell.value.is_empty for cell in cells):
            kinds.append((known.name, cells))
    return AgencyRoom(viewer.agency_name, all_of_type(viewer.agency_type), tuple(months), tuple(lines), tuple(kinds))


def _of_the_kind(reading: RoomReading, viewer: Viewer) -> Published:
    """The counts of every agency as anybody without case access may see them: a lead has no more of the others."""
    limit = reading.book.on(viewer.today).small_count_limit
    asking = reading.reading.asking
    years = financial_years(reading.months, asking.now)
    return published(asking.session, access.partnership_of(viewer), years, asking.now, limit, with_agencies=True)


def _peers(others: Published, viewer: Viewer, cell: Cell, months: Sequence[Month]) -> Peers | None:
    """Where there are enough of them to be no one in particular."""
    measure = MEASURES[cell.measure.id]
    shares = []
    for agency in others.agencies_of(viewer.agency_type or AgencyType.OTHER):
        if agency == viewer.agency_id:
            continue
        part = others.count((agency, None), measure.part, months[0], months[-1])
        whole = others.count((agency, None), measure.whole, months[0], months[-1])
        if part is not None and whole:
            shares.append(Decimal(100 * part) / whole)
    own = amount(measure, cell.value)
    if len(shares) < LEAST_PEERS or own is None:
        return None
    is_behind = [share < own if measure.direction is Direction.HIGHER else share > own for share in shares]
    return Peers(len(shares), Decimal(median(shares)).quantize(Decimal(1)), sum(is_behind))
