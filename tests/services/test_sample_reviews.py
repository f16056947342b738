"""Reviewing sampled meetings: saved and finished, read by few, settled by agreement or by the manager."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.sample_grades import OVERALL
from portal.domain.sample_vocabulary import Grade, Judged
from portal.domain.vocabulary import AgencyType
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.samples import SampleReview
from portal.services.home.page import home
from portal.services.home.tasks import TaskKind
from portal.services.samples import handing, listing, reviewing, settling
from portal.services.samples.reviewing import Written
from portal.services.samples.settling import Settlement
from tests.services.racing import at_once
from tests.services.rows import change, trail
from tests.services.sample_steps import (
    draw,
    finish,
    reviews_of,
    sampled_of,
    sees_review,
    two,
)

CODES = ("in_time", "right_people", "information", "child", "decisions", "safety_plan", "record")


@pytest.fixture
def drawer(viewer) -> Viewer:
    """A's safeguarding manager."""
    return viewer("a.manager")


@pytest.fixture
def second(viewer) -> Viewer:
    """A's second chair."""
    return viewer("a.second_chair")


@pytest.fixture
def theme(world, drawer) -> int:
    """An audit that waits to be drawn from A's two meetings of May."""
    return world.samples["a.set_up"]


def told(kind: NoticeKind) -> set[int]:
    """The memberships that were told of a kind."""
    return set(db.session.scalars(select(Notice.membership_id).where(Notice.kind == kind)))


# Reviewing


def test_a_review_is_saved_as_it_is_typed_and_finished_once(drawer, theme):
    draw(drawer, theme, [drawer])
    (review, *_), (_other, *_) = (reviews_of(one.id) for one in sampled_of(theme))
    half = Written(None, {"child_heard": Judged.GOOD}, {"child_heard": "She was asked.", "nothing": "Not asked."})
    saved = reviewing.save_review(drawer, review.id, half, version=review.version)
    assert reviewing.save_review(drawer, review.id, half, version=saved.version).version == saved.version
    page = reviewing.review_page(drawer, review.id)
    assert page.written.answers == {"child_heard": Judged.GOOD}
    assert page.written.findings == {"child_heard": "She was asked."}
    with pytest.raises(Invalid) as refused:
        reviewing.finish_review(drawer, review.id, half, version=saved.version)
    assert "grade_recognised" in refused.value.errors
    assert f"grade_{OVERALL}" in refused.value.errors
    assert "grade_own_part" not in refused.value.errors
    assert finish(drawer, review.id)
    with pytest.raises(NotPermitted):
        reviewing.save_review(drawer, review.id, half, version=saved.version)


def test_findings_are_not_stored_in_clear(drawer, theme):
    draw(drawer, theme, [drawer])
    review = reviews_of(sampled_of(theme)[0].id)[0]
    reviewing.save_review(drawer, review.id, Written(findings={OVERALL: "ZQ-CLEAR-QZ"}), version=review.version)
    table = SampleReview.__table__
    raw = db.session.connection().exec_driver_sql(f"SELECT findings FROM {table.name} WHERE id = {review.id}")
    assert b"ZQ-CLEAR-QZ" not in bytes(raw.scalar_one())


def test_two_people_of_an_agency_meet_as_a_conflict(world, drawer, viewer, theme):
    draw(drawer, theme, [drawer], agency_types=[AgencyType.POLICE])
    review = next(one for one in reviews_of(sampled_of(theme)[0].id) if one.agency_id)
    lead, other = viewer("a.police.lead"), viewer("a.police.practitioner")
    version = review.version
    reviewing.save_review(lead, review.id, Written(findings={OVERALL: "Theirs"}), version=version)
    with pytest.raises(Conflict) as lost:
        reviewing.save_review(other, review.id, Written(findings={OVERALL: "Mine"}), version=version)
    assert (lost.value.mine["Overall"], lost.value.theirs["Overall"]) == ("Mine", "Theirs")


def test_opening_a_review_is_a_reading_of_the_childs_record(world, second):
    case_id = world.meeting("a.strategy").case_id
    before = trail("case.read", case_id)
    reviewing.review_page(second, world.sample_reviews["a.strategy_second"])
    assert trail("case.read", case_id) == before + 1


def test_an_agency_sees_only_meetings_that_it_was_invited_to(world, viewer):
    mine = world.sample_reviews["a.past_other_gp"]
    assert sees_review(viewer("a.other_gp.lead"), mine)
    assert not sees_review(viewer("a.gp.lead"), mine)
    assert not sees_review(viewer("a.chair"), mine)
    # Its part ended meanwhile: so does its sight of the review.
    invitation = world.meeting("a.past_initial").invitations["other_gp"].id
    change(Invitation, invitation, answer="not_ours")
    assert not sees_review(viewer("a.other_gp.lead"), mine)


