"""Who sees and grades samples of practice: each role x own and other partnership, by rows and by verbs alike."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.access import samples as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.sample_vocabulary import SampleStatus
from portal.domain.vocabulary import AGENCY_ROLES
from portal.models.meetings import Invitation, Meeting
from portal.models.samples import DipRule, PracticeSample, SampledMeeting, SampleReview
from tests.services.rows import change


@pytest.fixture
def viewers(world, viewer_of) -> list[Viewer]:
    """Everybody under each of their hats."""
    found = []
    for person, hat in world.wearers():
        worn = viewer_of(person).wearing(hat.membership_id)
        assert worn is not None
        found.append(worn)
    return found


def test_samples_are_seen_as_the_verb_says(viewers):
    samples = list(db.session.scalars(select(PracticeSample)))
    for viewer in viewers:
        seen = set(db.session.scalars(access.visible_to(viewer).with_only_columns(PracticeSample.id)))
        assert seen == {sample.id for sample in samples if access.may_view(viewer, sample)}, viewer.name
        assert all(sample.partnership_id == viewer.partnership_id for sample in samples if sample.id in seen)


def _own(viewer: Viewer, meeting_id: int) -> Invitation | None:
    if viewer.role not in AGENCY_ROLES:
        return None
    rows = select(Invitation).where(Invitation.meeting_id == meeting_id, Invitation.agency_id == viewer.agency_id)
    return db.session.scalar(rows)


def _check_reviews(viewers) -> int:
    meeting = joinedload(SampleReview.sampled).joinedload(SampledMeeting.meeting)
    reviews = list(db.session.scalars(select(SampleReview).options(meeting)))
    total = 0
    for viewer in viewers:
        seen = set(db.session.scalars(access.reviews_visible_to(viewer).with_only_columns(SampleReview.id)))
        for review in reviews:
            held = review.sampled.meeting
            may = access.may_view_review(
                viewer, review, held, _own(viewer, held.id), is_named=not held.named_people_only
            )
            assert (review.id in seen) == may, (viewer.name, review.id)
        total += len(seen)
    return total


def test_reviews_are_seen_as_the_verb_says(world, viewers):
    # In each partnership: the manager six, the reviewers four in all, two surgeries' and two police officers' people.
    assert _check_reviews(viewers) > 2 * 12


def test_a_meeting_for_named_people_takes_its_reviews_with_it(world, viewers):
    before = _check_reviews(viewers)
    change(Meeting, world.meeting("a.strategy").id, named_people_only=True)
    db.session.expire_all()
    assert _check_reviews(viewers) < before


def test_sampled_meetings_are_seen_as_the_verb_says(viewers):
    sampled = list(db.session.scalars(select(SampledMeeting).options(joinedload(SampledMeeting.meeting))))
    for viewer in viewers:
        seen = set(db.session.scalars(access.sampled_visible_to(viewer).with_only_columns(SampledMeeting.id)))
        for one in sampled:
            may = access.may_view_sampled(viewer, one, one.meeting)
            assert (one.id in seen) == may, (viewer.name, one.id)


def test_a_sampled_meeting_for_named_people_is_read_by_those_named_alone(viewers):
    for number in db.session.scalars(select(SampledMeeting.meeting_id)).all():
        change(Meeting, number, named_people_only=True)
    db.session.expire_all()
    sampled = list(db.session.scalars(select(SampledMeeting).options(joinedload(SampledMeeting.meeting))))
    named = 0
    for viewer in viewers:
        for one in sampled:
            named += access.may_view_sampled(viewer, one, one.meeting)
            assert not access.may_view_sampled(viewer, one, one.meeting, is_named=False), viewer.name
    assert named > 0


def test_only_the_manager_sees_rules_and_the_frame(viewers):
    for viewer in viewers:
        may = access.may_draw(viewer)
        assert bool(db.session.scalars(access.rules_visible_to(viewer).with_only_columns(DipRule.id)).all()) == may
        assert bool(db.session.scalars(access.frame_for(viewer).with_only_columns(Meeting.id)).all()) == may


def test_what_may_be_done_follows_the_state(world, viewer_of):
    manager = viewer_of(world.person("a.manager"))
    for key, status in (
        ("set_up", SampleStatus.PROPOSED),
        ("theme", SampleStatus.OPEN),
        ("closed", SampleStatus.CLOSED),
    ):
        sample = db.session.get_one(PracticeSample, world.samples[f"a.{key}"])
        assert access.may_draw_now(manager, sample) == (status is SampleStatus.PROPOSED)
        assert access.may_close(manager, sample) == (status is SampleStatus.OPEN)
        assert access.may_recommend(manager, sample) == (status is not SampleStatus.PROPOSED)
        foreign = viewer_of(world.person("b.manager"))
        assert not access.may_close(foreign, sample)
        assert not access.may_recommend(foreign, sample)


def test_a_reviewer_who_chaired_the_meeting_does_not_grade_it(world, viewer_of):
    """Somebody may have become its chair since it was dealt out."""
    chair = viewer_of(world.person("a.second_chair"))
    review_id = world.sample_reviews["a.strategy_second"]
    loaded = joinedload(SampleReview.sampled).joinedload(SampledMeeting.meeting)

    def may() -> bool:
        db.session.expire_all()
        review = db.session.scalars(select(SampleReview).where(SampleReview.id == review_id).options(loaded)).one()
        sample = db.session.get_one(PracticeSample, review.sampled.sample_id)
        return access.may_grade(chair, review, review.sampled, sample)

    assert may()
    change(Meeting, world.meeting("a.strategy").id, chair_membership_id=chair.membership_id)
    assert not may()
