"""Conditions that are built once for each hat, because building one takes as long as asking the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache, wraps
from typing import TypeVar

from portal.access.viewer import Hat, Viewer

T = TypeVar("T")

_KEPT = 512
"""For so many hats, of each condition: those who are at work at the same time."""

NO_TIME = datetime.min.replace(tzinfo=UTC)
"""The moment of whoever must depend on none."""


def kept_for_hat(build: Callable[[Viewer], T]) -> Callable[[Viewer], T]:
    """Keep what `build` makes of a viewer. It sees the hat alone, so nothing can depend on the person or the moment."""

    @lru_cache(maxsize=_KEPT)
    def of_hat(hat: Hat | None, system: str | None, partnership_id: int | None) -> T:
        return build(Viewer(now=NO_TIME, hat=hat, system=system, system_partnership_id=partnership_id))

    @wraps(build)
    def kept(viewer: Viewer) -> T:
        if viewer.link is not None:
            # Each is used for minutes: kept, they would push out the hats of those who work all day.
            return build(Viewer(now=NO_TIME, link=viewer.link))
        return of_hat(viewer.hat, viewer.system, viewer.system_partnership_id)

    return kept
