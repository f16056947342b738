"""What agencies owe their meetings, for one person under all of their memberships in agencies: by one query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, false, literal, or_, select, union_all
from sqlalchemy.orm import Session

from portal.access import meetings as access
from portal.access.viewer import Hat, Viewer
from portal.domain.answering import answer_due_on, declaration_due_on, disagrees_on_presence, has_begun
from portal.domain.vocabulary import ANSWERING_ROLES, MeetingStatus, ReportStatus
from portal.domain.working_days import london_day
from portal.models.meetings import Invitation, Meeting
from portal.models.reports import Report
from portal.models.rule_sets import MeetingType
from portal.services.home.report_signing import with_lead
from portal.services.home.tasks import Task, TaskKind
from portal.services.meetings.outlook import REPORT_ASKED
from portal.services.meetings.outstanding import asked_again_where, unanswered_where, untold_where

LOOKED_BACK = timedelta(days=10)
"""What was owed to an older meeting is no longer among the few things of today: the list of meetings has it."""

REPORTS_AHEAD = timedelta(days=14)
"""A report further off needs nobody today, unless somebody has begun it."""

DIFFERENCE_SHOWN = timedelta(days=14)
_REPORTS_THEMSELVES = frozenset({TaskKind.REPORT_TO_SIGN, TaskKind.REPORT_SENT_BACK})
READ_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Owed:
    """The tasks, and whether there are more than were read."""

    tasks: list[Task]
    has_more: bool


def agency_hats(viewer: Viewer) -> list[Hat]:
    """The person's memberships in agencies, the active one first."""
    hats = [hat for hat in viewer.hats if hat.role in ANSWERING_ROLES]
    return sorted(hats, key=lambda hat: hat.membership_id != viewer.membership_id)


def owed_by_agencies(session: Session, viewer: Viewer) -> Owed:
    """Answers, also to be given again, reports and declarations that the person's agencies owe, and differences."""
    hats = {hat.membership_id: hat for hat in agency_hats(viewer)}
    worn = [one for hat in hats if (one := viewer.wearing(hat)) is not None]
    if not worn:
        return Owed([], has_more=False)
    found = union_all(*(_owed(one) for one in worn), *(part for one in worn for part in _with_lead(one))).subquery()
    rows = session.execute(
        select(found).order_by(found.c.scheduled_on, found.c.start_time, found.c.id).limit(READ_AT_MOST + 1)
    ).all()
    tasks: dict[tuple[TaskKind, int], Task] = {}
    rank = list(hats)
    for row in sorted(rows[:READ_AT_MOST], key=lambda row: rank.index(row.membership_id)):
        for task in _tasks(viewer, hats[row.membership_id], row):
            # A lead who is a practitioner of the same agency too has one thing to do, not two.
            tasks.setdefault((task.kind, row.id), task)
    return Owed(sorted(tasks.values(), key=lambda task: task.place), has_more=len(rows) > READ_AT_MOST)


