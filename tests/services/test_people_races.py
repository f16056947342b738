"""People whom several change at once: who wins, and that nobody waits for ever."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import NotPermitted
from portal.domain.vocabulary import Role
from portal.models.people import Membership, User
from portal.services import people, ways_back
from portal.services.positions import Position
from tests.services.people_steps import (
    NEW,
    current_memberships,
    user_of,
    works,
)
from tests.services.racing import at_once
from tests.services.rows import stored


class TestRaces:
    """Two people who do the same at once."""

    def test_two_who_add_the_same_address_make_one_person(self, app, administrator, lead):
        db.session.rollback()
        results = at_once(
            app,
            lambda: people.add_person(administrator, **NEW, role=Role.CHAIR),
            lambda: people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id),
        )
        assert [result for result in results if isinstance(result, Exception)] == []
        assert len({result.membership.user_id for result in results}) == 1
        assert sum(result.is_new for result in results) == 1
        # Whoever comes second sees the first one's role: a lead is handed a link only while the person is no chair yet.
        tokens = [result.joining_token for result in results if works(result.joining_token)]
        chairs_first = results[1].joining_token is None
        assert tokens == ([] if chairs_first else [results[0].joining_token])

    def test_the_same_role_given_twice_at_once_is_given_once(self, app, lead):
        db.session.rollback()
        call = lambda: people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id)  # noqa: E731
        results = at_once(app, call, call, call)
        assert sorted(type(result).__name__ for result in results) == ["Added", "Invalid", "Invalid"]
        user = user_of(NEW["email"])
        assert len(current_memberships(user.id)) == 1

    def test_of_two_administrators_who_end_each_other_one_is_left(self, app, administrator, system):
        second = people.add_person(system, **NEW, role=Role.ADMINISTRATOR).membership
        hat = replace(administrator.hat, membership_id=second.id)
        other = replace(administrator, user_id=second.user_id, email=NEW["email"], hat=hat, hats=(hat,))
        second_id, first_id = second.id, administrator.membership_id
        db.session.rollback()
        results = at_once(
            app,
            lambda: people.end_membership(administrator, second_id),
            lambda: people.end_membership(other, first_id),
        )
        assert sorted(str(type(result).__name__) for result in results) == ["NotPermitted", "bool"]
        ended = [stored(Membership, row).ended_at is not None for row in (first_id, second_id)]
        assert sorted(ended) == [False, True]

    def test_two_who_let_each_other_in_anew_wait_for_nobody(self, app, administrator, system):
        second = people.add_person(system, **NEW, role=Role.ADMINISTRATOR).membership
        hat = replace(administrator.hat, membership_id=second.id)
        other = replace(administrator, user_id=second.user_id, email=NEW["email"], hat=hat, hats=(hat,))
        second_id, first_id = second.id, administrator.membership_id
        for _ in range(5):
            db.session.rollback()
            results = at_once(
                app,
                lambda: ways_back.reissue_password_link(administrator, second_id),
                lambda: ways_back.reissue_password_link(other, first_id),
            )
            assert [type(result) for result in results] == [str, str]

    def test_what_somebody_sends_after_their_own_role_changed_is_refused(self, administrator, lead, world):
        row = stored(Membership, lead.membership_id)
        people.change_membership(administrator, row.id, Position(Role.PRACTITIONER), version=row.version)
        gp = world.person("a.gp.practitioner").hat.membership_id
        with pytest.raises(NotPermitted):
            people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id)
        version = stored(Membership, gp).version
        for act in (
            lambda: people.end_membership(lead, gp),
            lambda: ways_back.reissue_password_link(lead, gp),
            lambda: ways_back.reset_authenticator(lead, gp),
            lambda: people.change_membership(lead, gp, Position(Role.AGENCY_LEAD), version=version),
        ):
            with pytest.raises(NotPermitted):
                act()
        assert stored(Membership, gp).ended_at is None
        assert db.session.scalar(select(User).where(User.email == NEW["email"])) is None
