"""What a meeting asked for: its actions as whoever sees the meeting sees them, and one line about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func
from sqlalchemy.orm import Session

from portal.access import actions as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.action_rules import is_overdue
from portal.domain.audit_vocabulary import ActionRag, ActionStatus
from portal.domain.meeting_vocabulary import MeetingFamily
from portal.models.actions import Action
from portal.models.partnerships import Agency
from portal.services.actions.listing import overdue_where
from portal.services.meeting_actions.recording import found_meeting


@dataclass(frozen=True, slots=True)
class MeetingAction:
    """One action of a meeting, in its list."""

    id: int
    what: str
    measure: str
    agency: str
    owner: str
    due_on: date
    rag: ActionRag
    status: ActionStatus
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class MeetingActions:
    """A meeting's actions; `may_add` and `may_carry` say what its keepers can do."""

    meeting_id: int
    kind: str
    on: date
    rows: tuple[MeetingAction, ...]
    may_add: bool
    may_carry: bool


def actions_of_meeting(viewer: Viewer, meeting_id: int) -> MeetingActions:
    """What a meeting asked for, open first, each by its day. Raises NotVisible."""
    session: Session = db.session()
    meeting, kind = found_meeting(session, viewer, meeting_id)
    rows = session.execute(
        access.visible_to(viewer)
        .join(Agency, Agency.id == Action.agency_id)
        .where(Action.meeting_id == meeting_id)
        .with_only_columns(
            Action.id,
            Action.what,
            Action.measure,
            Agency.name,
            Action.owner_name,
            Action.due_on,
            Action.rag,
            Action.status,
        )
        .order_by(case((Action.status == ActionStatus.CLOSED, 1), else_=0), Action.due_on, Action.id)
    )
    return MeetingActions(
        meeting_id=meeting.id,
        kind=kind.name,
        on=meeting.day,
        rows=tuple(
            MeetingAction(
                row.id,
                row.what,
                row.measure or "",
                row.name,
                row.owner_name,
                row.due_on,
                row.rag,
                row.status,
                is_overdue(row.status, row.due_on, viewer.today),
            )
            for row in rows
        ),
        may_add=access.may_add_to_meeting(viewer, meeting),
        may_carry=kind.family is MeetingFamily.CONFERENCE and access.may_record(viewer, meeting),
    )


def line_for(viewer: Viewer, meeting_id: int) -> str:
    """One line for the meeting's page: "3 actions, 1 overdue"; empty where the viewer sees none."""
    row = db.session.execute(
        access.visible_to(viewer)
        .where(Action.meeting_id == meeting_id)
        .with_only_columns(
            func.count(Action.id).label("all"),
            func.count(Action.id).filter(Action.status == ActionStatus.CLOSED).label("closed"),
            func.count(Action.id).filter(overdue_where(viewer.today)).label("overdue"),
        )
    ).one()
    if not row.all:
        return ""
    words = ["1 action" if row.all == 1 else f"{row.all} actions"]
    if row.closed:
        words.append(f"{row.closed} closed")
    if row.overdue:
        words.append(f"{row.overdue} overdue")
    return ", ".join(words)
