"""Which escalations each invented partnership has: those that are over, and those that wait for somebody."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from portal.services.demo.audits.cast import Cast
from portal.services.demo.escalations import clocks, decisions, past, recent

_PAST: Mapping[str, Callable[[Cast], None]] = {"Eastmarsh": past.plan_eastmarsh, "Westmoor": past.plan_westmoor}
_RECENT: Mapping[str, Callable[[Cast, int], None]] = {
    "Eastmarsh": recent.plan_eastmarsh,
    "Westmoor": recent.plan_westmoor,
}


def plan_past(cast: Cast, founded: int) -> None:
    """What was before meetings were brought in, and the clocks of all; `founded` so many working days from today."""
    _PAST[cast.place.name](cast)
    clocks.wind(cast, founded + 1)


def plan_recent(cast: Cast, earliest: int) -> None:
    """What is about meetings, raised on the working day `earliest` or later, and what chairs decide."""
    _RECENT[cast.place.name](cast, earliest)
    decisions.plan(cast)
