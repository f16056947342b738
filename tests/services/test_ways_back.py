"""The ways back in: new links, authenticators set up anew, and the operator's last resort."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.errors import Invalid, NotVisible
from portal.domain.vocabulary import JoiningPurpose, Role
from portal.models.people import RecoveryCode
from portal.services import joining, people, ways_back
from tests.services.people_steps import (
    NEW,
    forget_password,
    is_over,
    start_session,
    user_of,
    verbs,
    works,
)
from tests.world import NOW


class TestLettingIn:
    """New links and authenticators."""

    def test_a_new_link_ends_the_one_before(self, lead, administrator, world):
        gp = world.person("a.gp.practitioner").hat.membership_id
        first, second = ways_back.reissue_password_link(lead, gp), ways_back.reissue_password_link(administrator, gp)
        assert not works(first)
        assert works(second)

    def test_the_link_says_what_it_is_for(self, lead, world):
        gp = world.person("a.gp.practitioner")
        token = ways_back.reissue_password_link(lead, gp.hat.membership_id)
        assert joining.open_link(token, NOW).purpose is JoiningPurpose.NEW_PASSWORD
        forget_password(gp.email)
        token = ways_back.reissue_password_link(lead, gp.hat.membership_id)
        assert joining.open_link(token, NOW).purpose is JoiningPurpose.JOIN

    def test_a_reset_authenticator_leaves_nothing_of_the_old_one(self, lead, world):
        gp = world.person("a.gp.practitioner")
        session_id = start_session(gp.user_id)
        with writing() as session:
            session.add(RecoveryCode(user_id=gp.user_id, code_digest=bytes(32)))
            session.add(RecoveryCode(user_id=lead.user_id, code_digest=bytes(32)))
        ways_back.reset_authenticator(lead, gp.hat.membership_id)
        user = user_of(gp.email)
        assert (user.totp_secret, user.totp_confirmed_at, user.totp_last_step) == (None, None, None)
        assert user.password_hash is not None
        assert is_over(session_id)
        assert list(db.session.scalars(select(RecoveryCode.user_id))) == [lead.user_id]
        assert verbs(subject_id=gp.user_id, subject="person") == ["person.authenticator_reset"]

    def test_the_operators_link_stands_in_every_partnerships_trail(self, world):
        both = world.person("both")
        assert works(ways_back.reissue_by_operator(Viewer.of_system("people reissue", NOW), both.email))
        for letter in ("a", "b"):
            logged = verbs(subject_id=both.user_id, partnership_id=world.partnerships[letter])
            assert logged == ["joining_link.made"]

    def test_the_operator_cannot_let_in_whom_nobody_knows(self, world):
        operator = Viewer.of_system("people reissue", NOW)
        with pytest.raises(NotVisible):
            ways_back.reissue_by_operator(operator, "nobody@example.org")
        with pytest.raises(Invalid):
            ways_back.reissue_by_operator(operator, world.person("a.gp.former").email)
        with pytest.raises(Invalid):
            ways_back.reissue_by_operator(operator, "not an address")

    def test_the_operator_is_handed_the_link_even_where_others_invited(self, administrator, world):
        people.add_person(administrator, **NEW, role=Role.CHAIR)
        system_b = Viewer.of_system("people invite", NOW, world.partnerships["b"])
        assert people.add_person(system_b, **NEW, role=Role.CHAIR).joining_token
