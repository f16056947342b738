"""Answering: saved as it is typed, confirmed in one touch, and nobody's words lost."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ReturnStatus
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.returns import NARRATIVE_LIMIT
from portal.models.audits import AuditReturn, AuditRound
from portal.services.audits.answering import AnswerText, confirm_answer, confirm_section, save_answer
from portal.services.audits.sections import give_section, seen_given
from tests.services.audit_steps import answered_then, asked_now, needs, row, started, verbs
from tests.services.racing import at_once

GREEN = AnswerText("green", "We do this.")
AMBER = AnswerText("amber", "We do some of this.")


@pytest.fixture
def head(world, viewer_of) -> Viewer:
    """The school's lead."""
    return viewer_of(world.person("a.school.lead"))


@pytest.fixture
def teacher(world, viewer_of) -> Viewer:
    """The school's practitioner."""
    return viewer_of(world.person("a.school.practitioner"))


@pytest.fixture
def fresh(world, head):
    """A return begun with nothing of last time."""
    return started(head, asked_now(world, code="fresh"))


@pytest.fixture
def carried(world, head):
    """A return begun with last year's answers, of which 1.2's question was altered since."""
    answered_then(world)
    return started(head, asked_now(world, altered=["1.2"]))


def kept(place, code="1.1"):
    """What is kept of an answer."""
    found = row(place, code)
    return found.rating, found.narrative, found.is_confirmed, found.version


class TestSaving:
    """One answer at a time."""

    def test_it_is_kept_with_who_and_when(self, head, fresh):
        saved = save_answer(head, fresh.id, fresh.questions["1.1"], 1, AMBER)
        assert (saved.at, saved.version, saved.lacks) == (head.now, 2, {})
        assert kept(fresh) == ("amber", "We do some of this.", True, 2)
        assert row(fresh, "1.1").answered_by_id == head.user_id
        assert verbs(head)[-1] == "answer.saved"

    def test_what_lacks_something_is_kept_and_does_not_count(self, head, fresh):
        needs(fresh, "1.1", narrative=True, evidence=True)
        saved = save_answer(head, fresh.id, fresh.questions["1.1"], 1, AnswerText("green", ""))
        assert set(saved.lacks) == {"narrative", "evidence"}
        assert kept(fresh) == ("green", "", False, 2)

    def test_words_without_a_rating_are_kept(self, head, fresh):
        saved = save_answer(head, fresh.id, fresh.questions["1.1"], 1, AnswerText(None, "To be thought about."))
        assert kept(fresh) == (None, "To be thought about.", False, saved.version)

    def test_sent_twice_it_is_saved_once(self, head, fresh):
        first = save_answer(head, fresh.id, fresh.questions["1.1"], 1, AMBER)
        again = save_answer(head, fresh.id, fresh.questions["1.1"], 1, AMBER)
        assert again == first
        assert verbs(head).count("answer.saved") == 1

    def test_a_rating_that_is_not_on_the_scale_is_refused(self, head, fresh):
        with pytest.raises(Invalid) as refused:
            save_answer(head, fresh.id, fresh.questions["1.1"], 1, AnswerText("purple", ""))
        assert set(refused.value.errors) == {"rating"}
        with pytest.raises(Invalid) as refused:
            save_answer(head, fresh.id, fresh.questions["1.1"], 1, AnswerText("green", "x" * (NARRATIVE_LIMIT + 1)))
        assert set(refused.value.errors) == {"narrative"}
        assert kept(fresh)[3] == 1

    def test_the_later_one_gets_both_texts(self, head, teacher, fresh):
        save_answer(head, fresh.id, fresh.questions["1.1"], 1, GREEN)
        with pytest.raises(Conflict) as lost:
            save_answer(head, fresh.id, fresh.questions["1.1"], 1, AMBER)
        assert lost.value.mine["narrative"] == AMBER.narrative
        assert lost.value.theirs["narrative"] == GREEN.narrative
        assert [side["rating"].split(":")[0] for side in (lost.value.mine, lost.value.theirs)] == ["Amber", "Green"]
        assert kept(fresh) == ("green", "We do this.", True, 2)

    def test_of_eight_at_once_one_is_kept_and_seven_are_told(self, app, head, fresh):
        texts = [AnswerText("green", f"Text {number}.") for number in range(8)]
        outcomes = at_once(
            app,
            *[lambda text=text: save_answer(head, fresh.id, fresh.questions["1.1"], 1, text).version for text in texts],
        )
        assert outcomes.count(2) == 1
        lost = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
        assert len(lost) == 7
        kept_text = kept(fresh)[1]
        assert {one.theirs["narrative"] for one in lost} == {kept_text}
        assert {one.mine["narrative"] for one in lost} | {kept_text} == {text.narrative for text in texts}
        assert verbs(head).count("answer.saved") == 1

    def test_different_questions_at_once_are_all_kept(self, app, head, fresh):
        outcomes = at_once(
            app,
            *[
                lambda number=number: save_answer(head, fresh.id, number, 1, GREEN).version
                for number in fresh.questions.values()
            ],
        )
        assert outcomes == [2] * 6
        assert all(kept(fresh, code) == ("green", "We do this.", True, 2) for code in fresh.questions)


