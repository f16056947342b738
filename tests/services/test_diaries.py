"""The diary of a day and a week: what stands in it, how it is narrowed, and by how many queries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import insert

from portal.access.viewer import Hat, Viewer
from portal.database.session import db, writing
from portal.domain.diaries import DiaryView
from portal.domain.quoracy import Outlook
from portal.domain.vocabulary import MeetingFormat, MeetingStatus, Role
from portal.models.meetings import Meeting
from portal.models.people import Membership
from portal.services import diaries
from portal.services.diaries import diary
from tests.services.rows import change
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("database")

DAY = date(2026, 6, 10)
MOST_QUERIES = 6


@pytest.fixture
def chair_of_both(world, viewer) -> Viewer:
    """A's chair, who also chairs B's initial conference; now in A."""
    person = world.person("a.chair")
    with writing() as session:
        membership = Membership(
            partnership_id=world.partnerships["b"], user_id=person.user_id, role=Role.CHAIR, created_at=NOW
        )
        session.add(membership)
        session.flush()
        number = membership.id
    change(Meeting, world.meeting("b.initial").id, chair_membership_id=number, start_time=time(14, 30))
    hat = Hat(number, world.partnerships["b"], "ZQ-B-PARTNERSHIP-QZ", Role.CHAIR)
    one = viewer("a.chair")
    return replace(one, hats=(*one.hats, hat))


def shown(found):
    return [meeting for day in found.days for meeting in day.meetings]


def more(world, number: int, *, named: str = "MORE", **facts: object) -> None:
    """So many more meetings on the day of A's initial conference, with its chair."""
    with writing() as session:
        like = session.get_one(Meeting, world.meeting("a.initial").id)
        fixed = {
            **{
                name: getattr(like, name)
                for name in ("partnership_id", "meeting_type_id", "case_id", "chair_membership_id")
            },
            "status": MeetingStatus.SCHEDULED,
            "format": MeetingFormat.VIDEO,
            "named_people_only": False,
            "calendar_sequence": 0,
            "scheduled_on": like.scheduled_on,
            "start_time": time(9),
            "created_at": like.created_at,
            "version": 1,
            **facts,
        }
        session.execute(insert(Meeting.__table__), [{**fixed, "reference": f"{named}-{n:04}"} for n in range(number)])


def test_a_week_has_its_working_days_and_each_its_meetings(world, viewer):
    found = diary(viewer("a.coordinator"), DiaryView.WEEK, DAY)
    assert [day.on.day for day in found.days] == [8, 9, 10, 11, 12]
    (meeting,) = shown(found)
    assert (meeting.id, meeting.on, meeting.at) == (world.meeting("a.initial").id, DAY, time(14))
    assert meeting.standing[:4] == (4, 2, 4, 1)
    assert meeting.foresight.outlook is Outlook.MAY_BE
    assert meeting.chair_name == "ZQ-A-CHAIR-QZ"
    assert found.number == 1
    assert not found.is_cut


def test_a_day_is_one_day(viewer):
    assert [day.on for day in diary(viewer("a.coordinator"), DiaryView.DAY, DAY).days] == [DAY]
    (following,) = diary(viewer("a.coordinator"), DiaryView.DAY, DAY + timedelta(days=1)).days
    assert following.meetings == ()


def test_a_bank_holiday_is_said_and_a_weekend_shown_where_something_is_on(world, viewer):
    manager = viewer("a.manager")
    days = {day.on: day for day in diary(manager, DiaryView.WEEK, date(2026, 5, 25)).days}
    assert days[date(2026, 5, 25)].is_bank_holiday
    assert not days[date(2026, 5, 26)].is_bank_holiday
    saturday = date(2026, 6, 13)
    change(Meeting, world.meeting("a.initial").id, scheduled_on=saturday)
    assert diary(manager, DiaryView.WEEK, DAY).days[-1].on == saturday


def test_of_a_meeting_that_is_over_nobody_foresees_anything(world, viewer):
    (meeting,) = shown(diary(viewer("a.manager"), DiaryView.DAY, date(2026, 5, 19)))
    assert (meeting.status, meeting.quorate, meeting.foresight) == (MeetingStatus.HELD, True, None)


def test_it_is_narrowed_to_a_chair_and_to_a_kind(world, viewer):
    coordinator = viewer("a.coordinator")
    chair, other = (world.person(f"a.{name}").hat.membership_id for name in ("chair", "second_chair"))
    assert diary(coordinator, DiaryView.WEEK, DAY, chair_membership_id=chair).number == 1
    assert diary(coordinator, DiaryView.WEEK, DAY, chair_membership_id=other).number == 0
    assert diary(coordinator, DiaryView.WEEK, DAY, kind="initial_conference").number == 1
    assert diary(coordinator, DiaryView.WEEK, DAY, kind="review_conference").number == 0
    assert diary(coordinator, DiaryView.WEEK, DAY, kind="family_meeting").number == 0
    found = diary(coordinator, DiaryView.WEEK, DAY)
    assert [name for _number, name in found.chairs] == ["ZQ-A-CHAIR-QZ", "ZQ-A-SECOND-CHAIR-QZ"]
    assert ("core_group", "Core group") in found.kinds


