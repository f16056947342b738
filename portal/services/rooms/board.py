"""The board's room: which agency, which kind of meeting, better or worse, and whether that is more than chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from portal.access import indicators as access
from portal.access.viewer import Viewer
from portal.domain.figure_words import all_of_type, many_meetings
from portal.domain.measure_definitions import MEASURES
from portal.domain.measures import Direction, Of, Series, Unit, amount, in_words
from portal.domain.months import Month, frozen_words
from portal.domain.vocabulary import CONFERENCES, AgencyType
from portal.services.rooms.reading import OF_MEETINGS, PARTICIPATION, Cell, RoomReading, line_name

MOST_REMARKS = 6
DRAWN = PARTICIPATION[0]
"""What of an agency has a small line beside its number: more of them would be looked at by nobody."""
FAR_BEHIND = 50
"""A share under this, that is meant to be high, needs attention though it has not moved: half is missing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of meeting of one kind of agency."""

    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of agency, or all of them."""

    title: str
    lines: tuple[Line, ...]

    @property
    def together(self) -> Line:
        """All its conferences: what stands beside its name."""
        return self.lines[-1]

    @property
    def moved(self) -> list[Cell]:
        """One cell for worse and one for better, as far as something of it moved: what is folded says so."""
        return _ways([cell for line in self.lines for cell in line.cells])

    @property
    def is_shown(self) -> bool:
        """Whether anything of it can be shown."""
        return any(cell.is_shown for line in self.lines for cell in line.cells)


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence of "needs attention", and whether it has got worse, better, or stands still."""

    words: str
    detail: str
    cell: Cell
    is_better: bool | None


@dataclass(frozen=True, slots=True)
class BoardRoom:
    """What the page shows of some months to one viewer."""

    about: str
    months: tuple[Month, ...]
    hidden_up_to: int | None
    frozen: str
    """Which months are frozen, in words."""
    attention: tuple[Remark, ...]
    better: tuple[Remark, ...]
    groups: tuple[Group, ...]
    too_few: tuple[str, ...]
    """Kinds of agency of which nothing can be shown."""
    meetings: tuple[Cell, ...]
    """Measures of the meetings themselves; none where a sector is shown."""

    @property
    def meetings_moved(self) -> list[Cell]:
        """The same of the meetings."""
        return _ways(self.meetings)

    @property
    def is_empty(self) -> bool:
        """Whether nothing counts in these months."""
        return not self.groups and not self.too_few and not any(cell.value.whole for cell in self.meetings)


def board_room(viewer: Viewer, months: Sequence[Month]) -> BoardRoom:
    """Return the board's room over whole months, or a sector lead's. Raises NotPermitted.

    By seven queries at most: the rules, the rollup's two, section 47, and what is frozen.
    """
    sector = access.sector_of(viewer)
    ids = PARTICIPATION if sector else (*PARTICIPATION, *OF_MEETINGS)
    reading = RoomReading(viewer, months, ids, Of())
    every = tuple(_groups(reading, sector))
    groups = tuple(group for group in every if group.is_shown)
    meetings = () if sector else tuple(reading.cell(one, reading.of) for one in OF_MEETINGS)
    cells = [(group.title, line.title, cell) for group in every for line in group.lines for cell in line.cells]
    said = [remark for remark in _remarks(cells, meetings) if remark is not None]
    frozen = reading.reading.frozen
    return BoardRoom(
        about=all_of_type(sector) if sector else viewer.partnership_name,
        months=tuple(months),
        hidden_up_to=reading.hidden_up_to,
        frozen=frozen_words([(month, frozen[month].revision if month in frozen else None) for month in months]),
        attention=tuple(remark for remark in said if remark.is_better is not True)[:MOST_REMARKS],
        better=tuple(remark for remark in said if remark.is_better)[:MOST_REMARKS],
        groups=groups,
        too_few=tuple(group.title for group in every if not group.is_shown),
        meetings=tuple(cell for cell in meetings if not cell.value.is_empty),
    )


def small_line_series(viewer: Viewer, months: Sequence[Month]) -> list[tuple[str, Series]]:
    """What is drawn beside numbers of this room, by the cell's `line_name`: shares over months. Raises NotPermitted."""
    sector = access.sector_of(viewer)
    of_meetings = () if sector else tuple(one for one in OF_MEETINGS if MEASURES[one].unit is Unit.PER_CENT)
    reading = RoomReading(viewer, months, (DRAWN, *of_meetings), Of())
    asked = [(DRAWN, of) for _kind, lines in _asked(reading, sector) for _title, of in lines]
    asked += [(one, reading.of) for one in of_meetings]
    return [(line_name(one, of), reading.series(MEASURES[one], of)) for one, of in asked]


