"""Actions on Home: what an agency is late with, what is to be checked, and how many are late in all.

What a meeting's action asks for is about a child and stays on the page behind: Home names the meeting's kind and day.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Date, LargeBinary, Row, Select, String, case, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from portal.access import actions as access
from portal.access.roles import Permission
from portal.access.viewer import Hat, Viewer
from portal.domain.audit_vocabulary import ActionStatus
from portal.domain.vocabulary import Post, Role
from portal.models.actions import Action
from portal.models.meetings import Meeting
from portal.models.partnerships import Agency
from portal.models.rule_sets import MeetingType
from portal.services.actions.listing import overdue_where
from portal.services.home.tasks import Task, TaskKind

MOST_OF_EACH = 10

_IS_AT_WORK = Action.status != ActionStatus.CLOSED
"""As the index of such actions says it, so that they are found by it among all that ever were."""


def promised(session: Session, viewer: Viewer) -> list[Task]:
    """What the person's memberships have to do about actions, by one query whatever their number."""
    hats = {hat.membership_id: hat for hat in viewer.hats}
    worn = [one for number in hats if (one := viewer.wearing(number)) is not None]
    owners = [one for one in worn if one.may(Permission.ACTIONS_OWN)]
    overseers = [one for one in worn if one.may(Permission.ACTIONS_CHECK) or one.role is Role.CHAIR]
    checkers = [one for one in worn if one in overseers or _manages_a_team(one)]
    # The first part gives the union its types: a tally has no encrypted text to read as such.
    parts = [select(part.subquery()) for part in (*map(_overdue, owners), *map(_to_check, checkers))]
    parts += [select(_tally(one).subquery()) for one in overseers]
    if not parts:
        return []
    tasks: dict[tuple[str, int], Task] = {}
    active_first = sorted(session.execute(union_all(*parts)), key=lambda row: row.membership_id != viewer.membership_id)
    for row in active_first:
        if row.kind != TaskKind.ACTIONS_OVERDUE or row.done:
            # A lead who is the owner under another role of theirs has one thing to do, not two.
            tasks.setdefault((row.kind, row.id or -row.membership_id), _task(hats[row.membership_id], row))
    return list(tasks.values())


def _manages_a_team(viewer: Viewer) -> bool:
    return viewer.hat is not None and viewer.hat.post is Post.TEAM_MANAGER


def _overdue(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    theirs = (overdue_where(viewer.today), _IS_AT_WORK, access.workable_where(viewer))
    return _listed(viewer, TaskKind.ACTION_OVERDUE).where(*theirs)


def _to_check(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    return _listed(viewer, TaskKind.CHECK_ACTION).where(access.checkable_where(viewer), _IS_AT_WORK)


def _listed(viewer: Viewer, kind: TaskKind) -> Select[*tuple[Any, ...]]:
    return (
        access.visible_to(viewer)
        .join(Agency, Agency.id == Action.agency_id)
        .outerjoin(Meeting, Meeting.id == Action.meeting_id)
        .outerjoin(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            literal(kind.value, String).label("kind"),
            Action.id,
            case((~access.FROM_MEETING, Action.what)).label("what"),
            Agency.name.label("agency"),
            Action.due_on,
            literal(0).label("done"),
            literal(0).label("of"),
            MeetingType.name.label("meeting_type"),
            func.coalesce(Meeting.held_on, Meeting.scheduled_on, type_=Date).label("meeting_on"),
        )
        .order_by(Action.due_on, Action.id)
        .limit(MOST_OF_EACH)
    )


def _tally(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """How many actions are late, and in how many agencies."""
    return (
        access.visible_to(viewer)
        .where(overdue_where(viewer.today), _IS_AT_WORK)
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            literal(TaskKind.ACTIONS_OVERDUE.value, String).label("kind"),
            literal(0).label("id"),
            cast(null(), LargeBinary).label("what"),
            cast(null(), String).label("agency"),
            cast(null(), Date).label("due_on"),
            func.count(Action.id).label("done"),
            func.count(Action.agency_id.distinct()).label("of"),
            cast(null(), String).label("meeting_type"),
            cast(null(), Date).label("meeting_on"),
        )
    )


def _task(hat: Hat, row: Row[*tuple[Any, ...]]) -> Task:
    if row.kind == TaskKind.ACTIONS_OVERDUE:
        return Task(TaskKind.ACTIONS_OVERDUE, hat, done=row.done, of=row.of)
    return Task(
        TaskKind(row.kind),
        hat,
        row.due_on if row.kind == TaskKind.ACTION_OVERDUE else None,
        meeting_type=row.meeting_type or "",
        on=row.meeting_on,
        subject=row.agency,
        subject_id=row.id,
        what=row.what or "",
    )
