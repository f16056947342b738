"""Who sees which cases and children: whoever sees a meeting about them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, exists, or_, select, union_all
from sqlalchemy.orm import aliased

from portal.access import meetings
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.models.cases import Case, Child
from portal.models.meetings import Meeting
from portal.models.named_people import MeetingCase


def visible_to(viewer: Viewer) -> Select[Case]:
    """Cases with at least one meeting that the viewer sees: the invited agencies, chair, manager, coordinator."""
    return select(Case).where(
        Case.partnership_id == viewer.partnership_id,
        _has_meeting(viewer, Case),
    )


def children_visible_to(viewer: Viewer) -> Select[Child]:
    """Children of the cases that the viewer sees; reading one is logged by the service that does."""
    return select(Child).where(
        Child.partnership_id == viewer.partnership_id,
        _has_meeting(viewer, Child),
    )


def is_about(*case_ids: int, or_one_of: Collection[int] = ()) -> ColumnElement[bool]:
    """Meetings about any of these families: under which they stand, or which they are about too; or by their ids.

    As one list of ids, which is made first: an OR of the three would have every meeting looked at.
    """
    one = aliased(Meeting)
    ids = [
        select(one.id).where(one.case_id.in_(case_ids)),
        select(MeetingCase.meeting_id).where(MeetingCase.case_id.in_(case_ids)),
    ]
    if or_one_of:
        ids.append(select(one.id).where(one.id.in_(or_one_of)))
    return Meeting.id.in_(union_all(*ids))


def families_of_meeting(meeting_id: int) -> CompoundSelect[int]:
    """The ids of every family that a meeting is about, for a caller who has found the meeting visible.

    As one list too: with an OR of both, PostgreSQL looks at every child that there is.
    """
    return union_all(
        select(Meeting.case_id).where(Meeting.id == meeting_id),
        select(MeetingCase.case_id).where(MeetingCase.meeting_id == meeting_id),
    )


def children_of_meeting(meeting_id: int) -> Select[Child]:
    """The children of every family that a meeting is about, for a caller who has found the meeting visible."""
    return select(Child).where(Child.case_id.in_(families_of_meeting(meeting_id)))


def _has_meeting(viewer: Viewer, about: type[Case] | type[Child]) -> ColumnElement[bool]:
    """Families, or children of families, with a meeting that the viewer sees."""
    return seen_where(viewer, about, about.id if about is Case else Child.case_id)


def seen_where(viewer: Viewer, of: type[Any], case_id: Any) -> ColumnElement[bool]:
    """Rows of a table that names its family in this column, of families with a meeting that the viewer sees."""
    seen = meetings.visible_where(viewer)
    further = select(Meeting.id).join(MeetingCase, MeetingCase.meeting_id == Meeting.id)
    return or_(
        exists().where(Meeting.case_id == case_id, seen).correlate(of),
        further.where(MeetingCase.case_id == case_id, seen).correlate(of).exists(),
    )


def may_view(viewer: Viewer, case: Case, *, sees_a_meeting: bool) -> bool:
    """Whether the viewer sees the case, given whether they see one of its meetings."""
    return case.partnership_id == viewer.partnership_id and sees_a_meeting


def may_manage(viewer: Viewer, case: Case) -> bool:
    """The coordinator keeps the names, birth dates and numbers of a case's children."""
    return viewer.may(Permission.CASES_MANAGE) and case.partnership_id == viewer.partnership_id
