"""Joining links: for whom, how often and how long they work, and what using one does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.errors import Invalid
from portal.domain.signing_in import SessionEnd, Step
from portal.domain.vocabulary import JoiningPurpose
from portal.models.people import JoiningLink, Membership, User
from portal.models.sessions import SignInSession
from portal.services import joining, sessions
from portal.services.changes import changing
from portal.services.joining import LinkOver
from tests.harness import apart
from tests.services.sign_in_steps import count, first_step, refused_words, signed_in, trail
from tests.world import NOW, viewer_of

NEW = "copper violet hinge 9"
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def lead(world):
    return world.person("a.gp.lead")


def make(maker, person, purpose=JoiningPurpose.NEW_PASSWORD, now=NOW):
    with changing(viewer_of(maker, now)) as change:
        return joining.make_link(change, person.user_id, purpose)


def use(token, name="Ann Onymous", password=NEW, now=NOW):
    db.session.rollback()
    return joining.use_link(Viewer.nobody(now), token, name, password)


def opened(token, now=NOW):
    db.session.rollback()
    return joining.open_link(token, now)


def test_a_link_says_whose_it_is_and_what_for(database, gp, lead):
    link = opened(make(lead, gp))
    assert (link.user_id, link.name, link.email) == (gp.user_id, gp.name, gp.email)
    assert link.purpose is JoiningPurpose.NEW_PASSWORD


def test_only_a_digest_of_the_token_is_stored_and_who_made_it(database, gp, lead):
    token = make(lead, gp)
    row = db.session.scalars(select(JoiningLink)).one()
    assert token.encode() not in bytes(row.token_digest)
    assert row.made_by_id == lead.user_id


def test_a_link_works_for_three_days(database, gp, lead):
    token = make(lead, gp)
    assert opened(token, NOW + 3 * DAY - SECOND)
    with pytest.raises(LinkOver):
        opened(token, NOW + 3 * DAY)
    with pytest.raises(LinkOver):
        use(token, now=NOW + 3 * DAY)


def test_opening_uses_nothing_up(database, gp, lead):
    token = make(lead, gp)
    for _ in range(3):
        opened(token)
    assert use(token)


def test_a_link_works_once(database, gp, lead):
    token = make(lead, gp)
    use(token)
    with pytest.raises(LinkOver):
        opened(token)
    with pytest.raises(LinkOver):
        use(token, password="marble thicket 44 swan")
    assert first_step(gp, NEW)


def test_of_two_that_use_it_at_the_same_moment_one_does(app, database, gp, lead):
    for _ in range(3):
        token, start = make(lead, gp), Barrier(2)

        def one(password, token=token, start=start):
            def call():
                with app.app_context():
                    start.wait()
                    try:
                        joining.use_link(Viewer.nobody(NOW), token, gp.name, password)
                    except LinkOver:
                        return None
                    return password

            return apart(call)

        with ThreadPoolExecutor(2) as pool:
            used = [word for word in pool.map(one, [NEW, "marble thicket 44 swan"]) if word]
        assert len(used) == 1
        assert first_step(gp, used[0])


def test_a_newer_link_ends_those_before_it(database, gp, lead):
    older = make(lead, gp)
    newer = make(lead, gp)
    with pytest.raises(LinkOver):
        opened(older)
    assert opened(newer)


def test_a_newer_link_ends_nobody_elses(database, gp, lead, world):
    other = make(lead, world.person("a.gp.former"))
    make(lead, gp)
    assert opened(other)


@pytest.mark.parametrize("token", ["", "x", "é", "../..", "x" * 3000, "'; DROP TABLE users; --"])
def test_an_unknown_link_is_over(database, gp, lead, token):
    make(lead, gp)
    with pytest.raises(LinkOver):
        opened(token)


def test_a_deactivated_persons_link_is_over(database, gp, lead):
    token = make(lead, gp)
    with writing() as session:
        session.get(User, gp.user_id).deactivated_at = NOW
    with pytest.raises(LinkOver):
        opened(token)


def test_using_it_sets_the_password_and_the_name(database, gp, lead):
    use(make(lead, gp), name="  Ann   Onymous ")
    assert first_step(gp, NEW)
    refused_words(gp)
    with writing() as session:
        assert session.get(User, gp.user_id).name == "Ann Onymous"


def test_using_it_ends_every_sign_in_and_starts_one(database, gp, lead):
    before = signed_in(gp).token
    made = use(make(lead, gp))
    db.session.rollback()
    assert sessions.load(before, NOW).reason is SessionEnd.PASSWORD_CHANGED
    assert made.step is Step.CODE  # a new password is no way around the app
    assert sessions.load(made.token, NOW).viewer.code_pending


def test_a_newcomer_goes_straight_on_to_the_apps_set_up(database, gp, lead):
    with writing() as session:
        user = session.get(User, gp.user_id)
        user.password_hash = user.totp_secret = user.totp_confirmed_at = None
    assert use(make(lead, gp, JoiningPurpose.JOIN)).step is Step.SET_UP_CODE


def test_without_a_membership_the_password_is_set_and_nobody_signed_in(database, gp, lead):
    token = make(lead, gp)
    with writing() as session:
        session.get(Membership, gp.hat.membership_id).ended_at = NOW
    before = count(SignInSession)
    assert use(token) is None
    assert count(SignInSession) == before


@pytest.mark.parametrize(
    ("name", "password", "field"),
    [
        ("", NEW, "name"),
        (" \t ", NEW, "name"),
        ("x" * 121, NEW, "name"),
        ("Ann\x00", NEW, "name"),
        ("Ann", "short", "password"),
        ("Ann", "password1234", "password"),
        ("Gwendolen Fairfax", "gwendolen fairfax", "password"),
    ],
)
def test_a_name_or_password_that_will_not_do_leaves_the_link_as_it_was(database, gp, lead, name, password, field):
    token = make(lead, gp)
    with pytest.raises(Invalid) as refused:
        use(token, name, password)
    assert set(refused.value.errors) == {field}
    assert use(token)


def test_making_and_using_a_link_is_in_the_trail(database, gp, lead):
    token = make(lead, gp)
    use(token, name=gp.name)
    partnership_id = gp.hat.partnership_id
    assert [row[:3] for row in trail()] == [
        ("joining_link.made", partnership_id, lead.user_id),
        ("person.password_set", partnership_id, gp.user_id),
        ("session.password_accepted", partnership_id, gp.user_id),
    ]


def test_a_corrected_name_is_in_the_trail(database, gp, lead):
    use(make(lead, gp), name="Ann Onymous")
    assert "person.renamed" in [row[0] for row in trail()]


@pytest.mark.parametrize("base", ["https://portal.example", "https://portal.example/"])
def test_the_address_is_built_from_the_setting(base):
    assert joining.link_address(base, "abc") == "https://portal.example/join/abc"
