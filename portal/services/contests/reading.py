"""One contest with its invitation, meeting and agency: read for a page, or locked to be changed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from portal.access import contests as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.models.contests import Contest
from portal.models.meetings import Invitation, Meeting
from portal.models.people import Membership
from portal.services.changes import Change


@dataclass(frozen=True, slots=True)
class ShownContest:
    """A contest as its page shows it, and what the viewer may do about it."""

    contest: Contest
    may_decide: bool
    may_withdraw: bool

    @property
    def invitation(self) -> Invitation:
        """The invitation that it is about."""
        return self.contest.invitation

    @property
    def meeting(self) -> Meeting:
        """The invitation's meeting."""
        return self.contest.invitation.meeting


def find_contest(viewer: Viewer, contest_id: int) -> ShownContest:
    """A contest that the viewer sees, by one query. Raises NotVisible."""
    contest = db.session.scalars(_query(viewer, contest_id)).one_or_none()
    if contest is None:
        raise NotVisible("There is no such contest.")
    places = contest.invitation, contest.invitation.meeting
    return ShownContest(
        contest, access.may_decide(viewer, contest, *places), access.may_withdraw(viewer, contest, *places)
    )


def contest_to_change(change: Change, contest_id: int) -> Contest:
    """The same within a change: meeting, invitation and then the contest, locked where the database locks rows.

    The order is that of case_facts. Raises NotVisible.
    """
    place = change.session.execute(
        access.visible_to(change.viewer)
        .where(Contest.id == contest_id)
        .join(Invitation, Invitation.id == Contest.invitation_id)
        .with_only_columns(Invitation.id, Invitation.meeting_id)
    ).one_or_none()
    if place is None:
        raise NotVisible("There is no such contest.")
    lock(change, place.meeting_id, place.id)
    contest = change.session.scalars(
        _query(change.viewer, contest_id).with_for_update(of=Contest).execution_options(populate_existing=True)
    ).one_or_none()
    if contest is None:
        raise NotVisible("There is no such contest.")
    return contest


def lock(change: Change, meeting_id: int, invitation_id: int) -> None:
    """Lock a meeting and then one invitation to it until the transaction ends."""
    meeting = select(Meeting.id).where(Meeting.id == meeting_id)
    change.session.execute(meeting.with_for_update(of=Meeting, key_share=True))
    invitation = select(Invitation.id).where(Invitation.id == invitation_id)
    change.session.execute(invitation.with_for_update(of=Invitation))


def _query(viewer: Viewer, contest_id: int) -> Select[Contest]:
    return (
        access.visible_to(viewer)
        .where(Contest.id == contest_id)
        .options(
            joinedload(Contest.invitation).joinedload(Invitation.meeting).joinedload(Meeting.meeting_type),
            joinedload(Contest.invitation).joinedload(Invitation.agency),
            joinedload(Contest.raised_by).joinedload(Membership.user),
            joinedload(Contest.ended_by),
        )
    )
