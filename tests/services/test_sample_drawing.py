"""Drawing samples: what is kept to draw again, who may review, who is asked, and taking a meeting out."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.sample_vocabulary import ReviewPart, SampleStatus
from portal.domain.sampling import digest_of, drawn, ordered
from portal.domain.vocabulary import AgencyType
from portal.models.meetings import Meeting
from portal.models.messages import Notice
from portal.models.named_people import NamedPerson
from portal.models.samples import PracticeSample, SampledMeeting
from portal.services.samples import drawing, listing, proposing
from portal.services.samples.proposing import Theme
from tests.services.racing import at_once
from tests.services.rows import change, trail
from tests.services.sample_steps import (
    DUE,
    SEED,
    draw,
    find,
    reviews_of,
    sampled_of,
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


# Drawing


def test_a_draw_keeps_all_that_is_needed_to_draw_again(world, drawer, chair, second, theme):
    ids = sorted(world.meeting(f"a.{key}").id for key in ("strategy", "past_initial"))
    sample = draw(drawer, theme, [drawer, chair, second])
    assert (sample.status, sample.seed, sample.frame, sample.frame_size) == (SampleStatus.OPEN, SEED, ids, 2)
    assert sample.frame_digest == digest_of(ids)
    meetings = sampled_of(theme)
    assert [one.meeting_id for one in meetings] == drawn(sample.frame, SEED, 2) == ordered(ids, SEED)
    assert [one.place for one in meetings] == [1, 2]
    proof = listing.proof_of(sample, listing.meetings_of(drawer, theme))
    assert proof is not None
    assert proof.is_same
    assert trail("practice_sample.drawn", theme) == 1


def test_what_was_altered_in_the_database_is_no_longer_the_same_draw(drawer, chair, second, theme):
    draw(drawer, theme, [drawer, chair, second])
    change(SampledMeeting, sampled_of(theme)[0].id, place=2)
    proof = listing.proof_of(find(drawer, theme), listing.meetings_of(drawer, theme))
    assert proof is not None
    assert not proof.is_same


def test_the_seed_is_random_unless_it_is_given(world, drawer, viewer, theme):
    first = draw(drawer, theme, [drawer], seed=None).seed
    other = viewer("b.manager")
    assert first != draw(other, world.samples["b.set_up"], [other], seed=None).seed
    assert first is not None
    assert len(first) == 16


def test_nobody_reviews_what_they_chaired(world, drawer, chair, second, theme):
    draw(drawer, theme, [chair, second])
    for sampled in sampled_of(theme):
        chaired = db.session.get_one(Meeting, sampled.meeting_id).chair_membership_id
        assert [review.membership_id for review in reviews_of(sampled.id)] == [
            {chair.membership_id: second, second.membership_id: chair}[chaired].membership_id
        ]


def test_too_few_reviewers_are_refused_and_nothing_is_kept(drawer, chair, theme):
    with pytest.raises(Invalid) as refused:
        draw(drawer, theme, [chair])
    assert refused.value.errors == {"reviewers": [drawing.TOO_FEW]}
    assert find(drawer, theme).status is SampleStatus.PROPOSED
    with pytest.raises(Invalid):
        draw(drawer, theme, [drawer], two_each=True)


def test_a_stranger_is_no_reviewer(drawer, viewer, theme):
    for name in ("b.manager", "a.police.lead", "a.board"):
        with pytest.raises(Invalid) as refused:
            draw(drawer, theme, [drawer, viewer(name)])
        assert set(refused.value.errors) == {"reviewers"}


def test_an_empty_frame_draws_nothing(drawer):
    sample_id = proposing.add_theme(
        drawer, Theme("None", "", None, date(2026, 1, 1), date(2026, 1, 31), 2, "multi-agency")
    )
    assert drawing.to_draw(drawer, sample_id)[1] == 0
    with pytest.raises(Invalid, match="Nothing is drawn"):
        draw(drawer, sample_id, [drawer])


def test_a_meeting_for_named_people_only_is_never_drawn(world, drawer, theme):
    meeting_id = world.meeting("a.strategy").id
    change(Meeting, meeting_id, named_people_only=True)
    with writing() as session:
        session.add(
            NamedPerson(
                partnership_id=drawer.partnership_id,
                meeting_id=meeting_id,
                membership_id=drawer.membership_id,
                named_at=drawer.now,
            )
        )
    sample = draw(drawer, theme, [drawer])
    assert meeting_id not in (sample.frame or [])


def test_of_two_who_draw_one_is_told(app, drawer, theme):
    version = find(drawer, theme).version
    wanted = drawing.Drawing((drawer.membership_id or 0,), DUE)

    def one() -> str:
        try:
            drawing.draw(drawer, theme, wanted, version=version)
        except (Conflict, NotPermitted):
            return "told"
        return "drawn"

    assert sorted(at_once(app, one, one)) == ["drawn", "told"]
    assert len(sampled_of(theme)) == 2


def test_agencies_that_were_invited_are_asked_for_their_part(world, drawer, viewer, theme):
    draw(drawer, theme, [drawer], agency_types=[AgencyType.POLICE, AgencyType.GP])
    asked = {
        (sampled.meeting_id, review.agency_id)
        for sampled in sampled_of(theme)
        for review in reviews_of(sampled.id)
        if review.part is ReviewPart.AGENCY
    }
    strategy, past = world.meeting("a.strategy").id, world.meeting("a.past_initial").id
    police, gp, other = (world.agencies[f"a.{name}"] for name in ("police", "gp", "other_gp"))
    assert asked == {(strategy, police), (strategy, gp), (past, police), (past, other)}
    everybody = told(NoticeKind.SAMPLE_REVIEW)
    assert world.person("a.gp.lead").hat.membership_id in everybody
    assert world.person("a.school.lead").hat.membership_id not in everybody


def test_a_meeting_is_taken_out_for_the_next_with_a_reason(world, drawer, theme):
    change(PracticeSample, theme, how_many=1)
    sample = draw(drawer, theme, [drawer])
    (old,) = sampled_of(theme)
    with pytest.raises(Invalid):
        drawing.replace(drawer, old.id, "", version=old.version)
    new = drawing.replace(drawer, old.id, "Its record is elsewhere.", version=old.version)
    first, next_one = sampled_of(theme)
    assert (first.replaced_because, next_one.id, next_one.place) == ("Its record is elsewhere.", new, 2)
    assert [first.meeting_id, next_one.meeting_id] == ordered(sample.frame or [], SEED)
    assert [review.membership_id for review in reviews_of(next_one.id)] == [drawer.membership_id]
    # Nothing is left: it is taken out all the same, and no other comes in.
    assert drawing.replace(drawer, next_one.id, "This one, too.", version=next_one.version) is None
    with pytest.raises(NotPermitted):
        drawing.replace(drawer, first.id, "Again.", version=first.version)
