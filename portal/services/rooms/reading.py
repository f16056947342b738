"""One reading of meetings and invitations for a whole room: every number on its page comes from the same counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from portal.access.viewer import Viewer
from portal.domain.measure_definitions import MEASURES
from portal.domain.measures import Measure, Of, Series, Source, Value, is_better
from portal.domain.months import Month
from portal.domain.signals import Signal, signals
from portal.domain.signals import in_words as signal_words
from portal.services.measures.naming import in_words
from portal.services.measures.reading import reading_for
from portal.services.rule_sets import RuleBook

YEAR = 12
BACK = 24
"""So many months are looked at for signals."""

PARTICIPATION = ("attendance", "reports", "reports_on_time", "absent_with_report")
"""What a room shows of each kind of agency."""

OF_MEETINGS = tuple(measure.id for measure in MEASURES.values() if measure.source is Source.MEETINGS)


@dataclass(frozen=True, slots=True)
class Cell:
    """A measure of one row: now, a year before, and what its months say."""

    measure: Measure
    of: Of
    value: Value
    before: Value
    signal: Signal | None

    @property
    def arguments(self) -> dict[str, str | int]:
        """What of the measure it is, as the address of the measure's own page has it."""
        asked = {
            "agency_type": self.of.agency_type.value if self.of.agency_type else None,
            "meeting_type": self.of.meeting_type,
            "agency": self.of.agency_id,
        }
        return {name: value for name, value in asked.items() if value is not None}

    @property
    def line_name(self) -> str:
        """What its small line is called, where its room has one."""
        return line_name(self.measure.id, self.of)

    @property
    def is_shown(self) -> bool:
        """Whether there is a share to show."""
        return not self.value.is_withheld and not self.value.is_empty

    @property
    def is_better(self) -> bool | None:
        """Better than a year before; None where nothing can be said, or neither way is better."""
        return is_better(self.measure, self.value, self.before)

    @property
    def signal_words(self) -> str:
        """The newest signal as a sentence; empty where there is none."""
        return "" if self.signal is None else signal_words(self.signal)


def line_name(measure_id: str, of: Of) -> str:
    """Name a small line by measure, kind of agency and kind of meeting."""
    return f"{measure_id}-{of.agency_type.value if of.agency_type else 'all'}-{of.meeting_type or 'all'}"


class RoomReading:
    """Counts of the last months for one viewer, with the years before that signals and comparisons need."""

    def __init__(self, viewer: Viewer, months: Sequence[Month], measure_ids: Sequence[str], of: Of) -> None:
        """Read them. Raises NotPermitted."""
        self.months = tuple(months)
        self.run = tuple(months[-1].plus(place) for place in range(1 - BACK, 1))
        first = min(months[0].plus(-YEAR), self.run[0])
        covered = [first.plus(place) for place in range(_months_between(first, months[-1]) + 1)]
        self.reading, self.of = reading_for(viewer, measure_ids, covered, of)
        self.book: RuleBook = self.reading.asking.book
        self.hidden_up_to = self.reading.asking.limit

    def series(self, measure: Measure, of: Of) -> Series:
        """The months that signals are looked for in."""
        made = self.reading.series(measure, of, in_words(self.book, measure, of, ""))
        return replace(made, points=tuple(point for point in made.points if point.month in self.run))

    def cell(self, measure_id: str, of: Of) -> Cell:
        """A measure of the room's months, beside the same months a year before."""
        measure, first, last = MEASURES[measure_id], self.months[0], self.months[-1]
        value = self.reading.value(measure, of, first, last)
        before = self.reading.value(measure, of, first.plus(-YEAR), last.plus(-YEAR))
        return Cell(measure, of, value, before, self.newest(measure, of))

    def newest(self, measure: Measure, of: Of) -> Signal | None:
        """The signal that reaches into the room's months, the newest and then the longest of them."""
        found = [signal for signal in signals(self.series(measure, of)) if signal.last >= self.months[0]]
        return max(found, key=lambda signal: (signal.last, signal.length), default=None)


def _months_between(first: Month, last: Month) -> int:
    return (last.year - first.year) * YEAR + last.number - first.number
