"""The children whom a meeting is about, by name: read only where the reading is logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.access import cases as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.cases import Child
from portal.services import activity


@dataclass(frozen=True, slots=True)
class NamedChild:
    """A child with their date of birth, where it is known."""

    name: str
    born: date | None


def children_of_case(viewer: Viewer, case_id: int) -> tuple[NamedChild, ...]:
    """The children of a family that the viewer sees a meeting about; the reading is logged."""
    activity.record_reading(viewer, "case.read", "case", [case_id])
    rows = db.session.execute(
        access.children_visible_to(viewer)
        .where(Child.case_id == case_id)
        .order_by(Child.id)
        .with_only_columns(Child.given_name, Child.surname, Child.date_of_birth)
    )
    return tuple(
        NamedChild(f"{given_name} {surname}", date.fromisoformat(born) if born else None)
        for given_name, surname, born in rows
    )
