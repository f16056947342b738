"""Acts in any order, by anybody, with silence between: what must hold of every escalation holds after each."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.escalation_vocabulary import (
    ChildSafe,
    EntryKind,
    EscalationStatus,
    LadderKind,
    Learning,
    Resolution,
    Turn,
)
from portal.services.activity_checks import verify
from portal.services.escalations import acting, ending
from portal.services.escalations.clocks import end_clocks
from portal.services.viewers import system_viewer
from tests.services.escalation_steps import ALERT, DISAGREEMENT, NON_ATTENDANCE, entries, raised, row, told, verbs
from tests.world import NOW

RAISED = {
    NON_ATTENDANCE: ("a.chair", "gp", "initial"),
    DISAGREEMENT: ("a.school.lead", "gp", "initial"),
    ALERT: ("a.chair", "social_care", "strategy"),
}
ACTORS = st.sampled_from(
    [
        "a.chair",
        "a.manager",
        "a.school.lead",
        "a.gp.lead",
        "a.gp.practitioner",
        "a.social_care.lead",
        "a.social_care.west",
        "a.second_chair",
        "b.gp.lead",
    ]
)
TEXTS = st.sampled_from(["We shall come.", "And when?", "", "x" * 5_001])
MOVES_CLOCK = {
    EntryKind.RAISED,
    EntryKind.REPLY,
    EntryKind.ASKED_AGAIN,
    EntryKind.STAGE_CHANGE,
    EntryKind.EXTENSION,
}


class Life(RuleBasedStateMachine):
    """One escalation, from its raising on."""

    def __init__(self, world, viewer_of):
        super().__init__()
        self.world, self.viewer_of = world, viewer_of

    @initialize(kind=st.sampled_from(LadderKind), is_positive=st.booleans())
    def begin(self, kind, is_positive):
        """It is raised."""
        by, with_, meeting = RAISED[kind]
        praise = {"is_positive": True} if is_positive and kind is ALERT else {}
        self.now, self.acts = NOW, 1
        self.id = raised(self.world, self.viewer_of, by, with_, kind, meeting=meeting, **praise)
        self.log = self._log()
        self.stage = row(self.id).stage
        self.closed = None

    def _log(self):
        return [(one.number, one.kind, one.side, one.text, one.due_at, one.amends) for one in entries(self.id)]

    def _do(self, act, *facts, on=None):
        """Try it; what is refused leaves nothing behind."""
        version = row(self.id).version
        try:
            act(*facts, *(() if on is None else (version + on,)))
        except (Invalid, Conflict, NotPermitted, NotVisible):
            assert self._log() == self.log
            assert row(self.id).version == version
            return
        assert not on, "what is based on an old version is refused"
        self.acts += 1
        assert len(self._log()) > len(self.log)

    def _viewer(self, name):
        return self.viewer_of(self.world.person(name), now=self.now)

    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours):
        """Nobody does anything, and the workers look."""
        self.now += timedelta(hours=hours)
        before = row(self.id)
        stage, is_due = before.stage, before.due_at is not None and before.due_at <= self.now and not before.is_noted
        end_clocks(self.now)
        self.acts += is_due
        assert len(self._log()) == len(self.log) + is_due
        assert row(self.id).stage > stage or row(self.id).is_noted or not is_due
        end_clocks(self.now)
        assert len(self._log()) == len(self.log) + is_due

    @rule(who=ACTORS, words=TEXTS, on=st.sampled_from([0, 0, 0, -1]))
    def reply(self, who, words, on):
        """Somebody replies."""
        self._do(acting.reply, self._viewer(who), self.id, words, on=on)

    @rule(who=ACTORS, words=TEXTS, on=st.sampled_from([0, 0, 0, 1]))
    def ask_again(self, who, words, on):
        """Somebody asks again."""
        self._do(acting.ask_again, self._viewer(who), self.id, words, on=on)

    @rule(who=ACTORS, words=TEXTS, kind=st.sampled_from(EntryKind))
    def contact(self, who, words, kind):
        """Somebody notes that they spoke."""
        self._do(acting.add_contact, self._viewer(who), self.id, kind, words)

    @rule(who=ACTORS, to=st.integers(0, 6), urgent=st.sampled_from(["", "Tonight."]))
    def move(self, who, to, urgent):
        """Somebody moves it up."""
        self._do(acting.move_up, self._viewer(who), self.id, to, "A reason.", urgent, on=0)

    @rule(who=ACTORS, days=st.integers(0, 6))
    def extend(self, who, days):
        """Somebody gives it more time."""
        self._do(acting.extend, self._viewer(who), self.id, days, "A reason.", on=0)

    @rule(who=ACTORS, number=st.integers(0, 9), words=TEXTS)
    def amend(self, who, number, words):
        """Somebody corrects an entry."""
        self._do(acting.amend, self._viewer(who), self.id, number, words)

    @rule(who=ACTORS, safe=st.sampled_from([None, *ChildSafe]), learning=st.sampled_from([None, *Learning]))
    def outcome(self, who, safe, learning):
        """Somebody records what it came to."""
        self._do(ending.record_outcome, self._viewer(who), self.id, safe, learning, "", on=0)

    @rule(who=ACTORS, how=st.sampled_from(Resolution), withdraws=st.integers(0, 3))
    def end(self, who, how, withdraws):
        """Somebody closes or withdraws it."""
        if withdraws == 0:
            self._do(ending.withdraw, self._viewer(who), self.id, "In error.", on=0)
        else:
            self._do(ending.resolve, self._viewer(who), self.id, how, "It is done.", ChildSafe.SAFE, None, on=0)

    @invariant()
    def holds(self):
        """A log without gaps that only grows, one open turn, never down, told whom it should."""
        if not hasattr(self, "log"):
            return
        one, log = row(self.id), self._log()
        assert [line[0] for line in log] == list(range(1, len(log) + 1))
        assert log[: len(self.log)] == self.log, "what is written stays"
        self.log = log
        is_open = one.status is EscalationStatus.OPEN
        assert is_open is (one.turn is not Turn.NOBODY) is (one.closed_at is None) is (one.resolution is None)
        assert one.stage >= self.stage
        self.stage = one.stage
        changes = [(line.from_stage, line.to_stage) for line in entries(self.id) if line.kind is EntryKind.STAGE_CHANGE]
        at = 1
        for from_stage, to_stage in changes:
            assert from_stage == at < to_stage
            assert told(self.id, to_stage)
            at = to_stage
        assert one.stage == at
        if is_open:
            assert one.due_at == [line for line in log if line[1] in MOVES_CLOCK][-1][4]
        else:
            assert one.due_at is None
            kept = one.stage, one.status, one.resolution, one.closed_at
            assert self.closed in (None, kept)
            self.closed = kept
        assert len(verbs(self.id)) == self.acts


def test_whatever_is_done_in_whatever_order(world, viewer_of):
    run_state_machine_as_test(
        lambda: Life(world, viewer_of),
        settings=settings(
            max_examples=10,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert verify(system_viewer("tests", NOW)).faults == []
