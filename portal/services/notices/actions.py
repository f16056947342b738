"""What the owner of an action is told, or their agency's leads where the owner does not use the portal."""

from __future__ import annotations

from sqlalchemy import select

from portal.domain.message_vocabulary import NoticeKind
from portal.models.actions import Action
from portal.models.audits import AuditReturn, AuditRound
from portal.services.changes import Change
from portal.services.notices.recipients import NOBODY, people_of
from portal.services.notices.telling import Telling, tell
from portal.services.notices.timing import office_day


def tell_given(change: Change, action: Action) -> int:
    """Tell whoever has to do an action that it was given to them; returns how many people were told."""
    return _tell(change, action, NoticeKind.ACTION_GIVEN)


def tell_sent_back(change: Change, action: Action) -> int:
    """Tell whoever has to do an action that its check found it not done; returns how many people were told."""
    change.session.flush()
    return _tell(change, action, NoticeKind.ACTION_SENT_BACK, place=action.version)


def _tell(change: Change, action: Action, kind: NoticeKind, *, place: int = 0) -> int:
    session, partnership_id = change.session, action.partnership_id
    people = people_of(session, partnership_id, [action.agency_id]).get(action.agency_id, NOBODY)
    title = session.scalar(
        select(AuditRound.title)
        .join(AuditReturn, AuditReturn.round_id == AuditRound.id)
        .where(AuditReturn.id == action.return_id)
    )
    day = office_day(session, partnership_id, change.viewer.today)
    telling = Telling(kind, "action", action.id, place=place, what=title or "", due_at=day.end_of(action.due_on))
    return tell(change, partnership_id, people.owner(action.owner_membership_id), telling)
