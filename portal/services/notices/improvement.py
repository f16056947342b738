"""What those who lead an action of the improvement plan are told, and until when it still wants doing."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Exists, and_, exists, or_

from portal.domain.improvement_vocabulary import ImprovementStatus
from portal.domain.message_vocabulary import NoticeKind
from portal.models.improvement import ImprovementAction
from portal.models.messages import Notice
from portal.services.changes import Change
from portal.services.notices.telling import Telling, tell
from portal.services.notices.timing import office_day


def tell_given(change: Change, action: ImprovementAction, memberships: Collection[int]) -> int:
    """Tell these memberships that they lead an action; returns how many had not been told before.

    The inbox says its number in the plan, and nothing of what it is about.
    """
    if not memberships:
        return 0
    day = office_day(change.session, action.partnership_id, change.viewer.today)
    telling = Telling(
        NoticeKind.IMPROVEMENT_GIVEN,
        "improvement_action",
        action.id,
        what=f"Action {action.reference}",
        due_at=None if action.next_due_on is None else day.end_of(action.next_due_on),
    )
    return tell(change, action.partnership_id, memberships, telling)


def waits_in_plan() -> Exists:
    """The action is open; and of what was due on a day, not yet ticked or moved to a later one."""
    due = or_(
        Notice.kind == NoticeKind.IMPROVEMENT_GIVEN,
        # A day stands before every moment of it, as databases compare them.
        and_(Notice.kind == NoticeKind.IMPROVEMENT_DUE, ImprovementAction.next_due_on <= Notice.due_at),
    )
    return (
        exists()
        .where(ImprovementAction.id == Notice.subject_id, ImprovementAction.status == ImprovementStatus.OPEN, due)
        .correlate(Notice)
    )
