"""The board's view of each month, its closing, and what counts for which month."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ActionRag
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.improvement_timing import Timing
from portal.domain.improvement_vocabulary import ByWhen, ImprovementStep
from portal.domain.months import Month
from portal.models.improvement_history import ImprovementMonth
from portal.services.improvement import actions, months, page
from tests.services.improvement_steps import added, said, steps_of
from tests.services.racing import at_once
from tests.services.rows import trail
from tests.world import TODAY

pytestmark = pytest.mark.usefixtures("database")

APRIL, MAY, JUNE, JULY = (Month(2026, number) for number in (4, 5, 6, 7))


@pytest.fixture
def viewer(viewer_of, world):
    """Somebody by name, at an instant."""
    return lambda key, **more: viewer_of(world.person(key), **more)


@pytest.fixture
def manager(viewer):
    """Who keeps A's plan."""
    return viewer("a.business_manager")


def at(viewer: Viewer, *day: int) -> Viewer:
    """The same person on another day, at ten in the morning in London's winter."""
    return replace(viewer, now=datetime(*day, 10, tzinfo=UTC))


def names(lines) -> list[str]:
    """Which actions, by their numbers."""
    return [line.reference for line in lines]


def test_what_is_red_changed_due_and_silent(manager, viewer, world):
    late = added(manager, world, "1.5", timing=Timing(ByWhen.DAY, date(2026, 6, 9)))
    said(viewer("a.gp.practitioner"), world.improvement["a.day"], ActionRag.RED, text="Nobody is free.")
    said(manager, world.improvement["a.review"], text="Goes on.")
    view = months.month_page(viewer("a.board"), None).view
    assert (view.month, view.as_at) == (JUNE, TODAY)
    assert names(view.red) == ["1.1"]
    assert view.red[0].words == "Nobody is free."
    assert {line.reference: line.changes for line in view.changed} == {
        "1.1": ("amber to red",),
        "1.5": ("new in the plan",),
    }
    assert names(view.due) == ["1.5", "1.2"]
    assert names(view.late) == ["1.5"]
    assert names(view.silent) == ["1.2"]
    assert late in {line.id for line in view.due}
    assert names(view.lines) == ["1.1", "1.2", "1.3", "1.4", "1.5"]


def test_a_change_of_wording_is_a_change_and_no_update(manager, world):
    row = replace(actions.find_details(manager, world.improvement["a.day"]).details, what="Train all.")
    actions.change_action(manager, world.improvement["a.day"], row, version=1)
    view = months.month_page(manager, JUNE).view
    assert {line.reference: line.changes for line in view.changed} == {"1.1": ("wording or leads changed",)}
    assert "1.1" in names(view.silent)


def test_a_month_is_closed_for_good_and_stays_as_it_was(manager, viewer, world):
    action_id = world.improvement["a.day"]
    said(manager, action_id, ActionRag.RED, text="Stands still.", month=MAY)
    months.close_month(manager, MAY, "Looked through.")
    found = months.month_page(viewer("a.board"), MAY)
    assert (found.closed_by, found.note) == (manager.name, "Looked through.")
    assert names(found.view.red) == ["1.1"]
    before = found.view
    # Everything changes afterwards, and the closed view does not.
    said(manager, action_id, ActionRag.GREEN)
    said(manager, action_id, step=ImprovementStep.COMPLETED, rag=None)
    added(manager, world, "1.6")
    assert months.month_page(viewer("a.board"), MAY).view == before
    june = months.month_page(viewer("a.board"), JUNE).view
    assert {line.reference: line.changes for line in june.changed} == {
        "1.1": ("complete",),
        "1.6": ("new in the plan",),
    }
    assert trail("improvement_month.closed", db.session.scalars(select(ImprovementMonth.id)).one()) == 1


