"""Who sees which cases and children: whoever sees a meeting about them."""

from __future__ import annotations

from sqlalchemy import Select, exists, select

from portal.access import meetings
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.models.cases import Case, Child
from portal.models.meetings import Meeting


def visible_to(viewer: Viewer) -> Select[Case]:
    """Cases with at least one meeting that the viewer sees: the invited agencies, chair, manager, coordinator."""
    return select(Case).where(
        Case.partnership_id == viewer.partnership_id,
        exists().where(Meeting.case_id == Case.id, meetings.visible_where(viewer)).correlate(Case),
    )


def children_visible_to(viewer: Viewer) -> Select[Child]:
    """Children of the cases that the viewer sees; reading one is logged by the service that does."""
    return select(Child).where(
        Child.partnership_id == viewer.partnership_id,
        exists().where(Meeting.case_id == Child.case_id, meetings.visible_where(viewer)).correlate(Child),
    )


def may_view(viewer: Viewer, case: Case, *, sees_a_meeting: bool) -> bool:
    """Whether the viewer sees the case, given whether they see one of its meetings."""
    return case.partnership_id == viewer.partnership_id and sees_a_meeting


def may_manage(viewer: Viewer, case: Case) -> bool:
    """The coordinator keeps the names, birth dates and numbers of a case's children."""
    return viewer.may(Permission.CASES_MANAGE) and case.partnership_id == viewer.partnership_id
