"""Child protection plans: the day on which each began, and the day on which it ended."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import or_, select

from portal.access import plans as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.labels import label
from portal.domain.timelines import Happening, TimelineKind
from portal.models.cases import Child
from portal.models.plans import Plan


def plans(viewer: Viewer, case_id: int) -> Iterator[Happening]:
    """One line where a plan began, and one where it has ended; each for those who see the plan or read the decision."""
    begins, ends = access.beginning_told_where(viewer), access.end_told_where(viewer)
    rows = db.session.execute(
        select(
            Plan.id,
            Plan.child_id,
            Plan.started_on,
            Plan.ended_on,
            Plan.first_category,
            Plan.end_reason,
            Child.given_name,
            Child.surname,
            begins.label("knows_beginning"),
            ends.label("knows_end"),
        )
        .outerjoin(Child, Child.id == Plan.child_id)
        .where(Plan.case_id == case_id, or_(begins, ends))
    )
    for row in rows:
        whose = f" for {row.given_name} {row.surname}" if row.given_name else ""
        if row.knows_beginning:
            yield Happening(
                TimelineKind.PLAN,
                row.started_on,
                row.id,
                f"Child protection plan began{whose}",
                details=(f"Because of: {label(row.first_category).lower()}",),
                child_id=row.child_id,
            )
        if row.ended_on is not None and row.knows_end:
            yield Happening(
                TimelineKind.PLAN,
                row.ended_on,
                row.id,
                f"Child protection plan ended{whose}",
                details=(label(row.end_reason),),
                place=1,
                child_id=row.child_id,
            )
