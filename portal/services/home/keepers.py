"""What chairs, coordinators and managers have before them: the next meetings, registers to close, answers to chase."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import Row, Select, bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from portal.access import meetings as access
from portal.access.viewer import Hat, Viewer
from portal.domain.answering import has_begun
from portal.domain.quoracy import Foresight
from portal.domain.vocabulary import Answer, Expectation, MeetingStatus, Role
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.models.rule_sets import MeetingType
from portal.services.home.tasks import Task, TaskKind
from portal.services.meetings.kinds import kinds
from portal.services.meetings.outlook import Standing, standings

SEES_COMING = frozenset({Role.CHAIR, Role.SAFEGUARDING_MANAGER})
SEES_REGISTERS = SEES_COMING
CHASES = frozenset({Role.COORDINATOR})
KEEPERS = SEES_COMING | CHASES

CHASED = timedelta(days=7)
"""How soon a meeting is, when its missing answers are chased."""

MOST_COMING = 10
MOST_READ = 60


@dataclass(frozen=True, slots=True)
class ComingMeeting:
    """A meeting to come, and how far its agencies are."""

    id: int
    hat: Hat
    type_name: str
    on: date
    at: time | None
    chair_name: str
    standing: Standing
    foresight: Foresight | None


@dataclass(frozen=True, slots=True)
class Kept:
    """The tasks, and the next meetings of those who chair or oversee them."""

    tasks: list[Task]
    coming: list[ComingMeeting]


def keeper_hats(viewer: Viewer) -> dict[int, Hat]:
    """The person's memberships that run meetings, by id, the active one first."""
    hats = [hat for hat in viewer.hats if hat.role in KEEPERS]
    return {hat.membership_id: hat for hat in sorted(hats, key=lambda hat: hat.membership_id != viewer.membership_id)}


def kept_by(session: Session, viewer: Viewer) -> Kept:
    """What the person's memberships as chair, coordinator or manager have before them, by three queries."""
    hats = keeper_hats(viewer)
    worn = [one for number in hats if (one := viewer.wearing(number)) is not None]
    if not worn:
        return Kept([], [])
    rows = session.execute(union_all(*(part for one in worn for part in _near(one)))).all()
    tasks = [
        _register_task(hats[row.membership_id], row)
        for row in _once(hats, rows)
        if hats[row.membership_id].role in SEES_REGISTERS and has_begun(viewer.now, row.scheduled_on, row.start_time)
    ]
    ahead = [row for row in rows if not has_begun(viewer.now, row.scheduled_on, row.start_time)]
    by_meeting = standings(session.connection(), {row.id for row in ahead})
    nobody = Standing()
    for row in _once(hats, ahead, CHASES):
        standing = by_meeting.get(row.id, nobody)
        if standing.unanswered and row.scheduled_on <= viewer.today + CHASED:
            tasks.append(_chase_task(hats[row.membership_id], row, standing))
    known = kinds(session.connection(), {hat.partnership_id for hat in hats.values()})
    coming = [
        ComingMeeting(
            row.id,
            hats[row.membership_id],
            row.name,
            row.scheduled_on,
            row.start_time,
            row.chair or "",
            by_meeting.get(row.id, nobody),
            by_meeting.get(row.id, nobody).foresight(known[row.meeting_type_id].quorum_on(row.scheduled_on)),
        )
        for row in _once(hats, ahead, SEES_COMING)
    ]
    coming.sort(key=lambda meeting: (meeting.on, meeting.at or time.min, meeting.id))
    return Kept(tasks, coming[:MOST_COMING])