def test_a_chair_in_two_at_once_is_told_with_the_other_whatever_the_filter(world, viewer):
    more(world, 1, start_time=time(14, 30), meeting_type_id=world.meeting_types["a.strategy_meeting"])
    for key in ("a.chair", "a.coordinator", "a.manager"):
        found = diary(viewer(key), DiaryView.DAY, DAY)
        assert [meeting.clashes for meeting in shown(found)] == [
            ("Overlaps with Strategy meeting, 14:30",),
            ("Overlaps with Initial child protection conference, 14:00",),
        ], key
    (narrowed,) = shown(diary(viewer("a.coordinator"), DiaryView.DAY, DAY, kind="strategy_meeting"))
    assert narrowed.clashes == ("Overlaps with Initial child protection conference, 14:00",)


def test_one_without_a_time_may_overlap_and_one_cancelled_does_not(world, viewer):
    more(world, 1, start_time=None)
    first, second = shown(diary(viewer("a.coordinator"), DiaryView.DAY, DAY))
    assert first.at is None
    assert first.clashes == ("May overlap with Initial child protection conference, 14:00",)
    assert second.clashes == ("May overlap with Initial child protection conference, no time set",)
    change(Meeting, first.id, status=MeetingStatus.CANCELLED)
    assert [meeting.clashes for meeting in shown(diary(viewer("a.coordinator"), DiaryView.DAY, DAY))] == [(), ()]


def test_a_chair_has_one_diary_for_all_partnerships(world, viewer, chair_of_both):
    found = diary(chair_of_both, DiaryView.WEEK, DAY)
    ours, theirs = shown(found)
    assert (ours.id, ours.hat) == (world.meeting("a.initial").id, chair_of_both.hat)
    assert (theirs.id, theirs.hat.partnership_name) == (world.meeting("b.initial").id, "ZQ-B-PARTNERSHIP-QZ")
    assert ours.clashes == ("Overlaps with Initial child protection conference (ZQ-B-PARTNERSHIP-QZ), 14:30",)
    assert [name for _number, name in found.chairs] == ["ZQ-A-PARTNERSHIP-QZ", "ZQ-B-PARTNERSHIP-QZ"]
    (only,) = shown(diary(chair_of_both, DiaryView.WEEK, DAY, chair_membership_id=theirs.hat.membership_id))
    assert only.id == theirs.id
    # The coordinator of A learns where the chair is, and nothing of the meeting.
    (seen,) = shown(diary(viewer("a.coordinator"), DiaryView.WEEK, DAY))
    assert seen.clashes == ("Overlaps with another meeting in ZQ-B-PARTNERSHIP-QZ",)
    (seen,) = shown(diary(viewer("a.manager"), DiaryView.WEEK, DAY))
    assert seen.clashes == ()


def test_a_chair_who_also_coordinates_elsewhere_sees_only_what_they_chair(world, viewer):
    hat = replace(world.person("b.coordinator").hat)
    one = viewer("a.chair")
    found = diary(replace(one, hats=(*one.hats, hat)), DiaryView.WEEK, DAY)
    assert [meeting.id for meeting in shown(found)] == [world.meeting("a.initial").id]
    assert found.chairs == ()


def test_what_is_beyond_the_limit_is_said_and_no_day_is_called_free_for_it(world, viewer, monkeypatch):
    monkeypatch.setattr(diaries, "MOST_SHOWN", 4)
    more(world, 3, scheduled_on=date(2026, 6, 8))
    found = diary(viewer("a.coordinator"), DiaryView.WEEK, DAY)
    assert (found.number, found.is_cut, len(found.days)) == (4, False, 5)
    more(world, 1, scheduled_on=date(2026, 6, 12), named="LAST")
    found = diary(viewer("a.coordinator"), DiaryView.WEEK, DAY)
    assert (found.number, found.is_cut) == (4, True)
    assert [day.on.day for day in found.days] == [8, 10]


def test_the_number_of_queries_does_not_grow_with_the_meetings(world, viewer, chair_of_both, count_queries):
    people = [viewer("a.coordinator"), viewer("a.manager"), chair_of_both]

    def queries():
        found = []
        for person in people:
            db.session.rollback()
            with count_queries() as statements:
                diary(person, DiaryView.WEEK, DAY)
            found.append(len(statements))
        return found

    before = queries()
    more(world, 200)
    assert queries() == before
    assert max(before) <= MOST_QUERIES
