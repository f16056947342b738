"""A cookie that somebody kept is worth nothing once its sign-in is over, whatever ended it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.database.session import writing
from portal.domain.vocabulary import Role
from portal.models.people import User
from portal.services import people
from portal.services.positions import Position
from tests.pages.passkey_steps import LIST, token
from tests.pages.sign_in_steps import ACCOUNT, cookie_of, is_signed_in
from tests.world import NOW, PASSWORD, viewer_of

NEW_PASSWORD = "gander orchard 58 velvet"
PAGES = ("/", ACCOUNT, "/meetings", "/inbox")


@pytest.fixture
def kept(client, sign_in, gp):
    """The cookie of somebody who is signed in, as a thief has it."""
    sign_in(client, gp)
    return cookie_of(client)


def opens_nothing(new_client, cookie):
    """Whether a cookie opens no page and makes no change, though its forms' token is the right one."""
    thief = new_client()
    thief.set_cookie("portal_session", cookie)
    for address in PAGES:
        answer = thief.get(address)
        assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/sign-in"), address
    thief.set_cookie("portal_session", cookie)
    sent = thief.post("/account/messages", data={"csrf_token": token(thief), "wants_digest": ""})
    assert sent.status_code in (302, 400)
    return not is_signed_in(thief)


def test_the_cookie_works_until_something_ends_it(kept, new_client):
    """Were it refused anyway, the tests below would say nothing."""
    thief = new_client()
    thief.set_cookie("portal_session", kept)
    assert is_signed_in(thief)


def test_cookie_replay_after_sign_out(client, kept, new_client):
    client.send(client.get(ACCOUNT), action="/sign-out")
    assert opens_nothing(new_client, kept)


def test_cookie_replay_after_password_change(client, kept, new_client, sign_in, gp):
    elsewhere = new_client()
    sign_in(elsewhere, gp)
    other = cookie_of(elsewhere)
    client.submit("/account/password", password=PASSWORD, new_password=NEW_PASSWORD)
    assert is_signed_in(client)
    # Neither the cookie from before the change in this browser, nor that of any other.
    assert opens_nothing(new_client, kept)
    assert opens_nothing(new_client, other)


def test_cookie_replay_after_deactivation(kept, new_client, gp):
    with writing() as session:
        session.get(User, gp.user_id).deactivated_at = NOW
    assert opens_nothing(new_client, kept)


def test_cookie_replay_after_role_change(kept, new_client, gp, world):
    lead = viewer_of(world.person("a.gp.lead"))
    people.change_membership(lead, gp.hat.membership_id, Position(Role.AGENCY_LEAD), version=1)
    assert opens_nothing(new_client, kept)


def test_cookie_replay_after_the_role_ended(kept, new_client, gp, world):
    people.end_membership(viewer_of(world.person("a.gp.lead")), gp.hat.membership_id)
    assert opens_nothing(new_client, kept)


def test_cookie_replay_after_the_account_fell_asleep(kept, new_client, gp):
    with writing() as session:
        session.get(User, gp.user_id).asleep_at = NOW
    assert opens_nothing(new_client, kept)


def test_cookie_replay_after_ending_it_from_another_browser(kept, new_client, sign_in, gp):
    elsewhere = new_client()
    sign_in(elsewhere, gp)
    elsewhere.send(elsewhere.get("/account/sessions"), action="/account/sessions/end-others")
    assert is_signed_in(elsewhere)
    assert opens_nothing(new_client, kept)


def test_cookie_replay_after_a_passkey_was_removed(new_client, sign_in, world):
    owner, thief, own = world.person("a.other_gp.lead"), new_client(), new_client()
    sign_in(thief, owner)
    sign_in(own, owner)
    own.submit(f"{LIST}/{world.passkeys['a.other_gp']}/remove")
    assert is_signed_in(own)
    assert opens_nothing(new_client, cookie_of(thief))


def test_cookie_replay_after_showing_once_more_who_one_is(client, kept, new_client, gp, at_world_time):
    at_world_time.shift(timedelta(minutes=10))
    client.submit("/account/prove", password=PASSWORD, code=gp.code)
    assert is_signed_in(client)
    assert opens_nothing(new_client, kept)


def test_cookie_replay_after_twenty_minutes_and_after_ten_hours(client, kept, new_client, at_world_time):
    for _ in range(31):
        at_world_time.shift(timedelta(minutes=19))
        assert is_signed_in(client)
    at_world_time.shift(timedelta(minutes=11))
    assert opens_nothing(new_client, kept)
    at_world_time.shift(timedelta(days=1))
    assert opens_nothing(new_client, kept)