def _owed(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """One membership's invitations that still want something."""
    today = viewer.today
    return (
        access.invitations_visible_to(viewer)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .outerjoin(Report, and_(Report.invitation_id == Invitation.id, Report.status != ReportStatus.SUBMITTED))
        .where(
            Invitation.meeting_on >= today - LOOKED_BACK,
            Meeting.status != MeetingStatus.CANCELLED,
            or_(unanswered_where(today), _unreported(today), untold_where(today), _disputed(), _asked_again(today)),
        )
        .with_only_columns(
            *_columns(viewer, ""),
            unanswered_where(today).label("is_unanswered"),
            _unreported(today).label("is_unreported"),
            untold_where(today).label("is_untold"),
            _asked_again(today).label("is_asked_again"),
        )
    )


def _with_lead(viewer: Viewer) -> Iterator[Select[*tuple[Any, ...]]]:
    """What lies between one membership and the lead of its agency, whenever the meeting is: in the same columns."""
    wants = ("is_unanswered", "is_unreported", "is_untold", "is_asked_again")
    for kind, rows in with_lead(viewer):
        yield rows.with_only_columns(*_columns(viewer, kind.value), *(false().label(name) for name in wants))


def _columns(viewer: Viewer, kind: str) -> list[Any]:
    """What the tasks are made of; `kind` where a row is one task of its own."""
    return [
        literal(viewer.membership_id).label("membership_id"),
        literal(kind).label("with_lead"),
        Invitation.id,
        Invitation.meeting_id,
        MeetingType.name,
        Meeting.reference,
        Meeting.scheduled_on,
        Meeting.start_time,
        Meeting.status,
        Meeting.register_closed_at,
        Invitation.created_at,
        Invitation.report_due_on,
        Invitation.confirmed_at,
        Report.saved_at,
        Invitation.declared_attendance,
        Invitation.confirmed_attendance,
    ]


def _unreported(today: date) -> ColumnElement[bool]:
    near = Invitation.report_due_on <= today + REPORTS_AHEAD
    # What is with the lead, or came back from there, is a task of its own.
    is_written = and_(Report.status == ReportStatus.DRAFT, Report.sent_back_note.is_(None))
    return and_(
        REPORT_ASKED,
        Invitation.report_received_on.is_(None),
        or_(is_written, and_(near, Report.id.is_(None))),
    )


def _asked_again(today: date) -> ColumnElement[bool]:
    """Answers that were given before the meeting moved, while it is still to come."""
    return and_(Invitation.meeting_on >= today, asked_again_where())


def _disputed() -> ColumnElement[bool]:
    # Empty on either side is neither equal nor unequal, and so nothing that is disputed.
    return Invitation.declared_attendance != Invitation.confirmed_attendance


def _tasks(viewer: Viewer, hat: Hat, row: Row[*tuple[Any, ...]]) -> list[Task]:
    def task(kind: TaskKind, due: date | None) -> Task:
        return Task(
            kind,
            hat,
            due,
            row.meeting_id,
            row.name,
            row.scheduled_on,
            row.start_time,
            row.saved_at if kind is TaskKind.REPORT else None,
            reference=row.reference,
        )

    if row.with_lead:
        kind = TaskKind(row.with_lead)
        return [task(kind, row.report_due_on if kind in _REPORTS_THEMSELVES else None)]
    found = []
    if row.is_unanswered:
        due = answer_due_on(
            meeting_on=row.scheduled_on, report_due_on=row.report_due_on, invited_on=london_day(row.created_at)
        )
        found.append(task(TaskKind.ANSWER, due))
    if row.is_asked_again:
        # Whoever answered has as long as if they were invited today.
        asked = london_day(viewer.now)
        due = answer_due_on(meeting_on=row.scheduled_on, report_due_on=row.report_due_on, invited_on=asked)
        found.append(task(TaskKind.CONFIRM_ANSWER, due))
    if row.is_unreported:
        found.append(task(TaskKind.REPORT, row.report_due_on))
    if row.is_untold and has_begun(viewer.now, row.scheduled_on, row.start_time):
        found.append(task(TaskKind.DECLARE, declaration_due_on(row.scheduled_on)))
    if disagrees_on_presence(row.declared_attendance, row.confirmed_attendance) and _is_recent(viewer, row):
        found.append(task(TaskKind.DIFFERS, None))
    return found


def _is_recent(viewer: Viewer, row: Row[*tuple[Any, ...]]) -> bool:
    """An open register can still be put right; once it is closed, the difference is news for a while."""
    still_open = row.status is MeetingStatus.SCHEDULED and row.register_closed_at is None
    return still_open or (row.confirmed_at is not None and row.confirmed_at >= viewer.now - DIFFERENCE_SHOWN)


def next_meeting(session: Session, viewer: Viewer) -> Task | None:
    """The next meeting of any of the person's agencies, to be named where nothing is to be done."""
    hats = {hat.membership_id: hat for hat in agency_hats(viewer)}
    parts = [_coming(worn) for hat in hats if (worn := viewer.wearing(hat)) is not None]
    if not parts:
        return None
    found = union_all(*(select(part.subquery()) for part in parts)).subquery()
    row = session.execute(select(found).order_by(found.c.scheduled_on, found.c.start_time, found.c.id).limit(1)).first()
    if row is None:
        return None
    return Task(TaskKind.ANSWER, hats[row.membership_id], None, row.id, row.name, row.scheduled_on, row.start_time)


def _coming(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    return (
        access.invitations_visible_to(viewer)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(Invitation.meeting_on >= viewer.today, Meeting.status == MeetingStatus.SCHEDULED)
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            Meeting.id,
            MeetingType.name,
            Meeting.scheduled_on,
            Meeting.start_time,
        )
        .order_by(Invitation.meeting_on, Meeting.start_time, Invitation.meeting_id)
        .limit(1)
    )
