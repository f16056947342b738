"""The first step of signing in: who gets how far with a password, and what is left behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, update

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.signing_in import Step
from portal.domain.vocabulary import ActivityOutcome
from portal.models.people import Membership, User
from portal.models.sessions import SignInAttempt, SignInSession
from portal.services import passwords, sessions, sign_in
from portal.services.authenticator import WrongCode
from portal.services.passwords import WrongPassword
from portal.services.sign_in import NotConnected
from portal.services.throttle import Throttled
from tests.services.sign_in_steps import (
    HOME,
    code_of,
    count,
    first_step,
    pending,
    refused_words,
    trail,
)
from tests.world import NOW, PASSWORD


@pytest.fixture
def board(world):
    return world.person("a.board")


def test_a_board_member_is_in_after_the_password(database, board):
    made = first_step(board)
    assert made.step is Step.NONE
    assert made.viewer.is_signed_in
    assert sessions.load(made.token, NOW).viewer == made.viewer


@pytest.mark.parametrize(
    "key", ["a.gp.practitioner", "a.gp.lead", "a.chair", "a.manager", "a.coordinator", "a.administrator", "both"]
)
def test_whoever_sees_children_or_keeps_accounts_is_asked_for_a_code(database, world, key):
    made = first_step(world.person(key))
    assert made.step is Step.CODE
    assert not made.viewer.is_signed_in
    assert not sessions.load(made.token, NOW).viewer.is_signed_in


def test_without_an_app_the_step_is_to_set_it_up(database, gp):
    with writing() as session:
        session.execute(update(User).where(User.id == gp.user_id).values(totp_secret=None, totp_confirmed_at=None))
    assert first_step(gp).step is Step.SET_UP_CODE


def test_the_email_address_is_taken_however_it_is_written(database, board):
    viewer = Viewer.nobody(NOW)
    assert sign_in.check_password(viewer, f"  {board.email.upper()} ", PASSWORD, HOME).viewer.user_id == board.user_id


def test_unknown_wrong_deactivated_and_not_yet_joined_are_refused_in_the_same_words(database, world, gp):
    deactivated = world.person("a.gp.deactivated")
    with writing() as session:
        invited = session.get(User, world.person("a.gp.lead").user_id)
        invited.password_hash = None
    said = [
        refused_words("nobody@example.org"),
        refused_words(gp, "not the password"),
        refused_words(deactivated),
        refused_words(world.person("a.gp.lead"), ""),
    ]
    assert said == [said[0]] * 4


def test_every_refusal_compares_exactly_one_hash(database, world, gp, monkeypatch):
    compared = []

    class Counting(PasswordHasher):
        def verify(self, stored, password):
            compared.append(stored)
            return super().verify(stored, password)

    monkeypatch.setattr(passwords, "hasher", Counting(time_cost=1, memory_cost=8, parallelism=1))
    refused_words("nobody@example.org")
    refused_words(gp, "not the password")
    refused_words(world.person("a.gp.deactivated"))
    assert len(compared) == 3


def test_every_refusal_makes_the_same_number_of_commits(database, gp):
    """A commit waits for the disk: one more for accounts that exist would tell which do."""
    commits = []

    def note(connection):
        commits.append(connection)

    event.listen(db.engine, "commit", note)
    try:
        refused_words("nobody@example.org")
        for_nobody = len(commits)
        refused_words(gp, "not the password")
    finally:
        event.remove(db.engine, "commit", note)
    assert len(commits) == 2 * for_nobody > 0


def test_the_hash_compared_for_nobody_is_as_slow_as_a_real_one(full_hasher):
    assert not full_hasher.check_needs_rehash(passwords.NOBODYS_HASH)


def test_real_hashes_are_made_with_the_librarys_own_settings(full_hasher):
    made = PasswordHasher()
    assert (full_hasher.time_cost, full_hasher.memory_cost) == (made.time_cost, made.memory_cost)


def test_the_hash_of_nobody_opens_nothing(database, board):
    with writing() as session:
        session.get(User, board.user_id).password_hash = None
    refused_words(board, "nobody's")


def test_without_a_current_membership_the_right_password_says_so(database, world):
    former = world.person("a.gp.former")
    with pytest.raises(NotConnected):
        first_step(former)
    assert count(SignInSession, SignInSession.user_id == former.user_id) == 0
    assert refused_words(former, "not the password") == refused_words("nobody@example.org")


def test_a_hash_made_with_weaker_settings_is_made_anew(database, board, monkeypatch):
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(passwords, "hasher", stronger)
    first_step(board)
    with writing() as session:
        stored = session.get(User, board.user_id).password_hash
    assert not stronger.check_needs_rehash(stored)
    assert first_step(board).viewer.user_id == board.user_id


@pytest.mark.parametrize("changed", [{"deactivated_at": NOW}, {"password_hash": "another"}])
def test_an_account_changed_while_its_password_is_compared_is_not_opened(database, board, monkeypatch, changed):
    right = passwords.is_right

    def slow(stored, password):
        found = right(stored, password)
        db.session.rollback()
        with writing() as session:
            session.execute(update(User).where(User.id == board.user_id).values(**changed))
        return found

    monkeypatch.setattr(passwords, "is_right", slow)
    with pytest.raises(WrongPassword):
        first_step(board)
    assert count(SignInSession, SignInSession.user_id == board.user_id) == 0


def test_letters_that_two_keyboards_send_differently_are_one_password(database, board):
    with writing() as session:
        session.get(User, board.user_id).password_hash = passwords.hash_password("caf\u00e9 lantern otter")
    assert first_step(board, "cafe\u0301 lantern otter").step is Step.NONE


def test_after_ten_wrong_passwords_the_right_one_is_refused_too(database, board, gp):
    for _ in range(10):
        refused_words(board, "not the password")
    with pytest.raises(Throttled):
        first_step(board)
    assert first_step(gp).viewer.user_id == gp.user_id
    with pytest.raises(Throttled):
        first_step(board, now=NOW + timedelta(minutes=5) - timedelta(seconds=1))
    assert first_step(board, now=NOW + timedelta(minutes=5)).step is Step.NONE


def test_nine_wrong_passwords_do_not_close_an_account(database, board):
    for _ in range(9):
        refused_words(board, "not the password")
    assert first_step(board).step is Step.NONE
    # A right one in between takes none of the wrong ones back.
    refused_words(board, "not the password")
    with pytest.raises(Throttled):
        first_step(board)


def test_signing_in_takes_few_queries(database, board, count_queries):
    with count_queries() as statements:
        first_step(board)
    # Two look-ups, the recheck, three writes of the session, when it was, three of the trail.
    assert len(statements) <= 10, statements


def test_the_membership_worked_as_last_is_worn_again(database, world):
    both = world.person("both")
    made = sign_in.check_code(pending(both), code_of(both), HOME)
    assert made.viewer.hat == both.hats[0]
    sessions.wear(sessions.load(made.token, NOW).viewer, both.hats[1].membership_id)
    later = NOW + timedelta(hours=1)
    again = sign_in.check_code(pending(both, later), code_of(both, later), HOME)
    assert again.viewer.hat == both.hats[1]
    with writing() as session:
        session.get(Membership, both.hats[1].membership_id).ended_at = later
    later += timedelta(hours=1)
    assert sign_in.check_code(pending(both, later), code_of(both, later), HOME).viewer.hat == both.hats[0]


def test_signing_in_and_out_is_in_the_trail_of_the_partnership_worked_in(database, gp):
    made = sign_in.check_code(pending(gp), code_of(gp), HOME)
    sessions.end(made.viewer)
    place = (gp.hat.partnership_id, gp.user_id, "person", gp.user_id, ActivityOutcome.DONE)
    assert trail() == [
        ("session.password_accepted", *place),
        ("session.started", *place),
        ("session.ended", *place),
    ]


def test_refusals_of_a_person_are_in_the_trail(database, gp):
    refused_words(gp, "not the password")
    with pytest.raises(WrongCode):
        sign_in.check_code(pending(gp), "000000", HOME)
    refused = [row for row in trail() if row[-1] is ActivityOutcome.REFUSED]
    assert [row[0] for row in refused] == ["session.password_refused", "session.code_refused"]
    assert {row[2] for row in refused} == {gp.user_id}


def test_guesses_at_an_unknown_account_are_only_counted(database):
    refused_words("nobody@example.org")
    assert trail() == []
    assert count(SignInAttempt) == 1