def not_ours(session: Session, viewer: Viewer) -> list[Task]:
    """The invitations that agencies have said are not theirs, for the person's memberships as coordinator."""
    hats = {number: hat for number, hat in keeper_hats(viewer).items() if hat.role in CHASES}
    parts = [_not_ours(worn) for number in hats if (worn := viewer.wearing(number)) is not None]
    if not parts:
        return []
    rows = session.execute(union_all(*parts)).all()
    return [
        Task(
            TaskKind.NOT_OURS,
            hats[row.membership_id],
            min(row.scheduled_on, viewer.today),
            row.meeting_id,
            row.name,
            row.scheduled_on,
            row.start_time,
            subject=row.agency,
            subject_id=row.id,
            reference=row.reference,
        )
        for row in rows
    ]


def _near(viewer: Viewer) -> list[Select[*tuple[Any, ...]]]:
    """One membership's meetings that have no outcome yet: the latest that have come, and the next."""
    # Written into the statement as it stands in the partial index, which a bound value would not meet.
    is_open = Meeting.status == bindparam(None, MeetingStatus.SCHEDULED, literal_execute=True)
    meetings = (
        access.visible_to(viewer)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .outerjoin(Membership, Membership.id == Meeting.chair_membership_id)
        .outerjoin(User, User.id == Membership.user_id)
        .where(is_open, Meeting.register_closed_at.is_(None))
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            Meeting.id,
            Meeting.meeting_type_id,
            MeetingType.name,
            Meeting.reference,
            Meeting.scheduled_on,
            Meeting.start_time,
            User.name.label("chair"),
        )
        .limit(MOST_READ)
    )
    along = (Meeting.scheduled_on, Meeting.start_time, Meeting.id)
    ahead = meetings.where(Meeting.scheduled_on >= viewer.today).order_by(*along)
    if viewer.role not in SEES_REGISTERS:
        return [select(ahead.subquery())]
    behind = meetings.where(Meeting.scheduled_on < viewer.today).order_by(*(column.desc() for column in along))
    return [select(ahead.subquery()), select(behind.subquery())]


def _not_ours(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    # Written into the statement as it stands in the partial index, which a bound value would not meet.
    is_not_ours = Invitation.answer == bindparam(None, Answer.NOT_OURS, literal_execute=True)
    return (
        access.invitations_visible_to(viewer)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(
            is_not_ours,
            Invitation.expectation != Expectation.NOT_RELEVANT,
            Meeting.status == MeetingStatus.SCHEDULED,
            Meeting.register_closed_at.is_(None),
        )
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            Invitation.id,
            Invitation.meeting_id,
            MeetingType.name,
            Meeting.reference,
            Meeting.scheduled_on,
            Meeting.start_time,
            Agency.name.label("agency"),
        )
    )


def _once(
    hats: Mapping[int, Hat], rows: Iterable[Row[*tuple[Any, ...]]], roles: Container[Role] = KEEPERS
) -> list[Row[*tuple[Any, ...]]]:
    """Each meeting under the first of the hats, of these roles, that sees it."""
    rank = list(hats)
    first: dict[int, Row[*tuple[Any, ...]]] = {}
    for row in sorted(rows, key=lambda row: rank.index(row.membership_id)):
        if hats[row.membership_id].role in roles:
            first.setdefault(row.id, row)
    return list(first.values())


def _register_task(hat: Hat, row: Row[*tuple[Any, ...]]) -> Task:
    oversees = hat.role is Role.SAFEGUARDING_MANAGER
    kind = TaskKind.OVERSEE_REGISTER if oversees else TaskKind.REGISTER
    return Task(
        kind,
        hat,
        row.scheduled_on,
        row.id,
        row.name,
        row.scheduled_on,
        row.start_time,
        subject=(row.chair or "") if oversees else "",
        reference=row.reference,
    )


def _chase_task(hat: Hat, row: Row[*tuple[Any, ...]], standing: Standing) -> Task:
    return Task(
        TaskKind.CHASE,
        hat,
        row.scheduled_on,
        row.id,
        row.name,
        row.scheduled_on,
        row.start_time,
        done=standing.answered,
        of=standing.asked,
        reference=row.reference,
    )
