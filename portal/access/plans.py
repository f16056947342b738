"""Who sees which child protection plans, and who checks them between two conferences."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select

from portal.access import meetings, outcomes
from portal.access.closed_records import is_closed_of, open_of_where, sees_every_record
from portal.access.kept import kept_for_hat
from portal.access.roles import WHOLE_PARTNERSHIP, Permission
from portal.access.viewer import Viewer
from portal.models.meetings import Meeting
from portal.models.outcomes import Outcome
from portal.models.plans import MidwayCheck, Plan


@kept_for_hat
def visible_to(viewer: Viewer) -> Select[Plan]:
    """Plans of children, one by one: the manager and the coordinator all, a chair those of families they chair for.

    A plan whose decision was taken back is nobody's: there never was one. Nobody sees one of a record that is closed to
    them.
    """
    return select(Plan).where(_visible_where(viewer))


def _visible_where(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.partnership_id is None or not viewer.may(Permission.PLANS_VIEW):
        return false()
    stands = and_(Plan.partnership_id == viewer.partnership_id, Plan.withdrawn_at.is_(None))
    return and_(stands, open_of_where(viewer, Plan.case_id), _case_where(viewer))


@kept_for_hat
def beginning_told_where(viewer: Viewer) -> ColumnElement[bool]:
    """Plans of which the viewer may know that they began: those they see, and those whose first decision they read.

    So an agency knows of a plan what the decision sheet told it, and of one that a file brought in, nothing.
    """
    return or_(_visible_where(viewer), _decision_read(viewer, Plan.started_by_meeting_id))


@kept_for_hat
def end_told_where(viewer: Viewer) -> ColumnElement[bool]:
    """Plans of which the viewer may know that they ended: those they see, and those whose last decision they read."""
    return or_(_visible_where(viewer), _decision_read(viewer, Plan.ended_by_meeting_id))


def _decision_read(viewer: Viewer, decided_by: Any) -> ColumnElement[bool]:
    """Plans that still count, about whose child the viewer reads what was signed at the meeting of a column."""
    read = outcomes.visible_to(viewer).where(
        Outcome.meeting_id == decided_by, Outcome.child_id == Plan.child_id, Outcome.signed_at.is_not(None)
    )
    return and_(
        Plan.partnership_id == viewer.partnership_id,
        Plan.withdrawn_at.is_(None),
        read.with_only_columns(Outcome.id).correlate(Plan).exists(),
    )


def _case_where(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.is_system or viewer.role in WHOLE_PARTNERSHIP:
        return Plan.partnership_id == viewer.partnership_id
    return exists().where(Meeting.case_id == Plan.case_id, meetings.visible_where(viewer)).correlate(Plan)


@kept_for_hat
def counted_for(viewer: Viewer) -> Select[Plan]:
    """Plans as figures: all of the partnership for whoever reads its figures; no row of them is ever shown."""
    if viewer.partnership_id is None or not viewer.may(Permission.FIGURES_VIEW):
        return select(Plan).where(false())
    return select(Plan).where(Plan.partnership_id == viewer.partnership_id, Plan.withdrawn_at.is_(None))


@kept_for_hat
def checks_visible_to(viewer: Viewer) -> Select[MidwayCheck]:
    """What was found midway, for whoever sees plans and the conference that it follows."""
    if viewer.partnership_id is None or not viewer.may(Permission.PLANS_VIEW):
        return select(MidwayCheck).where(false())
    sees = exists().where(Meeting.id == MidwayCheck.meeting_id, meetings.visible_where(viewer)).correlate(MidwayCheck)
    return select(MidwayCheck).where(MidwayCheck.partnership_id == viewer.partnership_id, sees)


def hides_small(viewer: Viewer) -> bool:
    """Whether small counts of plans are withheld: from everybody who does not see every child with one."""
    return not viewer.is_system and (viewer.role not in WHOLE_PARTNERSHIP or not sees_every_record(viewer))


def may_view(viewer: Viewer, plan: Plan, *, sees_a_meeting: bool) -> bool:
    """Whether the viewer sees the plan, given whether they see a meeting of its case."""
    if plan.partnership_id != viewer.partnership_id or not viewer.may(Permission.PLANS_VIEW):
        return False
    if plan.withdrawn_at is not None or is_closed_of(viewer, plan.case_id):
        return False
    return viewer.is_system or viewer.role in WHOLE_PARTNERSHIP or sees_a_meeting


def may_know(viewer: Viewer, plan: Plan, *, sees_a_meeting: bool, reads_decision: bool) -> bool:
    """Whether a timeline tells the viewer of one end of a plan; `reads_decision` is of the meeting that decided it."""
    if may_view(viewer, plan, sees_a_meeting=sees_a_meeting):
        return True
    return plan.partnership_id == viewer.partnership_id and plan.withdrawn_at is None and reads_decision


def may_check(viewer: Viewer, conference: Meeting) -> bool:
    """Whether the viewer makes the midway check after this conference: its chair, or the safeguarding manager."""
    return viewer.may(Permission.PLANS_CHECK) and not viewer.is_system and meetings.may_view(viewer, conference, None)
