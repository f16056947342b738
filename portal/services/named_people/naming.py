"""Naming the people who see a meeting that is closed to everybody else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.access import meetings as meetings_access
from portal.access import named_people as access
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.named_people import OVERSEERS, REASON_LIMIT, stays_named
from portal.domain.vocabulary import Role
from portal.models.meetings import Meeting
from portal.models.named_people import NamedPerson
from portal.models.people import Membership
from portal.services.batches import in_batches
from portal.services.changes import Change, changing
from portal.services.named_people.candidates import candidates
from portal.services.notices.named_only import forget


def name_at_opening(change: Change, meeting: Meeting) -> None:
    """Name, on a meeting for named people only, its chair and whoever opens it, and whoever was named before it.

    For every service that makes a meeting, before anybody is told of it. A meeting that goes on from another is for the
    same people.
    """
    if not meeting.named_people_only:
        return
    wanted = {meeting.chair_membership_id}
    if change.viewer.role in OVERSEERS or change.viewer.role is Role.CHAIR:
        wanted.add(change.viewer.membership_id)
    if meeting.follows_id is not None:
        wanted |= named_on(change.session, meeting.follows_id)
    _name(change, meeting, {one for one in wanted if one is not None})


def name_chairs(change: Change, meeting_ids: Iterable[int]) -> None:
    """Name the chairs of these meetings on those that are for named people only, after chairs have changed."""
    for some in in_batches(sorted(set(meeting_ids))):
        rows = select(Meeting).where(Meeting.id.in_(some), Meeting.named_people_only).order_by(Meeting.id)
        for meeting in change.session.scalars(rows.execution_options(populate_existing=True)):
            if meeting.chair_membership_id is not None:
                _name(change, meeting, {meeting.chair_membership_id})


def end_chairs_naming(change: Change, former: Mapping[int, int]) -> None:
    """Take whoever chaired meetings until now (memberships by meeting) off those that are for named people only.

    Somebody who chairs is named for that alone.
    """
    for some in in_batches(sorted(former)):
        closed = change.session.scalars(select(Meeting.id).where(Meeting.id.in_(some), Meeting.named_people_only))
        for meeting_id in closed.all():
            change.session.execute(
                update(NamedPerson)
                .where(
                    NamedPerson.meeting_id == meeting_id,
                    NamedPerson.membership_id == former[meeting_id],
                    NamedPerson.ended_at.is_(None),
                )
                .values(ended_at=change.viewer.now, ended_by_id=change.viewer.user_id)
                .execution_options(synchronize_session="fetch")
            )
            change.log("meeting.person_removed", "meeting", meeting_id)


def name_person(viewer: Viewer, meeting_id: int, membership_id: int) -> None:
    """Name somebody on a meeting; naming them again changes nothing.

    Raises NotVisible, NotPermitted, and Invalid for somebody who could not see it.
    """
    with changing(viewer) as change:
        meeting = _kept(change, meeting_id)
        if membership_id not in {one.membership_id for one in candidates(change.session, meeting)}:
            raise Invalid("They cannot be named.", errors={"membership": ["Choose one of the people shown"]})
        _name(change, meeting, {membership_id})


def end_naming(viewer: Viewer, meeting_id: int, named_id: int) -> int:
    """Take somebody off a meeting: from now on they see nothing of it; returns their membership.

    Raises NotVisible, NotPermitted, and Invalid for whoever has to stay.
    """
    with changing(viewer) as change:
        meeting = _kept(change, meeting_id)
        named = change.session.scalar(
            access.visible_to(viewer)
            .where(NamedPerson.id == named_id, NamedPerson.meeting_id == meeting_id)
            .execution_options(populate_existing=True)
        )
        if named is None:
            raise NotVisible("Nobody is named so.")
        change.log("meeting.person_removed", "meeting", meeting_id)
        if named.ended_at is not None:
            return named.membership_id
        if reason := stays_named(_roles(change.session, meeting_id), meeting.chair_membership_id, named.membership_id):
            raise Invalid(reason)
        change.session.execute(
            update(NamedPerson)
            .where(NamedPerson.id == named_id)
            .values(ended_at=viewer.now, ended_by_id=viewer.user_id)
            .execution_options(synchronize_session="fetch")
        )
        forget(change, meeting_id, named.membership_id)
        return named.membership_id


def name_oneself(viewer: Viewer, meeting_id: int, reason: str) -> None:
    """A safeguarding manager names themselves, with a reason that stays readable to those who keep the meeting.

    Raises NotVisible and Invalid.
    """
    with changing(viewer) as change:
        meeting = change.session.scalar(
            access.known_to_exist(viewer).where(Meeting.id == meeting_id).with_for_update(of=Meeting, key_share=True)
        )
        if meeting is None or viewer.membership_id is None:
            raise NotVisible("No such meeting.")
        if not reason.strip():
            raise Invalid("A reason is missing.", errors={"reason": ["Say why you need to see this meeting"]})
        if len(reason) > REASON_LIMIT:
            raise Invalid("The reason is too long.", errors={"reason": [f"Use {REASON_LIMIT:,} characters or fewer"]})
        change.log("meeting.named_oneself", "meeting", meeting_id)
        _name(change, meeting, {viewer.membership_id}, reason=reason.strip())


def named_on(session: Session, meeting_id: int) -> set[int]:
    """The memberships that are named on a meeting now."""
    rows = select(NamedPerson.membership_id).where(NamedPerson.meeting_id == meeting_id, NamedPerson.ended_at.is_(None))
    return set(session.scalars(rows))


def _name(change: Change, meeting: Meeting, membership_ids: Collection[int], *, reason: str | None = None) -> None:
    for membership_id in sorted(set(membership_ids) - named_on(change.session, meeting.id)):
        change.session.add(
            NamedPerson(
                partnership_id=meeting.partnership_id,
                meeting_id=meeting.id,
                membership_id=membership_id,
                reason=reason,
                named_at=change.viewer.now,
                named_by_id=change.viewer.user_id,
            )
        )
    change.session.flush()
    change.log("meeting.person_named", "meeting", meeting.id)


def _kept(change: Change, meeting_id: int) -> Meeting:
    """The meeting, locked so that two who change its people do so one after the other."""
    meeting = change.session.scalar(
        meetings_access.visible_to(change.viewer)
        .where(Meeting.id == meeting_id)
        .with_for_update(of=Meeting, key_share=True)
    )
    if meeting is None:
        raise NotVisible("No such meeting.")
    if not access.may_name(change.viewer, meeting):
        raise NotPermitted("People are named for meetings that are for named people only, by those who keep them.")
    return meeting


def _roles(session: Session, meeting_id: int) -> dict[int, Role]:
    rows = session.execute(
        select(Membership.id, Membership.role)
        .join(NamedPerson, NamedPerson.membership_id == Membership.id)
        .where(NamedPerson.meeting_id == meeting_id, NamedPerson.ended_at.is_(None), Membership.ended_at.is_(None))
    )
    return {row.id: row.role for row in rows}
