"""Changing one's own password."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.signing_in import Step
from portal.domain.vocabulary import JoiningPurpose
from portal.services import joining, passwords, sessions
from portal.services.changes import changing
from portal.services.passwords import WrongPassword
from portal.services.throttle import Throttled
from tests.services.sign_in_steps import (
    HOME,
    first_step,
    refused_words,
    signed_in,
)
from tests.world import NOW, PASSWORD, viewer_of


def test_a_changed_password_ends_every_other_sign_in_and_renews_this_one(database, gp):
    there = signed_in(gp)
    here = signed_in(gp, NOW + timedelta(minutes=10))
    token = passwords.change_password(here.viewer, PASSWORD, "copper violet hinge 9", HOME)
    now = here.viewer.now
    db.session.rollback()
    assert isinstance(sessions.load(there.token, now), sessions.Ended)
    assert sessions.load(here.token, now) is None
    assert sessions.load(token, now).viewer.is_signed_in
    assert refused_words(gp)
    assert first_step(gp, "copper violet hinge 9", now).step is Step.CODE


@pytest.mark.parametrize("new", [PASSWORD, "short", "password1234", "zq practitioner"])
def test_a_new_password_is_neither_the_old_one_nor_easily_guessed(database, gp, new):
    here = signed_in(gp)
    with pytest.raises(passwords.Invalid) as refused:
        passwords.change_password(here.viewer, PASSWORD, new, HOME)
    assert set(refused.value.errors) == {"new_password"}
    assert sessions.load(here.token, NOW).viewer.is_signed_in


def test_the_present_password_is_guessed_at_ten_times_and_no_more(database, gp):
    here = signed_in(gp)
    for _ in range(10):
        with pytest.raises(WrongPassword):
            passwords.change_password(here.viewer, "not the password", "copper violet hinge 9", HOME)
    with pytest.raises(Throttled):
        passwords.change_password(here.viewer, PASSWORD, "copper violet hinge 9", HOME)


def test_of_a_link_and_a_change_at_the_same_time_the_first_stands(database, gp, monkeypatch):
    here = signed_in(gp)
    with changing(viewer_of(gp)) as change:
        token = joining.make_link(change, gp.user_id, JoiningPurpose.NEW_PASSWORD)
    hashing = passwords.hash_password

    def slow(password):
        monkeypatch.setattr(passwords, "hash_password", hashing)
        db.session.rollback()
        joining.use_link(Viewer.nobody(NOW), token, gp.name, "marble thicket 44 swan")
        return hashing(password)

    monkeypatch.setattr(passwords, "hash_password", slow)
    with pytest.raises(sessions.SignInOver):
        passwords.change_password(here.viewer, PASSWORD, "copper violet hinge 9", HOME)
    assert first_step(gp, "marble thicket 44 swan").step is Step.CODE
