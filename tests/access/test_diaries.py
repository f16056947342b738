"""Whose meetings stand in whose diary: those that the person sees, and of others no more than where they are."""

from __future__ import annotations

from datetime import date, time

from portal.access.roles import Permission
from portal.domain.diaries import DiaryView
from portal.domain.vocabulary import MeetingStatus
from portal.models.meetings import Meeting
from portal.services.diaries import diary
from tests.services.rows import change
from tests.world import viewer_of

DAY = date(2026, 6, 10)


def test_each_diary_holds_exactly_the_meetings_that_its_owner_sees(onlookers, world):
    for onlooker in onlookers:
        viewer = onlooker.viewer
        if not viewer.may(Permission.MEETINGS_DIARY):
            continue
        seen = {
            place.id
            for key, place in world.meetings.items()
            if onlooker.person.key in place.seen_by and world.partnerships[key[0]] == viewer.partnership_id
        }
        listed = set()
        for day in (date(2026, 5, 12), date(2026, 5, 19), date(2026, 5, 28), DAY, date(2026, 6, 17), date(2026, 6, 24)):
            found = diary(viewer, DiaryView.WEEK, day)
            listed |= {meeting.id for shown in found.days for meeting in shown.meetings}
        assert listed == seen, onlooker.name


def test_a_chair_is_not_found_by_the_membership_of_another(world):
    """To ask for another chair's diary gives none of their meetings, in the own partnership or elsewhere."""
    for asked in ("a.second_chair", "b.chair"):
        number = world.person(asked).hat.membership_id
        found = diary(viewer_of(world.person("a.chair")), DiaryView.WEEK, DAY, chair_membership_id=number)
        assert found.number == 0


def test_of_a_meeting_for_named_people_nothing_is_told_but_that_it_is_there(world):
    """Those who plan are warned that the chair is busy; the manager, who does not plan, learns nothing at all."""
    closed = world.meeting("a.review").id
    chair = world.person("a.chair").hat.membership_id
    change(
        Meeting,
        closed,
        named_people_only=True,
        chair_membership_id=chair,
        scheduled_on=DAY,
        start_time=time(14, 30),
        status=MeetingStatus.SCHEDULED,
    )
    said = {}
    for key in ("a.coordinator", "a.manager", "a.chair"):
        found = diary(viewer_of(world.person(key)), DiaryView.DAY, DAY)
        (meeting,) = found.days[0].meetings
        assert meeting.id == world.meeting("a.initial").id
        said[key] = meeting.clashes
    warned = ("Overlaps with another meeting in ZQ-A-PARTNERSHIP-QZ",)
    assert said == {"a.coordinator": warned, "a.manager": (), "a.chair": warned}
