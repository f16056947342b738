"""Work that no coverage is measured of, because measuring nearly doubles what a test takes.

Measured are the tests of the rooms that have to hold a share of their branches (tests/branch_coverage.py), on one
database: on the other a test takes the same branches.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from coverage import Coverage

COUNTED = ("tests/domain/", "tests/access/")
UNCOUNTED = ("tests/access/test_routes", "tests/access/test_sent_twice")
"""Of those, what asks for pages one by one: what coverage has to hold must be reached by others."""


def is_uncounted(item: pytest.Item) -> bool:
    """Whether nothing is to be measured of this test."""
    call = getattr(item, "callspec", None)
    is_on_second_database = call is not None and call.params.get("backend") == "postgresql"
    return is_on_second_database or not item.nodeid.startswith(COUNTED) or item.nodeid.startswith(UNCOUNTED)


@contextmanager
def uncounted() -> Iterator[None]:
    """Do this without measuring, where a run is measured at all; inside another of these it changes nothing."""
    measuring = Coverage.current()
    if measuring is None or not measuring._started:
        yield
        return
    measuring.stop()
    try:
        yield
    finally:
        measuring.start()
