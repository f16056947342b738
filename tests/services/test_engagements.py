"""What clashes with a day and time: people wanted elsewhere, wherever they serve, and no more told than is theirs."""

from __future__ import annotations

from datetime import date, time

import pytest

from portal.database.session import db, writing
from portal.domain.closures import Closure
from portal.domain.slots import Slot
from portal.domain.vocabulary import Answer, MeetingStatus
from portal.models.closures import ClosurePeriod
from portal.models.meetings import Invitation, Meeting
from portal.services.scheduling.engagements import Diary, diary_of, seen_clashes
from tests.services.rows import change
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("database")

TODAY, DAY = date(2026, 6, 10), date(2026, 6, 24)


@pytest.fixture
def diary(world, coordinator):
    """What is known of a meeting's people around a day; agencies and chair by name."""

    def read(*agencies: str, chair: str | None = None, viewer=coordinator, but=(), day=DAY) -> Diary:
        db.session.rollback()
        return diary_of(
            db.session(),
            viewer,
            chair_membership_id=world.person(chair).hat.membership_id if chair else None,
            agency_ids=[world.agencies[f"a.{agency}"] for agency in agencies],
            first=day,
            last=day,
            but=but,
        )

    return read


def test_the_chair_s_other_meeting_clashes_and_says_which(diary):
    found = diary(chair="a.second_chair")
    said = ["ZQ-A-SECOND-CHAIR-QZ, who chairs, has another meeting: Review child protection conference, 09:30"]
    assert found.clashes(Slot(DAY, time(10), 60)) == said
    assert found.clashes(Slot(DAY, time(10, 30), 60)) == []
    assert found.clashes(Slot(DAY, time(8, 30), 60)) == []
    assert found.clashes(Slot(DAY, None)) == said


def test_its_own_day_does_not_clash_with_a_meeting(diary, world):
    found = diary(chair="a.second_chair", but=[world.meeting("a.review").id])
    assert found.clashes(Slot(DAY, time(10), 60)) == []


def test_somebody_who_has_said_they_come_elsewhere_is_named(diary, world):
    who = "ZQ-A-SOCIAL-CARE-LEAD-QZ (ZQ-A-AGENCY-SOCIAL_CARE-QZ)"
    said = [f"{who} has another meeting: Review child protection conference, 09:30"]
    # In the world its lead has answered for social care that they will come.
    assert diary("social_care").clashes(Slot(DAY, time(10), 60)) == said
    change(Invitation, world.meeting("a.review").invitations["social_care"].id, answer=Answer.DEPUTY)
    assert diary("social_care").clashes(Slot(DAY, time(10), 60)) == []


def test_a_meeting_that_is_cancelled_or_over_binds_nobody(diary, world):
    for status in (MeetingStatus.CANCELLED, MeetingStatus.HELD):
        change(Meeting, world.meeting("a.review").id, status=status)
        assert diary("social_care", chair="a.second_chair").clashes(Slot(DAY, time(10), 60)) == []


def test_of_another_partnership_only_that_there_is_a_meeting(diary, world, viewer):
    """One police force serves both; somebody of it has said they come to a conference in B."""
    both, place = world.person("both"), world.meeting("b.review")
    change(Invitation, place.invitations["police"].id, answer=Answer.ATTEND, answered_by_id=both.user_id)
    found = diary("police")
    partnership = both.hats[1].partnership_name
    said = found.clashes(Slot(DAY, time(10), 60))
    assert said == [f"{both.name} ({world.agency_names['a.police']}) has another meeting in {partnership}"]
    hidden = [
        marker for marker in world.markers if marker.partnership == "b" and marker.kind in ("meeting", "case", "place")
    ]
    assert hidden
    assert not [marker for marker in hidden if marker.is_in(repr(found))]
    # Neither its kind nor its time is told.
    assert "Review" not in repr(said)
    assert "09:30" not in repr(said)


def test_nobody_else_asks_who_is_busy(diary, viewer):
    for key in ("a.gp.lead", "a.manager", "a.business_manager", "a.administrator"):
        assert diary("social_care", chair="a.second_chair", viewer=viewer(key)) == Diary(None, {}, (), {})


def test_a_coordinator_of_another_partnership_finds_none_of_these_people(diary, viewer):
    found = diary("social_care", "gp", chair="a.second_chair", viewer=viewer("b.coordinator"))
    assert (found.names, found.engagements, found.closures) == ({}, (), {})


def test_an_agency_that_is_closed_and_days_off_are_said(diary, world):
    with writing() as session:
        session.add(
            ClosurePeriod(
                partnership_id=world.partnerships["a"],
                agency_id=world.agencies["a.school"],
                name="Summer",
                begins_on=date(2026, 6, 22),
                ends_on=date(2026, 6, 26),
                cover_name="ZQ-COVER",
                cover_contact="020 7946 0018",
            )
        )
    found = diary("school", "gp")
    assert found.clashes(Slot(DAY, time(14), 60)) == [f"{world.agency_names['a.school']} is closed that day"]
    assert "ZQ-COVER" not in repr(found)
    assert found.closed == [Closure(date(2026, 6, 22), date(2026, 6, 26))]
    assert diary("gp").clashes(Slot(date(2026, 6, 27), time(14), 60)) == ["The day is a Saturday"]
    assert diary("gp").clashes(Slot(date(2026, 8, 31), time(14), 60)) == ["The day is a bank holiday"]


def test_what_was_seen_is_what_is_confirmed():
    assert seen_clashes([]) == seen_clashes([])
    assert len({seen_clashes(one) for one in ([], ["a"], ["b"], ["a", "b"], ["ab"])}) == 5


def test_it_takes_three_queries_however_many_meetings_there_are(diary, world, coordinator, count_queries):
    with writing() as session:
        for number in range(20):
            session.add(
                Meeting(
                    partnership_id=world.partnerships["a"],
                    reference=f"FULL-{number}",
                    meeting_type_id=world.meeting_types["a.core_group"],
                    case_id=world.cases["a.1"],
                    chair_membership_id=world.person("a.chair").hat.membership_id,
                    scheduled_on=DAY,
                    start_time=time(9 + number % 8),
                    status=MeetingStatus.SCHEDULED,
                    format="video",
                    created_at=NOW,
                )
            )
    with count_queries() as statements:
        found = diary("gp", "police", "school", "social_care", chair="a.chair")
    assert len(statements) == 3
    assert len([one for one in found.engagements if one.user_id == found.chair_user_id]) == 20
