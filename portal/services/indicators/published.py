"""The counts of invitations and meetings by whole months, as far as they may be said: where that is decided, once.

Overview, measures, packs, saved views and keys of the API read them here. A month that is frozen says what its newest
revision kept; agencies one by one are counted from the records as they are, of which no revision keeps enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.indicators import FigureScope
from portal.domain.month_blocks import YEAR, joined, place_of, single_months, year_of
from portal.domain.month_figures import MonthFigures
from portal.domain.months import Month
from portal.domain.participation import PARTS
from portal.domain.periods import Days
from portal.domain.published_counts import (
    ALL,
    OF_MEETINGS,
    Key,
    Published,
    Year,
    by_kind,
    chain,
    months_begun,
    of_agencies,
    of_conferences,
)
from portal.domain.vocabulary import CONFERENCES, MeetingKind
from portal.models.frozen_months import FrozenMonth, MonthRevision
from portal.services.indicators.chaired import by_section_47, chaired_invitations, chaired_meetings
from portal.services.indicators.counting import Question, count_invitations, count_meetings

Numbers = Mapping[str, int | None]
_WITHOUT_AGENCY = 3
_COUNTED = frozenset({*PARTS, *OF_MEETINGS})

_month = lru_cache(maxsize=1024)(Month.parse)
"""A month as keys have it: the same few for tens of thousands of keys."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen month's newest revision."""

    revision: int
    figures: MonthFigures


def financial_years(months: Sequence[Month], now: Month) -> list[int]:
    """The financial years in which some months lie, those alone that have begun."""
    return sorted({year_of(month) for month in months if month <= now})


def days_of_year(began: int, now: Month) -> Days:
    """The days of a financial year's months that have begun, each month whole."""
    first = Month(began, 4)
    return Days(first.first, min(first.plus(YEAR - 1), now).last)


def months_of_years(years: Sequence[int], now: Month) -> list[Month]:
    """The months of financial years that have begun."""
    return [Month(began, 4).plus(place) for began in years for place in range(months_begun(began, now))]


def frozen_months(session: Session, partnership_id: int, months: Collection[Month]) -> dict[Month, Frozen]:
    """The newest revision of those of some months that are frozen; by one query."""
    rows = session.execute(
        select(FrozenMonth.begins_on, MonthRevision.number, MonthRevision.figures)
        .join(
            MonthRevision,
            (MonthRevision.frozen_month_id == FrozenMonth.id) & (MonthRevision.number == FrozenMonth.revision),
        )
        .where(FrozenMonth.partnership_id == partnership_id, FrozenMonth.begins_on.in_([one.first for one in months]))
    )
    return {Month.of(row.begins_on): Frozen(row.number, MonthFigures.from_json(row.figures)) for row in rows}


def published(
    session: Session,
    partnership_id: int,
    years: Sequence[int],
    now: Month,
    limit: int | None,
    *,
    with_agencies: bool = False,
    with_section_47: bool = False,
    frozen: Mapping[Month, Frozen] | None = None,
) -> Published:
    """Return the counts of financial years, all of them shown where there is no limit: by two queries, or three.

    Counted are the months from the first year's April to the last year's end, or to the month that it is.
    """
    if not years:
        return Published({}, now)
    whole = FigureScope(partnership_id=partnership_id, agency_id=None, agency_type=None, hides_small=False)
    days = Days(days_of_year(years[0], now).first, days_of_year(years[-1], now).last)
    by = (
        ("agency", "agency_type", "meeting_type", "month")
        if with_agencies
        else ("agency_type", "meeting_type", "month")
    )
    made = {began: Year(months_begun(began, now)) for began in range(years[0], years[-1] + 1)}
    kept = frozen or {}
    types: dict[int, str] = {}
    for key, counts in count_invitations(session, whole, Question(days.first, days.last, by)).items():
        _add_invited(made, types, kept, key, counts)
    of_meetings = count_meetings(session, whole, Question(days.first, days.last, ("meeting_type", "month")))
    for (meeting_type, text), counts in of_meetings.items():
        if Month.parse(text) not in kept:
            _add(made, (ALL, meeting_type), Month.parse(text), counts)
    _add_frozen(made, kept)
    if with_section_47:
        for month, clocked in by_section_47(session, partnership_id, days).items():
            _add(made, (ALL, MeetingKind.INITIAL_CONFERENCE.value), month, clocked)
    for year in made.values():
        if year.months:
            _decide(year, types, limit)
    return Published(made, now, types)


def _add_invited(
    made: Mapping[int, Year], types: dict[int, str], kept: Collection[Month], key: Sequence[str], counts: Numbers
) -> None:
    agency_type, meeting_type, month = key[-3], key[-2], _month(key[-1])
    if len(key) > _WITHOUT_AGENCY:
        types[int(key[0])] = agency_type
        for table in _tables(meeting_type):
            _add(made, (int(key[0]), table), month, counts)
    if month not in kept:
        _add(made, (agency_type, meeting_type), month, counts)


