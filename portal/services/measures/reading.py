"""Measures over months and over a period, for pages and for the system: the doors for everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from portal.access import indicators as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid, NotVisible
from portal.domain.measure_definitions import MEASURES
from portal.domain.measures import Breakdown, Measure, Of, Row, Series
from portal.domain.months import Month, months_within
from portal.domain.periods import Days
from portal.domain.vocabulary import AgencyType
from portal.services.measures.asking import Asking
from portal.services.measures.counts import Reading, SharedCounts
from portal.services.measures.naming import agencies_named, in_words
from portal.services.rule_sets import rule_book


def measure_of(measure_id: str) -> Measure:
    """Return a measure by its id. Raises Invalid for one that does not exist."""
    if measure_id not in MEASURES:
        raise Invalid(f"There is no measure {measure_id}.")
    return MEASURES[measure_id]


def reading_for(
    viewer: Viewer,
    measure_ids: Iterable[str],
    months: Sequence[Month],
    of: Of = Of(),  # noqa: B008 - it is frozen
    *,
    with_agencies: bool = False,
    shared: SharedCounts | None = None,
) -> tuple[Reading, Of]:
    """Return a reading of some months for one viewer, and what of the measures they may read of it.

    For pages that show many numbers: each of them is asked of the reading, which reads every source once.
    """
    measures = [measure_of(one) for one in measure_ids]
    session = db.session()
    allowed = _checked(session, viewer, access.narrowed(viewer, of, measures))
    by_agency = with_agencies or allowed.agency_id is not None
    asking = _asking(session, viewer, measures, allowed)
    return Reading(asking, months, measures, with_agencies=by_agency, shared=shared), allowed


def series(viewer: Viewer, measure_id: str, months: Sequence[Month], of: Of = Of()) -> Series:  # noqa: B008 - it is frozen
    """Return a measure over months as the viewer may see it: a withheld month is a gap, never a zero.

    For viewers without case access several months may be put together (`Point.since`), and months, periods, kinds and
    totals are withheld jointly (docs/adr/0038). Raises NotPermitted for what is not the viewer's to ask, Invalid for a
    measure, a meeting type or an agency that does not exist.
    """
    return several_series(viewer, [measure_id], months, of)[measure_id]


def several_series(
    viewer: Viewer,
    measure_ids: Iterable[str],
    months: Sequence[Month],
    of: Of = Of(),  # noqa: B008 - it is frozen
    shared: SharedCounts | None = None,
) -> dict[str, Series]:
    """Return several measures over the same months, by their ids; reads each source once."""
    measures = [measure_of(one) for one in measure_ids]
    reading, allowed = reading_for(viewer, [measure.id for measure in measures], months, of, shared=shared)
    about = _about(reading, viewer, allowed)
    return {measure.id: reading.series(measure, allowed, about(measure)) for measure in measures}


def values(
    viewer: Viewer,
    measure_ids: Iterable[str],
    days: Days,
    by: Breakdown | None = None,
    of: Of = Of(),  # noqa: B008 - it is frozen
    shared: SharedCounts | None = None,
) -> dict[Of, Row]:
    """Return the values of measures over the whole months that a period touches, in rows by what they are of.

    `by` None gives one row. By agency type, the last row is that of all together (its `Of` has no agency type); by
    meeting type, conferences of both kinds stand in a row without a meeting type. Raises as `series` does.
    """
    measures = [measure_of(one) for one in measure_ids]
    session = db.session()
    allowed = _checked(session, viewer, access.narrowed(viewer, of, measures, by))
    is_by_agency = by is Breakdown.AGENCY or allowed.agency_id is not None
    months = months_within(days)
    asking = _asking(session, viewer, measures, allowed)
    reading = Reading(asking, months, measures, with_agencies=is_by_agency, shared=shared)
    return _rows(reading, measures, months, by, allowed, access.sector_of(viewer))


def whole_series(
    session: Session,
    partnership_id: int,
    measure_id: str,
    months: Sequence[Month],
    of: Of = Of(),  # noqa: B008 - it is frozen
    *,
    at: datetime,
) -> Series:
    """Return a measure over months for the system, small counts included. `at` is the UTC instant that it is."""
    measure = measure_of(measure_id)
    asking = Asking(session, partnership_id, rule_book(session, partnership_id), at, None)
    reading = Reading(asking, months, [measure], with_agencies=of.agency_id is not None)
    return reading.series(measure, of, in_words(reading.asking.book, measure, of, ""))


def whole_values(
    session: Session,
    partnership_id: int,
    measure_ids: Iterable[str],
    days: Days,
    by: Breakdown | None = None,
    of: Of = Of(),  # noqa: B008 - it is frozen
    *,
    at: datetime,
) -> dict[Of, Row]:
    """Return the values of measures over whole months for the system, small counts included, in rows as `values`."""
    measures = [measure_of(one) for one in measure_ids]
    asking = Asking(session, partnership_id, rule_book(session, partnership_id), at, None)
    months = months_within(days)
    reading = Reading(asking, months, measures, with_agencies=by is Breakdown.AGENCY or of.agency_id is not None)
    return _rows(reading, measures, months, by, of, None)


def _asking(session: Session, viewer: Viewer, measures: Sequence[Measure], of: Of) -> Asking:
    partnership_id = access.partnership_of(viewer)
    book = rule_book(session, partnership_id)
    limit = book.on(viewer.today).small_count_limit if access.hides_small(viewer, measures) else None
    return Asking(session, partnership_id, book, viewer.now, limit, of.chair_membership_id)


def _checked(session: Session, viewer: Viewer, of: Of) -> Of:
    """Raise NotVisible for an agency that is not of the partnership, or not of the sector that the viewer reads."""
    partnership_id = access.partnership_of(viewer)
    if of.agency_id is not None and not agencies_named(session, partnership_id, [of.agency_id], of.agency_type):
        raise NotVisible("There is no such agency.")
    return of


def _about(reading: Reading, viewer: Viewer, of: Of) -> Callable[[Measure], str]:
    name = ""
    if of.agency_id is not None:
        name = agencies_named(reading.asking.session, reading.asking.partnership_id, [of.agency_id])[of.agency_id]
    elif of.chair_membership_id is not None and of.chair_membership_id == viewer.membership_id:
        name = "Your meetings"
    return lambda measure: in_words(reading.asking.book, measure, of, name)


def _rows(
    reading: Reading,
    measures: Sequence[Measure],
    months: Sequence[Month],
    by: Breakdown | None,
    of: Of,
    sector: AgencyType | None,
) -> dict[Of, Row]:
    book = reading.asking.book
    first, last = months[0], months[-1]
    wanted: list[tuple[Of, str]] = []
    if by is None:
        wanted = [(of, in_words(book, measures[0], of, ""))]
    elif by is Breakdown.AGENCY_TYPE:
        kinds = [one for one in AgencyType if sector in (None, one)]
        wanted = [(replace(of, agency_type=one), in_words(book, None, Of(agency_type=one), "")) for one in kinds]
        wanted += [] if sector else [(of, "All agencies")]
    elif by is Breakdown.MEETING_TYPE:
        codes = [
            known
            for known in book.meeting_types
            if not measures[0].meeting_types or known.code in measures[0].meeting_types
        ]
        wanted = [(replace(of, meeting_type=known.code), known.name) for known in codes]
        wanted.append((of, "All conferences"))
    elif by is Breakdown.AGENCY:
        found = agencies_named(reading.asking.session, reading.asking.partnership_id, None, of.agency_type)
        wanted = [(replace(of, agency_id=one), name) for one, name in found.items()]
    rows = {
        one: Row(one, title, {measure.id: reading.value(measure, one, first, last) for measure in measures})
        for one, title in wanted
    }
    return {
        one: row for one, row in rows.items() if by is None or any(not value.is_empty for value in row.values.values())
    }
