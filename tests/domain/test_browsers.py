"""What a browser calls itself becomes plain words, and nothing of what it said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.browsers import UNKNOWN, browser_words

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (f"{WINDOWS} {KIT} Chrome/141.0.0.0 Safari/537.36", "Chrome on Windows"),
        (f"{WINDOWS} {KIT} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", "Microsoft Edge on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0", "Firefox on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.6 Mobile/15E148 Safari/604.1",
            "Safari on an iPhone",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.6 Safari/605.1.15",
            "Safari on a Mac",
        ),
        (f"Mozilla/5.0 (Linux; Android 10; K) {KIT} Chrome/141.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Werkzeug/3.1", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_it_is_named_as_people_do(said, words):
    assert browser_words(said) == words


@given(st.text(max_size=300))
def test_whatever_is_said_the_words_are_the_portals_own_and_short(said):
    words = browser_words(f"ZQMARK{said}ZQMARK")
    assert "ZQMARK" not in words
    assert 0 < len(words) <= 60
