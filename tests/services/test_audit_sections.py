"""Sections given to colleagues, who see and answer those and no others; and what colleagues say to each other."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from portal.database.session import db
from portal.domain.audit_vocabulary import ReturnStatus
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.models.audits import AuditReturn
from portal.services.audits.comments import add_comment
from portal.services.audits.question_page import printed_return, question_page
from portal.services.audits.returns_page import own_returns, return_page
from portal.services.audits.sections import give_section, giving_page, seen_given
from tests.services.audit_steps import asked_now, started, verbs
from tests.services.racing import at_once


@pytest.fixture
def head(world, viewer_of):
    """The school's lead."""
    return viewer_of(world.person("a.school.lead"))


@pytest.fixture
def teacher(world, viewer_of):
    """The school's practitioner."""
    return viewer_of(world.person("a.school.practitioner"))


@pytest.fixture
def place(world, head):
    """The school's return, begun."""
    return started(head, asked_now(world, code="fresh"))


def give(head, place, *people, code="1", seen=()):
    """Give a section to these people and no others."""
    return give_section(head, place.id, place.standards[code], [one.membership_id for one in people], seen_given(seen))


class TestGiving:
    """The lead gives, and takes back."""

    def test_the_colleague_sees_that_section_and_no_other(self, head, teacher, place):
        with pytest.raises(NotVisible):
            return_page(teacher, place.id)
        assert give(head, place, teacher) is True
        page = return_page(teacher, place.id)
        assert [theme.code for theme in page.outline.themes] == ["1"]
        assert (page.may_answer, page.may_lead, page.may_start) == (True, False, False)
        assert page.outline.progress.asked == 3
        assert question_page(teacher, place.id, place.questions["1.1"]).may_answer
        with pytest.raises(NotVisible):
            question_page(teacher, place.id, place.questions["2.1"])
        assert set(printed_return(teacher, place.id).answers) == {place.questions[f"1.{n}"] for n in (1, 2, 3)}
        assert [one.facts.id for one in own_returns(teacher).now] == [place.id]
        assert verbs(head)[-1] == "section.given"

    def test_the_lead_sees_who_has_it(self, head, teacher, place):
        give(head, place, teacher)
        assert return_page(head, place.id).given == {place.standards["1"]: (teacher.name,)}
        page = giving_page(head, place.id, place.standards["1"])
        assert page.given == {teacher.membership_id}
        assert [colleague.name for colleague in page.colleagues] == [teacher.name]

    def test_taken_back_it_is_out_of_sight(self, head, teacher, place):
        give(head, place, teacher)
        assert give(head, place, seen=[teacher.membership_id]) is True
        with pytest.raises(NotVisible):
            return_page(teacher, place.id)
        assert verbs(head)[-1] == "section.taken_back"

    def test_given_twice_nothing_changes(self, head, teacher, place):
        assert give(head, place, teacher) is True
        assert give(head, place, teacher) is False
        assert verbs(head).count("section.given") == 1

    def test_two_at_once(self, app, head, teacher, place):
        assert sorted(at_once(app, *[lambda: give(head, place, teacher)] * 4)) == [False, False, False, True]

    def test_whoever_decides_on_an_old_page_is_told(self, head, teacher, place):
        give(head, place, teacher)
        with pytest.raises(Conflict) as lost:
            give(head, place, seen=[])
        assert lost.value.theirs == {"Given to": teacher.name}

    @pytest.mark.parametrize("key", ["a.gp.practitioner", "b.school.practitioner", "a.school.lead"])
    def test_only_to_practitioners_of_the_agency(self, world, viewer_of, head, place, key):
        with pytest.raises(Invalid):
            give(head, place, viewer_of(world.person(key)))

    def test_only_by_the_agencys_lead(self, world, viewer_of, head, teacher, place):
        give(head, place, teacher)
        with pytest.raises(NotPermitted):
            give(teacher, place, teacher)
        for key in ("a.gp.lead", "b.school.lead", "a.business_manager"):
            with pytest.raises(NotVisible):
                give(viewer_of(world.person(key)), place, teacher)

    def test_a_section_that_is_not_asked_is_nobodys(self, head, teacher, place, world):
        with pytest.raises(NotVisible):
            give_section(head, place.id, world.returns["a.gp"].standards["1"], [teacher.membership_id], seen_given([]))

    def test_not_once_it_is_sent(self, head, teacher, place):
        db.session.execute(update(AuditReturn).where(AuditReturn.id == place.id).values(status=ReturnStatus.SUBMITTED))
        db.session.commit()
        with pytest.raises(NotPermitted):
            give(head, place, teacher)


class TestComments:
    """Colleagues talk; nobody outside listens."""

    def comments(self, viewer, place, code="1.1"):
        """What somebody reads."""
        db.session.rollback()
        return [said.text for said in question_page(viewer, place.id, place.questions[code]).comments]

    def test_colleagues_read_each_other(self, head, teacher, place):
        give(head, place, teacher)
        add_comment(head, place.id, place.questions["1.1"], "Have you the minutes?")
        add_comment(teacher, place.id, place.questions["1.1"], "Yes, of March.")
        assert (
            self.comments(head, place) == self.comments(teacher, place) == ["Have you the minutes?", "Yes, of March."]
        )
        assert self.comments(head, place, "1.2") == []

    def test_said_twice_it_is_said_once(self, head, place):
        assert add_comment(head, place.id, place.questions["1.1"], "Once.") is True
        assert add_comment(head, place.id, place.questions["1.1"], "Once. ") is False
        assert self.comments(head, place) == ["Once."]

    def test_outside_nobody_reads_or_says_any(self, world, viewer_of, head, place):
        add_comment(head, place.id, place.questions["1.1"], "Between us.")
        db.session.execute(update(AuditReturn).where(AuditReturn.id == place.id).values(status=ReturnStatus.SIGNED))
        db.session.commit()
        manager = viewer_of(world.person("a.business_manager"))
        assert self.comments(manager, place) == []
        for key in ("a.business_manager", "a.gp.lead", "b.school.lead", "a.school.practitioner"):
            with pytest.raises((NotVisible, NotPermitted)):
                add_comment(viewer_of(world.person(key)), place.id, place.questions["1.1"], "From outside.")
        assert self.comments(head, place) == ["Between us."]

    @pytest.mark.parametrize("text", ["", " \n", "x" * 2001])
    def test_nothing_and_too_much_are_refused(self, head, place, text):
        with pytest.raises(Invalid):
            add_comment(head, place.id, place.questions["1.1"], text)


class TestPages:
    """As many queries for three questions as for seventy."""

    def test_the_return_takes_three_queries_and_a_question_seven(self, world, head, place, count_queries):
        with count_queries() as statements:
            return_page(head, place.id)
        assert len(statements) == 3
        with count_queries() as statements:
            question_page(head, place.id, place.questions["1.1"])
        assert len(statements) <= 7
        with count_queries() as statements:
            printed_return(head, place.id)
        assert len(statements) == 4
        with count_queries() as statements:
            own_returns(head)
        assert len(statements) == 2
