"""Who chairs: the choice of them, and what they are told of the meetings that are theirs."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.vocabulary import Role
from portal.models.meetings import Meeting
from portal.models.people import Membership, User
from portal.services.changes import Change
from portal.services.notices.telling import Telling, tell
from portal.services.notices.timing import office_day
from portal.services.rule_sets import KnownType


def chairs_to_choose(viewer: Viewer) -> list[tuple[int, str]]:
    """Who chairs in the viewer's partnership now: membership and name, by name."""
    return [(row.id, row.name) for row in db.session.execute(_chairs(viewer).order_by(User.name, Membership.id))]


def is_chair(session: Session, viewer: Viewer, membership_id: int) -> bool:
    """Whether this is one of them."""
    return session.execute(_chairs(viewer).where(Membership.id == membership_id)).first() is not None


def _chairs(viewer: Viewer) -> Select[int, str]:
    return (
        select(Membership.id, User.name)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.partnership_id == viewer.partnership_id,
            Membership.role == Role.CHAIR,
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
    )


def tell_chair(change: Change, meeting: Meeting, known: KnownType) -> None:
    """Tell a meeting's chair that it was opened, moved or cancelled; once for each state of the meeting."""
    if meeting.chair_membership_id is None:
        return
    day = office_day(change.session, meeting.partnership_id, change.viewer.today)
    told = Telling(
        NoticeKind.CHAIRING,
        "meeting",
        meeting.id,
        place=meeting.version,
        what=day.meeting_words(known.name, meeting.scheduled_on),
        urgency=day.urgency_of(known.family, meeting.scheduled_on),
    )
    tell(change, meeting.partnership_id, [meeting.chair_membership_id], told)
