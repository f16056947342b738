"""On Home: an answer that was given for another day, for each of the agency's people and nobody else."""

from __future__ import annotations

from datetime import date

import pytest

from portal.database.session import db
from portal.domain.vocabulary import MeetingStatus
from portal.models.meetings import Meeting
from portal.services.home.owed import owed_by_agencies
from portal.services.home.tasks import TaskKind
from tests.services.rows import change
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("database")


def tasks(viewer):
    db.session.rollback()
    return [task for task in owed_by_agencies(db.session(), viewer).tasks if task.kind is TaskKind.CONFIRM_ANSWER]


@pytest.mark.parametrize(
    ("key", "number"),
    [
        ("a.social_care.lead", 1),
        ("a.social_care.east", 1),
        ("a.social_care.west", 0),
        ("a.school.lead", 0),
        ("a.gp.lead", 0),
        ("a.coordinator", 0),
        ("b.social_care.lead", 1),
    ],
)
def test_it_waits_for_whoever_answered_before_the_move(viewer, key, number):
    assert len(tasks(viewer(key))) == number


def test_it_says_which_meeting_and_by_when(world, viewer):
    (task,) = tasks(viewer("a.social_care.lead"))
    assert (task.kind, task.meeting_id, task.on) == (
        TaskKind.CONFIRM_ANSWER,
        world.meeting("a.review").id,
        date(2026, 6, 24),
    )
    assert task.due == date(2026, 6, 17)


def test_it_is_gone_with_the_meeting(world, viewer):
    change(Meeting, world.meeting("a.review").id, status=MeetingStatus.CANCELLED)
    assert tasks(viewer("a.social_care.lead")) == []
    change(Meeting, world.meeting("a.review").id, status=MeetingStatus.SCHEDULED)
    assert tasks(viewer("a.social_care.lead", now=NOW.replace(day=25))) == []


def test_it_takes_one_query(viewer, count_queries):
    lead = viewer("a.social_care.lead")
    with count_queries() as statements:
        tasks(lead)
    assert len(statements) == 1
