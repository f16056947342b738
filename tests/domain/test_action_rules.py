"""The life of an action: no step without its words, none past a check, and late only while it is its owner's."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from portal.domain.action_rules import CHECKING, is_overdue, may_become, may_check_word_of, refusal
from portal.domain.audit_vocabulary import ActionStatus

STATES = st.sampled_from(ActionStatus)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
OPEN, DONE, CLOSED = ActionStatus.OPEN, ActionStatus.DONE, ActionStatus.CLOSED


def test_the_steps_that_there_are():
    steps = {(before, after) for before in ActionStatus for after in ActionStatus if may_become(before, after)}
    assert steps == {(OPEN, OPEN), (OPEN, DONE), (DONE, CLOSED), (DONE, OPEN)}
    assert steps >= CHECKING


@given(STATES, STATES, st.text())
def test_no_step_goes_without_its_words(before, after, said):
    refused = refusal(before, after, said)
    assert (refused is None) == (may_become(before, after) and bool(said.strip()))
    assert refused is None or refused[0].isupper()


@given(STATES, DAYS, DAYS)
def test_an_action_is_late_only_while_it_is_open_and_after_its_day(status, due_on, today):
    assert is_overdue(status, due_on, today) == (status is OPEN and today > due_on)


@given(st.none() | st.integers(1, 5), st.none() | st.integers(1, 5))
def test_nobody_checks_their_own_word(checker, done_by):
    assert may_check_word_of(checker, done_by) == (checker is not None and checker != done_by)


class Life(RuleBasedStateMachine):
    """Whatever people try, in whatever order: closed is reached over done alone, and is the end."""

    def __init__(self) -> None:
        super().__init__()
        self.path = [OPEN]

    @rule(after=STATES, said=st.sampled_from(["", "  ", "Trained everybody."]))
    def try_step(self, after, said):
        if refusal(self.path[-1], after, said) is None:
            self.path.append(after)

    @invariant()
    def closed_only_after_a_check(self):
        if CLOSED in self.path:
            place = self.path.index(CLOSED)
            assert place == len(self.path) - 1
            assert self.path[place - 1] is DONE


TestLife = Life.TestCase