def _ways(cells: Sequence[Cell]) -> list[Cell]:
    """The first that got worse, the first that got better, and the first that changed, as far as there is one."""
    first: dict[bool | None, Cell] = {}
    for cell in cells:
        if cell.signal is not None:
            first.setdefault(cell.signal.is_better, cell)
    return [first[way] for way in (False, True, None) if way in first]


def _asked(reading: RoomReading, sector: AgencyType | None) -> Iterator[tuple[AgencyType | None, list[tuple[str, Of]]]]:
    """Each kind of agency, then all of them, with its kinds of meetings."""
    kinds = [known for known in reading.book.meeting_types if known.code in CONFERENCES]
    agencies: list[AgencyType | None] = [one for one in AgencyType if sector in (None, one)]
    titled = [*((known.code, known.name) for known in kinds), (None, "All conferences")]
    for kind in (*agencies, *(() if sector else (None,))):
        yield kind, [(title, replace(reading.of, agency_type=kind, meeting_type=code)) for code, title in titled]


def _groups(reading: RoomReading, sector: AgencyType | None) -> Iterator[Group]:
    for kind, asked in _asked(reading, sector):
        lines = []
        for title, of in asked:
            cells = tuple(reading.cell(one, of) for one in PARTICIPATION)
            if not cells[0].value.is_empty or not cells[1].value.is_empty:
                lines.append(Line(title, cells))
        if lines:
            yield Group(all_of_type(kind) if kind else "All agencies", tuple(lines))


def _remarks(cells: Sequence[tuple[str, str, Cell]], meetings: Sequence[Cell]) -> Iterator[Remark | None]:
    """What moved by more than chance first, the worst first; then what is far behind and does not move."""
    titled = [
        (f"{who}, {many_meetings(kind)}", cell)
        for who, kind, cell in cells
        if cell.of.meeting_type is not None and cell.of.agency_type is not None
    ]
    titled += [("", cell) for cell in meetings]
    # Also where the months together are withheld: that they fell is no number.
    moved = [(title, cell) for title, cell in titled if cell.signal is not None and not cell.value.is_empty]
    moved.sort(key=lambda pair: (_is_not_worse(pair[1]), _level(pair[1])))
    for title, cell in moved:
        yield _remark(title, cell, cell.signal_words, None if cell.signal is None else cell.signal.is_better)
    still = [
        (title, cell)
        for title, cell in titled
        if cell.signal is None and cell.is_shown and _level(cell) < FAR_BEHIND and _is_meant_high(cell)
    ]
    for title, cell in sorted(still, key=lambda pair: _level(pair[1])):
        yield _remark(title, cell, "No signal: it has not moved by more than chance.", None)


def _remark(title: str, cell: Cell, detail: str, is_better: bool | None) -> Remark:
    about = f"{title}: {cell.measure.title.lower()}" if title else cell.measure.title
    return Remark(f"{about} {in_words(cell.measure, cell.value)}", detail, cell, is_better)


def _is_not_worse(cell: Cell) -> bool:
    return cell.signal is None or cell.signal.is_better is not False


def _level(cell: Cell) -> float:
    return float(amount(cell.measure, cell.value) or 0)


def _is_meant_high(cell: Cell) -> bool:
    return MEASURES[cell.measure.id].direction is Direction.HIGHER
