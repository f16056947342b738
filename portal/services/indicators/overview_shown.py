"""The overview for those who do not work with the children: by whole months, from the counts that may be published.

What is withheld here is what every other page withholds (services/indicators/published.py), so that the two can be held
against each other and nothing comes of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.access.indicators import FigureScope
from portal.domain.month_blocks import YEAR
from portal.domain.month_figures import CONTESTED
from portal.domain.months import Month, months_within
from portal.domain.outcome_vocabulary import PaperKind
from portal.domain.participation import PARTS, ByType
from portal.domain.periods import Days
from portal.domain.protected_work import KEY, Counted, protect
from portal.domain.published_counts import ALL, OF_MEETINGS, Published
from portal.domain.vocabulary import Expectation
from portal.services.indicators.counted import count_expectations
from portal.services.indicators.kept import count_kept_invitations
from portal.services.indicators.papers import papers_by_month
from portal.services.indicators.published import financial_years, months_of_years, published
from portal.services.indicators.questions import Question
from portal.services.rule_sets import RuleBook

_PAPERS = {PaperKind.MINUTES: "minutes", PaperKind.DECISIONS: "decisions"}


@dataclass(frozen=True, slots=True)
class ShownCounts:
    """What a period of whole months comes to; None stands for a count that is withheld."""

    published: Published
    first: Month
    last: Month

    def count(self, name: str, row: str | None, meeting_type: str | None) -> int | None:
        """One count of invitations; no row is all agencies, no meeting type both kinds of conference."""
        return self.published.count((row, meeting_type), name, self.first, self.last)

    def of_meetings(self, meeting_type: str) -> Mapping[str, int | None]:
        """The counts over one kind of meeting."""
        return {name: self.published.count((ALL, meeting_type), name, self.first, self.last) for name in OF_MEETINGS}

    def applies(self, name: str, meeting_type: str) -> bool:
        """Whether a count over meetings applies to their kind at all."""
        return any(((ALL, meeting_type), name) in year.numbers for year in self.published.years.values())

    def by_type(self) -> ByType:
        """What was counted, for the rows that stand: each that something was asked of, shown or not."""
        found: dict[tuple[str, ...], dict[str, int]] = {}
        for began, year in self.published.years.items():
            for (key, name), numbers in year.numbers.items():
                agency_type, meeting_type = key
                if not isinstance(agency_type, str) or meeting_type is None or name not in PARTS:
                    continue
                counts = found.setdefault((agency_type, meeting_type), {})
                counts[name] = counts.get(name, 0) + sum(
                    number
                    for place, number in enumerate(numbers)
                    if self.first <= Month(began, 4).plus(place) <= self.last
                )
        return found

    def meeting_types(self) -> list[str]:
        """Which kinds of meetings were held."""
        return sorted(
            {
                key[1]
                for began, year in self.published.years.items()
                for (key, name), numbers in year.numbers.items()
                if name == "meetings"
                and key[1] is not None
                and any(
                    number and self.first <= Month(began, 4).plus(place) <= self.last
                    for place, number in enumerate(numbers)
                )
            }
        )


def whole_months(days: Days, today: date) -> Days:
    """Return the whole months of a period, as far as they have begun: nobody compares two that differ by a day.

    They are those that it touches; of a year and more, a first month that is not whole is left out.
    """
    now = Month.of(today)
    months = [month for month in months_within(days) if month <= now] or [now]
    if len(months) > YEAR and days.first.day > 1:
        months = months[1:]
    return Days(months[0].first, min(months[-1].last, today))


def shown_counts(session: Session, partnership_id: int, days: Days, now: Month, limit: int) -> ShownCounts:
    """Return the counts of whole months as they may be shown, as the records are now; by two queries."""
    months = months_within(days)
    years = financial_years(months, now)
    return ShownCounts(published(session, partnership_id, years, now, limit), months[0], months[-1])


def shown_papers(
    session: Session, partnership_id: int, book: RuleBook, days: Days, today: date, limit: int
) -> dict[PaperKind, tuple[int | None, int | None]]:
    """Return of each paper how many were sent by their day, and of how many; by one query."""
    now = Month.of(today)
    years = financial_years(months_within(days), now)
    span = months_of_years(years, now)
    found = papers_by_month(session, partnership_id, book, Days(span[0].first, span[-1].last), today)
    by_month = {
        month: {
            f"{name}_{count}": value
            for kind, name in _PAPERS.items()
            for count, value in (("on_time", kinds[kind].on_time), ("due", kinds[kind].of))
        }
        for month, kinds in found.items()
    }
    sums: dict[str, tuple[str, ...]] = {}
    for name in _PAPERS.values():
        sums |= {f"{name}_due": (), f"{name}_on_time": (f"{name}_due",)}
    made = protect(years, now, limit, Counted(by_month, sums=sums))
    first, last = Month.of(days.first), Month.of(days.last)
    return {
        kind: (made.count(KEY, f"{name}_on_time", first, last), made.count(KEY, f"{name}_due", first, last))
        for kind, name in _PAPERS.items()
    }


def shown_expectations(
    session: Session, scope: FigureScope, days: Days, today: date, limit: int
) -> dict[str, int | None]:
    """Return how many invitations of each expectation there were; by two queries.

    What is contested is said to be nothing, or withheld: it comes and goes by the day.
    """
    now = Month.of(today)
    years = financial_years(months_within(days), now)
    span = months_of_years(years, now)
    names = [word.value for word in Expectation]
    found = count_kept_invitations(session, scope, Question(span[0].first, span[-1].last, ("month",)), names)
    by_month = {Month.parse(key[0]): {name: counts[name] or 0 for name in names} for key, counts in found.items()}
    made = protect(years, now, limit, Counted(by_month, sums=dict.fromkeys(names, ())))
    first, last = Month.of(days.first), Month.of(days.last)
    shown = {name: made.count(KEY, name, first, last) for name in names}
    contested = count_expectations(session, scope, days)[CONTESTED]
    return shown | {CONTESTED: None if contested else 0}
