"""Which families are closed to whom now: what every request asks once, beside the session, for all hats."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple, cast

from sqlalchemy import Connection, Table, bindparam, exists, func, select
from sqlalchemy.orm import Session

from portal.access.closed_notices import open_notices_where
from portal.access.roles import CASE_ROLES
from portal.access.viewer import LONDON, Hat, OpenedRecord
from portal.database.id_lists import bound_ids, is_among
from portal.database.scopes import ACROSS
from portal.database.session import UNCOUNTED
from portal.domain.restrictions import KEEPING_ROLES, OPEN_FOR, Closure, is_open, is_shut_out, nobody_left, open_until
from portal.domain.vocabulary import Role
from portal.models.meetings import Meeting
from portal.models.messages import Notice
from portal.models.named_people import MeetingCase
from portal.models.people import Membership, User
from portal.models.restrictions import CaseRestriction, EmergencyOpening, RestrictedPerson

# Plain tables, and statements that are written once: this runs at every request. They look ACROSS, since it is before
# their person is let in: under a wall that shows nothing yet, nothing would be closed either.
_CLOSED = cast(Table, CaseRestriction.__table__).c
_PEOPLE = cast(Table, RestrictedPerson.__table__)
_OPENED = cast(Table, EmergencyOpening.__table__).c
_MEETINGS = cast(Table, Meeting.__table__).c
_FURTHER = cast(Table, MeetingCase.__table__).c
_HATS = cast(Table, Membership.__table__).c
_USERS = cast(Table, User.__table__).c

_IN_FORCE = (
    select(
        *(_CLOSED.id, _CLOSED.partnership_id, _CLOSED.case_id, _CLOSED.reach, _CLOSED.begins_on, _CLOSED.until),
        _PEOPLE.c.user_id,
    )
    .select_from(
        cast(Table, CaseRestriction.__table__).outerjoin(
            _PEOPLE, (_PEOPLE.c.restriction_id == _CLOSED.id) & _PEOPLE.c.ended_at.is_(None)
        )
    )
    .where(is_among(_CLOSED.partnership_id, "partnerships"), _CLOSED.ended_at.is_(None))
    .execution_options(**{UNCOUNTED: True}, **ACROSS)
)
_OPENINGS = (
    select(_OPENED.id, _OPENED.membership_id, _OPENED.case_id, _OPENED.opened_at, _OPENED.ended_at)
    .where(is_among(_OPENED.membership_id, "memberships"), _OPENED.opened_at > bindparam("since"))
    .order_by(_OPENED.opened_at, _OPENED.id)
    .execution_options(**{UNCOUNTED: True}, **ACROSS)
)
_ABOUT = (
    select(_MEETINGS.id, _MEETINGS.case_id)
    .where(is_among(_MEETINGS.case_id, "cases"))
    .union_all(select(_FURTHER.meeting_id, _FURTHER.case_id).where(is_among(_FURTHER.case_id, "further")))
    .execution_options(**{UNCOUNTED: True}, **ACROSS)
)

_KEEPERS = (
    select(_HATS.user_id)
    .join_from(cast(Table, Membership.__table__), cast(Table, User.__table__), _USERS.id == _HATS.user_id)
    .where(
        _HATS.partnership_id == bindparam("partnership"),
        _HATS.role.in_(KEEPING_ROLES),
        _HATS.ended_at.is_(None),
        _USERS.deactivated_at.is_(None),
    )
    .execution_options(**{UNCOUNTED: True}, **ACROSS)
)
_FURTHER_CASES = select(_FURTHER.meeting_id, _FURTHER.case_id).where(is_among(_FURTHER.meeting_id, "meetings"))

ANY_IN_FORCE = (
    exists()
    .where(_CLOSED.partnership_id == _HATS.partnership_id, _CLOSED.ended_at.is_(None))
    .correlate(cast(Table, Membership.__table__))
)
"""Of a membership: whether its partnership has closed any record to anybody. Where none has, `worn_at` need not ask."""

ByCase = Mapping[int, Sequence[Closure]]


class Asked(NamedTuple):
    """Whether a meeting, which is of this family, is closed to this person."""

    user_id: int
    meeting_id: int
    case_id: int


def worn_at(connection: Connection, hats: tuple[Hat, ...], user_id: int, now: datetime) -> tuple[Hat, ...]:
    """The same hats with what is closed to the person at `now` (UTC); by one query where nothing is."""
    if not hats:
        return hats
    in_force = closures(connection, {hat.partnership_id for hat in hats})
    if not in_force:
        return hats
    day = now.astimezone(LONDON).date()
    closed = {hat.membership_id: shut_out(in_force.get(hat.partnership_id, {}), user_id, hat.role, day) for hat in hats}
    if not any(closed.values()):
        return hats
    opened = _openings(connection, hats, in_force, now)
    all_closed: set[int] = set().union(*closed.values())
    about = meetings_about(connection, all_closed)
    return tuple(
        _with(hat, closed[hat.membership_id], opened.get(hat.membership_id, ()), about)
        if closed[hat.membership_id]
        else hat
        for hat in hats
    )


def closures(connection: Connection | Session, partnership_ids: Iterable[int]) -> dict[int, dict[int, list[Closure]]]:
    """What is in force, by partnership and family; its days are for whoever asks."""
    rows = connection.execute(_IN_FORCE, {"partnerships": bound_ids(sorted(partnership_ids))}).all()
    people: dict[int, set[int]] = {}
    for row in rows:
        people.setdefault(row.id, set()).update([] if row.user_id is None else [row.user_id])
    found: dict[int, dict[int, list[Closure]]] = {}
    for row in {row.id: row for row in rows}.values():
        closure = Closure(row.reach, row.begins_on, row.until, frozenset(people[row.id]))
        found.setdefault(row.partnership_id, {}).setdefault(row.case_id, []).append(closure)
    return found


def shut_out(by_case: ByCase, user_id: int | None, role: Role, day: date) -> frozenset[int]:
    """The families that are closed to somebody in a role on a day."""
    works_with_cases = role in CASE_ROLES
    return frozenset(
        case_id
        for case_id, standing in by_case.items()
        if is_shut_out(standing, user_id, day, works_with_cases=works_with_cases)
    )


def shut_from(connection: Connection | Session, by_case: ByCase, asked: Iterable[Asked], day: date) -> frozenset[Asked]:
    """Of people and meetings, those where the meeting is closed to the person, who may have no membership.

    `by_case` is what is in force in their partnership. By one query at most, and none where nothing is closed to them.
    """
    all_asked = frozenset(asked)
    closed = {user_id: _closed_to(by_case, user_id, day) for user_id in {one.user_id for one in all_asked}}
    out = {one for one in all_asked if one.case_id in closed[one.user_id]}
    unsure = {one.meeting_id for one in all_asked - out if closed[one.user_id]}
    if unsure:
        further: dict[int, set[int]] = {}
        for row in connection.execute(_FURTHER_CASES, {"meetings": bound_ids(sorted(unsure))}):
            further.setdefault(row.meeting_id, set()).add(row.case_id)
        out |= {one for one in all_asked if further.get(one.meeting_id, set()) & closed[one.user_id]}
    return frozenset(out)


def _closed_to(by_case: ByCase, user_id: int, day: date) -> frozenset[int]:
    return frozenset(case_id for case_id, standing in by_case.items() if is_shut_out(standing, user_id, day))


def unread_of(connection: Connection, hats: Iterable[Hat], user_id: int, counted: int, most: int) -> int:
    """How many notices a person has not read, of those in their inbox: `counted` where nothing is closed to them."""
    worn = tuple(hats)
    if not counted or not any(hat.closed_cases for hat in worn):
        return counted
    unread = (
        select(Notice.id)
        .where(
            Notice.user_id == user_id,
            Notice.membership_id.in_([hat.membership_id for hat in worn]),
            Notice.read_at.is_(None),
            Notice.settled_at.is_(None),
            open_notices_where(worn),
        )
        .limit(most)
        .subquery()
    )
    found = select(func.count()).select_from(unread).execution_options(**{UNCOUNTED: True}, **ACROSS)
    return connection.scalar(found) or 0


def meetings_about(connection: Connection | Session, case_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """All meetings about each of these families, under it or under another."""
    if not case_ids:
        return {}
    listed = bound_ids(sorted(case_ids))
    found: dict[int, set[int]] = {}
    for row in connection.execute(_ABOUT, {"cases": listed, "further": listed}):
        found.setdefault(row.case_id, set()).add(row.id)
    return {case_id: frozenset(ids) for case_id, ids in found.items()}


def keepers(connection: Connection | Session, partnership_id: int) -> frozenset[int]:
    """The users who keep any record of a partnership that is not closed to them: its managers and coordinators."""
    return frozenset(row.user_id for row in connection.execute(_KEEPERS, {"partnership": partnership_id}))


def _openings(
    connection: Connection, hats: Iterable[Hat], in_force: Mapping[int, ByCase], now: datetime
) -> dict[int, tuple[OpenedRecord, ...]]:
    places = {hat.membership_id: hat.partnership_id for hat in hats}
    wanted = {"memberships": bound_ids(sorted(places)), "since": now - OPEN_FOR}
    found: dict[int, tuple[OpenedRecord, ...]] = {}
    for row in connection.execute(_OPENINGS, wanted).all():
        if is_open(row.opened_at, row.ended_at, now):
            here = places[row.membership_id]
            standing = in_force.get(here, {}).get(row.case_id, ())
            is_kept = not nobody_left(keepers(connection, here), standing, now.astimezone(LONDON).date())
            opened = OpenedRecord(row.id, row.case_id, open_until(row.opened_at), is_kept)
            found[row.membership_id] = (*found.get(row.membership_id, ()), opened)
    return found


def _with(
    hat: Hat, closed: frozenset[int], opened: tuple[OpenedRecord, ...], about: Mapping[int, frozenset[int]]
) -> Hat:
    """What has been opened again needs no opening: only what is closed counts."""
    worn = tuple(one for one in opened if one.case_id in closed)
    still = closed - {one.case_id for one in worn}
    ids = frozenset[int]().union(*(about.get(case_id, frozenset()) for case_id in still))
    return replace(hat, closed_cases=still, closed_meetings=ids, opened=worn)
