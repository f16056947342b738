"""What invented people do, planned in any order and lived in the order of time, as a partnership's trail shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from heapq import heappop, heappush

from portal.access.viewer import Viewer
from portal.services.demo import accounts
from portal.services.escalations.clocks import WORKER

Deed = Callable[[Viewer], None]


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody at work: by address, and by agency where they work for several."""

    email: str
    agency_id: int | None = None


THE_WORKER = Who(WORKER)
"""What is done by the clock, and by nobody."""


def not_after(at: datetime, latest: datetime | None) -> datetime:
    """An instant, or `latest` where it would come after that: early on a day what happens on it has just happened."""
    return at if latest is None else min(at, latest)


@dataclass(slots=True)
class Diary:
    """One partnership's deeds that are still to be done; a deed may plan others that come after it.

    Nobody's role changes meanwhile: who somebody is, is asked once.
    """

    partnership_id: int
    latest: datetime | None = None
    """When the demonstration is built, where that is on its last day: nothing was done after it."""
    _viewers: dict[Who, Viewer] = field(default_factory=dict)
    _deeds: list[tuple[datetime, int, Who, Deed]] = field(default_factory=list)
    _planned: int = 0

    def add(self, at: datetime, who: Who, deed: Deed) -> None:
        """Plan that somebody does something at an instant (UTC); the worker, by its own name, what nobody does."""
        heappush(self._deeds, (at, self._planned, who, deed))
        self._planned += 1

    def live(self, until: datetime | None = None) -> None:
        """Do what is planned before an instant, or all of it."""
        while self._deeds and (until is None or self._deeds[0][0] < until):
            at, _order, who, deed = heappop(self._deeds)
            if who not in self._viewers:
                self._viewers[who] = self._viewer_of(who, at)
            deed(replace(self._viewers[who], now=not_after(at, self.latest)))

    def _viewer_of(self, who: Who, at: datetime) -> Viewer:
        if who is THE_WORKER:
            return Viewer.of_system(WORKER, at, self.partnership_id)
        return accounts.viewer_of(who.email, self.partnership_id, at, who.agency_id)
