"""The children whom a meeting is about, by name: read only where the reading is logged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case

from portal.access import cases as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.cases import Child
from portal.services import activity

_SHOWN = (Child.given_name, Child.surname, Child.date_of_birth, Child.case_id)


@dataclass(frozen=True, slots=True)
class NamedChild:
    """A child with their date of birth, where it is known."""

    name: str
    born: date | None


def children_of_case(viewer: Viewer, case_id: int) -> tuple[NamedChild, ...]:
    """The children of a family that the viewer sees a meeting about; the reading is logged."""
    activity.record_reading(viewer, "case.read", "case", [case_id])
    rows = db.session.execute(
        access.children_visible_to(viewer).where(Child.case_id == case_id).order_by(Child.id).with_only_columns(*_SHOWN)
    )
    return _named(rows)


def children_of_meeting(viewer: Viewer, meeting_id: int, case_id: int) -> tuple[NamedChild, ...]:
    """The children of all families of a meeting that the caller has found visible; the readings are logged.

    Those of `case_id`, the family under which it stands, come first.
    """
    rows = db.session.execute(
        access.children_of_meeting(meeting_id)
        .order_by(case((Child.case_id == case_id, 0), else_=1), Child.case_id, Child.id)
        .with_only_columns(*_SHOWN)
    ).all()
    activity.record_reading(viewer, "case.read", "case", sorted({case_id, *(row.case_id for row in rows)}))
    return _named(rows)


def _named(rows: Iterable[Any]) -> tuple[NamedChild, ...]:
    return tuple(
        NamedChild(
            f"{row.given_name} {row.surname}", date.fromisoformat(row.date_of_birth) if row.date_of_birth else None
        )
        for row in rows
    )
