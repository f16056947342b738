"""What a token stands for: until when, for whom, and what ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.errors import NotVisible
from portal.domain.signing_in import SessionEnd, Step
from portal.domain.vocabulary import Role
from portal.models.people import Membership, User
from portal.models.sessions import SignInSession
from portal.services import sessions
from portal.services.changes import changing
from portal.services.sessions import Ended, SignInOver, Standing
from tests.world import NOW, viewer_of

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def start(person, step=Step.NONE, now=NOW, membership_id=None, setup_secret=None):
    with changing(viewer_of(person, now)) as change:
        _, token = sessions.start(change, membership_id or person.hat.membership_id, step, setup_secret)
        change.log("session.started", "person", person.user_id)
    return token


def load(token, now):
    db.session.rollback()  # each request reads anew
    return sessions.load(token, now)


def change_row(table, **values):
    with writing() as session:
        session.execute(update(table).values(**values))


def test_a_token_stands_for_its_person_and_their_hats(database, world):
    both = world.person("both")
    found = load(start(both), NOW)
    assert isinstance(found, Standing)
    assert found.step is Step.NONE
    assert (found.viewer.user_id, found.viewer.name, found.viewer.email) == (both.user_id, both.name, both.email)
    assert found.viewer.hats == tuple(both.hats)
    assert found.viewer.hat == both.hats[0]
    assert found.viewer.is_signed_in


@pytest.mark.parametrize("token", ["", "x", "é", "x" * 5000, "'; DROP TABLE users; --"])
def test_a_token_never_given_out_stands_for_nothing(database, gp, token):
    start(gp)
    assert load(token, NOW) is None


def test_only_a_digest_of_the_token_is_stored(database, gp):
    token = start(gp)
    stored = db.session.scalar(select(SignInSession.token_digest).where(SignInSession.user_id == gp.user_id))
    assert token.encode() not in bytes(stored)
    assert len(stored) == 32


def test_before_the_second_step_nobody_wears_a_hat(database, gp):
    found = load(start(gp, Step.CODE), NOW)
    assert found.step is Step.CODE
    assert not found.viewer.is_signed_in
    assert found.viewer.code_pending
    assert (found.viewer.hat, found.viewer.hats) == (None, ())


def test_idle_for_twenty_minutes_ends_it(database, gp):
    token = start(gp)
    assert isinstance(load(token, NOW + 20 * MINUTE - SECOND), Standing)
    # That was a request, from which the twenty minutes run anew.
    again = NOW + 40 * MINUTE - SECOND
    ended = load(token, again)
    assert isinstance(ended, Ended)
    assert ended.reason is SessionEnd.IDLE
    assert ended.user_id == gp.user_id


def test_ten_hours_end_it_however_busy(database, gp):
    token, now = start(gp), NOW
    while now < NOW + 10 * HOUR - 15 * MINUTE:
        now += 15 * MINUTE
        assert isinstance(load(token, now), Standing)
    assert isinstance(load(token, NOW + 10 * HOUR - SECOND), Standing)
    assert load(token, NOW + 10 * HOUR).reason is SessionEnd.TOO_LONG


def test_last_seen_is_written_at_most_every_thirty_seconds(database, gp, count_queries):
    token = start(gp)

    def seen():
        db.session.rollback()
        return db.session.scalar(select(SignInSession.last_seen_at).where(SignInSession.user_id == gp.user_id))

    load(token, NOW + 29 * SECOND)
    assert seen() == NOW
    load(token, NOW + 30 * SECOND)
    assert seen() == NOW + 30 * SECOND
    load(token, NOW + 10 * SECOND)
    assert seen() == NOW + 30 * SECOND


def test_loading_and_writing_last_seen_do_not_count_among_a_pages_queries(database, gp, count_queries):
    token = start(gp)
    with count_queries() as statements:
        load(token, NOW + MINUTE)
    assert statements == []


def test_ending_all_but_one(database, gp):
    first, second, third = start(gp), start(gp), start(gp)
    keep = load(second, NOW).viewer.session_id
    with writing() as session:
        sessions.end_sessions(session, gp.user_id, except_id=keep)
    assert [type(load(token, NOW)) for token in (first, second, third)] == [Ended, Standing, Ended]
    assert load(first, NOW).reason is SessionEnd.ACCESS_CHANGED


def test_ending_one_persons_sessions_leaves_everybody_elses(database, gp, world):
    other = start(world.person("a.gp.lead"))
    with writing() as session:
        sessions.end_sessions(session, gp.user_id)
    assert isinstance(load(other, NOW), Standing)


def test_the_first_reason_for_ending_stays(database, gp):
    token = start(gp)
    with writing() as session:
        sessions.end_sessions(session, gp.user_id, reason=SessionEnd.PASSWORD_CHANGED)
    with writing() as session:
        sessions.end_sessions(session, gp.user_id)
    assert load(token, NOW).reason is SessionEnd.PASSWORD_CHANGED


def test_signing_out_ends_only_this_one(database, gp):
    here, there = start(gp), start(gp)
    sessions.end(load(here, NOW).viewer)
    assert load(here, NOW).reason is SessionEnd.SIGNED_OUT
    assert isinstance(load(there, NOW), Standing)


def test_a_deactivated_person_has_no_session_even_where_nobody_ended_it(database, gp):
    token = start(gp)
    change_row(User, deactivated_at=NOW)
    assert isinstance(load(token, NOW), Ended)


def test_an_ended_membership_is_worn_no_longer_even_where_nobody_ended_the_session(database, world):
    both = world.person("both")
    token = start(both, membership_id=both.hats[1].membership_id)
    with writing() as session:
        session.get(Membership, both.hats[1].membership_id).ended_at = NOW
    viewer = load(token, NOW).viewer
    assert viewer.hats == (both.hats[0],)
    assert viewer.hat == both.hats[0]


def test_without_any_membership_there_is_no_session(database, gp):
    token = start(gp)
    change_row(Membership, ended_at=NOW)
    assert load(token, NOW).reason is SessionEnd.ACCESS_CHANGED


def test_a_role_that_now_asks_for_a_code_ends_a_session_opened_without_one(database, world):
    board = world.person("a.board")
    token = start(board)
    assert isinstance(load(token, NOW), Standing)
    with writing() as session:
        session.get(Membership, board.hat.membership_id).role = Role.CHAIR
    assert isinstance(load(token, NOW), Ended)


def test_a_set_up_without_a_key_of_its_own_is_over(database, gp):
    change_row(User, totp_secret=None, totp_confirmed_at=None)
    assert isinstance(load(start(gp, Step.SET_UP_CODE), NOW), Ended)
    with_key = load(start(gp, Step.SET_UP_CODE, setup_secret="JBSWY3DPEHPK3PXP"), NOW)
    assert with_key.step is Step.SET_UP_CODE


def test_a_renewed_token_replaces_the_one_before(database, gp):
    before = start(gp, Step.CODE)
    pending = load(before, NOW).viewer
    with changing(viewer_of(gp)) as change:
        after = sessions.renew(change, pending.session_id)
        change.log("session.started", "person", gp.user_id)
    assert load(before, NOW) is None
    assert load(after, NOW).viewer.is_signed_in


def test_what_has_ended_is_not_renewed(database, gp):
    token = start(gp, Step.CODE)
    pending = load(token, NOW).viewer
    sessions.end(pending)
    with pytest.raises(SignInOver), changing(viewer_of(gp)) as change:
        sessions.renew(change, pending.session_id)


def test_working_as_another_membership_stays_chosen(database, world):
    both = world.person("both")
    token = start(both)
    changed = sessions.wear(load(token, NOW).viewer, both.hats[1].membership_id)
    assert changed.hat == both.hats[1]
    assert load(token, NOW).viewer.hat == both.hats[1]


def test_nobody_works_as_somebody_elses_membership(database, world):
    token = start(world.person("both"))
    with pytest.raises(NotVisible):
        sessions.wear(load(token, NOW).viewer, world.person("a.chair").hat.membership_id)


def test_rows_of_sign_ins_a_month_ago_are_dropped(database, gp, world):
    others = db.session.scalars(select(SignInSession.user_id).order_by(SignInSession.id)).all()
    start(gp)
    start(world.person("a.gp.lead"))
    later = NOW + timedelta(days=31)
    token = start(gp, now=later)
    assert isinstance(load(token, later), Standing)
    owners = db.session.scalars(select(SignInSession.user_id).order_by(SignInSession.id)).all()
    assert owners == [*others, world.person("a.gp.lead").user_id, gp.user_id]
