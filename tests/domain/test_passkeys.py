"""Where passkeys hold, what a counter tells, and which second step must stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.passkeys import Site, counter_went_back, leaves_a_second_step, site_at
from portal.domain.signing_in import PROOF_LASTS_FOR, is_fresh

COUNTS = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://portal.example", Site("portal.example", "https://portal.example")),
        ("https://Portal.Example:443/", Site("portal.example", "https://portal.example")),
        ("https://portal.example:8443", Site("portal.example", "https://portal.example:8443")),
        ("http://localhost:5000", Site("localhost", "http://localhost:5000")),
        ("http://x.localhost", Site("x.localhost", "http://x.localhost")),
        ("http://portal.example", None),
        ("http://127.0.0.1:5000", None),
        ("https://127.0.0.1", None),
        ("https://[::1]:5000", None),
        ("", None),
    ],
)
def test_they_hold_at_names_with_https_and_on_the_machine_itself(address, site):
    assert site_at(address) == site


@given(COUNTS, COUNTS)
def test_a_count_must_grow_unless_the_device_counts_nothing(kept, shown):
    assert counter_went_back(kept, shown) == (shown <= kept and (kept, shown) != (0, 0))


@given(COUNTS)
def test_what_was_shown_once_is_never_taken_again(shown):
    assert shown == 0 or counter_went_back(shown, shown)


def test_somebody_whose_role_asks_for_a_second_step_keeps_one():
    assert leaves_a_second_step(needed=False, has_authenticator=False, passkeys_left=0)
    assert leaves_a_second_step(needed=True, has_authenticator=True, passkeys_left=0)
    assert leaves_a_second_step(needed=True, has_authenticator=False, passkeys_left=1)
    assert not leaves_a_second_step(needed=True, has_authenticator=False, passkeys_left=0)


def test_a_proof_lasts_ten_minutes_and_not_a_second_longer():
    now = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
    assert timedelta(minutes=10) == PROOF_LASTS_FOR
    assert is_fresh(now, now)
    assert is_fresh(now - timedelta(minutes=9, seconds=59), now)
    assert not is_fresh(now - timedelta(minutes=10), now)
    assert not is_fresh(None, now)
