"""Work that no coverage is measured of, because measuring would take longer than the work.

What is left out is done again by tests that are measured: the access matrix asks for pages that tests/pages looks at,
and building a world or a demonstration calls services that tests/services calls. Nor is anything measured on the second
database: a test takes the same branches there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from coverage import Coverage

UNCOUNTED = ("tests/access/test_routes", "tests/browser/", "tests/commands/test_demo")
"""Where tests' own work is left out; what coverage has to hold (tests/branch_coverage.py) must be reached by others."""


@contextmanager
def uncounted() -> Iterator[None]:
    """Do this without measuring, where a run is measured at all."""
    measuring = Coverage.current()
    if measuring is None:
        yield
        return
    measuring.stop()
    try:
        yield
    finally:
        measuring.start()
