"""What clashes with a day and time: people who are wanted elsewhere, days off, and agencies that are closed.

People are looked for in every partnership that they serve. Of a meeting in another one, and of one that the viewer does
not see, nothing is told but that it is there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zlib import crc32

from sqlalchemy import Row, Select, select, union_all
from sqlalchemy.orm import Session

from portal.access import meetings as meetings_access
from portal.access import scheduling as access
from portal.access.viewer import Viewer
from portal.database.scopes import ACROSS
from portal.domain.closures import Closure
from portal.domain.slots import Slot, not_a_working_day
from portal.domain.vocabulary import ANSWERING_ROLES, Answer, MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency, Partnership
from portal.models.people import Membership, User
from portal.models.rule_sets import MeetingType
from portal.services.scheduling.closed_days import closures_of

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Engagement:
    """Another meeting that somebody is wanted for. `what` tells as much of it as the viewer may know."""

    user_id: int
    slot: Slot
    what: str


@dataclass(frozen=True, slots=True)
class Diary:
    """What is known of the people and agencies of a meeting on some days; `names` are words for each person."""

    chair_user_id: int | None
    names: Mapping[int, str]
    engagements: tuple[Engagement, ...]
    closures: Mapping[str, list[Closure]]
    """By the agency's name."""

    def clashes(self, slot: Slot) -> list[str]:
        """What clashes with a day and time, one sentence each, the chair's first."""
        found = []
        day_off = not_a_working_day(slot.on)
        if day_off:
            found.append(f"The day is {day_off}")
        for one in sorted(self.engagements, key=lambda one: one.user_id != self.chair_user_id):
            if one.slot.overlaps(slot):
                found.append(f"{self.names[one.user_id]} has {one.what}")
        for agency, closures in self.closures.items():
            if any(closure.holds(slot.on) for closure in closures):
                found.append(f"{agency} is closed that day")
        return list(dict.fromkeys(found))

    def clashes_of_chair(self, slot: Slot) -> list[str]:
        """What the chair alone is wanted for at a day and time that stands, one sentence each."""
        words = [
            f"{self.names[one.user_id]} has {one.what}"
            for one in self.engagements
            if one.user_id == self.chair_user_id and one.slot.overlaps(slot)
        ]
        return list(dict.fromkeys(words))

    @property
    def chair_slots(self) -> list[Slot]:
        """When the chair is wanted elsewhere."""
        return [one.slot for one in self.engagements if one.user_id == self.chair_user_id]

    @property
    def slots(self) -> list[Slot]:
        """When anybody is wanted elsewhere."""
        return [one.slot for one in self.engagements]

    @property
    def closed(self) -> list[Closure]:
        """When any of the agencies is closed."""
        return [closure for closures in self.closures.values() for closure in closures]


def seen_clashes(clashes: Iterable[str]) -> int:
    """The clashes that a page showed, as one number: whoever confirms them confirms these and no others."""
    return crc32("\0".join(clashes).encode()) & 0x7FFFFFFF


def diary_of(
    session: Session,
    viewer: Viewer,
    *,
    chair_membership_id: int | None,
    agency_ids: Collection[int],
    first: date,
    last: date,
    but: Collection[int] = (),
) -> Diary:
    """What is known of a meeting's chair and its agencies' people on some days, both included; by three queries.

    `but` are meetings that do not count, such as the one that is moved.
    """
    if not access.may_ask_who_is_busy(viewer):
        return Diary(None, {}, (), {})
    people = _people(session, viewer, chair_membership_id, agency_ids)
    chair = next((row.user_id for row in people if row.id == chair_membership_id), None)
    names = {
        row.user_id: f"{row.name}, who chairs," if row.user_id == chair else f"{row.name} ({row.agency})"
        for row in people
    }
    closed = closures_of(session, viewer, agency_ids, first, last)
    return Diary(chair, names, tuple(_engagements(session, viewer, list(names), first, last, but)), closed)


def _people(session: Session, viewer: Viewer, chair: int | None, agency_ids: Collection[int]) -> list[Row[Any]]:
    """The chair, and whoever answers for the agencies in this partnership."""
    return list(
        session.execute(
            select(Membership.id, Membership.user_id, Membership.agency_id, User.name, Agency.name.label("agency"))
            .join(User, User.id == Membership.user_id)
            .outerjoin(Agency, Agency.id == Membership.agency_id)
            .where(
                Membership.partnership_id == viewer.partnership_id,
                Membership.ended_at.is_(None),
                User.deactivated_at.is_(None),
                (Membership.id == (chair or 0))
                | (Membership.agency_id.in_(agency_ids) & Membership.role.in_(ANSWERING_ROLES)),
            )
            .order_by(Membership.id)
        )
    )


def _engagements(
    session: Session, viewer: Viewer, user_ids: Collection[int], first: date, last: date, but: Collection[int]
) -> list[Engagement]:
    """What these people are wanted for: meetings that they chair, and those to which they have said they come."""
    if not user_ids:
        return []
    # A meeting may run over midnight: the days beside the ones that are asked for are looked at too.
    first, last = first - _A_DAY, last + _A_DAY
    chaired = (
        _meetings(viewer, Membership.user_id)
        .join(
            Membership,
            (Membership.id == Meeting.chair_membership_id) & (Membership.partnership_id == Meeting.partnership_id),
        )
        .where(Membership.user_id.in_(user_ids), Meeting.scheduled_on >= first, Meeting.scheduled_on <= last)
    )
    answered = (
        _meetings(viewer, Membership.user_id)
        .join(Invitation, Invitation.meeting_id == Meeting.id)
        .join(
            Membership,
            (Membership.partnership_id == Invitation.partnership_id)
            & (Membership.agency_id == Invitation.agency_id)
            & (Membership.user_id == Invitation.answered_by_id),
        )
        .where(
            Membership.user_id.in_(user_ids),
            Invitation.meeting_on >= first,
            Invitation.meeting_on <= last,
            Invitation.answer == Answer.ATTEND,
        )
    )
    rows = session.execute(union_all(chaired, answered).execution_options(**ACROSS)).all()
    return [
        Engagement(
            row.user_id, Slot(row.scheduled_on, row.start_time, row.duration_minutes), _what(row, is_seen=row.is_seen)
        )
        for row in {(row.user_id, row.id): row for row in rows if row.id not in but}.values()
    ]


def _meetings(viewer: Viewer, user_id: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Meeting.id,
            Meeting.scheduled_on,
            Meeting.start_time,
            Meeting.duration_minutes,
            MeetingType.name.label("type_name"),
            Partnership.name.label("partnership"),
            user_id.label("user_id"),
            meetings_access.visible_where(viewer).label("is_seen"),
        )
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(Partnership, Partnership.id == Meeting.partnership_id)
        .where(Meeting.status == MeetingStatus.SCHEDULED)
    )


def _what(row: Row[Any], *, is_seen: bool) -> str:
    """What the viewer is told of another meeting; of one that is not theirs to see, only whose it is."""
    if not is_seen:
        return f"another meeting in {row.partnership}"
    if row.start_time is None:
        return f"another meeting that day: {row.type_name}, no time set"
    length = f" for {row.duration_minutes} minutes" if row.duration_minutes else ""
    return f"another meeting: {row.type_name}, {row.start_time:%H:%M}{length}"
