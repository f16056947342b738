"""The matrix's line about the diary: for those who run meetings. Its rows: tests/access/test_diaries.py."""

from __future__ import annotations

from tests.access.who import CHAIRS, Route, open_to

DIARY_ROUTES: dict[str, dict[str, Route]] = {
    "/diary": {"GET": open_to(CHAIRS | {"manager", "coordinator"})},
}
