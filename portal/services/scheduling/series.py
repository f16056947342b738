"""Several meetings in a row, such as core groups: each a meeting of its own that goes on from the one before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.domain.due_rules import Period
from portal.domain.errors import Invalid
from portal.domain.slots import series_days
from portal.domain.vocabulary import Expectation
from portal.services.changes import changing
from portal.services.rule_sets import rule_book
from portal.services.scheduling.closed_days import closures_of
from portal.services.scheduling.opening import Opening, open_within


@dataclass(frozen=True, slots=True)
class Series:
    """The first meeting, how many weeks lie between two, and the last day on which one may be."""

    first: Opening
    every_weeks: int
    last_on: date


def days_of(session: Session, viewer: Viewer, series: Series) -> list[date]:
    """The days of a series: never further apart than the rules allow, and not while an expected agency is closed.

    Raises Invalid where it has no end or no room.
    """
    expected = [one.agency_id for one in series.first.agencies if one.expectation is Expectation.EXPECTED]
    closed = closures_of(session, viewer, expected, series.first.scheduled_on, series.last_on)
    try:
        return series_days(
            series.first.scheduled_on,
            series.last_on,
            series.every_weeks,
            within=_between(session, viewer, series.first),
            closures=[closure for closures in closed.values() for closure in closures],
        )
    except ValueError as refused:
        raise Invalid(str(refused), errors={"last_on": [str(refused)]}) from None


def open_series(viewer: Viewer, series: Series) -> list[int]:
    """Open all meetings of a series, or none; returns their ids in the order of their days.

    Raises what `open_meeting` raises, and Invalid where the series has no end or no room ("last_on", "every_weeks").
    """
    if series.last_on < series.first.scheduled_on:
        raise Invalid("The series needs mending.", errors={"last_on": ["The last day must be after the first meeting"]})
    with changing(viewer) as change:
        days = days_of(change.session, viewer, series)
        opened: list[int] = []
        for day in days:
            opening = series.first
            if opened:
                # What asked for the first has been answered by it: each later one runs from the one before.
                opening = replace(
                    opening,
                    scheduled_on=day,
                    follows_id=opened[-1],
                    late_reason=None,
                    note="",
                )
            opened.append(open_within(change, opening))
        return opened


def _between(session: Session, viewer: Viewer, first: Opening) -> Period | None:
    """How long the rules allow between two of the kind; None where they say nothing of it."""
    if viewer.partnership_id is None:
        return None
    rule = rule_book(session, viewer.partnership_id).on(first.scheduled_on).rule_for(first.kind)
    return next((step.within for step in rule.due.after if step.meeting_type == first.kind), None)