def test_what_is_said_counts_for_the_month_that_is_open(manager, world):
    action_id = world.improvement["a.day"]
    said(manager, action_id, month=MAY)
    months.close_month(manager, MAY, "")
    # The page of the month's end was still open somewhere.
    said(manager, action_id, month=MAY)
    last_week = at(manager, 2026, 6, 26)
    months.close_month(last_week, JUNE, "The board meets on Monday.")
    said(last_week, action_id)
    assert [month for _, month in steps_of(action_id)] == [MAY.first, MAY.first, JUNE.first, JULY.first]


def test_months_are_closed_one_after_the_other_and_not_before_their_last_week(manager, viewer):
    with pytest.raises(Invalid):
        months.close_month(manager, JUNE, "")
    months.close_month(manager, MAY, "")
    with pytest.raises(Conflict):
        months.close_month(manager, MAY, "")
    with pytest.raises(Invalid):
        months.close_month(at(manager, 2026, 6, 23), JUNE, "")
    months.close_month(at(manager, 2026, 6, 24), JUNE, "")
    assert months.month_end(at(manager, 2026, 6, 30)) is None
    for key in ("a.board", "a.manager", "a.scrutineer"):
        with pytest.raises(NotPermitted):
            months.close_month(viewer(key), JUNE, "")
        with pytest.raises(NotPermitted):
            months.month_end(viewer(key))


def test_the_months_end_lists_what_nobody_has_spoken_of(manager, world):
    page_ = months.month_end(manager)
    assert (page_.view.month, names(page_.view.silent)) == (MAY, [])
    # All came in May: nothing was to be said of them there. In June nobody has said a word yet.
    months.close_month(manager, MAY, "")
    later = at(manager, 2026, 7, 2)
    assert names(months.month_end(later).view.silent) == ["1.1", "1.2", "1.3"]
    said(later, world.improvement["a.day"], step=ImprovementStep.NO_CHANGE, rag=None, text="Waits.", month=JUNE)
    said(later, world.improvement["a.review"])  # counts for July
    assert names(months.month_end(later).view.silent) == ["1.2", "1.3"]
    assert page.find_action(later, world.improvement["a.day"]).history[0].words == "Waits."


def test_what_was_said_later_for_the_month_before_is_the_newest_all_the_same(manager, world):
    action_id = world.improvement["a.day"]
    said(manager, action_id, ActionRag.GREEN)
    said(manager, action_id, ActionRag.RED, month=MAY)
    assert names(months.month_page(manager, JUNE).view.red) == ["1.1"]
    assert names(months.month_page(manager, MAY).view.red) == ["1.1"]


def test_no_month_before_the_plan_nor_one_to_come(viewer, world):
    for month in (APRIL, JULY):
        with pytest.raises(NotVisible):
            months.month_page(viewer("a.board"), month)


def test_a_view_takes_eight_queries_whatever_the_rows(manager, world, viewer, count_queries):
    for number in range(5, 15):
        said(manager, added(manager, world, f"1.{number}"))
    with count_queries() as statements:
        months.month_page(viewer("a.board"), None)
    assert len(statements) <= 8


def test_the_other_partnerships_months_are_its_own(manager, viewer):
    months.close_month(manager, MAY, "")
    assert months.month_page(viewer("b.board"), MAY).closed_at is None
    assert db.session.scalar(select(func.count(ImprovementMonth.id))) == 1


def test_closing_waits_for_whoever_says_something(app, manager, viewer, world):
    """Whatever comes first: the update is in the closed view, or counts for the month after."""
    action_id = world.improvement["a.day"]
    done = at_once(
        app,
        lambda: months.close_month(manager, MAY, ""),
        lambda: said(viewer("a.gp.practitioner"), action_id, ActionRag.RED, month=MAY),
    )
    assert done == [None, None]
    closed = months.month_page(manager, MAY).view
    (_, counted) = steps_of(action_id)[-1]
    assert names(closed.red) == (["1.1"] if counted == MAY.first else [])
