"""An outcome's life in any order of acts: no sequence loses a version, and what was signed never changes."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import PortalError
from portal.domain.outcome_vocabulary import PlanDecision
from portal.domain.outcomes import OutcomeText
from portal.domain.vocabulary import AbuseCategory
from portal.models.outcomes import Outcome
from portal.models.plans import Plan
from portal.services.outcomes.drafting import save_outcome
from portal.services.outcomes.reading import outcomes_page
from portal.services.outcomes.signing import amend_outcome, sign_outcomes
from portal.services.outcomes.texts import text_of
from tests.services.outcome_steps import begins, held, no_plan, without_plans
from tests.world import MeetingPlace

WHO = ("chair", "coordinator", "second_chair", "school.lead")
TEXTS = ("begins", "emotional", "no_plan", "unfinished")

acts = st.one_of(
    st.tuples(st.just("save"), st.sampled_from(WHO), st.sampled_from(TEXTS), st.integers(0, 1)),
    st.tuples(st.just("sign"), st.sampled_from(WHO), st.integers(0, 1)),
    st.tuples(st.just("amend"), st.sampled_from(WHO), st.sampled_from(TEXTS), st.integers(0, 1)),
)


@dataclass
class Life:
    """One child's outcome, and what its versions said when they were signed."""

    place: MeetingPlace
    child_id: int
    people: dict[str, Viewer]
    signed: dict[int, tuple[OutcomeText, str | None]] = field(default_factory=dict)

    def versions(self) -> dict[int, Outcome]:
        """Every version there is, by its number."""
        db.session.rollback()
        rows = select(Outcome).where(Outcome.meeting_id == self.place.id, Outcome.child_id == self.child_id)
        return {row.number: row for row in db.session.scalars(rows.execution_options(populate_existing=True))}

    def text(self, name: str) -> OutcomeText:
        """What somebody writes."""
        return {
            "begins": begins(self.place),
            "emotional": begins(self.place, categories=(AbuseCategory.EMOTIONAL,)),
            "no_plan": no_plan(),
            "unfinished": OutcomeText(decision=PlanDecision.START),
        }[name]

    def do(self, act: tuple) -> None:
        """Try an act, from the page as it is or (1) as it was a step before; one that is refused changes nothing."""
        before = {number: (row.version, text_of(row), row.signed_at) for number, row in self.versions().items()}
        try:
            self._try(*act)
        except PortalError:
            after = {number: (row.version, text_of(row), row.signed_at) for number, row in self.versions().items()}
            assert after == before

    def _try(self, kind: str, who: str, *rest) -> None:
        db.session.rollback()
        viewer, stale = self.people[who], rest[-1]
        now = outcomes_page(self.people["chair"], self.place.id).of(self.child_id)
        if kind == "save":
            save_outcome(viewer, self.place.id, self.child_id, max(0, now.version - stale), self.text(rest[0]))
        elif kind == "sign":
            seen = outcomes_page(self.people["chair"], self.place.id).seen
            sign_outcomes(viewer, self.place.id, seen + stale)
        else:
            number = max(0, now.number - stale)
            amend_outcome(viewer, self.place.id, self.child_id, number, "It was wrong.", self.text(rest[0]))

    def check(self) -> None:
        """Compare with what was signed, and with the plan that follows from it."""
        found = self.versions()
        assert sorted(found) == list(range(1, len(found) + 1)), "no number is left out"
        assert all(row.signed_at is not None for row in found.values()) or len(found) == 1
        for number, row in found.items():
            if row.signed_at is not None:
                said = (text_of(row), row.amended_because)
                assert self.signed.setdefault(number, said) == said, "what was signed never changes"
                assert row.number == 1 or row.amended_because
        assert set(self.signed) <= set(found), "no version is lost"
        open_plans = select(Plan).where(Plan.child_id == self.child_id, Plan.withdrawn_at.is_(None))
        newest = self.signed.get(len(found))
        has_plan = newest is not None and newest[0].has_plan
        assert len(list(db.session.scalars(open_plans))) == (1 if has_plan else 0)


@pytest.fixture
def life(world, viewer) -> Life:
    """A conference held today, of which the coordinator has prepared something."""
    place = world.meeting("a.initial")
    without_plans(world)
    held(place)
    return Life(place, world.children["a.1"], {name: viewer(f"a.{name}") for name in WHO})


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(acts, min_size=4, max_size=12))
def test_any_acts_in_any_order(life, tried):
    # One example goes on where the last one stopped: the life of an outcome has no other beginning.
    for act in tried:
        life.do(act)
        life.check()


def test_a_whole_life_with_an_attempt_at_every_stage(life):
    for act in (
        ("amend", "chair", "begins", 0),
        ("save", "coordinator", "unfinished", 0),
        ("sign", "chair", 0),
        ("save", "chair", "begins", 0),
        ("sign", "coordinator", 0),
        ("sign", "chair", 1),
        ("sign", "chair", 0),
        ("save", "chair", "no_plan", 0),
        ("sign", "chair", 0),
        ("amend", "coordinator", "no_plan", 0),
        ("amend", "chair", "emotional", 0),
        ("amend", "chair", "unfinished", 0),
        ("amend", "chair", "no_plan", 1),
        ("amend", "chair", "no_plan", 0),
        ("amend", "chair", "begins", 0),
    ):
        life.do(act)
        life.check()
    assert [life.signed[number][0].decision for number in sorted(life.signed)] == [
        PlanDecision.START,
        PlanDecision.START,
        PlanDecision.NO_PLAN,
        PlanDecision.START,
    ]
