"""Escalations and practice alerts about a family, on the day on which each was raised."""

from __future__ import annotations

from collections.abc import Iterator

from portal.access import escalations as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.labels import label
from portal.domain.timelines import Happening, TimelineKind
from portal.domain.working_days import london_day
from portal.models.escalations import Escalation
from portal.models.partnerships import Agency


def escalations(viewer: Viewer, case_id: int) -> Iterator[Happening]:
    """Those whose case the viewer may read."""
    rows = db.session.execute(
        access.readable_to(viewer)
        .join(Agency, Agency.id == Escalation.raised_with_agency_id)
        .where(Escalation.case_id == case_id)
        .with_only_columns(
            Escalation.id,
            Escalation.opened_at,
            Escalation.reference,
            Escalation.kind,
            Escalation.category,
            Escalation.status,
            Agency.name,
        )
    )
    for row in rows:
        yield Happening(
            TimelineKind.ESCALATION,
            london_day(row.opened_at),
            row.id,
            f"{label(row.kind)} {row.reference} with {row.name}",
            row.status,
            (label(row.category),),
        )
