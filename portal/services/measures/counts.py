"""The counts that measures are made of: read once for however many measures, and for however many readings."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from portal.domain.measures import WITHHELD, Measure, Of, Point, Series, Source, Value
from portal.domain.months import Month
from portal.domain.published_counts import Key, Published
from portal.services.indicators.published import (
    Frozen,
    financial_years,
    frozen_months,
    months_of_years,
    published,
    published_of_chair,
)
from portal.services.measures.asking import Asking
from portal.services.measures.sources import load

_FROM_MEETINGS = frozenset({Source.INVITATIONS, Source.MEETINGS})
BY_SECTION_47 = "in_time_section_47"


@dataclass(frozen=True, slots=True)
class _Found:
    counts: Published
    frozen: Mapping[Month, Frozen] = field(default_factory=dict)


class SharedCounts:
    """What several readings have in common, such as those of one pack: read once, and the same to each of them."""

    def __init__(self) -> None:
        self._found: dict[tuple[Hashable, ...], _Found] = {}

    def find(self, key: tuple[Hashable, ...], read: Callable[[], _Found]) -> _Found:
        """Return what was read under a key; read now where nothing was."""
        if key not in self._found:
            self._found[key] = read()
        return self._found[key]


class Reading:
    """The counts of some months, read once for however many measures; suppressed where the asking has a limit."""

    def __init__(
        self,
        asking: Asking,
        months: Sequence[Month],
        measures: Iterable[Measure],
        *,
        with_agencies: bool = False,
        shared: SharedCounts | None = None,
    ) -> None:
        self.asking = asking
        self.months = tuple(months)
        self._with_agencies = with_agencies
        self._with_section_47 = any(measure.part == BY_SECTION_47 for measure in measures)
        self._shared = shared or SharedCounts()
        self._years = tuple(financial_years(self.months, asking.now))
        self.frozen: Mapping[Month, Frozen] = {}

    def counts(self, measure: Measure) -> Published:
        """The counts that a measure is made of; read when they are first asked for."""
        if measure.source not in _FROM_MEETINGS:
            key = (*self._key, measure.source)
            return self._shared.find(key, lambda: _Found(load(self.asking, self._years, measure.source))).counts
        key = (*self._key, Source.MEETINGS, self._with_agencies, self._with_section_47)
        found = self._shared.find(key, self._from_meetings)
        self.frozen = found.frozen
        return found.counts

    @property
    def _key(self) -> tuple[Hashable, ...]:
        """What the counts of every source depend on."""
        asking = self.asking
        return (asking.partnership_id, asking.at, asking.limit, asking.chair_membership_id, self._years)

    def _from_meetings(self) -> _Found:
        asking, years = self.asking, self._years
        if asking.chair_membership_id is not None:
            return _Found(
                published_of_chair(asking.session, asking.partnership_id, asking.chair_membership_id, years, asking.now)
            )
        # Of the whole years, since what may be shown of a month is decided for its year.
        frozen = frozen_months(asking.session, asking.partnership_id, months_of_years(years, asking.now))
        counts = published(
            asking.session,
            asking.partnership_id,
            years,
            asking.now,
            asking.limit,
            with_agencies=self._with_agencies,
            with_section_47=self._with_section_47,
            frozen=frozen,
        )
        return _Found(counts, frozen)

    def value(self, measure: Measure, of: Of, first: Month, last: Month) -> Value:
        """A measure's value over whole months, both included, or when the last of them ended."""
        last = min(last, self.asking.now)
        first = last if measure.is_at_end else first
        counts, key = self.counts(measure), key_of(measure, of)
        part = counts.count(key, measure.part, first, last)
        whole = counts.count(key, measure.whole, first, last) if measure.whole else 0
        return WITHHELD if part is None and whole is None else Value(part, whole)

    def point(self, measure: Measure, of: Of, month: Month) -> Point:
        """A month's value, or that of the block of months which ends with it."""
        since = self.counts(measure).begins(key_of(measure, of), measure.part, month)
        kept = self.frozen.get(month) if measure.source in _FROM_MEETINGS and of.agency_id is None else None
        value = WITHHELD if since is None else self.value(measure, of, since, month)
        return Point(
            month=month,
            value=value,
            is_frozen=kept is not None,
            revision=kept.revision if kept else None,
            since=None if since in (None, month) else since,
        )

    def series(self, measure: Measure, of: Of, about: str) -> Series:
        """A measure over the reading's months."""
        points = tuple(self.point(measure, of, month) for month in self.months if month <= self.asking.now)
        return Series(measure, of, about, points, self.asking.today)


def key_of(measure: Measure, of: Of) -> Key:
    """Under which key a measure's counts stand."""
    meeting_type = of.meeting_type
    if meeting_type is None and len(measure.meeting_types) == 1:
        (meeting_type,) = measure.meeting_types
    if measure.source is Source.INVITATIONS and of.agency_id is not None:
        return (of.agency_id, meeting_type)
    agency_type = of.agency_type.value if of.agency_type and measure.source is Source.INVITATIONS else None
    return (agency_type, meeting_type)
