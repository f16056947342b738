"""The contract's columns as they may be said to whoever asks: for keys of the API and files for those without cases.

Counts come from services/indicators/published.py, where it is decided what of them may be said, and are only added up
here: a row says nothing that another page does not. A count that may not be said is None and named as withheld; a
figure that does not apply is None alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from portal.access import indicators as access
from portal.access.indicators import FigureScope
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid
from portal.domain.indicators import check_by, counts_meetings, rate, shown
from portal.domain.months import Month, months_within
from portal.domain.participation import PARTS
from portal.domain.periods import Days
from portal.domain.published_counts import ALL, OF_MEETINGS, Published
from portal.domain.vocabulary import CONFERENCES, MeetingKind
from portal.services.indicators.counting import Question, count_meetings
from portal.services.indicators.published import financial_years, frozen_months, published
from portal.services.rule_sets import rule_book

CONFERENCES_TOGETHER = "conferences"
"""Under which an agency's figures have both kinds of conference: apart, they would be too small by far."""

_OF_STRATEGY = frozenset(
    {"all_core_agencies", "all_expected_agencies", "group_meetings", "telephone_only", "interim_safety_plan"}
)
Cell = tuple[str | int | None, str | None]


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row: its keys by column, its figures by id, and the ids of those that are withheld."""

    keys: dict[str, str]
    figures: dict[str, int | Decimal | None]
    withheld: tuple[str, ...]


def shown_indicators(viewer: Viewer, first: Month, last: Month, by: Sequence[str] = ()) -> list[ShownRow]:
    """Return the figures of whole months, both included, with the columns of domain/indicators.columns(by).

    Costs the same few queries however many rows there are. Raises NotPermitted, and Invalid for a period that ends
    before it begins and a breakdown that does not exist.
    """
    scope = access.scope(viewer)
    if last < first:
        raise Invalid("The last month is before the first.")
    try:
        check_by(by)
    except ValueError as fault:
        raise Invalid(str(fault)) from None
    session, now = db.session(), Month.of(viewer.today)
    book = rule_book(session, scope.partnership_id)
    days = Days(first.first, last.last)
    years = financial_years(months_within(days), now)
    frozen = {}
    if years and scope.agency_id is None:
        covered = months_within(Days(Month(years[0], 4).first, now.last))
        frozen = frozen_months(session, scope.partnership_id, covered)
    counts = published(
        session,
        scope.partnership_id,
        years,
        now,
        book.on(viewer.today).small_count_limit if scope.hides_small else None,
        with_agencies=scope.agency_id is not None,
        frozen=frozen,
    )
    asks_quorum: set[str] = set()
    if counts_meetings(by) and scope.agency_id is None:
        whole = FigureScope(scope.partnership_id, None, None, hides_small=False)
        of_types = count_meetings(session, whole, Question(days.first, days.last, ("meeting_type",)))
        # Whether a quorum is asked of a kind is a rule, and no count.
        asks_quorum = {key[0] for key, found in of_types.items() if found["quorate"] is not None}
    return list(_rows(counts, scope, tuple(by), months_within(days), asks_quorum))


def _rows(
    counts: Published, scope: FigureScope, by: tuple[str, ...], months: Sequence[Month], asks_quorum: set[str]
) -> Iterator[ShownRow]:
    kinds = _kinds(counts, scope)
    types = sorted({str(one) for one, _meeting in kinds}) if "agency_type" in by else [""]
    meetings = sorted({_called(meeting) for _one, meeting in kinds}) if "meeting_type" in by else [""]
    spans = [(month, month) for month in months] if "month" in by else [(months[0], months[-1])]
    with_meetings = counts_meetings(by) and scope.agency_id is None
    for chosen in product(*(_values(column, types, meetings, spans) for column in by)):
        keys = dict(zip(by, chosen, strict=True))
        first, last = spans[0] if "month" not in by else (Month.parse(keys["month"]),) * 2
        cells = _cells(kinds, scope, keys)
        found = {name: _sum(counts, cells, name, first, last) for name in PARTS}
        if with_meetings:
            code = keys["meeting_type"]
            found |= {name: counts.count((ALL, code), name, first, last) for name in OF_MEETINGS}
        if all(count == 0 for count in found.values()):
            continue
        yield _row(keys, found, by, with_meetings=with_meetings, asks_quorum=asks_quorum)


def _values(
    column: str, types: Sequence[str], meetings: Sequence[str], spans: Sequence[tuple[Month, Month]]
) -> list[str]:
    if column == "month":
        return [str(first) for first, _last in spans]
    return list(types if column == "agency_type" else meetings)


def _kinds(counts: Published, scope: FigureScope) -> list[Cell]:
    """The finest cells that the viewer's figures are made of."""
    found: set[Cell] = set()
    for year in counts.years.values():
        for key, name in year.numbers:
            if name not in PARTS or not isinstance(key, tuple):
                continue
            one, meeting = key
            if scope.agency_id is not None:
                # Of an agency both kinds of conference stand together.
                if one == scope.agency_id and meeting not in CONFERENCES:
                    found.add((one, meeting))
            elif (
                one is not ALL
                and meeting is not ALL
                and not isinstance(one, int)
                and (scope.agency_type is None or one == scope.agency_type.value)
            ):
                found.add((one, meeting))
    return sorted(found, key=str)


def _cells(kinds: Sequence[Cell], scope: FigureScope, keys: dict[str, str]) -> list[Cell]:
    """The cells that add up to a row; where all types of agencies do, their total, which may be said more often."""
    chosen = [
        cell
        for cell in kinds
        if keys.get("agency_type", str(cell[0])) == str(cell[0])
        and keys.get("meeting_type", _called(cell[1])) == _called(cell[1])
    ]
    if scope.agency_id is None and scope.agency_type is None and "agency_type" not in keys:
        return sorted({(ALL, meeting) for _one, meeting in chosen}, key=str)
    return chosen


def _called(meeting: str | None) -> str:
    return CONFERENCES_TOGETHER if meeting is None else meeting


def _sum(counts: Published, cells: Sequence[Cell], name: str, first: Month, last: Month) -> int | None:
    total = 0
    for cell in cells:
        count = counts.count(cell, name, first, last)
        if count is None:
            return None
        total += count
    return total


def _row(
    keys: dict[str, str],
    found: dict[str, int | None],
    by: Sequence[str],
    *,
    with_meetings: bool,
    asks_quorum: set[str],
) -> ShownRow:
    figures: dict[str, int | Decimal | None] = {}
    withheld = []
    meeting = keys.get("meeting_type", "")
    for indicator in shown(by):
        part, whole = indicator.numerator or indicator.id, indicator.denominator
        if part not in found or (whole and whole not in found):
            # The meetings themselves are not counted for one agency.
            figures[indicator.id] = None
            continue
        if with_meetings and not _applies(part, meeting, asks_quorum):
            figures[indicator.id] = None
            continue
        count = found[part]
        if not indicator.is_rate:
            figures[indicator.id] = count
            if count is None:
                withheld.append(indicator.id)
            continue
        of = found[whole or part]
        if count is None or of is None:
            figures[indicator.id] = None
            withheld.append(indicator.id)
        else:
            figures[indicator.id] = rate(count, of)
    return ShownRow(keys, figures, tuple(withheld))


def _applies(name: str, meeting: str, asks_quorum: set[str]) -> bool:
    if name in _OF_STRATEGY:
        return meeting == MeetingKind.STRATEGY_MEETING
    return name != "quorate" or meeting in asks_quorum
