"""What meetings asked agencies to do, and when it was done."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import or_

from portal.access import actions as access
from portal.access import cases as cases_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.notice_words import day_words
from portal.domain.timelines import Happening, TimelineKind
from portal.domain.working_days import london_day
from portal.models.actions import Action
from portal.models.cases import Child
from portal.models.meetings import Meeting
from portal.models.partnerships import Agency


def actions(viewer: Viewer, case_id: int) -> Iterator[Happening]:
    """One line on the day on which something was asked for, and one where it was said to be done."""
    rows = db.session.execute(
        access.visible_to(viewer)
        .join(Meeting, Meeting.id == Action.meeting_id)
        .join(Agency, Agency.id == Action.agency_id)
        .outerjoin(Child, Child.id == Action.child_id)
        # Of a meeting about several families, what was asked for a child of another one is not this family's.
        .where(cases_access.is_about(case_id), or_(Child.id.is_(None), Child.case_id == case_id))
        .with_only_columns(
            Action.id,
            Action.meeting_id,
            Action.child_id,
            Action.what,
            Action.due_on,
            Action.status,
            Action.created_at,
            Action.done_at,
            Agency.name.label("agency"),
        )
    )
    for row in rows:
        yield Happening(
            TimelineKind.ACTION,
            london_day(row.created_at),
            row.id,
            f"Asked of {row.agency}",
            row.status,
            (row.what, f"By {day_words(row.due_on, viewer.today)}"),
            meeting_id=row.meeting_id,
            child_id=row.child_id,
        )
        if row.done_at is not None:
            yield Happening(
                TimelineKind.ACTION,
                london_day(row.done_at),
                row.id,
                f"Done by {row.agency}",
                details=(row.what,),
                place=1,
                meeting_id=row.meeting_id,
                child_id=row.child_id,
            )
