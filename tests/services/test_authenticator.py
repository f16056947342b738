"""The second step: codes of an app, setting it up, recovery codes; each taken once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pyotp
import pytest
from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.signing_in import Step
from portal.models.people import RecoveryCode, User
from portal.services import authenticator, passwords, sessions, sign_in
from portal.services.authenticator import WrongCode
from portal.services.changes import changing
from portal.services.passwords import WrongPassword
from portal.services.throttle import Throttled
from tests.harness import apart
from tests.services.sign_in_steps import (
    HOME,
    code_of,
    count,
    first_step,
    pending,
    set_up,
    trail,
)
from tests.world import NOW, PASSWORD, viewer_of

STEP = timedelta(seconds=30)


@pytest.fixture
def newcomer(gp):
    """Somebody whose role asks for an app that they have not set up."""
    with writing() as session:
        session.execute(update(User).where(User.id == gp.user_id).values(totp_secret=None, totp_confirmed_at=None))
    return gp


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_the_code_of_the_step_before_and_after_is_taken(database, gp, steps):
    made = sign_in.check_code(pending(gp), code_of(gp, NOW + steps * STEP), HOME)
    assert made.viewer.is_signed_in
    assert sessions.load(made.token, NOW).viewer == made.viewer


@pytest.mark.parametrize("steps", [-2, 2])
def test_an_older_or_later_code_is_not_taken(database, gp, steps):
    with pytest.raises(WrongCode):
        sign_in.check_code(pending(gp), code_of(gp, NOW + steps * STEP), HOME)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "٣٤٥٦٧٨", "12 34", "-12345", "0x1234", "\x00"])
def test_nonsense_is_not_taken(database, gp, typed):
    with pytest.raises(WrongCode):
        sign_in.check_code(pending(gp), typed, HOME)


def test_a_code_may_be_typed_with_spaces(database, gp):
    code = code_of(gp)
    assert sign_in.check_code(pending(gp), f" {code[:3]} {code[3:]} ", HOME).viewer.is_signed_in


def test_a_code_is_taken_once(database, gp):
    sign_in.check_code(pending(gp), code_of(gp), HOME)
    with pytest.raises(WrongCode):
        sign_in.check_code(pending(gp), code_of(gp), HOME)


def test_an_earlier_code_is_not_taken_after_a_later_one(database, gp):
    sign_in.check_code(pending(gp), code_of(gp, NOW + STEP), HOME)
    with pytest.raises(WrongCode):
        sign_in.check_code(pending(gp), code_of(gp), HOME)


def send_together(app, viewers, code):
    """Send one code for each viewer at the same moment; how many were taken."""
    start = Barrier(len(viewers))

    def one(viewer):
        def call():
            with app.app_context():
                start.wait()
                try:
                    sign_in.check_code(viewer, code, HOME)
                except WrongCode:
                    return False
                return True

        return apart(call)

    db.session.rollback()
    with ThreadPoolExecutor(len(viewers)) as pool:
        return sum(pool.map(one, viewers))


def test_of_two_that_send_one_code_at_the_same_moment_one_gets_in(app, database, gp):
    for moment in range(5):
        now = NOW + moment * timedelta(minutes=10)
        assert send_together(app, [pending(gp, now), pending(gp, now)], code_of(gp, now)) == 1


def test_of_two_that_send_one_recovery_code_at_the_same_moment_one_gets_in(app, database, gp):
    with changing(viewer_of(gp)) as change:
        codes = authenticator.write_recovery_codes(change)
        change.log("person.recovery_codes_made", "person", gp.user_id)
    for code in codes[:5]:
        assert send_together(app, [pending(gp), pending(gp)], code) == 1


def test_a_code_of_somebody_else_is_not_taken(database, gp, world):
    with pytest.raises(WrongCode):
        sign_in.check_code(pending(gp), code_of(world.person("a.chair")), HOME)


def test_the_token_before_the_code_is_worth_nothing_after_it(database, gp):
    before = first_step(gp)
    sign_in.check_code(before.viewer, code_of(gp), HOME)
    assert sessions.load(before.token, NOW) is None


def test_a_code_is_not_used_up_by_a_sign_in_that_has_ended(database, gp):
    gone = pending(gp)
    sessions.end(gone)
    with pytest.raises(sessions.SignInOver):
        sign_in.check_code(gone, code_of(gp), HOME)
    assert sign_in.check_code(pending(gp), code_of(gp), HOME).viewer.is_signed_in


def test_whoever_is_signed_in_takes_no_second_step(database, gp):
    made = sign_in.check_code(pending(gp), code_of(gp), HOME)
    with pytest.raises(sessions.SignInOver):
        sign_in.check_code(made.viewer, code_of(gp, NOW + STEP), HOME)


def test_wrong_codes_count_as_wrong_guesses_at_the_account(database, gp):
    viewer = pending(gp)
    for number in range(10):
        with pytest.raises(WrongCode):
            sign_in.check_code(viewer, f"{number:06}", HOME)
    with pytest.raises(Throttled):
        sign_in.check_code(viewer, code_of(gp), HOME)
    with pytest.raises(Throttled):
        first_step(gp)


def test_the_app_is_tied_by_its_first_code_and_asked_for_from_then_on(database, newcomer):
    viewer, code, key = set_up(newcomer)
    made, recovery_codes = sign_in.set_up_code(viewer, code, HOME)
    assert made.viewer.is_signed_in
    assert sessions.load(made.token, NOW).viewer == made.viewer
    assert len(set(recovery_codes)) == 10
    again = first_step(newcomer)
    assert again.step is Step.CODE
    with pytest.raises(WrongCode):  # the first code is used up
        sign_in.check_code(again.viewer, code, HOME)
    assert sign_in.check_code(again.viewer, pyotp.TOTP(key).at(NOW + STEP), HOME).viewer.is_signed_in


def test_the_key_is_stored_encrypted(database, newcomer):
    viewer, code, key = set_up(newcomer)
    with db.engine.connect() as connection:
        waiting = "SELECT setup_secret FROM sign_in_sessions WHERE setup_secret IS NOT NULL"
        stored = connection.exec_driver_sql(waiting).scalar()
    assert key.encode() not in bytes(stored)
    sign_in.set_up_code(viewer, code, HOME)
    with db.engine.connect() as connection:
        stored = connection.exec_driver_sql(f"SELECT totp_secret FROM users WHERE id = {newcomer.user_id}").scalar()
        assert connection.exec_driver_sql("SELECT count(setup_secret) FROM sign_in_sessions").scalar() == 0
    assert key.encode() not in bytes(stored)


def test_the_key_stays_while_the_page_is_loaded_again(database, newcomer):
    viewer = pending(newcomer)
    assert authenticator.set_up(viewer) == authenticator.set_up(viewer)


def test_each_sign_in_has_a_key_of_its_own(database, newcomer):
    """Somebody who knew the password first must not know the key that its owner ties later."""
    _, _, seen_by_somebody_else = set_up(newcomer)
    viewer, code, key = set_up(newcomer)
    assert key != seen_by_somebody_else
    sign_in.set_up_code(viewer, code, HOME)
    with pytest.raises(WrongCode):
        sign_in.check_code(pending(newcomer), pyotp.TOTP(seen_by_somebody_else).at(NOW), HOME)


def test_an_app_that_is_tied_is_not_replaced_by_an_older_sign_in(database, newcomer):
    older, older_code, _ = set_up(newcomer)
    viewer, code, key = set_up(newcomer)
    sign_in.set_up_code(viewer, code, HOME)
    with pytest.raises(WrongCode):
        sign_in.set_up_code(older, older_code, HOME)
    assert sign_in.check_code(pending(newcomer), pyotp.TOTP(key).at(NOW + STEP), HOME).viewer.is_signed_in


def test_a_wrong_first_code_ties_nothing(database, newcomer):
    viewer, code, _ = set_up(newcomer)
    with pytest.raises(WrongCode):
        sign_in.set_up_code(viewer, f"{(int(code) + 1) % 1_000_000:06}", HOME)
    assert count(User, User.id == newcomer.user_id, User.totp_confirmed_at.is_not(None)) == 0
    assert count(RecoveryCode) == 0


def test_ten_wrong_first_codes_close_the_account_for_a_while(database, newcomer):
    viewer, code, _ = set_up(newcomer)
    for _ in range(10):
        with pytest.raises(WrongCode):
            sign_in.set_up_code(viewer, "nonsense", HOME)
    with pytest.raises(Throttled):
        sign_in.set_up_code(viewer, code, HOME)


@pytest.fixture
def codes(gp):
    with changing(viewer_of(gp)) as change:
        made = authenticator.write_recovery_codes(change)
        change.log("person.recovery_codes_made", "person", gp.user_id)
    return made


def test_each_recovery_code_opens_once_and_says_how_many_are_left(database, gp, codes):
    for left, code in zip(range(9, -1, -1), codes, strict=True):
        assert sign_in.check_code(pending(gp), code, HOME).codes_left == left
    for code in codes[:3]:
        with pytest.raises(WrongCode):
            sign_in.check_code(pending(gp), code, HOME)


def test_a_code_of_the_app_says_nothing_about_recovery_codes(database, gp, codes):
    assert sign_in.check_code(pending(gp), code_of(gp), HOME).codes_left is None


def test_recovery_codes_may_be_typed_as_people_do(database, gp, codes):
    for code in (codes[0].lower(), codes[1].replace("-", ""), codes[2].replace("-", " "), f" {codes[3]} "):
        assert sign_in.check_code(pending(gp), code, HOME).viewer.is_signed_in


def test_recovery_codes_are_stored_as_digests(database, gp, codes):
    stored = [bytes(row) for row in db.session.scalars(select(RecoveryCode.code_digest))]
    assert len(stored) == 10
    for code in codes:
        assert not any(code.encode() in row or code.replace("-", "").encode() in row for row in stored)


def test_somebody_elses_recovery_code_is_not_taken(database, codes, world):
    with pytest.raises(WrongCode):
        sign_in.check_code(pending(world.person("a.chair")), codes[0], HOME)


def test_new_recovery_codes_end_the_old_ones(database, gp, codes):
    new = authenticator.make_recovery_codes(viewer_of(gp), PASSWORD, HOME)
    with pytest.raises(WrongCode):
        sign_in.check_code(pending(gp), codes[0], HOME)
    assert sign_in.check_code(pending(gp), new[0], HOME).codes_left == 9


def test_new_recovery_codes_need_the_password(database, gp, codes):
    with pytest.raises(WrongPassword):
        authenticator.make_recovery_codes(viewer_of(gp), "not the password", HOME)
    assert sign_in.check_code(pending(gp), codes[0], HOME).codes_left == 9


def test_setting_up_and_recovering_is_in_the_trail(database, newcomer):
    viewer, code, _ = set_up(newcomer)
    _, recovery_codes = sign_in.set_up_code(viewer, code, HOME)
    sign_in.check_code(pending(newcomer), recovery_codes[0], HOME)
    authenticator.make_recovery_codes(viewer_of(newcomer), PASSWORD, HOME)
    passwords.change_password(
        sign_in.check_code(pending(newcomer), authenticator_code(newcomer), HOME).viewer,
        PASSWORD,
        "copper violet hinge 9",
        HOME,
    )
    verbs = [row[0] for row in trail()]
    assert [verb for verb in verbs if verb.startswith("person.")] == [
        "person.authenticator_set",
        "person.recovery_code_used",
        "person.recovery_codes_made",
        "person.password_changed",
    ]


def authenticator_code(person):
    db.session.rollback()
    secret = db.session.scalar(select(User.totp_secret).where(User.id == person.user_id))
    return pyotp.TOTP(secret).at(NOW + STEP)
