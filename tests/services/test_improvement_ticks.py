"""What comes again: worked out when it is asked for, ticked once, late when its time has passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.improvement_timing import Timing
from portal.domain.improvement_vocabulary import ByWhen, ImprovementStep
from portal.domain.message_vocabulary import NoticeKind
from portal.models.messages import Notice
from portal.services.changes import Change
from portal.services.home.page import home
from portal.services.home.tasks import TaskKind
from portal.services.improvement import actions, page, ticks
from portal.services.notices.reminders import remind_in
from portal.services.notices.wanted import settle
from tests.services.improvement_steps import WEEKLY, added, details, led_by, said, steps_of, stored_action
from tests.services.racing import at_once
from tests.world import NOW, TODAY
from tests.world_improvement import JUNE, MAY

pytestmark = pytest.mark.usefixtures("database")

MONDAYS = [date(2026, 5, 25), date(2026, 6, 1), date(2026, 6, 8)]


@pytest.fixture
def viewer(viewer_of, world):
    """Somebody by name."""
    return lambda key, **more: viewer_of(world.person(key), **more)


@pytest.fixture
def manager(viewer):
    """Who keeps A's plan."""
    return viewer("a.business_manager")


@pytest.fixture
def weekly(manager, world) -> int:
    """An action of every week since the end of May, led by the surgery's lead."""
    return added(manager, world, timing=WEEKLY, leads=(led_by(world, "a.gp.lead"),))


def test_every_week_since_is_asked_for_and_the_past_ones_are_late(viewer, weekly):
    turns = page.find_action(viewer("a.gp.lead"), weekly).turns
    assert [turn.first for turn in turns.to_do] == MONDAYS
    assert [turn.is_late for turn in turns.to_do] == [True, True, False]
    assert turns.late == 2
    assert stored_action(weekly).next_due_on == date(2026, 5, 31)


def test_each_is_ticked_by_somebody_with_what_shows_it(viewer, weekly):
    lead = viewer("a.gp.lead")
    assert ticks.tick(lead, weekly, MONDAYS[0], " Looked at; in the minutes. ") == "Week of 25 May 2026"
    (done,) = page.find_action(lead, weekly).turns.done
    assert (done.who, done.at, done.evidence, done.is_after) == (lead.name, NOW, "Looked at; in the minutes.", True)
    assert stored_action(weekly).next_due_on == date(2026, 6, 7)
    for first in MONDAYS[1:]:
        ticks.tick(lead, weekly, first, "Done.")
    assert stored_action(weekly).next_due_on == date(2026, 6, 21)
    assert [step for step, _ in steps_of(weekly)] == [ImprovementStep.ADDED, *3 * [ImprovementStep.TICKED]]


def test_a_slip_is_taken_back_and_the_history_keeps_it(viewer, weekly):
    lead = viewer("a.gp.lead")
    ticks.tick(lead, weekly, MONDAYS[0], "Done.")
    assert ticks.untick(lead, weekly, MONDAYS[0]) == "Week of 25 May 2026"
    assert stored_action(weekly).next_due_on == date(2026, 5, 31)
    newest = page.find_action(lead, weekly).history[0]
    assert (newest.step, newest.words) == (ImprovementStep.UNTICKED, "Week of 25 May 2026")
    assert newest.changed == (("What shows it", "Done.", ""),)
    with pytest.raises(Invalid):
        ticks.untick(lead, weekly, MONDAYS[0])


@pytest.mark.parametrize(
    ("first", "refusal"),
    [
        (date(2026, 6, 2), NotVisible),  # a Tuesday
        (date(2026, 5, 18), NotVisible),  # before it began
        (date(2026, 6, 15), Invalid),  # has not begun yet
    ],
)
def test_nothing_else_is_ticked(viewer, weekly, first, refusal):
    with pytest.raises(refusal):
        ticks.tick(viewer("a.gp.lead"), weekly, first, "Done.")


def test_a_tick_needs_what_shows_it_and_is_made_once(app, viewer, weekly, manager):
    with pytest.raises(Invalid):
        ticks.tick(viewer("a.gp.lead"), weekly, MONDAYS[0], " ")
    done = at_once(
        app,
        lambda: ticks.tick(viewer("a.gp.lead"), weekly, MONDAYS[0], "Mine."),
        lambda: ticks.tick(manager, weekly, MONDAYS[0], "Mine."),
    )
    assert sorted(type(one).__name__ for one in done) == ["Invalid", "str"]


def test_only_who_leads_it_and_its_manager_tick(viewer, weekly, world):
    for key in ("a.board", "a.scrutineer"):
        with pytest.raises(NotPermitted):
            ticks.tick(viewer(key), weekly, MONDAYS[0], "Done.")
    for key in ("a.gp.practitioner", "b.gp.lead", "b.business_manager"):
        with pytest.raises(NotVisible):
            ticks.tick(viewer(key), weekly, MONDAYS[0], "Done.")
    # What is complete is ticked no more.
    said(viewer("a.gp.lead"), weekly, step=ImprovementStep.COMPLETED, rag=None)
    with pytest.raises(NotPermitted):
        ticks.tick(viewer("a.gp.lead"), weekly, MONDAYS[0], "Done.")
    assert page.find_action(viewer("a.gp.lead"), weekly).turns.to_do == ()


