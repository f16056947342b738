"""A return's life in any order of acts: what is locked stays as it was signed, and each version begins as the last."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import SIGNED_STATUSES, ReturnStatus
from portal.domain.errors import PortalError
from portal.models.audits import Response, ReturnVersion
from portal.services.audits.answering import AnswerText, save_answer
from portal.services.audits.signing import reopen_return, sign_return, submit_return, withdraw_return
from tests import audits
from tests.services.audit_steps import Asked, asked_now, row
from tests.services.signing_steps import SCHOOL, now, signatures

SIGNERS = dict(zip(("school.lead", "school.head", "school.governor"), SCHOOL, strict=True))

Answers = dict[int, tuple[str | None, str]]

acts = st.one_of(
    st.tuples(st.just("answer"), st.sampled_from(["1.1", "1.2", "2.3"]), st.sampled_from(["red", "amber", "green"])),
    st.tuples(st.just("submit")),
    st.tuples(st.just("withdraw")),
    st.tuples(st.just("sign"), st.sampled_from(sorted(SIGNERS))),
    st.tuples(st.just("reopen")),
)


@dataclass
class Life:
    """One return, and what its signed versions said when they were locked."""

    place: Asked
    people: dict[str, Viewer]
    locked: dict[int, tuple[Answers, list[object]]] = field(default_factory=dict)

    def answers(self, number: int) -> Answers:
        """What a version says by question."""
        db.session.rollback()
        wanted = select(Response.question_id, Response.rating, Response.narrative)
        rows = db.session.execute(wanted.where(Response.return_id == self.place.id, Response.number == number))
        return {question: (rating, narrative) for question, rating, narrative in rows}

    def do(self, act: tuple[str, ...]) -> None:
        """Try an act; one that is refused changes nothing."""
        before = now(self.place)
        was = (before.status, before.number, before.version, self.answers(before.number))
        try:
            self._try(*act)
        except PortalError:
            after = now(self.place)
            assert (after.status, after.number, after.version, self.answers(after.number)) == was

    def _try(self, kind: str, *rest: str) -> None:
        lead, place = self.people["school.lead"], self.place
        if kind == "answer":
            code, rating = rest
            save_answer(
                lead, place.id, place.questions[code], row(place, code).version, AnswerText(rating, "So it is.")
            )
        elif kind == "submit":
            submit_return(lead, place.id)
        elif kind == "withdraw":
            withdraw_return(lead, place.id)
        elif kind == "sign":
            viewer = self.people[rest[0]]
            sign_return(viewer, place.id, step=SIGNERS[rest[0]], version=now(place).version, name=viewer.name)
        else:
            before = now(place)
            number, said = before.number, self.answers(before.number)
            if reopen_return(lead, place.id, "Something was wrong."):
                assert now(place).number == number + 1
                assert self.answers(number + 1) == said, "a new version begins as the last one was"

    def check(self) -> None:
        """Compare with what was locked; a version is locked by its last signature."""
        found = now(self.place)
        numbers = select(ReturnVersion.number).where(ReturnVersion.return_id == self.place.id)
        assert sorted(db.session.scalars(numbers)) == list(range(1, found.number + 1))
        if found.status in SIGNED_STATUSES:
            assert [step for step, _user, _name in signatures(self.place, found.number)] == list(SCHOOL)
            self.locked.setdefault(
                found.number, (self.answers(found.number), list(signatures(self.place, found.number)))
            )
        else:
            assert len(signatures(self.place, found.number)) < len(SCHOOL)
            assert found.number not in self.locked
        if found.status is ReturnStatus.IN_PROGRESS:
            assert signatures(self.place, found.number) == []
        for number, (said, signed) in self.locked.items():
            assert self.answers(number) == said, "a signed version never changes"
            assert list(signatures(self.place, number)) == signed


@pytest.fixture
def life(world, viewer_of) -> Life:
    """A school's return, every question answered."""
    place = asked_now(world)
    audits.answered_return(place.round, world.agencies["a.school"])
    return Life(place, {name: viewer_of(world.person(f"a.{name}")) for name in SIGNERS})


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(acts, min_size=4, max_size=14))
def test_any_acts_in_any_order(life, tried):
    # One example goes on where the last one stopped: the life of a return has no other beginning.
    for act in tried:
        life.do(act)
        life.check()


def test_a_whole_life_with_an_attempt_at_every_stage(life):
    answer, signing = ("answer", "1.1", "red"), [("sign", name) for name in SIGNERS]
    for act in [answer, ("submit",), answer, *signing, answer, ("withdraw",), ("submit",), ("reopen",), answer]:
        life.do(act)
        life.check()
    assert life.answers(1)[life.place.questions["1.1"]][0] == "red"
    assert list(life.locked) == [1]
    for act in [("answer", "1.1", "green"), ("submit",), *signing]:
        life.do(act)
        life.check()
    assert [said[life.place.questions["1.1"]][0] for said, _signed in life.locked.values()] == ["red", "green"]
