"""Packs that the invented business managers have asked for; the worker makes them when the portal is served."""

from __future__ import annotations

from datetime import time

from portal.access.viewer import Viewer
from portal.domain.packs import PackKind, completed_quarters
from portal.domain.quarters import Quarter
from portal.domain.vocabulary import Role
from portal.domain.working_days import add_working_days, london_instant
from portal.services.demo.audits.cast import Cast
from portal.services.packs.asking import ask_for_pack

_ASKED = -1
"""Working days to the demonstration's day."""


def plan(cast: Cast) -> None:
    """Have a board pack and an inspection pack asked for, of the last quarter that is over."""
    when = london_instant(add_working_days(cast.today, _ASKED), time(16, 10))
    # Over on the day on which it is asked for, which may be the eve of a quarter's first day.
    quarter = completed_quarters(add_working_days(cast.today, _ASKED), 1)[0]
    cast.diary.add(when, cast.wide(Role.BUSINESS_MANAGER), lambda viewer: _ask(viewer, quarter))


def _ask(viewer: Viewer, quarter: Quarter) -> None:
    for kind in (PackKind.BOARD, PackKind.INSPECTION):
        ask_for_pack(viewer, kind, quarter)
