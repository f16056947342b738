"""Midway checks: when they are asked for, who makes them, and how many were made in time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.periods import Days
from portal.domain.plans import MidwayFinding
from portal.models.meetings import Meeting
from portal.models.plans import MidwayCheck, Plan
from portal.models.rule_sets import RuleSet
from portal.services.home.midway import midway_checks
from portal.services.home.tasks import TaskKind
from portal.services.plans import midway
from portal.services.plans.figures import plan_figures
from tests.services.plan_steps import meeting
from tests.services.racing import at_once
from tests.services.rows import change, trail
from tests.world import NOW, viewer_of

pytestmark = pytest.mark.usefixtures("database")

DUE = date(2026, 7, 4)
"""Half way from the conference of 19 May to 19 August, three months on."""
ON_TRACK = MidwayFinding.ON_TRACK


@pytest.fixture
def conference(world) -> int:
    return world.meeting("a.past_initial").id


@pytest.fixture
def on(world):
    """Somebody on a later day."""
    return lambda key, day: viewer_of(world.person(key), now=NOW + (day - NOW.date()))


def waiting(viewer) -> list[int]:
    return [one.meeting_id for one in midway.midway_list(viewer)]


def test_it_is_due_half_way_and_stands_in_the_list_from_two_weeks_before(conference, on):
    assert waiting(on("a.second_chair", DUE - timedelta(days=15))) == []
    (one,) = midway.midway_list(on("a.second_chair", DUE - timedelta(days=14)))
    assert (one.meeting_id, one.due_on, one.next_due_on, one.plans) == (conference, DUE, date(2026, 8, 19), 1)
    assert waiting(on("a.manager", DUE)) == [conference]
    assert waiting(on("a.chair", DUE)) == []


def test_the_part_of_the_way_is_the_partnerships_own(world, conference, on):
    rule_set = db.session.scalar(select(RuleSet.id).where(RuleSet.partnership_id == world.partnerships["a"]))
    change(RuleSet, rule_set, plan_midway_percent=25)
    (one,) = midway.midway_list(on("a.second_chair", DUE))
    assert one.due_on == date(2026, 6, 11)


@pytest.mark.parametrize("ended_on", [date(2026, 6, 9), date(2026, 7, 4)])
def test_without_an_open_plan_none_is_asked_for(world, on, ended_on):
    change(Plan, world.plans["a.2"], ended_on=ended_on, end_reason="other")
    assert waiting(on("a.second_chair", DUE)) == []


def test_a_conference_before_its_day_takes_its_place(world, conference, on):
    later = meeting(world, "review_conference", date(2026, 7, 1))
    assert waiting(on("a.second_chair", DUE + timedelta(days=1))) == []
    # The next one is due half way to six months after the review.
    assert waiting(on("a.second_chair", date(2026, 9, 30))) == [later]
    with pytest.raises(NotVisible):
        midway.find_midway(on("a.second_chair", DUE), conference)


def test_a_meeting_that_is_no_conference_asks_for_none(world, on):
    with pytest.raises(NotVisible):
        midway.find_midway(on("a.chair", DUE), world.meeting("a.strategy").id)


def test_it_is_made_once_with_its_finding(conference, on):
    chair = on("a.second_chair", DUE)
    midway.make_check(chair, conference, MidwayFinding.DRIFTING, " Two steps have not begun. ")
    found = midway.find_midway(chair, conference)
    assert (found.finding, found.note) == (MidwayFinding.DRIFTING, "Two steps have not begun.")
    assert (found.midway.done_on, found.may_check) == (DUE, False)
    assert waiting(chair) == []
    assert trail("plan.checked_midway", conference) == 1
    with pytest.raises(Conflict) as lost:
        midway.make_check(on("a.manager", DUE), conference, ON_TRACK, "Mine.")
    assert lost.value.theirs["What they wrote"] == "Two steps have not begun."
    assert lost.value.mine == {"Yours": "Mine."}


def test_what_is_found_is_encrypted(conference, on):
    midway.make_check(on("a.second_chair", DUE), conference, ON_TRACK, "ZQ-MIDWAY-QZ")
    raw = db.session.connection().exec_driver_sql("SELECT finding, note FROM midway_checks").one()
    assert all(b"ZQ-MIDWAY-QZ" not in bytes(cell) and b"on_track" not in bytes(cell) for cell in raw)


def test_who_may_not_and_what_is_missing(conference, on):
    for somebody in ("a.coordinator",):
        with pytest.raises(NotPermitted):
            midway.make_check(on(somebody, DUE), conference, ON_TRACK, "Fine.")
    for somebody in ("a.chair", "b.manager"):
        with pytest.raises(NotVisible):
            midway.make_check(on(somebody, DUE), conference, ON_TRACK, "Fine.")
    with pytest.raises(Invalid) as refused:
        midway.make_check(on("a.second_chair", DUE), conference, ON_TRACK, "  ")
    assert list(refused.value.errors) == ["note"]


def test_two_who_check_at_once_make_one(app, conference, on):
    calls = [
        lambda key=key: midway.make_check(on(key, DUE), conference, ON_TRACK, f"By {key}.")
        for key in ("a.second_chair", "a.manager")
    ]
    results = at_once(app, *calls)
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "NoneType"]
    db.session.rollback()
    assert len(list(db.session.scalars(select(MidwayCheck)))) == 1


def test_the_indicator_counts_those_that_fell_due_and_were_made_by_their_day(world, conference, on):
    second = meeting(world, "initial_conference", date(2026, 5, 20), case="1", chair="chair")
    period = Days(date(2026, 7, 1), date(2026, 7, 31))
    manager = on("a.manager", date(2026, 8, 1))
    assert (plan_figures(manager, period).midway.count, plan_figures(manager, period).midway.whole) == (0, 2)
    midway.make_check(on("a.second_chair", DUE), conference, ON_TRACK, "Fine.")
    midway.make_check(on("a.chair", date(2026, 7, 20)), second, ON_TRACK, "Late.")
    assert (plan_figures(manager, period).midway.count, plan_figures(manager, period).midway.whole) == (1, 2)
    assert plan_figures(manager, Days(date(2026, 7, 5), period.last)).midway.whole == 1
    # What came later does not change what fell due before it.
    meeting(world, "review_conference", date(2026, 8, 1))
    assert plan_figures(manager, period).midway.whole == 2


def test_home_of_its_chair_and_of_the_manager(conference, on, world):
    def at_home(key, day):
        return [(one.kind, one.due, one.done, one.what) for one in midway_checks(db.session(), on(key, day))]

    assert at_home("a.second_chair", DUE - timedelta(days=8)) == []
    assert at_home("a.second_chair", DUE - timedelta(days=7)) == [(TaskKind.MIDWAY_CHECK, DUE, 0, "")]
    assert at_home("a.manager", DUE) == []
    assert at_home("a.manager", DUE + timedelta(days=1)) == [(TaskKind.MIDWAY_OVERDUE, DUE, 1, "")]
    for key in ("a.coordinator", "a.board", "a.gp.lead", "b.manager"):
        assert all(one[1] is None or key == "b.manager" for one in at_home(key, DUE + timedelta(days=1))), key
    change(Meeting, world.meeting("b.past_initial").id, status="cancelled", held_on=None)
    assert at_home("b.manager", DUE + timedelta(days=1)) == []
