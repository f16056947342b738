"""The week's sheet for operations: how last week's meetings went, what the coming days lack, what is not closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy.orm import Session

from portal.access import meetings as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.vocabulary import COUNTED_STATUSES, MeetingStatus
from portal.models.meetings import Meeting
from portal.models.rule_sets import MeetingType
from portal.services.meetings.outlook import Standing, standings

_WEEK = timedelta(days=7)
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Held:
    """Last week's meetings of one kind."""

    kind: str
    held: int
    quorate: int
    not_quorate: int
    late: int
    """Of those whose due day is known, how many came after it."""
    cancelled: int


@dataclass(frozen=True, slots=True)
class Coming:
    """One meeting of this week, or of the next, with what it lacks."""

    id: int
    reference: str
    kind: str
    on: date
    at: time | None
    standing: Standing
    has_chair: bool

    @property
    def lacks(self) -> list[str]:
        """What is missing, in words."""
        unanswered = self.standing.asked - self.standing.answered
        reports = self.standing.reports_due - self.standing.reports_received
        return [
            *([] if self.has_chair else ["no chair"]),
            *([f"{unanswered} not answered"] if unanswered else []),
            *([f"{reports} {'report' if reports == 1 else 'reports'} to come"] if reports else []),
        ]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A meeting whose day is over and whose register nobody has closed."""

    id: int
    reference: str
    kind: str
    on: date


@dataclass(frozen=True, slots=True)
class WeekSheet:
    """What the sheet shows on a day: the seven days before this week, this week and the next, and what waits."""

    began: date
    """This week's Monday."""
    held: tuple[Held, ...]
    coming: tuple[Coming, ...]
    waiting: tuple[Waiting, ...]

    @property
    def last_week(self) -> tuple[date, date]:
        """Last week's Monday and Sunday."""
        return self.began - _WEEK, self.began - timedelta(days=1)


def week_sheet(viewer: Viewer) -> WeekSheet:
    """Return the sheet of the meetings that the viewer sees: all, or a chair's own; by four queries.

    Read from the meetings themselves, since no rollup knows of days: they are those of three weeks.
    """
    session: Session = db.session()
    monday = viewer.today - timedelta(days=viewer.today.weekday())
    return WeekSheet(
        monday,
        tuple(_held(session, viewer, monday)),
        tuple(_coming(session, viewer)),
        tuple(_waiting(session, viewer)),
    )


def _held(session: Session, viewer: Viewer, monday: date) -> list[Held]:
    rows = session.execute(
        access.visible_to(viewer)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(Meeting.scheduled_on.between(monday - _WEEK, monday - timedelta(days=1)))
        .order_by(MeetingType.position)
        .with_only_columns(
            MeetingType.name, Meeting.status, Meeting.quorate, Meeting.in_time, maintain_column_froms=True
        )
    ).all()
    made = []
    for kind in dict.fromkeys(row.name for row in rows):
        of_kind = [row for row in rows if row.name == kind]
        held = [row for row in of_kind if row.status in COUNTED_STATUSES]
        made.append(
            Held(
                kind,
                len(held),
                sum(row.quorate is True for row in held),
                sum(row.quorate is False for row in held),
                sum(row.in_time is False for row in held),
                sum(row.status is MeetingStatus.CANCELLED for row in of_kind),
            )
        )
    return made


def _coming(session: Session, viewer: Viewer) -> list[Coming]:
    rows = session.execute(
        access.visible_to(viewer)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(
            Meeting.status == MeetingStatus.SCHEDULED,
            Meeting.scheduled_on.between(viewer.today, viewer.today + _WEEK),
        )
        .order_by(Meeting.scheduled_on, Meeting.start_time, Meeting.id)
        .limit(MOST_SHOWN)
        .with_only_columns(
            Meeting.id,
            Meeting.reference,
            MeetingType.name,
            Meeting.scheduled_on,
            Meeting.start_time,
            Meeting.chair_membership_id,
            maintain_column_froms=True,
        )
    ).all()
    standing = standings(session.connection(), [row.id for row in rows]) if rows else {}
    return [
        Coming(
            row.id,
            row.reference,
            row.name,
            row.scheduled_on,
            row.start_time,
            standing.get(row.id, Standing()),
            row.chair_membership_id is not None,
        )
        for row in rows
    ]


def _waiting(session: Session, viewer: Viewer) -> list[Waiting]:
    rows = session.execute(
        access.visible_to(viewer)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(
            Meeting.status == MeetingStatus.SCHEDULED,
            Meeting.register_closed_at.is_(None),
            Meeting.scheduled_on < viewer.today,
        )
        .order_by(Meeting.scheduled_on, Meeting.id)
        .limit(MOST_SHOWN)
        .with_only_columns(
            Meeting.id, Meeting.reference, MeetingType.name, Meeting.scheduled_on, maintain_column_froms=True
        )
    )
    return [Waiting(*row) for row in rows]
