"""The matrix's lines about the system's own trail, and about who has read a child's record."""

from __future__ import annotations

from tests.access.family_routes import OF_FAMILY
from tests.access.who import LEADS, Route, open_to, place, rows

ANSWERS_FOR_READERS = LEADS | {"manager", "coordinator"}
OF_RECORD = {key: place(at.opens_to & ANSWERS_FOR_READERS) for key, at in OF_FAMILY.items()}
"""Whoever sees the family, of those who answer for whoever read it."""

ACTIVITY_ROUTES: dict[str, dict[str, Route]] = {
    "/activity": {"GET": open_to({"administrator"})},
    "/activity.csv": {"GET": open_to({"administrator"})},
    "/cases/<int:case_id>/readings": {"GET": rows(ANSWERS_FOR_READERS, OF_RECORD)},
    "/cases/<int:case_id>/children/<int:child_id>/readings": {
        "GET": rows(ANSWERS_FOR_READERS, {f"{key}/{key}": at for key, at in OF_RECORD.items()})
    },
}
