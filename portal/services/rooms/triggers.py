"""The sheet of triggers: what crossed a line in a quarter, by more than chance or past a target, better or worse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from portal.access import indicators as access
from portal.access.viewer import Viewer
from portal.domain.comparators import Target
from portal.domain.figure_words import all_of_type, many_meetings
from portal.domain.measure_definitions import MEASURES
from portal.domain.measures import Direction, Of, Source, amount, in_words
from portal.domain.months import Month
from portal.domain.vocabulary import AgencyType
from portal.services.pictures.figures import given_words
from portal.services.rooms.reading import OF_MEETINGS, Cell, RoomReading
from portal.services.rooms.targets import targets_of

WATCHED = tuple(measure.id for measure in MEASURES.values() if measure.source is Source.INVITATIONS)


@dataclass(frozen=True, slots=True)
class Trigger:
    """One measure that crossed a line."""

    about: str
    cell: Cell
    whys: tuple[str, ...]
    """Each line that it crossed, as a sentence."""
    is_better: bool | None


@dataclass(frozen=True, slots=True)
class Triggers:
    """What crossed a line in the months of a quarter."""

    about: str
    months: tuple[Month, ...]
    looked_at: int
    """How many measures of how many agencies were looked at."""
    worse: tuple[Trigger, ...]
    better: tuple[Trigger, ...]
    changed: tuple[Trigger, ...]
    """Neither way is better, or a target is missed as it was."""


def trigger_sheet(viewer: Viewer, months: Sequence[Month]) -> Triggers:
    """Return what crossed a line in some months. Raises NotPermitted."""
    sector = access.sector_of(viewer)
    is_own = viewer.agency_id is not None
    ids = WATCHED if sector or is_own else (*WATCHED, *OF_MEETINGS)
    reading = RoomReading(viewer, months, ids, Of())
    targets = targets_of(reading.reading.asking.session, access.partnership_of(viewer))
    cells = list(_cells(reading, sector, is_own=is_own))
    found = [trigger for about, cell in cells for trigger in _triggers(about, cell, targets)]
    return Triggers(
        about=all_of_type(sector) if sector else viewer.agency_name or viewer.partnership_name,
        months=tuple(months),
        looked_at=len(cells),
        worse=tuple(one for one in found if one.is_better is False),
        better=tuple(one for one in found if one.is_better),
        changed=tuple(one for one in found if one.is_better is None),
    )


def _cells(reading: RoomReading, sector: AgencyType | None, *, is_own: bool) -> Iterator[tuple[str, Cell]]:
    kinds: list[AgencyType | None] = [None] if is_own else [one for one in AgencyType if sector in (None, one)]
    for agency_type in kinds:
        for known in reading.book.meeting_types:
            of = replace(reading.of, agency_type=agency_type, meeting_type=known.code)
            for one in WATCHED:
                cell = reading.cell(one, of)
                if not cell.value.is_empty:
                    who = f"{all_of_type(agency_type)}, " if agency_type else ""
                    meetings = many_meetings(known.name)
                    yield f"{who}{meetings}" if who else meetings[:1].upper() + meetings[1:], cell
    if sector is None and not is_own:
        for one in OF_MEETINGS:
            cell = reading.cell(one, reading.of)
            if not cell.value.is_empty:
                yield "", cell


def _triggers(about: str, cell: Cell, targets: Mapping[str, Target]) -> Iterator[Trigger]:
    """One for each way that it went: a signal and a target that point the same way are told together."""
    ways: dict[bool | None, list[str]] = {}
    for is_better, why in _crossed(cell, targets):
        ways.setdefault(is_better, []).append(why)
    for is_better, whys in ways.items():
        yield Trigger(about, cell, tuple(whys), is_better)


def _crossed(cell: Cell, targets: Mapping[str, Target]) -> Iterator[tuple[bool | None, str]]:
    if cell.signal is not None:
        yield cell.signal.is_better, cell.signal_words
    target, now = targets.get(cell.measure.id), amount(cell.measure, cell.value)
    if target is None or now is None:
        return
    before = amount(cell.measure, cell.before)
    wants_high = cell.measure.direction is Direction.HIGHER
    is_met = now >= target.value if wants_high else now <= target.value
    was_met = None if before is None else (before >= target.value if wants_high else before <= target.value)
    if was_met is not None and was_met != is_met:
        words = "Reaches its target, as it did not" if is_met else "Misses its target, which it met"
        wanted = given_words(cell.measure, target.value)
        yield is_met, f"{words} a year before: {in_words(cell.measure, cell.value)}, target {wanted}."