def published_of_chair(
    session: Session, partnership_id: int, chair_membership_id: int, years: Sequence[int], now: Month
) -> Published:
    """Return the counts of one chair's meetings, all of them shown: as the records are, not as frozen."""
    if not years:
        return Published({}, now)
    days = Days(days_of_year(years[0], now).first, days_of_year(years[-1], now).last)
    made = {began: Year(months_begun(began, now)) for began in range(years[0], years[-1] + 1)}
    for agency_type, meeting_type, month, counts in chaired_invitations(
        session, partnership_id, chair_membership_id, days
    ):
        _add(made, (agency_type, meeting_type), month, counts)
    for meeting_type, month, counts in chaired_meetings(session, partnership_id, chair_membership_id, days):
        _add(made, (ALL, meeting_type), month, counts)
    for month, counts in by_section_47(session, partnership_id, days, chair_membership_id).items():
        _add(made, (ALL, MeetingKind.INITIAL_CONFERENCE.value), month, counts)
    for year in made.values():
        if year.months:
            _decide(year, {}, None)
    return Published(made, now)


def _add_frozen(made: Mapping[int, Year], kept: Mapping[Month, Frozen]) -> None:
    for month, revision in kept.items():
        for (agency_type, meeting_type), counts in revision.figures.types.items():
            _add(made, (agency_type, meeting_type), month, counts)
        for code, counts in revision.figures.meetings.items():
            _add(made, (ALL, code), month, counts)


def _tables(meeting_type: str) -> tuple[str | None, ...]:
    """Where an agency's own invitations to a kind of meeting are counted: of conferences also both kinds together."""
    return (meeting_type, ALL) if meeting_type in CONFERENCES else (meeting_type,)


def _add(made: Mapping[int, Year], key: Key, month: Month, counts: Numbers) -> None:
    year = made.get(year_of(month))
    place = place_of(month)
    if year is None or place >= year.months:
        return
    numbers = year.numbers
    for name, count in counts.items():
        # What does not apply, such as a quorum where no rule asks for one, has no number at all.
        if count is None or name not in _COUNTED:
            continue
        by_month = numbers.get((key, name))
        if by_month is None:
            by_month = numbers[key, name] = [0] * year.months
        by_month[place] += count


def _decide(year: Year, types: Mapping[int, str], limit: int | None) -> None:
    """Work out by which blocks of months each count may be shown; without a limit, by every month."""
    if limit is None:
        kinds, _agencies, _meetings = _sorted_out(year, types)
        _add_up(year, kinds, sorted({one for found in kinds.values() for one in found}))
        year.blocks = dict.fromkeys(year.numbers, single_months(year.months))
        _meetings_of_conferences(year, limit)
        return
    counted = frozenset((key, name, tuple(numbers)) for (key, name), numbers in year.numbers.items())
    decided = _decided(year.months, frozenset(types.items()), counted, limit)
    year.numbers, year.blocks = decided.numbers, decided.blocks


@lru_cache(maxsize=32)
def _decided(
    months: int,
    types: frozenset[tuple[int, str]],
    counted: frozenset[tuple[Key, str, tuple[int, ...]]],
    limit: int,
) -> Year:
    """A year's blocks, kept by what they follow from: most pages ask for the same few years. Nobody changes it."""
    year = Year(months, {(key, name): list(numbers) for key, name, numbers in counted})
    kinds, agencies, meetings = _sorted_out(year, dict(types))
    for meeting_type, found in sorted(kinds.items()):
        by_kind(year, meeting_type, sorted(found), limit)
    of_conferences(year, sorted({one for found in kinds.values() for one in found}))
    for (agency_type, of_kind), ids in agencies.items():
        # Of one agency the two kinds of conference are told together: apart, they would be too small by far.
        if of_kind not in CONFERENCES:
            of_agencies(year, agency_type, of_kind, sorted(ids), limit)
    for meeting_type in meetings:
        chain(year, (ALL, meeting_type), OF_MEETINGS, limit)
    _meetings_of_conferences(year, limit)
    return year


def _sorted_out(
    year: Year, types: Mapping[int, str]
) -> tuple[dict[str, set[str]], dict[tuple[str, str | None], set[int]], set[str]]:
    """Kinds of agency by kind of meeting, agencies by their kind and that of the meeting, and kinds of meeting."""
    kinds: dict[str, set[str]] = defaultdict(set)
    agencies: dict[tuple[str, str | None], set[int]] = defaultdict(set)
    meetings: set[str] = set()
    for (one, meeting_type), name in year.numbers:
        if isinstance(one, int):
            agencies[types[one], meeting_type].add(one)
        elif meeting_type is not None and name in OF_MEETINGS:
            meetings.add(meeting_type)
        elif one is not None and meeting_type is not None:
            kinds[meeting_type].add(one)
    return kinds, agencies, meetings


def _add_up(year: Year, kinds: Mapping[str, Collection[str]], every: Sequence[str]) -> None:
    for meeting_type, found in kinds.items():
        for name in PARTS:
            rows = [year.of((one, meeting_type), name) for one in found]
            year.numbers[(ALL, meeting_type), name] = [sum(column) for column in zip(*rows, strict=True)]
    for one in (*every, ALL):
        for name in PARTS:
            rows = [year.of((one, kind), name) for kind in sorted(CONFERENCES)]
            year.numbers[(one, ALL), name] = [sum(column) for column in zip(*rows, strict=True)]


def _meetings_of_conferences(year: Year, limit: int | None) -> None:
    for name in OF_MEETINGS:
        rows = [year.of((ALL, kind.value), name) for kind in CONFERENCES]
        year.numbers[(ALL, ALL), name] = [sum(column) for column in zip(*rows, strict=True)]
        alone = single_months(year.months)
        blocks = [year.blocks.get(((ALL, kind.value), name), alone) for kind in CONFERENCES]
        year.blocks[(ALL, ALL), name] = alone if limit is None else joined(*blocks)
