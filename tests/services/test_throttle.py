"""Wrong guesses: how many are taken, from whom, and for how long."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.database.session import db, writing
from portal.models.sessions import SignInAttempt
from portal.services import throttle
from portal.services.throttle import Throttled
from tests.harness import apart
from tests.world import NOW

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOME = "198.51.100.7"
ELSEWHERE = "203.0.113.9"


def guess(times, email="ann@example.org", address=HOME, now=NOW):
    return [throttle.begin(now, email, address) for _ in range(times)]


def counted():
    db.session.rollback()  # to see what other transactions have done since
    return db.session.scalar(select(func.count()).select_from(SignInAttempt))


def test_ten_guesses_at_an_account_are_taken_and_the_eleventh_is_not(database):
    guess(10)
    with pytest.raises(Throttled):
        guess(1)


def test_a_refused_guess_is_not_counted(database):
    guess(10)
    with pytest.raises(Throttled):
        guess(1)
    assert counted() == 10


def test_guesses_are_refused_for_as_long_as_ten_lie_within_five_minutes(database):
    guess(1)
    guess(9, now=NOW + MINUTE)
    with pytest.raises(Throttled) as refused:
        guess(1, now=NOW + 5 * MINUTE - SECOND)
    assert refused.value.until == NOW + 5 * MINUTE
    guess(1, now=NOW + 5 * MINUTE)
    with pytest.raises(Throttled) as refused:
        guess(1, now=NOW + 5 * MINUTE + SECOND)
    assert refused.value.until == NOW + 6 * MINUTE


def test_an_account_is_closed_from_every_address(database):
    guess(10)
    with pytest.raises(Throttled):
        guess(1, address=ELSEWHERE)


def test_another_account_is_not_touched(database):
    guess(10)
    assert guess(1, email="ben@example.org", address=ELSEWHERE)
    assert guess(1, email="ben@example.org", address=HOME)


def test_one_account_however_its_address_is_written(database):
    guess(5, email="Ann@Example.org")
    guess(5, email=" ann@example.org ")
    with pytest.raises(Throttled):
        guess(1, email="ANN@EXAMPLE.ORG")


def test_addresses_that_look_alike_are_two_accounts(database):
    guess(10, email="an.n@example.org")
    assert guess(1, email="ann@example.org")


def test_a_hundred_guesses_from_an_address_close_it_for_every_account(database):
    for number in range(20):
        guess(5, email=f"person{number}@example.org")
    with pytest.raises(Throttled):
        guess(1, email="new@example.org")
    assert guess(1, email="new@example.org", address=ELSEWHERE)


def test_a_right_guess_is_taken_off_again(database):
    for _ in range(30):
        (number,) = guess(1)
        with writing() as session:
            throttle.forget(session, number)
    assert counted() == 0


def test_guesses_at_the_same_moment_are_counted_one_by_one(app, database):
    def one(_number):
        def call():
            with app.app_context():
                try:
                    throttle.begin(NOW, "ann@example.org", HOME)
                except Throttled:
                    return False
                return True

        return apart(call)

    with ThreadPoolExecutor(16) as pool:
        taken = list(pool.map(one, range(40)))
    assert sum(taken) == 10
    assert counted() == 10


def test_rows_that_no_longer_count_are_dropped(database):
    guess(10, email="ann@example.org")
    guess(1, email="ben@example.org", address=ELSEWHERE, now=NOW + 5 * MINUTE)
    assert counted() == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:" + "x" * 100, "unix:" + "x" * 59),
    ],
)
def test_an_address_is_counted_by_its_network(address, network):
    assert throttle.network_of(address) == network
