"""Feedback as figures: whole for the chairs' manager, small counts withheld from all others; and what was written."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import delete

from portal.database.session import db, writing
from portal.domain.errors import NotPermitted
from portal.domain.feedback import Replies
from portal.domain.feedback_vocabulary import Agreement, Audience, Language, Reply
from portal.domain.months import Month
from portal.domain.periods import Days
from portal.domain.vocabulary import MeetingKind
from portal.models.feedback import Feedback, FeedbackReply
from portal.services.feedback.figure_chart import shares
from portal.services.feedback.figures import counts, feedback_page
from portal.services.feedback.words import words_page
from tests.services.feedback_steps import put
from tests.services.rows import trail

MAY, JUNE = Month(2026, 5), Month(2026, 6)
PERIOD = Days(MAY.first, JUNE.last)
YES, NO, NOT_SURE = Reply


@pytest.fixture
def empty(world):
    """Nobody has given any feedback."""
    with writing() as session:
        session.execute(delete(FeedbackReply))
        session.execute(delete(Feedback))


def family(page):
    return next(side for side in page.sides if side.audience is Audience.FAMILY)


def answer(page, code):
    return next(one for one in family(page).answers if one.question.code == code)


def test_the_manager_reads_whole_counts_and_shares_of_yes_and_no(empty, world, viewer):
    put(world, {"social_worker_met": {YES: 8, NO: 9, NOT_SURE: 3}, "chair_shared": {YES: 17, NO: 3}})
    page = feedback_page(viewer("a.manager"), PERIOD)
    assert page.hidden_up_to is None
    assert family(page).given == 20
    met = answer(page, "social_worker_met")
    assert (met.yes, met.no, met.not_sure, met.left_out) == (8, 9, 3, 0)
    assert (met.share.count, met.share.whole, round(met.share.percentage)) == (9, 17, 53)
    assert round(answer(page, "chair_shared").share.percentage) == 85
    assert answer(page, "heard").left_out == 20


@pytest.mark.parametrize("name", ["chair", "board", "business_manager", "scrutineer", "sector_lead"])
def test_others_read_no_small_count_and_none_that_gives_one_away(empty, world, viewer, name):
    put(world, {"social_worker_met": {YES: 8, NO: 9, NOT_SURE: 3}, "chair_shared": {YES: 17, NO: 3}})
    page = feedback_page(viewer(f"a.{name}"), PERIOD)
    assert page.hidden_up_to == 5
    assert family(page).given == 20
    chair = answer(page, "chair_shared")
    assert (chair.yes, chair.no) == (None, None)
    assert chair.share.is_withheld
    met = answer(page, "social_worker_met")
    assert met.not_sure is None
    assert [met.yes, met.no, met.left_out].count(None) >= 1


def test_of_two_kinds_of_conference_neither_is_given_away_by_the_page_of_both(empty, world, viewer):
    put(world, {"chair_shared": {YES: 20, NO: 10}}, meeting="initial")
    put(world, {"chair_shared": {YES: 12, NO: 2}}, meeting="review")
    board = viewer("a.board")
    pages = [answer(feedback_page(board, PERIOD, kind), "chair_shared") for kind in (None, *_CONFERENCES)]
    both, initial, review = pages
    assert (both.yes, both.no) == (32, 12)
    assert review.no is None
    assert initial.no is None
    # A yes of one kind, too, or the sum of its answers would give the no.
    assert review.yes is None
    assert initial.yes is None
    assert family(feedback_page(viewer("a.manager"), PERIOD, MeetingKind.REVIEW_CONFERENCE)).given == 14


_CONFERENCES = (MeetingKind.INITIAL_CONFERENCE, MeetingKind.REVIEW_CONFERENCE)


def test_it_counts_in_the_months_of_the_period_and_in_no_other(empty, world, viewer):
    put(world, {"heard": {YES: 4}}, month=date(2026, 4, 1))
    put(world, {"heard": {YES: 7}}, month=date(2026, 5, 1))
    manager = viewer("a.manager")
    assert answer(feedback_page(manager, PERIOD), "heard").yes == 7
    # A period that begins or ends within a month has all of it.
    assert answer(feedback_page(manager, Days(date(2026, 4, 30), date(2026, 5, 2))), "heard").yes == 11
    assert family(feedback_page(manager, Days(date(2026, 6, 1), date(2026, 6, 30)))).given == 0


def test_another_partnerships_feedback_counts_nowhere_here(empty, world, viewer):
    put(world, {"heard": {YES: 9}}, letter="b")
    assert family(feedback_page(viewer("a.manager"), PERIOD)).given == 0
    assert counts(db.session(), world.partnerships["a"], [MAY, JUNE]) == {}


def test_measures_get_whole_counts_by_month_and_kind(empty, world):
    put(world, {"social_worker_met": {YES: 8, NO: 9}}, month=MAY.first)
    put(world, {"social_worker_met": {NO: 1}}, meeting="review", month=MAY.first)
    assert counts(db.session(), world.partnerships["a"], [MAY, JUNE]) == {
        ("social_worker_met", MAY, "initial_conference"): Replies(8, 9, 0),
        ("social_worker_met", MAY, "review_conference"): Replies(0, 1, 0),
    }
    assert counts(db.session(), world.partnerships["a"], [JUNE]) == {}
    assert counts(db.session(), world.partnerships["a"], []) == {}


def test_what_the_record_says_and_the_languages_are_counted_too(world, viewer):
    page = feedback_page(viewer("a.manager"), PERIOD)
    assert family(page).agreement == {Agreement.AGREES: 1, Agreement.DIFFERS: 0, Agreement.NOT_KNOWN: 0}
    assert family(page).languages[Language.POLISH] == 1
    hidden = feedback_page(viewer("a.board"), PERIOD)
    assert family(hidden).given is None
    assert family(hidden).agreement[Agreement.AGREES] is None
    assert family(hidden).languages[Language.POLISH] is None


def test_a_picture_draws_nothing_that_is_withheld(empty, world, viewer):
    put(world, {"chair_shared": {YES: 17, NO: 3}, "heard": {YES: 12, NO: 8}})
    drawn = shares(family(feedback_page(viewer("a.board"), PERIOD)))
    assert [bar.title for bar in drawn.bars] == ["Could you say what you wanted to say?"]
    assert drawn.bars[0].parts == (60.0, 40.0, 0.0)
    with writing() as session:
        session.execute(delete(FeedbackReply))
    assert shares(family(feedback_page(viewer("a.board"), PERIOD))) is None


def test_those_without_the_right_read_no_figures(viewer):
    for name in ("gp.lead", "coordinator", "administrator", "gp.practitioner"):
        with pytest.raises(NotPermitted):
            feedback_page(viewer(f"a.{name}"), PERIOD)


def test_the_manager_reads_what_was_written_by_month_and_the_reading_is_logged(world, viewer):
    manager = viewer("a.manager")
    page = words_page(manager, None)
    assert page.months == (MAY,)
    assert {one.words for one in page.shown.written} == {"ZQ-A-FEEDBACK-FAMILY-QZ", "ZQ-A-FEEDBACK-PROFESSIONAL-QZ"}
    assert trail("feedback.read", world.partnerships["a"]) == 1
    # Neither a day, a kind of conference nor the card.
    assert set(type(page.shown.written[0]).__dataclass_fields__) == {"audience", "language", "words"}
    assert words_page(manager, JUNE).shown.month == MAY


def test_nobody_else_reads_a_word(viewer):
    for name in ("a.chair", "a.board", "a.business_manager", "a.coordinator", "a.administrator", "a.gp.lead"):
        assert words_page(viewer(name), MAY).shown is None
    shown = words_page(viewer("b.manager"), MAY).shown
    assert all("ZQ-B-" in one.words for one in shown.written)
