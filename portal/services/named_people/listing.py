"""Who is named on a meeting, and which meetings a safeguarding manager is told exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, aliased

from portal.access import meetings as meetings_access
from portal.access import named_people as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.vocabulary import Role
from portal.models.meetings import Meeting
from portal.models.named_people import NamedPerson
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.models.rule_sets import MeetingType
from portal.services.named_people.candidates import Candidate, candidates
from portal.services.paging import PER_PAGE, Page, count, page_number


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who is or was named on a meeting."""

    id: int
    membership_id: int
    name: str
    role: Role
    agency: str
    named_at: datetime
    named_by: str
    reason: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class NamedPeople:
    """A meeting for named people only, who they are and were, and who else could be named."""

    meeting: Meeting
    type_name: str
    current: tuple[Named, ...]
    former: tuple[Named, ...]
    others: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class KnownMeeting:
    """A meeting that a manager is told exists: nothing of what it is about."""

    id: int
    reference: str
    on: date
    is_named: bool
    """Whether the manager is named on it, and so may open it."""


def people_of_meeting(viewer: Viewer, meeting_id: int) -> NamedPeople:
    """Who sees a meeting for named people only. Raises NotVisible, NotPermitted."""
    session: Session = db.session()
    row = session.execute(
        meetings_access.visible_to(viewer)
        .where(Meeting.id == meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .add_columns(MeetingType.name)
    ).one_or_none()
    if row is None:
        raise NotVisible("No such meeting.")
    meeting = row.Meeting
    if not access.may_name(viewer, meeting):
        raise NotPermitted("This meeting is not for named people only, or it is for its keepers to say who sees it.")
    people = _people(session, viewer, meeting_id)
    current = tuple(one for one in people if one.ended_at is None)
    taken = {one.membership_id for one in current}
    others = tuple(one for one in candidates(session, meeting) if one.membership_id not in taken)
    return NamedPeople(meeting, row.name, current, tuple(one for one in people if one.ended_at is not None), others)


def _people(session: Session, viewer: Viewer, meeting_id: int) -> list[Named]:
    namer = aliased(User)
    rows = session.execute(
        access.visible_to(viewer)
        .where(NamedPerson.meeting_id == meeting_id)
        .join(Membership, Membership.id == NamedPerson.membership_id)
        .join(User, User.id == Membership.user_id)
        .outerjoin(Agency, Agency.id == Membership.agency_id)
        .outerjoin(namer, namer.id == NamedPerson.named_by_id)
        .order_by(Agency.name, User.name, NamedPerson.id)
        .with_only_columns(
            NamedPerson.id,
            NamedPerson.membership_id,
            User.name,
            Membership.role,
            Agency.name.label("agency"),
            NamedPerson.named_at,
            namer.name.label("namer"),
            NamedPerson.reason,
            NamedPerson.ended_at,
        )
    )
    return [
        Named(
            row.id,
            row.membership_id,
            row.name,
            row.role,
            row.agency or "",
            row.named_at,
            row.namer or "",
            row.reason or "",
            row.ended_at,
        )
        for row in rows
    ]


def known_meetings(viewer: Viewer, page: int = 1) -> Page[KnownMeeting]:
    """The meetings for named people only that there are, the latest first."""
    existing = access.known_to_exist(viewer)
    total = count(existing.with_only_columns(Meeting.id))
    number = page_number(page, total)
    rows = db.session.execute(_known(viewer).limit(PER_PAGE).offset((number - 1) * PER_PAGE))
    return Page([_shown(row) for row in rows], number, total)


def known_meeting(viewer: Viewer, meeting_id: int) -> KnownMeeting:
    """One of them. Raises NotVisible."""
    row = db.session.execute(_known(viewer).where(Meeting.id == meeting_id)).one_or_none()
    if row is None:
        raise NotVisible("No such meeting.")
    return _shown(row)


def _known(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    mine = (
        select(NamedPerson.meeting_id)
        .where(NamedPerson.membership_id == viewer.membership_id, NamedPerson.ended_at.is_(None))
        .correlate(None)
    )
    return (
        access.known_to_exist(viewer)
        .order_by(Meeting.scheduled_on.desc(), Meeting.id.desc())
        .with_only_columns(Meeting.id, Meeting.reference, Meeting.scheduled_on, Meeting.id.in_(mine).label("is_named"))
    )


def _shown(row: Row[*tuple[Any, ...]]) -> KnownMeeting:
    return KnownMeeting(row.id, row.reference, row.scheduled_on, bool(row.is_named))
