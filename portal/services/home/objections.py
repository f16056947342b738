"""What agencies object to, on Home, and what they are asked to confirm of a talk with the chair; by one query."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Row,
    Select,
    String,
    and_,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from portal.access import contests as contests_access
from portal.access import families as families_access
from portal.access import meetings as meetings_access
from portal.access.roles import Permission
from portal.access.viewer import Hat, Viewer
from portal.domain.contest_vocabulary import ContestStatus
from portal.domain.family_vocabulary import KnowsChild
from portal.domain.vocabulary import Answer, Expectation, MeetingStatus
from portal.models.consultations import Consultation
from portal.models.contests import Contest
from portal.models.families import InvitationChild
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.rule_sets import MeetingType
from portal.services.home.consultations import waiting_talks
from portal.services.home.tasks import Task, TaskKind
from portal.services.meetings.outlook import HAS_PART

MOST_OF_EACH = 10
DECISION_SHOWN = timedelta(days=14)

_NO_DAY = cast(null(), Date)
_IS_OPEN = and_(Meeting.status == MeetingStatus.SCHEDULED, Meeting.register_closed_at.is_(None))


def objected(session: Session, viewer: Viewer) -> list[Task]:
    """For the person's memberships as coordinator what waits to be decided; for those in agencies what was decided of
    theirs lately, and talks to confirm. Each thing once, and under the active membership first.
    """
    hats = {hat.membership_id: hat for hat in viewer.hats}
    parts = [part for number in hats if (worn := viewer.wearing(number)) is not None for part in _parts(worn)]
    if not parts:
        return []
    rows = session.execute(union_all(*(select(part.subquery()) for part in parts)))
    tasks: dict[tuple[TaskKind, int], Task] = {}
    for row in sorted(rows, key=lambda row: row.membership_id != viewer.membership_id):
        task = _task(viewer.today, hats[row.membership_id], row)
        tasks.setdefault((task.kind, row.id), task)
    return list(tasks.values())


def _parts(viewer: Viewer) -> Iterator[Select[*tuple[Any, ...]]]:
    if viewer.may(Permission.EXPECTATIONS_SET):
        yield _not_ours(viewer)
        yield _children(viewer)
        yield _contests(viewer, TaskKind.CONTEST, Contest.status == ContestStatus.OPEN)
    elif viewer.may(Permission.EXPECTATIONS_CONTEST):
        is_decided = or_(Contest.status == ContestStatus.UPHELD, Contest.status == ContestStatus.KEPT)
        lately = Contest.ended_at >= viewer.now - DECISION_SHOWN
        yield _contests(viewer, TaskKind.CONTEST_DECIDED, and_(is_decided, lately))
        yield _talks(viewer)


def _columns(viewer: Viewer, kind: TaskKind, number: Any, due_on: Any = _NO_DAY) -> tuple[Any, ...]:
    """What every part says; `id` is where to find it: an invitation or a contest."""
    return (
        literal(viewer.membership_id).label("membership_id"),
        literal(kind.value, String).label("kind"),
        number.label("id"),
        due_on.label("due_on"),
        Meeting.id.label("meeting_id"),
        MeetingType.name,
        Meeting.reference,
        Meeting.scheduled_on,
        Meeting.start_time,
        Agency.name.label("agency"),
    )


def _not_ours(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    is_not_ours = Invitation.answer == Answer.NOT_OURS
    return (
        meetings_access.invitations_visible_to(viewer)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(
            # As the index begins that holds these few alone.
            Invitation.partnership_id == viewer.partnership_id,
            is_not_ours,
            Invitation.expectation != Expectation.NOT_RELEVANT,
            _IS_OPEN,
        )
        .with_only_columns(*_columns(viewer, TaskKind.NOT_OURS, Invitation.id), literal(0).label("number"))
    )


def _children(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """Children whom an agency says it does not know, one line for each agency and meeting, and without a name."""
    not_known = InvitationChild.knows == KnowsChild.NO
    return (
        families_access.said_visible_to(viewer)
        .join(Invitation, Invitation.id == InvitationChild.invitation_id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(not_known, InvitationChild.settled_at.is_(None), HAS_PART, _IS_OPEN)
        .group_by(Invitation.id, Meeting.id, MeetingType.id, Agency.id)
        .with_only_columns(*_columns(viewer, TaskKind.CHILD_NOT_OURS, Invitation.id), func.count().label("number"))
    )


def _contests(viewer: Viewer, kind: TaskKind, which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        contests_access.visible_to(viewer)
        .join(Invitation, Invitation.id == Contest.invitation_id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(which)
        .with_only_columns(*_columns(viewer, kind, Contest.id, Contest.due_on), literal(0).label("number"))
        .order_by(Contest.due_on, Contest.id)
        .limit(MOST_OF_EACH)
    )


def _talks(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    return (
        waiting_talks(viewer)
        .with_only_columns(*_columns(viewer, TaskKind.CONSULTATION, Consultation.id), literal(0).label("number"))
        # As the index stands in which those that wait stand together.
        .order_by(Consultation.invitation_id, Consultation.id)
        .limit(MOST_OF_EACH)
    )


def _task(today: date, hat: Hat, row: Row[*tuple[Any, ...]]) -> Task:
    kind = TaskKind(row.kind)
    is_news = kind is TaskKind.CONTEST_DECIDED
    due = row.due_on if kind is TaskKind.CONTEST else None if is_news else min(row.scheduled_on, today)
    return Task(
        kind,
        hat,
        due,
        row.meeting_id,
        row.name,
        row.scheduled_on,
        row.start_time,
        subject="" if is_news else row.agency,
        subject_id=row.id,
        done=row.number,
        reference=row.reference,
    )
