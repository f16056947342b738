"""What agencies have said is "not ours" and nobody has dealt with: whole invitations, and single children of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from portal.access import families as access
from portal.access import meetings as meetings_access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, NotPermitted, NotVisible
from portal.domain.family_vocabulary import KnowsChild
from portal.domain.vocabulary import Answer, Expectation, MeetingStatus
from portal.models.cases import Child
from portal.models.families import InvitationChild
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.rule_sets import MeetingType
from portal.services import activity
from portal.services.changes import LOST, Change, changing
from portal.services.invitations.inviting import agencies_instead, finish, hold_family, invite, move_involvements
from portal.services.meetings.outlook import HAS_PART


@dataclass(frozen=True, slots=True)
class NotOurs:
    """One answer of "not ours"; without a child it is about the whole invitation."""

    meeting_id: int
    invitation_id: int
    meeting_type: str
    on: date
    at: time | None
    agency: str
    said_at: datetime | None
    whereabouts: str
    child_id: int | None = None
    child: str = ""


@dataclass(frozen=True, slots=True)
class NotKnown:
    """One child whom one agency does not know, as the page for dealing with it shows it."""

    row: InvitationChild
    meeting: Meeting
    agency: str
    child: str
    agencies: tuple[tuple[int, str], ...]
    """Whom the coordinator can invite for the child."""


def not_ours(viewer: Viewer) -> list[NotOurs]:
    """All that waits for the coordinator, the soonest meeting first; reading of the children is logged."""
    if not viewer.may(Permission.EXPECTATIONS_SET):
        raise NotPermitted("The coordinator deals with what is not an agency’s own.")
    is_not_ours = Invitation.answer == Answer.NOT_OURS
    not_known = InvitationChild.knows == KnowsChild.NO
    whole = db.session.execute(
        _open(
            meetings_access.invitations_visible_to(viewer).where(
                # As the index begins that holds these few alone.
                Invitation.partnership_id == viewer.partnership_id,
                is_not_ours,
                Invitation.expectation != Expectation.NOT_RELEVANT,
            )
        ).with_only_columns(*_SHOWN, Invitation.answered_at, Invitation.answer_note)
    ).all()
    single = db.session.execute(
        _open(
            access.said_visible_to(viewer)
            .join(Invitation, Invitation.id == InvitationChild.invitation_id)
            .join(Meeting, Meeting.id == Invitation.meeting_id)
            .join(Child, Child.id == InvitationChild.child_id)
            .where(not_known, InvitationChild.settled_at.is_(None), HAS_PART)
        ).with_only_columns(
            *_SHOWN,
            InvitationChild.said_at,
            InvitationChild.whereabouts,
            Child.id.label("child_id"),
            Child.case_id,
            Child.given_name,
            Child.surname,
        )
    ).all()
    activity.record_reading(viewer, "case.read", "case", sorted({row.case_id for row in single}))
    found = [NotOurs(*row[:7], row.answer_note or "") for row in whole]
    found += [
        NotOurs(*row[:7], row.whereabouts or "", row.child_id, f"{row.given_name} {row.surname}") for row in single
    ]
    return sorted(found, key=lambda one: (one.on, one.at or time.min, one.meeting_id, one.agency, one.child_id or 0))


def not_known(viewer: Viewer, invitation_id: int, child_id: int) -> NotKnown:
    """One child whom one agency does not know, for the coordinator. Raises NotVisible, NotPermitted."""
    if not viewer.may(Permission.EXPECTATIONS_SET):
        raise NotPermitted("The coordinator deals with what is not an agency’s own.")
    row = db.session.scalars(_query(viewer, invitation_id, child_id)).one_or_none()
    if row is None:
        raise NotVisible("No such answer.")
    activity.record_reading(viewer, "case.read", "case", [row.child.case_id])
    invitation = row.invitation
    return NotKnown(
        row,
        invitation.meeting,
        invitation.agency.name,
        f"{row.child.given_name} {row.child.surname}",
        tuple(agencies_instead(viewer, invitation.meeting_id)),
    )


def settle(viewer: Viewer, invitation_id: int, child_id: int, *, version: int) -> None:
    """Note that nothing more is to be done. Raises NotVisible, NotPermitted, Conflict."""
    with changing(viewer) as change:
        _settle(change, _held(change, invitation_id, child_id, version))


def invite_for(viewer: Viewer, invitation_id: int, child_id: int, agency_id: int | None, *, version: int) -> int:
    """Invite the agency where the child is now, beside the one that knows the others; gives the new invitation's id.

    Raises NotVisible, NotPermitted, Invalid by field ("agency_id"), Conflict.
    """
    with changing(viewer) as change:
        row = _held(change, invitation_id, child_id, version)
        old = row.invitation
        new_id = invite(change, old.meeting, agency_id, old.expectation)
        move_involvements(change, [child_id], old.agency_id, agency_id or 0)
        _settle(change, row)
        finish(change, old.meeting, new_id)
        return new_id


_SHOWN = (
    Invitation.meeting_id,
    Invitation.id.label("invitation_id"),
    MeetingType.name.label("meeting_type"),
    Meeting.scheduled_on,
    Meeting.start_time,
    Agency.name.label("agency"),
)


def _open(rows: Select[Any]) -> Select[Any]:
    """Of meetings to come whose register is open."""
    return (
        rows.join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(Meeting.status == MeetingStatus.SCHEDULED, Meeting.register_closed_at.is_(None))
    )


def _query(viewer: Viewer, invitation_id: int, child_id: int) -> Select[InvitationChild]:
    visible = access.said_visible_to(viewer).with_only_columns(InvitationChild.id)
    return (
        select(InvitationChild)
        .join(InvitationChild.invitation)
        .join(Invitation.meeting)
        .join(Meeting.meeting_type)
        .join(Invitation.agency)
        .join(InvitationChild.child)
        .where(
            InvitationChild.id.in_(visible),
            InvitationChild.invitation_id == invitation_id,
            InvitationChild.child_id == child_id,
            InvitationChild.knows == KnowsChild.NO,
            InvitationChild.settled_at.is_(None),
        )
        .options(
            contains_eager(InvitationChild.invitation)
            .contains_eager(Invitation.meeting)
            .contains_eager(Meeting.meeting_type),
            contains_eager(InvitationChild.invitation).contains_eager(Invitation.agency),
            contains_eager(InvitationChild.child),
        )
    )


def _held(change: Change, invitation_id: int, child_id: int, version: int) -> InvitationChild:
    """The answer as it stands now, its case and meeting locked before it."""
    meeting_id = change.session.scalar(
        meetings_access.invitations_visible_to(change.viewer)
        .where(Invitation.id == invitation_id)
        .with_only_columns(Invitation.meeting_id)
    )
    if meeting_id is None:
        raise NotVisible("No such invitation.")
    hold_family(change, meeting_id)
    query = _query(change.viewer, invitation_id, child_id).execution_options(populate_existing=True)
    row = change.session.scalars(query).one_or_none()
    if row is None:
        raise NotVisible("No such answer.")
    if not access.may_settle(change.viewer, row.invitation.meeting):
        raise NotPermitted("The coordinator deals with what is not an agency’s own.")
    if row.version != version:
        raise Conflict(LOST)
    return row


def _settle(change: Change, row: InvitationChild) -> None:
    row.settled_at, row.settled_by_id = change.viewer.now, change.viewer.user_id
    change.session.flush()
    change.log("invitation.child_settled", "invitation", row.invitation_id)
