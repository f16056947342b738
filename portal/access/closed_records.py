"""The one condition by which a record that is closed to somebody is nowhere for them: its family, its meetings, and
whatever hangs on them.

Which families are closed to a person now stands in the hat (services/closed_records.py finds it with the
session), so that rows and predicates ask the same two sets, and whoever is shut out of nothing asks nothing more.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, or_, select, true

from portal.access.viewer import Viewer
from portal.models.meetings import Meeting

# A table, not a class: see access/meetings.py.
_MEETINGS = cast(Table, Meeting.__table__).alias("meetings_of_closed_records")


def open_meetings_where(viewer: Viewer) -> ColumnElement[bool]:
    """Of a select of meetings: those about no family whose record is closed to the viewer."""
    if not viewer.closed_cases:
        return true()
    return and_(Meeting.case_id.not_in(sorted(viewer.closed_cases)), Meeting.id.not_in(sorted(viewer.closed_meetings)))


def open_at_where(viewer: Viewer, meeting_id: Any) -> ColumnElement[bool]:
    """Of rows that name their meeting in a column: those of such meetings, or of none."""
    if not viewer.closed_cases:
        return true()
    of_closed = select(_MEETINGS.c.id).where(_MEETINGS.c.case_id.in_(sorted(viewer.closed_cases))).correlate(None)
    is_open = and_(meeting_id.not_in(of_closed), meeting_id.not_in(sorted(viewer.closed_meetings)))
    return or_(meeting_id.is_(None), is_open)


def open_of_where(viewer: Viewer, case_id: Any) -> ColumnElement[bool]:
    """Of rows that name their family in a column: those of a family that is not closed to the viewer, or of none."""
    if not viewer.closed_cases:
        return true()
    return or_(case_id.is_(None), case_id.not_in(sorted(viewer.closed_cases)))


def is_closed(viewer: Viewer, meeting: Meeting) -> bool:
    """Whether this meeting is about a family whose record is closed to the viewer."""
    return meeting.case_id in viewer.closed_cases or meeting.id in viewer.closed_meetings


def sees_every_record(viewer: Viewer) -> bool:
    """Whether no record is closed to the viewer, so that a small count cannot tell them of one that is."""
    return not viewer.closed_cases


def is_closed_of(viewer: Viewer, case_id: int | None) -> bool:
    """Whether the record of this family is closed to the viewer."""
    return case_id in viewer.closed_cases
