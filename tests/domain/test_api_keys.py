"""Keys: what is kept of one, and until when it holds."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from portal.domain.api_keys import digest_of, ending_of, holds

LAST = date(2026, 6, 30)
ENDED = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ended_at", "today", "expected"),
    [
        (None, date(2026, 6, 30), True),
        (None, date(2026, 7, 1), False),
        (ENDED, date(2026, 6, 2), False),
    ],
)
def test_a_key_holds_to_its_last_day_unless_it_was_ended(ended_at, today, expected):
    assert holds(LAST, ended_at, today) is expected


def test_what_is_kept_is_no_key():
    digest = digest_of("spk_one")
    assert len(digest) == 32
    assert digest != digest_of("spk_two")
    assert b"one" not in digest
    assert ending_of("spk_abcdefgh") == "efgh"
    assert digest_of("\ud800")  # what cannot be written as UTF-8 is a wrong key, no fault
