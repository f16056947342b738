"""What chairs, coordinators and managers have before them: the next meetings, registers to close, answers to chase."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import Row, Select, literal, select, union_all
from sqlalchemy.orm import Session

from portal.access import meetings as access
from portal.access.viewer import Hat, Viewer
from portal.database.found_otherwise import only_checked
from portal.domain.answering import has_begun
from portal.domain.labels import listed
from portal.domain.quoracy import Foresight
from portal.domain.vocabulary import COUNTED_STATUSES, MeetingStatus, Role
from portal.domain.working_days import working_days_between
from portal.models.meetings import Meeting
from portal.models.people import Membership, User
from portal.models.registers import RegisterClosing
from portal.models.rule_sets import MeetingType
from portal.services.home.tasks import Task, TaskKind
from portal.services.meetings.kinds import Kind, kinds
from portal.services.meetings.outlook import Standing, standings

SEES_COMING = frozenset({Role.CHAIR, Role.SAFEGUARDING_MANAGER})
SEES_REGISTERS = SEES_COMING
CHASES = frozenset({Role.COORDINATOR})
WINS_PEOPLE = CHASES | {Role.CHAIR}
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
    known = kinds(session.connection(), {hat.partnership_id for hat in hats.values()})
    at_risk = {row.id for row in ahead if _is_at_risk(row, known, by_meeting.get(row.id, nobody), viewer.today)}
    for row in _once(hats, ahead, WINS_PEOPLE):
        if row.id in at_risk:
            tasks.append(_quoracy_task(hats[row.membership_id], row, known, by_meeting.get(row.id, nobody)))
    for row in _once(hats, ahead, CHASES):
        standing = by_meeting.get(row.id, nobody)
        # Of a meeting at risk, who has not answered stands on the page of that.
        if row.id not in at_risk and standing.unanswered and row.scheduled_on <= viewer.today + CHASED:
            tasks.append(_chase_task(hats[row.membership_id], row, standing))
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


def _near(viewer: Viewer) -> list[Select[*tuple[Any, ...]]]:
    """One membership's meetings whose register waits: the latest that have come, and the next; and of those that were
    held, the registers that were opened again.
    """
    is_open = Meeting.status == MeetingStatus.SCHEDULED
    meetings = _listed(viewer, access.visible_to(viewer))
    along = (Meeting.scheduled_on, Meeting.start_time, Meeting.id)
    ahead = meetings.where(is_open, Meeting.scheduled_on >= viewer.today).order_by(*along)
    if viewer.role not in SEES_REGISTERS:
        return [select(ahead.subquery())]
    behind = meetings.where(is_open, Meeting.scheduled_on < viewer.today).order_by(*(column.desc() for column in along))
    # Begun at those few, not at all that the partnership ever had.
    found_otherwise = only_checked(access.visible_to(viewer), Meeting.partnership_id)
    opened_again = select(RegisterClosing.meeting_id).where(RegisterClosing.partnership_id == viewer.partnership_id)
    again = _listed(viewer, found_otherwise).where(Meeting.status.in_(COUNTED_STATUSES), Meeting.id.in_(opened_again))
    return [select(ahead.subquery()), select(behind.subquery()), select(again.order_by(*along).subquery())]


def _listed(viewer: Viewer, seen: Select[Meeting]) -> Select[*tuple[Any, ...]]:
    """Of meetings that the viewer sees those whose register is not closed, with what lines say of them."""
    return (
        seen.join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .outerjoin(Membership, Membership.id == Meeting.chair_membership_id)
        .outerjoin(User, User.id == Membership.user_id)
        .where(Meeting.register_closed_at.is_(None))
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


def _is_at_risk(row: Row[*tuple[Any, ...]], known: Mapping[int, Kind], standing: Standing, today: date) -> bool:
    """Whether the answers to a meeting do not promise its quorum, on one of the days on which its rules ask for it."""
    kind = known[row.meeting_type_id]
    reminders = kind.inquorate_on(row.scheduled_on).reminders
    if not reminders or working_days_between(today, row.scheduled_on) > max(reminders):
        return False
    foresight = standing.foresight(kind.quorum_on(row.scheduled_on))
    return foresight is not None and foresight.is_at_risk


def _quoracy_task(hat: Hat, row: Row[*tuple[Any, ...]], known: Mapping[int, Kind], standing: Standing) -> Task:
    foresight = standing.foresight(known[row.meeting_type_id].quorum_on(row.scheduled_on))
    return Task(
        TaskKind.QUORACY,
        hat,
        row.scheduled_on,
        row.id,
        row.name,
        row.scheduled_on,
        row.start_time,
        subject=listed(foresight.missing.words()) if foresight else "",
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