def test_another_rhythm_begins_anew_and_what_was_ticked_stays_in_the_history(manager, viewer, world, weekly):
    ticks.tick(manager, weekly, MONDAYS[0], "Done.")
    monthly = replace(details(world), timing=Timing(ByWhen.MONTHLY, None, WEEKLY.starts_on))
    actions.change_action(manager, weekly, replace(monthly, leads=(led_by(world, "a.gp.lead"),)), version=2)
    row = stored_action(weekly)
    # It is not late with May, in which nobody asked for it by the month.
    assert (row.starts_on, row.next_due_on) == (TODAY, date(2026, 6, 30))
    assert ImprovementStep.TICKED in {step for step, _ in steps_of(weekly)}


def test_the_worlds_monthly_action(viewer, world):
    turns = page.find_action(viewer("a.school.lead"), world.improvement["a.monthly"]).turns
    assert ([turn.first for turn in turns.to_do], [turn.first for turn in turns.done]) == ([JUNE], [MAY])
    assert (turns.to_do[0].words, turns.to_do[0].is_late) == ("June 2026", False)


def test_a_year_of_weeks_is_not_listed_whole(manager, world):
    action_id = added(manager, world, timing=Timing(ByWhen.WEEKLY, None, TODAY - timedelta(days=364)))
    turns = page.find_action(manager, action_id).turns
    assert (len(turns.to_do), turns.further, turns.late) == (ticks.MOST_OPEN, 53 - ticks.MOST_OPEN, 52)


class TestHome:
    """What is due stands on the Home of whoever leads it."""

    @pytest.fixture
    def tasks(self, viewer):
        """What somebody has to do for the plan: kind, action, due day."""

        def found(key, now=NOW):
            kinds = (TaskKind.IMPROVEMENT_DUE, TaskKind.IMPROVEMENT_MONTH)
            listed = home(viewer(key, now=now)).tasks
            return [(task.kind, task.subject_id, task.due or task.on) for task in listed if task.kind in kinds]

        return found

    def test_what_is_late_or_due_within_a_week(self, tasks, weekly, viewer, world):
        due = TaskKind.IMPROVEMENT_DUE
        assert tasks("a.gp.lead") == [(due, weekly, date(2026, 5, 31))]
        assert tasks("a.gp.practitioner") == tasks("a.chair") == tasks("a.board") == tasks("b.gp.lead") == []
        # Its number alone says nothing to a tired reader.
        (named,) = (task for task in home(viewer("a.gp.lead")).tasks if task.kind is due)
        assert named.what == stored_action(weekly).what
        for first in MONDAYS[:2]:
            ticks.tick(viewer("a.gp.lead"), weekly, first, "Done.")
        assert tasks("a.gp.lead") == [(due, weekly, date(2026, 6, 14))]
        ticks.tick(viewer("a.gp.lead"), weekly, MONDAYS[2], "Done.")
        assert tasks("a.gp.lead") == []
        later = datetime(2026, 6, 24, 9, tzinfo=UTC)
        monthly = (due, world.improvement["a.monthly"], date(2026, 6, 30))
        assert monthly in tasks("a.school.lead", later)
        assert monthly in tasks("a.manager", later)

    def test_the_manager_is_told_of_the_month_that_waits(self, tasks, world):
        month = TaskKind.IMPROVEMENT_MONTH
        assert tasks("a.business_manager") == [(month, None, date(2026, 5, 1))]
        assert tasks("a.business_manager", datetime(2026, 7, 1, 9, tzinfo=UTC)) == [(month, None, date(2026, 6, 1))]


class TestReminders:
    """Who leads an action is reminded once, and what was done is settled."""

    def notices(self, action_id):
        db.session.rollback()
        rows = db.session.query(Notice).filter_by(kind=NoticeKind.IMPROVEMENT_DUE, subject_id=action_id)
        return [(row.membership_id, row.place, row.settled_at is not None) for row in rows.order_by(Notice.id)]

    def remind(self, world, day):
        now = datetime.combine(day, NOW.timetz())
        return remind_in(Viewer.of_system("worker", now, world.partnerships["a"]))

    def settle(self, world):
        people = [person.user_id for person in world.people.values()]
        with writing() as session:
            settle(Change(session, Viewer.of_system("worker", NOW, world.partnerships["a"])), people)

    def test_five_working_days_before_and_when_it_is_late(self, manager, world):
        action_id = added(
            manager, world, timing=Timing(ByWhen.DAY, date(2026, 9, 30)), leads=(led_by(world, "a.chair"),)
        )
        chair = world.person("a.chair").hat.membership_id
        for day in (date(2026, 9, 22), date(2026, 9, 23), date(2026, 9, 30)):
            self.remind(world, day)
        assert [who for who, _, _ in self.notices(action_id)] == [chair]
        self.remind(world, date(2026, 10, 1))
        self.remind(world, date(2026, 10, 1))
        assert len(self.notices(action_id)) == 2

    def test_whoever_holds_a_role_is_reminded_and_a_tick_settles_it(self, world, viewer):
        action_id = world.improvement["a.monthly"]
        self.remind(world, date(2026, 6, 23))
        people = {world.person(f"a.{key}").hat.membership_id for key in ("school.lead", "manager")}
        assert {who for who, _, _ in self.notices(action_id)} == people
        ticks.tick(viewer("a.manager"), action_id, JUNE, "Done.")
        self.settle(world)
        assert all(settled for _, _, settled in self.notices(action_id))

    def test_what_waits_is_not_settled(self, world):
        action_id = world.improvement["a.monthly"]
        self.remind(world, date(2026, 6, 23))
        self.settle(world)
        assert not any(settled for _, _, settled in self.notices(action_id))
