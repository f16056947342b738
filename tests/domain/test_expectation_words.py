"""Why something is expected of an agency reads otherwise to the agency itself than to everybody else."""

from __future__ import annotations

import pytest

from portal.domain.expectation_words import because_words, reason_words
from portal.domain.vocabulary import ExpectationReason

TO_WHOM_IT_CONCERNS = {
    ExpectationReason.KNOWS_CHILD: ("You work with the child", "Works with the child"),
    ExpectationReason.REGISTERED: ("The child is registered with you", "The child is registered there"),
    ExpectationReason.ON_ROLL: ("The child is on your roll", "The child is on its roll"),
    ExpectationReason.STATUTORY: ("The law or guidance asks for you", "The law or guidance asks for it"),
    ExpectationReason.SUPPORTS_FAMILY: ("You support the family", "Supports the family"),
    ExpectationReason.REFERRED: ("You made the referral", "Made the referral"),
    ExpectationReason.NOT_INVOLVED: ("You are not involved with the family", "Not involved with the family"),
    ExpectationReason.MOVED_AWAY: ("The family has moved away", "The family has moved away"),
    ExpectationReason.IMPORTED: ("As the imported file says", "As the imported file says"),
}


@pytest.mark.parametrize("reason", ExpectationReason)
def test_each_reader_has_their_words(reason):
    assert (reason_words(reason, own=True), reason_words(reason, own=False)) == TO_WHOM_IT_CONCERNS[reason]


@pytest.mark.parametrize("reason", ExpectationReason)
def test_nobody_else_is_called_you(reason):
    assert not {"you", "your"} & set(reason_words(reason, own=False).lower().split())


def test_in_a_sentence_to_the_agency():
    assert because_words(ExpectationReason.REGISTERED) == ", because the child is registered with you"
    assert because_words(ExpectationReason.KNOWS_CHILD) == ", because you work with the child"


@pytest.mark.parametrize(
    "reason",
    [None, ExpectationReason.IMPORTED, ExpectationReason.MOVED_AWAY, ExpectationReason.NOT_INVOLVED],
)
def test_what_is_no_reason_to_be_asked_is_left_out(reason):
    assert because_words(reason) == ""
