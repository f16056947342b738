"""A month's figures as pages show them: as rates with their counts, and as what differs between two readings.

For viewers who do not work with the children, what is withheld of one reading of a month is withheld of all of them:
two readings side by side must not give back what either hides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from portal.domain.figure_words import all_of_type
from portal.domain.indicators import INDICATORS, hide_small
from portal.domain.labels import label
from portal.domain.month_figures import (
    Changed,
    MonthFigures,
    Part,
    agencies_withheld_of,
    changed_figures,
)
from portal.domain.participation import PARTICIPATION, ParticipationTables, counts_of
from portal.domain.vocabulary import AgencyType, Expectation, MeetingKind
from portal.services.indicators.counted import Counted, shown_counted
from portal.services.indicators.overview import Group, Line, Share, groups_of, lines_of_meetings, strategy_line
from portal.services.rule_sets import RuleBook


@dataclass(frozen=True, slots=True)
class Withheld:
    """What pages must not show of any reading of one month; without a limit, nothing."""

    limit: int | None = None
    tables: ParticipationTables = field(default_factory=lambda: ParticipationTables({}))
    agencies: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By count, the agencies of which it is withheld."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The figures of a month at one time, with the rules that name its meetings, and what is withheld of them."""

    figures: MonthFigures
    book: RuleBook
    withheld: Withheld

    @property
    def tables(self) -> ParticipationTables:
        """The counts by agency type and meeting type, with what every reading of the month withholds."""
        made = ParticipationTables.of(self.figures.types, None)
        made.withhold([self.withheld.tables])
        return made

    def of_agency(self, name: str, agency: str) -> int | None:
        """One agency's count; None where it is withheld."""
        if agency in self.withheld.agencies.get(name, ()):
            return None
        return self.figures.agencies.get(agency, {}).get(name) or 0


@dataclass(frozen=True, slots=True)
class Shown:
    """One reading as tables of rates; what does not cover the partnership has no meetings of its own."""

    groups: tuple[Group, ...]
    agencies: tuple[Line, ...]
    meetings: tuple[Line, ...]
    strategy: Line | None
    counted: Counted | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that differs; None stands for a number that is withheld, or that does not apply."""

    of: str
    figure: str
    before: int | None
    now: int | None


def withholding(readings: Sequence[MonthFigures], limit: int | None) -> Withheld:
    """Return what must be withheld of these readings of one month together."""
    if limit is None:
        return Withheld()
    together = ParticipationTables({})
    together.withhold(ParticipationTables.of(figures.types, limit) for figures in readings)
    agencies: dict[str, frozenset[str]] = {}
    for figures in readings:
        groups = {key: name.agency_type for key, name in figures.names.items()}
        for name, hidden in agencies_withheld_of(figures.agencies, groups, limit, together.is_open).items():
            agencies[name] = agencies.get(name, frozenset()) | hidden
    return Withheld(limit, together, agencies)


def shown(reading: Reading, *, is_whole: bool) -> Shown:
    """Return one reading as the pages of figures show rates."""
    limit, figures = reading.withheld.limit, reading.figures
    return Shown(
        groups=groups_of(figures.types, reading.book, limit, tables=reading.tables),
        agencies=tuple(_line(reading, agency) for agency in _by_name(figures)),
        meetings=lines_of_meetings(figures.meetings, reading.book, limit) if is_whole else (),
        strategy=strategy_line(figures.meetings.get(MeetingKind.STRATEGY_MEETING.value), reading.book, limit),
        counted=shown_counted(figures.expectations, limit) if is_whole else None,
    )


def differences(before: Reading, now: Reading) -> Iterator[Difference]:
    """Return what differs between two readings of one month, as far as it may be shown."""
    tables = before.tables, now.tables
    for changed in changed_figures(before.figures, now.figures):
        known = INDICATORS.get(changed.indicator)
        figure = known.title if known else label(Expectation(changed.indicator))
        shown_values = [
            _value(reading, table, changed, value)
            for reading, table, value in zip((before, now), tables, (changed.before, changed.now), strict=True)
        ]
        yield Difference(_of(now, before, changed), figure, *shown_values)


def _value(reading: Reading, tables: ParticipationTables, changed: Changed, value: int | None) -> int | None:
    if changed.part is Part.TYPES:
        return tables.count(changed.indicator, changed.key[0], changed.key[1])
    if changed.part is Part.AGENCIES:
        return reading.of_agency(changed.indicator, changed.key[0])
    limit = reading.withheld.limit
    return None if value is None or (limit is not None and hide_small(value, limit)) else value


def _of(now: Reading, before: Reading, changed: Changed) -> str:
    """What a changed figure is about, in words."""
    if changed.part is Part.EXPECTATIONS:
        return "All invitations"
    if changed.part is Part.AGENCIES:
        named = now.figures.names.get(changed.key[0]) or before.figures.names[changed.key[0]]
        return named.name
    meeting = now.book.meeting_type(changed.key[-1])
    meetings = meeting.name if meeting else changed.key[-1]
    return f"{all_of_type(AgencyType(changed.key[0]))}, {meetings}" if changed.part is Part.TYPES else meetings


def _line(reading: Reading, agency: str) -> Line:
    shares = {
        rate_id: Share(*(reading.of_agency(name, agency) for name in counts_of(rate_id))) for rate_id in PARTICIPATION
    }
    if shares["report_rate"].is_empty:
        shares["absent_with_report_rate"] = Share(0, 0)
    return Line(reading.figures.names[agency].name, shares)


def _by_name(figures: MonthFigures) -> list[str]:
    """The agencies of which something was asked, by their names."""
    asked = [key for key, row in figures.agencies.items() if row.get("expected") or row.get("reports_due")]
    return sorted(asked, key=lambda key: (figures.names[key].name, int(key)))
