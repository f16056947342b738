"""The demonstration's clock: nothing has happened on its last day that whoever looks at it would have to wait for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.improvement_history import ImprovementTick
from portal.models.messages import Notice
from portal.models.report_withdrawals import ReportWithdrawal
from portal.models.reports import Report
from portal.services.demo.build import Size
from portal.services.demo.diary import THE_WORKER, Diary
from tests.demonstration import MORNING, TODAY, Demonstration

NIGHT = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)


def lived(diary: Diary, *instants: datetime) -> list[datetime]:
    """When somebody's clock showed what, of deeds planned for these instants."""
    seen: list[datetime] = []

    def deed(viewer: Viewer) -> None:
        seen.append(viewer.now)

    for at in instants:
        diary.add(at, THE_WORKER, deed)
    diary.live()
    return seen


def test_what_is_planned_for_the_morning_of_a_demonstration_built_at_night_has_just_happened() -> None:
    evening, morning = NIGHT - timedelta(hours=8), NIGHT + timedelta(hours=5)
    assert lived(Diary(1, NIGHT), morning, evening, morning + timedelta(hours=1)) == [evening, NIGHT, NIGHT]


def test_a_demonstration_of_another_day_is_lived_as_planned() -> None:
    morning = NIGHT + timedelta(hours=5)
    assert lived(Diary(1), morning) == [morning]


def test_only_a_demonstration_of_the_day_itself_ends_with_the_instant_at_which_it_is_built() -> None:
    assert Size(1, 1, TODAY, NIGHT).latest == NIGHT
    assert Size(1, 1, TODAY).latest is None
    assert Size(1, 1, date(2026, 11, 19), NIGHT).latest is None
    assert Size(1, 1, date(2026, 11, 21), NIGHT).latest is None


HAPPENED = (Report.submitted_at, ReportWithdrawal.withdrawn_at, Notice.made_at, ImprovementTick.ticked_at)
"""Not the trail: tests before have signed in, and read."""


@pytest.mark.parametrize("happened", HAPPENED, ids=str)
def test_nothing_is_to_come_that_has_happened_already(demo: Demonstration, happened: Any) -> None:
    with demo.app.app_context():
        last = db.session.scalar(select(func.max(happened)))
        assert last is not None
        assert last < MORNING