def test_reviewers_do_not_see_each_other(world, drawer, second, chair):
    first, other = world.sample_reviews["a.strategy_first"], world.sample_reviews["a.strategy_second"]
    assert sees_review(second, other)
    assert not sees_review(second, first)
    assert not sees_review(chair, first)
    assert sees_review(drawer, first)
    assert sees_review(drawer, other)


# Settling


def test_two_who_agree_settle_it_between_them(drawer, second, theme):
    sampled_id, mine, theirs = two(drawer, second, theme)
    assert not finish(drawer, mine)
    assert sampled_of(theme)[0].grade is None
    assert finish(second, theirs, words="In other words.")
    sampled = sampled_of(theme)[0]
    assert (sampled.id, sampled.grade, sampled.is_moderated) == (sampled_id, Grade.GOOD, False)
    assert sampled.grades is not None
    assert set(sampled.grades.values()) == {"good"}


def test_two_who_finish_at_once_settle_it_once(app, drawer, second, theme):
    _sampled, mine, theirs = two(drawer, second, theme)
    assert sorted(at_once(app, lambda: finish(drawer, mine), lambda: finish(second, theirs))) == [False, True]
    assert sampled_of(theme)[0].grade is Grade.GOOD


def test_where_two_differ_the_manager_settles_it_with_a_reason(drawer, second, theme):
    sampled_id, mine, theirs = two(drawer, second, theme)
    finish(drawer, mine)
    assert not finish(second, theirs, Grade.INADEQUATE, child_heard=Judged.GOOD)
    assert drawer.membership_id in told(NoticeKind.SAMPLE_DIFFERS)
    (task,) = [task for task in home(drawer).tasks if task.kind is TaskKind.SAMPLES_TO_SETTLE]
    assert task.of == 1
    sampled, _reviews = settling.to_settle(drawer, sampled_id)
    version = sampled.version
    # What they agree on needs no word; what they differ on does.
    all_of_it = dict.fromkeys(("recognised", "shared", "family", "together", "difference"), Judged.REQUIRES_IMPROVEMENT)
    with pytest.raises(Invalid) as refused:
        settling.settle(drawer, sampled_id, Settlement(Grade.GOOD, {}, "We met."), version=version)
    assert set(refused.value.errors) == {f"grade_{code}" for code in all_of_it}
    with pytest.raises(Invalid):
        settling.settle(drawer, sampled_id, Settlement(Grade.GOOD, all_of_it, ""), version=version)
    with pytest.raises(Conflict):
        settling.settle(drawer, sampled_id, Settlement(Grade.GOOD, all_of_it, "We met."), version=version - 1)
    settling.settle(drawer, sampled_id, Settlement(Grade.REQUIRES_IMPROVEMENT, all_of_it, "We met."), version=version)
    sampled = sampled_of(theme)[0]
    assert (sampled.grade, sampled.is_moderated, sampled.moderation) == (Grade.REQUIRES_IMPROVEMENT, True, "We met.")
    assert sampled.grades == {"child_heard": "good"} | dict.fromkeys(all_of_it, "requires_improvement")
    with pytest.raises(NotPermitted):
        settling.settle(drawer, sampled_id, Settlement(Grade.GOOD, all_of_it, "Again."), version=sampled.version)


def test_the_meetings_chair_reads_what_was_found_once_it_is_settled(world, drawer, chair, second, theme):
    sampled_id, mine, theirs = two(drawer, second, theme)
    finish(drawer, mine)
    own = sampled_of(theme)[0]
    assert db.session.get_one(Meeting, own.meeting_id).chair_membership_id == chair.membership_id
    with pytest.raises(NotVisible):
        listing.found_of(chair, sampled_id)
    finish(second, theirs)
    _sampled, reviews = listing.found_of(chair, sampled_id)
    assert len(reviews) == 2
    assert sampled_id in {one.id for one in listing.settled_for_chair(chair)}
    with pytest.raises(NotVisible):
        listing.found_of(second, sampled_id)


def test_a_review_is_given_to_somebody_else_with_a_clean_sheet(drawer, chair, second, theme):
    sampled_id, _mine, theirs = two(drawer, second, theme)
    reviewing.save_review(
        second, theirs, Written(findings={OVERALL: "Half."}), version=reviews_of(sampled_id)[1].version
    )
    _review, others = handing.to_hand_over(drawer, theirs)
    # The meeting's own chair is nobody to choose, nor who reviews it already.
    assert {one.membership_id for one in others}.isdisjoint(
        {drawer.membership_id, second.membership_id, chair.membership_id}
    )
    version = reviews_of(sampled_id)[1].version
    with pytest.raises(Invalid):
        handing.hand_over(drawer, theirs, chair.membership_id or 0, version=version)