class TestWhoMayAnswer:
    """The agency's lead, and colleagues in the sections that they were given; while the return is open."""

    @pytest.mark.parametrize(
        "key", ["b.school.lead", "a.gp.lead", "a.school.practitioner", "a.business_manager", "a.board"]
    )
    def test_nobody_else_sees_an_answer_to_change(self, world, viewer_of, fresh, key):
        with pytest.raises(NotVisible):
            save_answer(viewer_of(world.person(key)), fresh.id, fresh.questions["1.1"], 1, GREEN)
        assert kept(fresh)[3] == 1

    def test_a_colleague_with_one_section_answers_that_alone(self, head, teacher, fresh):
        give_section(head, fresh.id, fresh.standards["2"], [teacher.membership_id], seen_given([]))
        assert save_answer(teacher, fresh.id, fresh.questions["2.1"], 1, GREEN).version == 2
        with pytest.raises(NotVisible):
            save_answer(teacher, fresh.id, fresh.questions["1.1"], 1, GREEN)
        with pytest.raises(NotVisible):
            confirm_section(teacher, fresh.id, fresh.standards["1"])

    @pytest.mark.parametrize("status", [ReturnStatus.SUBMITTED, ReturnStatus.SIGNED, ReturnStatus.MODERATED])
    def test_what_was_sent_is_locked(self, head, fresh, status):
        db.session.execute(update(AuditReturn).where(AuditReturn.id == fresh.id).values(status=status))
        db.session.commit()
        for attempt in (
            lambda: save_answer(head, fresh.id, fresh.questions["1.1"], 1, GREEN),
            lambda: confirm_answer(head, fresh.id, fresh.questions["1.1"], 1),
            lambda: confirm_section(head, fresh.id, fresh.standards["1"]),
        ):
            with pytest.raises(NotPermitted):
                attempt()

    def test_a_closed_round_is_locked(self, head, fresh):
        db.session.execute(update(AuditRound).where(AuditRound.id == fresh.round.id).values(closed_at=head.now))
        db.session.commit()
        with pytest.raises(NotPermitted):
            save_answer(head, fresh.id, fresh.questions["1.1"], 1, GREEN)


class TestConfirming:
    """Last time's answer, still true."""

    def test_one_touch(self, head, carried):
        assert confirm_answer(head, carried.id, carried.questions["1.1"], 1) is True
        assert kept(carried) == ("green", "As we said last year.", True, 2)
        assert confirm_answer(head, carried.id, carried.questions["1.1"], 1) is False
        assert verbs(head).count("answer.confirmed") == 1

    def test_an_altered_question_is_confirmed_on_its_own_page(self, head, carried):
        assert confirm_answer(head, carried.id, carried.questions["1.2"], 1) is True

    def test_saving_it_as_it_stands_confirms_it(self, head, carried):
        save_answer(head, carried.id, carried.questions["1.1"], 1, AnswerText("green", "As we said last year."))
        assert kept(carried)[2:] == (True, 2)

    def test_what_lacks_something_now_cannot_be_confirmed(self, head, carried):
        needs(carried, "1.3", evidence=True)
        with pytest.raises(Invalid) as refused:
            confirm_answer(head, carried.id, carried.questions["1.3"], 1)
        assert set(refused.value.errors) == {"evidence"}
        assert kept(carried, "1.3")[2:] == (False, 1)

    def test_what_was_changed_since_is_looked_at_again(self, head, carried):
        needs(carried, "1.1", narrative=True)
        save_answer(head, carried.id, carried.questions["1.1"], 1, AnswerText("red", ""))
        with pytest.raises(Invalid):
            confirm_answer(head, carried.id, carried.questions["1.1"], 1)
        needs(carried, "1.1")
        with pytest.raises(Conflict):
            confirm_answer(head, carried.id, carried.questions["1.1"], 1)

    def test_a_section_leaves_what_was_altered_and_what_lacks_something(self, head, carried):
        needs(carried, "1.3", evidence=True)
        assert confirm_section(head, carried.id, carried.standards["1"]) == 1
        assert [kept(carried, code)[2] for code in ("1.1", "1.2", "1.3", "2.1")] == [True, False, False, False]
        assert confirm_section(head, carried.id, carried.standards["2"]) == 3
        assert confirm_section(head, carried.id, carried.standards["2"]) == 0
        assert verbs(head).count("answer.confirmed") == 4

    def test_confirmed_twice_at_once_it_is_confirmed_once(self, app, head, carried):
        outcomes = at_once(app, *[lambda: confirm_section(head, carried.id, carried.standards["2"])] * 4)
        assert sorted(outcomes) == [0, 0, 0, 3]
        assert verbs(head).count("answer.confirmed") == 3
