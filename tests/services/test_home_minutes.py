"""What follows meetings, on Home: one by one while they are few, and in one line of each kind where they are many."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.database.session import db, writing
from portal.domain.outcome_vocabulary import PaperKind
from portal.domain.strategy_vocabulary import StrategyRecordState
from portal.domain.vocabulary import MeetingStatus
from portal.domain.working_days import add_working_days
from portal.models.meetings import Meeting
from portal.models.minutes import SentPaper
from portal.models.strategy_records import StrategyRecord
from portal.services.home import minutes
from portal.services.home.minutes import LISTED_EACH, LOOKED_BACK, papers_waiting, written_after
from portal.services.home.page import home
from portal.services.home.tasks import TaskKind
from tests.services.plan_steps import meeting
from tests.services.rows import change
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("database")

LATER = datetime(2026, 8, 20, 9, tzinfo=ZoneInfo("Europe/London"))
MONDAY = date(2026, 6, 29)
CHAIR = "a.second_chair"


@pytest.fixture
def chair(viewer):
    """The second chair in August, with nothing of the world's own left to write."""
    return viewer(CHAIR, now=LATER)


def held(world, number, kind="core_group", first=MONDAY):
    """So many meetings whose register is closed and after which nothing was sent."""
    return [
        meeting(world, kind, first + timedelta(days=one), held_time=time(10), register_closed_at=NOW)
        for one in range(number)
    ]


def seen(viewer, *kinds):
    """Kind and meeting of every task of these kinds."""
    db.session.rollback()
    return [(one.kind, one.meeting_id) for one in written_after(db.session(), viewer) if one.kind in kinds]


def test_a_few_are_listed_one_by_one(world, chair):
    rows = held(world, LISTED_EACH)
    assert seen(chair, TaskKind.MINUTES_TO_SEND, TaskKind.MINUTES_WAIT) == [
        (TaskKind.MINUTES_TO_SEND, row) for row in rows
    ]


def test_many_are_one_line_with_their_number_and_the_first_day(world, chair):
    rows = held(world, LISTED_EACH + 1)
    assert seen(chair, TaskKind.MINUTES_TO_SEND, TaskKind.MINUTES_WAIT) == [(TaskKind.MINUTES_WAIT, None)]
    (one,) = [task for task in written_after(db.session(), chair) if task.kind is TaskKind.MINUTES_WAIT]
    listed = [task for task in papers_waiting(chair)[0] if task.kind is TaskKind.MINUTES_TO_SEND]
    assert (one.subject, one.due) == ("4", listed[0].due)
    assert [task.meeting_id for task in listed] == rows


def test_what_is_not_due_yet_stays_by_itself(world, viewer):
    rows = held(world, LISTED_EACH + 2)
    due = [task.due for task in papers_waiting(viewer(CHAIR, now=LATER))[0] if task.meeting_id in rows]
    on_the_last = viewer(CHAIR, now=datetime.combine(due[-1], time(9), ZoneInfo("Europe/London")))
    assert seen(on_the_last, TaskKind.MINUTES_TO_SEND, TaskKind.MINUTES_WAIT) == [
        (TaskKind.MINUTES_WAIT, None),
        (TaskKind.MINUTES_TO_SEND, rows[-1]),
    ]


def test_conferences_that_nobody_decided_are_one_line_of_their_own(world, chair):
    held(world, LISTED_EACH + 1, "review_conference")
    kinds = (TaskKind.OUTCOMES_TO_SIGN, TaskKind.OUTCOMES_WAIT, TaskKind.MINUTES_TO_SEND, TaskKind.MINUTES_WAIT)
    assert set(seen(chair, *kinds)) == {(TaskKind.OUTCOMES_WAIT, None), (TaskKind.MINUTES_WAIT, None)}


def test_what_is_older_is_not_there(world, chair):
    held(world, 1, first=chair.today - LOOKED_BACK - timedelta(days=1))
    assert seen(chair, TaskKind.MINUTES_TO_SEND) == []
    held(world, 1, first=chair.today - LOOKED_BACK)
    assert len(seen(chair, TaskKind.MINUTES_TO_SEND)) == 1


def test_where_more_waits_than_is_read_the_number_says_so(world, chair, monkeypatch):
    held(world, LISTED_EACH + 2)
    monkeypatch.setattr(minutes, "READ_AT_MOST", LISTED_EACH + 1)
    (one,) = [task for task in written_after(db.session(), chair) if task.kind is TaskKind.MINUTES_WAIT]
    assert one.subject == "4 or more"
    assert papers_waiting(chair)[1]


def test_however_many_wait_the_register_is_first(world, chair):
    held(world, 20)
    today = meeting(world, "core_group", chair.today, held=False)
    change(Meeting, today, start_time=time(8))
    first, second, *others = home(chair).tasks
    # That of the world's own review of June, and today's.
    assert [task.kind for task in (first, second)] == [TaskKind.REGISTER, TaskKind.REGISTER]
    assert second.meeting_id == today
    kinds = {task.kind for task in others}
    assert TaskKind.MINUTES_WAIT in kinds
    assert TaskKind.MINUTES_TO_SEND not in kinds


