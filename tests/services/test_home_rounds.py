"""Home of a business manager: returns that are late in an open round, and a round that opens tomorrow."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from portal.domain.audit_vocabulary import ReturnStatus
from portal.models.audits import AuditReturn
from portal.services.audits import panels, rounds
from portal.services.home.page import home
from portal.services.home.tasks import TaskKind
from tests.services.round_steps import MONDAY_AFTER
from tests.services.rows import change

pytestmark = pytest.mark.usefixtures("database")

DAY_BEFORE = datetime(2026, 8, 31, 9, tzinfo=UTC)
ROUNDS = (TaskKind.RETURNS_LATE, TaskKind.ROUND_OPENS)


@pytest.fixture
def tasks(world, viewer_of):
    """What somebody has to do for rounds at an instant: (kind, round, how many, since or until when)."""

    def found(key: str, now: datetime, *more: str):
        viewer = viewer_of(world.person(key), now=now)
        others = tuple(hat for other in more for hat in world.person(other).hats)
        listed = home(replace(viewer, hats=viewer.hats + others)).tasks
        return [(task.kind, task.subject_id, task.of, task.due) for task in listed if task.kind in ROUNDS]

    return found


def test_late_returns_are_one_thing_to_do_for_each_round(tasks, world):
    number = world.rounds["a.section_11"]
    assert tasks("a.business_manager", MONDAY_AFTER) == [(TaskKind.RETURNS_LATE, number, 3, date(2026, 7, 10))]
    assert tasks("a.business_manager", world.now) == []


def test_a_round_that_opens_tomorrow_is_to_be_looked_through(tasks, world):
    opening = (TaskKind.ROUND_OPENS, world.rounds["a.next"], 0, date(2026, 9, 1))
    assert opening in tasks("a.business_manager", DAY_BEFORE)
    assert opening not in tasks("a.business_manager", datetime(2026, 8, 30, 9, tzinfo=UTC))
    assert opening not in tasks("a.business_manager", datetime(2026, 9, 1, 9, tzinfo=UTC))


def test_a_closed_round_needs_nobody(tasks, world, viewer_of):
    rounds.close_round(viewer_of(world.person("a.business_manager")), world.rounds["a.section_11"])
    assert tasks("a.business_manager", MONDAY_AFTER) == []


@pytest.mark.parametrize("key", ["a.board", "a.scrutineer", "a.sector_lead", "a.gp.lead", "a.administrator"])
def test_who_does_not_run_rounds_is_left_alone(tasks, key):
    assert tasks(key, MONDAY_AFTER) == []


def test_each_partnerships_rounds_stand_under_their_own_hat(tasks, world):
    found = tasks("a.business_manager", MONDAY_AFTER, "b.business_manager")
    assert {number for _kind, number, _of, _due in found} == {world.rounds[f"{p}.section_11"] for p in "ab"}


def to_rate(viewer_of, world, key):
    """What a panel member's home says of returns to be rated: (round, how many)."""
    tasks = home(viewer_of(world.person(key))).tasks
    return [(task.subject_id, task.of) for task in tasks if task.kind is TaskKind.RATE_RETURNS]


def test_who_sits_on_a_panel_is_told_how_many_signed_returns_wait(world, viewer_of):
    number, manager = world.rounds["a.section_11"], viewer_of(world.person("a.business_manager"))
    signed = world.returns["a.police"].id
    change(AuditReturn, signed, status=ReturnStatus.SIGNED)
    before = to_rate(viewer_of, world, "a.scrutineer")
    board = world.person("a.board").hats[0].membership_id
    panels.set_panel(manager, number, [board])
    assert to_rate(viewer_of, world, "a.scrutineer") == [one for one in before if one[0] != number]
    waiting = dict(to_rate(viewer_of, world, "a.board"))
    assert waiting[number] >= 1
    change(AuditReturn, signed, released_at=world.now)
    assert dict(to_rate(viewer_of, world, "a.board")).get(number, 0) == waiting[number] - 1
    change(AuditReturn, signed, released_at=None)
    assert dict(to_rate(viewer_of, world, "a.board")) == waiting
    rounds.close_round(manager, number)
    assert number not in dict(to_rate(viewer_of, world, "a.board"))
