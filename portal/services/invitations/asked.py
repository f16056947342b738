"""All invitations that one person can answer now, under all of their memberships: for answering several at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import Session

from portal.access import meetings as access
from portal.access.viewer import Hat, Viewer
from portal.database.session import db
from portal.domain.answering import answer_due_on
from portal.domain.vocabulary import ANSWERING_ROLES, Answer, Expectation, MeetingStatus
from portal.domain.working_days import london_day
from portal.models.meetings import Invitation, Meeting
from portal.models.rule_sets import MeetingType
from portal.services.invitations.answering import answers_for

MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that nobody has answered yet, under the membership that may answer it."""

    invitation_id: int
    meeting_id: int
    hat: Hat
    meeting_type: str
    on: date
    at: time | None
    due: date
    answers: tuple[Answer, ...]


def open_invitations(viewer: Viewer) -> list[OpenInvitation]:
    """The unanswered invitations to coming meetings, soonest due first; no child is named among them."""
    session: Session = db.session()
    hats = {hat.membership_id: hat for hat in viewer.hats if hat.role in ANSWERING_ROLES}
    parts = [_open(worn) for number in hats if (worn := viewer.wearing(number)) is not None]
    if not parts:
        return []
    found = union_all(*parts).subquery()
    rows = session.execute(select(found).order_by(found.c.scheduled_on, found.c.start_time, found.c.id)).all()
    invitations: dict[int, OpenInvitation] = {}
    for row in rows:
        invitations.setdefault(
            row.id,
            OpenInvitation(
                row.id,
                row.meeting_id,
                hats[row.membership_id],
                row.name,
                row.scheduled_on,
                row.start_time,
                answer_due_on(
                    meeting_on=row.scheduled_on,
                    report_due_on=row.report_due_on,
                    invited_on=london_day(row.created_at),
                ),
                tuple(answers_for(Expectation(row.expectation), row.report_due_on)),
            ),
        )
    return sorted(invitations.values(), key=lambda one: (one.due, one.on, one.at or time.min))[:MOST_AT_ONCE]


def _open(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    return (
        access.invitations_visible_to(viewer)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(
            Invitation.meeting_on >= viewer.today,
            Invitation.answer.is_(None),
            Meeting.status == MeetingStatus.SCHEDULED,
            Meeting.register_closed_at.is_(None),
        )
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            Invitation.id,
            Invitation.meeting_id,
            MeetingType.name,
            Meeting.scheduled_on,
            Meeting.start_time,
            Invitation.expectation,
            Invitation.report_due_on,
            Invitation.created_at,
        )
    )