class TestStrategyRecords:
    """The chair signs the record of each strategy meeting that was held; the coordinator writes what nobody began."""

    KINDS = (TaskKind.STRATEGY_TO_SIGN, TaskKind.STRATEGY_TO_WRITE, TaskKind.STRATEGY_WAIT)

    def record(self, world, number, state, signed=0):
        with writing() as session:
            session.add(
                StrategyRecord(
                    partnership_id=world.partnerships["a"],
                    meeting_id=number,
                    state=state,
                    signed_number=signed,
                    opened_at=NOW,
                    opened_by_id=world.person(CHAIR).user_id,
                )
            )

    @pytest.fixture
    def row(self, world):
        """A strategy meeting of the second chair that was held on a Monday."""
        (number,) = held(world, 1, "strategy_meeting")
        return number

    def test_what_nobody_has_begun_is_the_chairs_to_sign_and_the_coordinators_to_write(self, row, chair, viewer):
        assert seen(chair, *self.KINDS) == [(TaskKind.STRATEGY_TO_SIGN, row)]
        (task,) = [one for one in papers_waiting(chair)[0] if one.kind is TaskKind.STRATEGY_TO_SIGN]
        # Other kinds have no day for decisions: the minutes' day is the last.
        assert task.due == add_working_days(MONDAY, 20)
        assert seen(viewer("a.coordinator", now=LATER), *self.KINDS) == [(TaskKind.STRATEGY_TO_WRITE, row)]

    @pytest.mark.parametrize(
        ("state", "signed", "kinds"),
        [
            (StrategyRecordState.DRAFT, 0, [TaskKind.STRATEGY_TO_SIGN]),
            (StrategyRecordState.AMENDING, 1, [TaskKind.STRATEGY_TO_SIGN]),
            (StrategyRecordState.SIGNED, 1, []),
        ],
    )
    def test_it_waits_for_the_chair_until_it_is_signed_as_it_stands(
        self, world, row, chair, viewer, state, signed, kinds
    ):
        self.record(world, row, state, signed)
        assert [kind for kind, _ in seen(chair, *self.KINDS)] == kinds
        assert seen(viewer("a.coordinator", now=LATER), *self.KINDS) == []

    @pytest.mark.parametrize(
        "facts",
        [
            {"register_closed_at": None},
            {"status": MeetingStatus.INQUORATE},
            {"held_on": MONDAY - LOOKED_BACK},
        ],
    )
    def test_nothing_waits_of_a_meeting_that_cannot_be_signed_or_is_long_past(self, row, chair, facts):
        change(Meeting, row, **facts)
        assert seen(chair, *self.KINDS) == []

    def test_a_kind_without_the_record_has_none_to_sign(self, world, chair):
        held(world, 2, "core_group")
        assert seen(chair, *self.KINDS) == []

    def test_many_are_one_line(self, world, chair):
        held(world, LISTED_EACH + 1, "strategy_meeting")
        assert seen(chair, *self.KINDS) == [(TaskKind.STRATEGY_WAIT, None)]

    @pytest.mark.parametrize("key", ["a.chair", "a.manager", "a.police.lead", "b.second_chair", "b.coordinator"])
    def test_nobody_else_is_asked(self, row, viewer, key):
        assert (TaskKind.STRATEGY_TO_SIGN, row) not in seen(viewer(key, now=LATER), *self.KINDS)

    def test_what_wants_nothing_takes_no_place_among_those_that_are_read(self, world, chair, monkeypatch):
        """Meetings with everything sent must not push the newest off the list."""
        older, newer = held(world, 2, "strategy_meeting")
        self.record(world, older, StrategyRecordState.SIGNED, 1)
        with writing() as session:
            session.add(
                SentPaper(
                    partnership_id=world.partnerships["a"],
                    meeting_id=older,
                    kind=PaperKind.MINUTES,
                    number=1,
                    text="",
                    sent_at=NOW,
                    sent_on=NOW.date(),
                    sent_by_id=world.person(CHAIR).user_id,
                )
            )
        monkeypatch.setattr(minutes, "READ_AT_MOST", 1)
        assert seen(chair, TaskKind.STRATEGY_TO_SIGN) == [(TaskKind.STRATEGY_TO_SIGN, newer)]


@pytest.mark.parametrize("key", ["a.school.lead", "a.manager", "a.board", "b.coordinator"])
def test_nobody_elses_papers_wait(world, viewer, key):
    rows = held(world, 2)
    other = viewer(key, now=LATER)
    assert not {task.meeting_id for task in papers_waiting(other)[0]} & set(rows)


def test_however_many_they_take_one_query(world, chair, count_queries):
    counts = []
    for number in (0, 5):
        held(world, number)
        db.session.rollback()
        with count_queries() as statements:
            assert len(papers_waiting(chair)[0]) >= number
        counts.append(len(statements))
    assert counts == [1, 1]
