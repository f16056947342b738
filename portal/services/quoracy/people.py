"""Whom to call at an agency that a meeting needs: its leads and their deputies, and who stands in for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database.id_lists import bound_ids, is_among
from portal.domain.vocabulary import Post, Role
from portal.models.people import Membership, User
from portal.services.meetings.foreseen import Invited
from portal.services.notices.quoracy import whom_to_ask
from portal.services.stand_ins import stand_in_for


@dataclass(frozen=True, slots=True)
class PersonToCall:
    """Somebody of an agency by name and post; `stands_in_for` names whoever is away."""

    name: str
    role: Role
    post: Post | None
    stands_in_for: str = ""


def people_to_call(
    session: Session, partnership_id: int, needed: Collection[Invited], day: date
) -> Mapping[int, tuple[PersonToCall, ...]]:
    """Whom to call about each of some invitations on a day, by five queries.

    Who is away is named with who stands in.
    """
    asked = whom_to_ask(session, partnership_id, needed)
    everybody = frozenset[int]().union(*asked.values())
    stand_ins = stand_in_for(session, everybody, day)
    known = _by_id(session, everybody | set(stand_ins.values()))
    found = {}
    for invitation_id, memberships in asked.items():
        people: dict[int, PersonToCall] = {}
        for number in sorted(memberships & known.keys(), key=lambda one: known[one].name):
            stand_in = known.get(stand_ins.get(number, 0))
            if stand_in is None:
                people[number] = known[number]
            else:
                people[stand_ins[number]] = PersonToCall(
                    stand_in.name, stand_in.role, stand_in.post, known[number].name
                )
        found[invitation_id] = tuple(people.values())
    return found


def _by_id(session: Session, membership_ids: Collection[int]) -> dict[int, PersonToCall]:
    if not membership_ids:
        return {}
    rows = session.execute(
        select(Membership.id, User.name, Membership.role, Membership.post)
        .join(User, User.id == Membership.user_id)
        .where(is_among(Membership.id, "memberships")),
        {"memberships": bound_ids(sorted(membership_ids))},
    )
    return {row.id: PersonToCall(row.name, row.role, row.post) for row in rows}
