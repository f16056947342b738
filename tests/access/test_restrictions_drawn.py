"""Restrictions and emergencies drawn by lot: what is closed is gone, everything else is there, and rows agree."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import select

from portal.access import cases, meetings
from portal.access.roles import CASE_ROLES, Permission
from portal.database.session import db
from portal.domain.restriction_vocabulary import Reach
from portal.domain.restrictions import Closure, is_shut_out
from portal.models.cases import Child
from portal.models.meetings import Invitation, Meeting
from portal.models.named_people import MeetingCase
from tests.closed_records import break_glass, close, worn
from tests.world import TODAY

FIRST_DAYS = (-3, -1, 0, 0, 1)
LAST_DAYS = (None, None, None, -1, 0, 2)


def _draw(world, chance: Random) -> dict[int, list[Closure]]:
    """One or two restrictions on each family of A, to anybody who works there."""
    everybody = sorted(key for key in world.people if key.startswith("a.") or key == "both")
    found = defaultdict(list)
    for case in sorted(key for key in world.cases if key.startswith("a.")):
        for _ in range(chance.choice((1, 1, 2))):
            people = chance.sample(everybody, chance.randint(1, len(everybody) // 2))
            begins, last = TODAY + timedelta(days=chance.choice(FIRST_DAYS)), chance.choice(LAST_DAYS)
            until: date | None = None if last is None else max(begins, TODAY + timedelta(days=last))
            reach = chance.choice(list(Reach))
            close(world, case, people, reach=reach, begins_on=begins, until=until)
            users = frozenset(world.person(key).user_id for key in people)
            found[world.cases[case]].append(Closure(reach, begins, until, users))
    return found


def _open_some(world, chance: Random) -> set[tuple[int, int]]:
    """Some families opened in an emergency by some who may; as (membership, family)."""
    found = set()
    for key in ("a.chair", "a.second_chair", "a.manager"):
        for case in chance.sample(sorted(one for one in world.cases if one.startswith("a.")), 1):
            break_glass(world, case, key)
            found.add((world.person(key).hat.membership_id, world.cases[case]))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_what_is_closed_is_gone_and_nothing_else_is(seed, world, ids):
    """Also row by row: `may_view` says the same of every meeting, invitation and child as the lists do."""
    chance = Random(seed)
    looks = [(person, hat) for person in world.people.values() if person.active for hat in person.hats]
    before = {hat.membership_id: ids(meetings.visible_to(worn(person, hat))) for person, hat in looks}
    standing, opened = _draw(world, chance), _open_some(world, chance)
    db.session.rollback()
    rows = list(db.session.scalars(select(Meeting)))
    by_id = {row.id: row for row in rows}
    about = {row.id: {row.case_id} for row in rows}
    for row in db.session.scalars(select(MeetingCase)):
        about[row.meeting_id].add(row.case_id)
    invitations = list(db.session.scalars(select(Invitation)))
    children = list(db.session.scalars(select(Child)))
    taken = 0
    for person, hat in looks:
        shut = {
            case_id
            for case_id, its in standing.items()
            if hat.partnership_id == world.partnerships["a"]
            and is_shut_out(its, person.user_id, TODAY, works_with_cases=hat.role in CASE_ROLES)
            and (hat.membership_id, case_id) not in opened
        }
        viewer = worn(person, hat)
        assert viewer.closed_cases == shut, person.key
        seen = ids(meetings.visible_to(viewer))
        left = {number for number in before[hat.membership_id] if not about[number] & shut}
        assert seen == left, person.key
        taken += len(before[hat.membership_id]) - len(left)
        own = {row.meeting_id: row for row in invitations if row.agency_id == viewer.agency_id}
        assert seen == {row.id for row in rows if meetings.may_view(viewer, row, own.get(row.id))}, person.key
        assert ids(meetings.invitations_visible_to(viewer)) == {
            row.id for row in invitations if meetings.may_view_invitation(viewer, row, by_id[row.meeting_id])
        }, person.key
        families = set[int]().union(*(about[number] for number in seen))
        if viewer.may(Permission.MEETINGS_VIEW):
            assert ids(cases.visible_to(viewer)) == families, person.key
        assert ids(cases.children_visible_to(viewer)) == {one.id for one in children if one.case_id in families}
    assert taken > 5, "the lot closes something that people saw"
