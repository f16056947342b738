"""Whose turn it is in plain words."""

from __future__ import annotations

import pytest

from portal.domain.escalation_vocabulary import Turn, Until
from portal.domain.escalation_words import clock_words, must_do


@pytest.mark.parametrize(
    ("turn", "until", "is_late", "words"),
    [
        (Turn.RAISED_WITH, Until.REPLY, False, "must reply"),
        (Turn.RAISED_WITH, Until.REPLY, True, "had to reply"),
        (Turn.RAISED_WITH, Until.RESOLUTION, False, "must put it right"),
        (Turn.RAISED_BY, Until.REPLY, False, "must say whether the reply is enough"),
        (Turn.RAISED_BY, Until.RESOLUTION, True, "had to say whether it is put right"),
    ],
)
def test_what_a_side_has_to_do(turn, until, is_late, words):
    assert must_do(turn, until, is_late=is_late) == words


def test_how_long_a_stage_has():
    assert [clock_words(days) for days in (0, 1, 2)] == ["the same working day", "1 working day", "2 working days"]
