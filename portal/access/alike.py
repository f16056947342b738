"""Statements that are built once for all who see alike: what differs between them, their hats' ids, is bound each time.

To build a statement and to find it again among the compiled ones takes longer than to run it. Kept for each hat, a
statement would be built anew for everybody's first page after a start. Kept for those of the same role and kind of
agency, it has been built by the rehearsal before anybody comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import bindparam

from portal.access.kept import NO_TIME
from portal.access.viewer import Hat, Viewer

P = ParamSpec("P")
T = TypeVar("T")

Ids = Mapping[str, int | None]
"""What is bound with each execution of a statement that was built for all who see alike."""

_IDS = ("membership_id", "partnership_id", "agency_id", "team_id")

_SOME = 0
"""Stands for each id that a hat has, where only is asked which ones those are."""

_KEPT = 512


def built_for_alike(build: Callable[Concatenate[Viewer, P], T]) -> Callable[Concatenate[Viewer, P], tuple[T, Ids]]:
    """Keep what `build` makes of a viewer and of whatever else it is given; gives it with the ids to execute it with.

    `build` gets a viewer whose hat has parameters in the place of ids, so that it may put them into conditions and ask
    whether there is one, but never compare one itself. It sees neither the person nor the moment. A hat to which some
    record is closed, or opened, keeps its own ids: these are lists of any length.
    """

    def of_hat(hat: Hat, *others: P.args, **named: P.kwargs) -> T:
        return build(Viewer(now=NO_TIME, hat=hat), *others, **named)

    kept = cast(Callable[Concatenate[Hat, P], T], lru_cache(maxsize=_KEPT)(of_hat))

    @wraps(build)
    def built(viewer: Viewer, /, *others: P.args, **named: P.kwargs) -> tuple[T, Ids]:
        if viewer.hat is None:
            return build(replace(viewer, now=NO_TIME), *others, **named), {}
        hat, ids = _alike(viewer.hat)
        return kept(hat, *others, **named), ids

    return built


@lru_cache(maxsize=_KEPT)
def _alike(hat: Hat) -> tuple[Hat, Ids]:
    if hat.closed_cases or hat.closed_meetings or hat.opened:
        return hat, {}
    ids: dict[str, Any] = {name: getattr(hat, name) for name in _IDS}
    there: dict[str, Any] = {name: _SOME for name, value in ids.items() if value is not None}
    stand_in = _stand_in(replace(hat, partnership_name="", agency_name=None, **there))
    # All of them each time, also those that nothing asks for: a statement is found again by its parameters' names too.
    return stand_in, {_bound(name): value for name, value in ids.items()}


@lru_cache(maxsize=_KEPT)
def _stand_in(shape: Hat) -> Hat:
    bound: dict[str, Any] = {name: bindparam(_bound(name)) for name in _IDS if getattr(shape, name) is not None}
    return replace(shape, **bound)


def _bound(name: str) -> str:
    return f"hat_{name}"
