"""One change of what is expected of an agency: made, written down, and what follows from it worked out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import insert, select
from sqlalchemy.orm import joinedload

from portal.access import meetings as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.contest_vocabulary import ContestStatus
from portal.domain.errors import NotVisible
from portal.domain.vocabulary import Expectation, ExpectationReason
from portal.models.contests import Contest, ExpectationChange
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.rule_sets import MeetingType
from portal.services.case_facts import recount_meeting
from portal.services.changes import Change
from portal.services.notices import contests as notices
from portal.services.notices.parts import begin_parts_anew, end_parts


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One line of the history; `who` is empty where a file brought the change."""

    at: datetime
    who: str
    before: Expectation
    before_reason: ExpectationReason | None
    after: Expectation
    reason: ExpectationReason | None
    was_contested: bool


@dataclass(frozen=True, slots=True)
class ExpectationHistory:
    """What is expected of an agency at a meeting now, and every change of it, the newest first."""

    meeting_id: int
    meeting_type: str
    on: date
    at: time | None
    agency: str
    expectation: Expectation
    reason: ExpectationReason | None
    changes: tuple[ShownChange, ...]
    is_own: bool
    """Whether it is read by the agency itself."""


def expect(
    change: Change,
    invitation: Invitation,
    expectation: Expectation,
    reason: ExpectationReason,
    *,
    answer: str = "",
) -> Expectation:
    """Expect this of an agency from now on, and return what was expected before; the meeting's facts follow.

    The invitation comes with its meeting, both locked. An open contest that asks for just this is upheld with it,
    whichever way the coordinator came, and `answer` is what they write to the agency. Raises Conflict by the flush.
    """
    met = change.session.scalar(
        select(Contest).where(
            Contest.invitation_id == invitation.id,
            Contest.status == ContestStatus.OPEN,
            Contest.wanted == expectation,
        )
    )
    before = invitation.expectation
    change.session.add(
        ExpectationChange(
            partnership_id=invitation.partnership_id,
            invitation_id=invitation.id,
            contest_id=None if met is None else met.id,
            changed_at=change.viewer.now,
            changed_by_id=change.viewer.user_id,
            from_expectation=before,
            from_reason=invitation.expectation_reason,
            to_expectation=expectation,
            to_reason=reason,
        )
    )
    invitation.expectation = expectation
    invitation.expectation_reason = reason
    if met is not None:
        met.status = ContestStatus.UPHELD
        met.answer = answer or None
        met.ended_at = change.viewer.now
        met.ended_by_id = change.viewer.user_id
    change.session.flush()
    recount_meeting(change.session, invitation.meeting_id)
    if expectation is Expectation.NOT_RELEVANT:
        end_parts(change, invitation.partnership_id, [invitation.id])
    elif before is Expectation.NOT_RELEVANT:
        begin_parts_anew(change, [invitation.id])
    change.log("invitation.expectation_changed", "invitation", invitation.id)
    if met is not None:
        change.log("contest.upheld", "contest", met.id)
        notices.tell_decided(change, met)
    return before


def note_imported(
    change: Change,
    partnership_id: int,
    changes: Iterable[tuple[int, Expectation, ExpectationReason | None, Expectation, ExpectationReason | None]],
) -> None:
    """Write down what a file changed: each an invitation's id, what was expected and why, what is and why."""
    rows = [
        {
            "partnership_id": partnership_id,
            "invitation_id": invitation_id,
            "changed_at": change.viewer.now,
            "from_expectation": before,
            "from_reason": before_reason,
            "to_expectation": after,
            "to_reason": reason,
        }
        for invitation_id, before, before_reason, after, reason in changes
    ]
    if rows:
        change.session.execute(insert(ExpectationChange), rows)


def expectation_history(viewer: Viewer, meeting_id: int, invitation_id: int) -> ExpectationHistory:
    """How what is expected of an agency came to be, for whoever opens its invitation, by two queries.

    Raises NotVisible.
    """
    seen = (
        access.invitations_visible_to(viewer)
        .where(Invitation.meeting_id == meeting_id)
        .with_only_columns(Invitation.id)
    )
    found = db.session.execute(
        select(Invitation, Meeting.scheduled_on, Meeting.start_time, MeetingType.name, Agency.name.label("agency"))
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(Invitation.id == invitation_id, Invitation.meeting_id == meeting_id, Invitation.id.in_(seen))
    ).one_or_none()
    if found is None:
        raise NotVisible("No such invitation.")
    invitation = found[0]
    rows = db.session.scalars(
        select(ExpectationChange)
        .where(ExpectationChange.invitation_id == invitation_id)
        .options(joinedload(ExpectationChange.changed_by))
        .order_by(ExpectationChange.id.desc())
    )
    return ExpectationHistory(
        meeting_id=meeting_id,
        meeting_type=found.name,
        on=found.scheduled_on,
        at=found.start_time,
        agency=found.agency,
        expectation=invitation.expectation,
        reason=invitation.expectation_reason,
        changes=tuple(
            ShownChange(
                row.changed_at,
                row.changed_by.name if row.changed_by else "",
                row.from_expectation,
                row.from_reason,
                row.to_expectation,
                row.to_reason,
                row.contest_id is not None,
            )
            for row in rows
        ),
        is_own=invitation.agency_id == viewer.agency_id,
    )
