"""What those who lead an action of the improvement plan are told: that it is theirs now."""

from __future__ import annotations

from collections.abc import Collection

from portal.domain.message_vocabulary import NoticeKind
from portal.models.improvement import ImprovementAction
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
