"""What a viewer asks to be drawn: the figures that they may read, made ready for the pictures of this package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from portal.access import indicators as access
from portal.access.pictures import may_compare
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted
from portal.domain.figure_words import all_of_type, many_meetings
from portal.domain.measures import Breakdown, Measure, Of, Series, Source
from portal.domain.months import Month, months_within
from portal.domain.periods import Days
from portal.domain.vocabulary import AgencyType
from portal.services import measures
from portal.services.comparators import HeldAgainst, held_against
from portal.services.measures.asking import Asking
from portal.services.measures.counts import Reading
from portal.services.pictures.funnels import FunnelOf
from portal.services.pictures.heat import HeatTable
from portal.services.pictures.multiples import MultiplesOf
from portal.services.rule_sets import RuleBook, rule_book

YEAR = 12
ALL_AGENCIES = "All agencies"
ALL_CONFERENCES = "All conferences"


@dataclass(frozen=True, slots=True)
class RunOf:
    """A series with the same months a year before, and what it is held against."""

    series: Series
    last_year: Series
    held: HeldAgainst


@dataclass(frozen=True, slots=True)
class Offered:
    """What a comparison of agencies can be narrowed to: codes or kinds with their words; read once for a page."""

    book: RuleBook
    kinds: tuple[AgencyType, ...]

    @property
    def meeting_types(self) -> list[tuple[str, str]]:
        """The partnership's kinds of meetings."""
        return [(known.code, known.name) for known in self.book.meeting_types]

    @property
    def agency_types(self) -> list[tuple[AgencyType, str]]:
        """The kinds of agencies that the viewer reads."""
        return [(kind, all_of_type(kind)) for kind in self.kinds]

    def meetings(self, code: str | None) -> str:
        """What several meetings of a kind are called within a sentence; empty for none."""
        known = self.book.meeting_type(code) if code else None
        return many_meetings(known.name) if known else ""


def run_of(viewer: Viewer, measure_id: str, months: Sequence[Month], of: Of = Of()) -> RunOf:  # noqa: B008 - it is frozen
    """Return a measure over months with all that its chart shows. Raises as services/measures does."""
    before = [month.plus(-YEAR) for month in months]
    both = measures.series(viewer, measure_id, sorted({*before, *months}), of)
    held = held_against(db.session(), access.partnership_of(viewer), measure_id)
    return RunOf(_within(both, months), _within(both, before), held)


def offered(viewer: Viewer) -> Offered:
    """Return the kinds of meetings and agencies that the viewer compares. Raises NotPermitted."""
    if not may_compare(viewer):
        raise NotPermitted("Agencies are compared by those who oversee them.")
    sector = access.sector_of(viewer)
    kinds = tuple(kind for kind in AgencyType if sector in (None, kind))
    return Offered(rule_book(db.session(), access.partnership_of(viewer)), kinds)


def funnel_of(viewer: Viewer, on_offer: Offered, measure_id: str, days: Days, of: Of) -> FunnelOf:
    """Return the agencies of one kind with their values of a period. Raises as services/measures does."""
    measure = _of_invitations(measure_id)
    rows = measures.values(viewer, [measure_id], days, Breakdown.AGENCY, of)
    about = [all_of_type(of.agency_type) if of.agency_type else ALL_AGENCIES]
    named = on_offer.meetings(of.meeting_type)
    about += [named] if named else []
    titled = sorted((row.title, row.values[measure_id]) for row in rows.values() if measure_id in row.values)
    return FunnelOf(measure, f"{', '.join(about)}, {_when(days)}", tuple(titled))


def heat_of(viewer: Viewer, on_offer: Offered, measure_id: str, days: Days) -> HeatTable:
    """Return a measure by kind of agency and kind of meeting in a period. Raises as services/measures does."""
    measure = _of_invitations(measure_id)
    first, last = Month.of(days.first), Month.of(days.last)
    reading, allowed = _reading(viewer, on_offer, measure, months_within(days))
    columns: list[tuple[str | None, str]] = [
        (known.code, _many(known.name))
        for known in on_offer.book.meeting_types
        if not measure.meeting_types or known.code in measure.meeting_types
    ]
    columns.append((None, ALL_CONFERENCES))
    rows = []
    for kind in (*on_offer.kinds, *([None] if len(on_offer.kinds) > 1 else [])):
        values = [
            reading.value(measure, replace(allowed, agency_type=kind, meeting_type=code), first, last)
            for code, _title in columns
        ]
        if kind is None or any(not value.is_empty for value in values):
            title = ALL_AGENCIES if kind is None else all_of_type(kind)
            rows.append((title, [None if value.is_empty else value for value in values]))
    used = [place for place in range(len(columns)) if any(values[place] is not None for _title, values in rows)]
    return HeatTable(
        measure,
        f"{viewer.partnership_name or 'The partnership'}, {_when(days)}",
        tuple(columns[place][1] for place in used),
        tuple((title, tuple(values[place] for place in used)) for title, values in rows),
        sums=frozenset({ALL_AGENCIES, ALL_CONFERENCES}),
    )


def multiples_of(viewer: Viewer, on_offer: Offered, measure_id: str, months: Sequence[Month], of: Of) -> MultiplesOf:
    """Return a measure over months for each kind of agency. Raises as services/measures does."""
    measure = _of_invitations(measure_id)
    reading, allowed = _reading(viewer, on_offer, measure, months, of)
    titled = []
    for kind in on_offer.kinds:
        one = replace(allowed, agency_type=kind)
        made = reading.series(measure, one, all_of_type(kind))
        if any(not point.value.is_empty for point in made.points):
            titled.append((all_of_type(kind), made))
    named = on_offer.meetings(of.meeting_type) or "conferences"
    when = f"{months[0].words} to {months[-1].words}" if months else ""
    return MultiplesOf(f"{measure.title}, {named}, {when}", tuple(titled))


def _reading(
    viewer: Viewer,
    on_offer: Offered,
    measure: Measure,
    months: Sequence[Month],
    of: Of = Of(),  # noqa: B008 - it is frozen
) -> tuple[Reading, Of]:
    """Read once for all kinds of agencies, as far as the viewer may."""
    allowed = access.narrowed(viewer, of, [measure], Breakdown.AGENCY_TYPE)
    book = on_offer.book
    limit = book.on(viewer.today).small_count_limit if access.hides_small(viewer, [measure]) else None
    asking = Asking(db.session(), access.partnership_of(viewer), book, viewer.now, limit)
    return Reading(asking, months, [measure]), allowed


def _of_invitations(measure_id: str) -> Measure:
    """A measure that agencies have one by one."""
    measure = measures.measure_of(measure_id)
    if measure.source is not Source.INVITATIONS:
        raise NotPermitted("This measure is not counted agency by agency.")
    return measure


def _within(series: Series, months: Sequence[Month]) -> Series:
    wanted = set(months)
    return replace(series, points=tuple(point for point in series.points if point.month in wanted))


def _many(name: str) -> str:
    many = many_meetings(name)
    return many[:1].upper() + many[1:]


def _when(days: Days) -> str:
    first, last = Month.of(days.first), Month.of(days.last)
    if first == last:
        return first.words
    return f"{first.name if first.year == last.year else first.words} to {last.words}"
