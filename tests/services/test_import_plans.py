"""The file of plans: all or nothing, the same again changes nothing, and what conferences decided stays."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import NotPermitted, Unusable
from portal.domain.plans import PlanEnd
from portal.models.cases import Case
from portal.models.plans import Plan
from portal.services.imports import import_plans
from portal.services.imports.plans import COLUMNS
from tests.areas import Area, sheet
from tests.services.rows import change, trail


def row(ref: str = "P-1", case: str = "C-1", started: str = "2026-01-05", **more: str) -> dict[str, str]:
    return {
        "plan_ref": ref,
        "case_ref": case,
        "started_on": started,
        "first_category": "neglect",
        "latest_category": "neglect",
        "previous_plans": "0",
        **more,
    }


def bring(area: Area, *rows: dict[str, str]):
    return import_plans(area.viewer, sheet(COLUMNS, rows), "plans.csv")


def refused(area: Area, *rows: dict[str, str]) -> list[str]:
    with pytest.raises(Unusable) as fault:
        bring(area, *rows)
    db.session.rollback()
    assert db.session.scalar(select(Plan.id).where(Plan.partnership_id == area.viewer.partnership_id)) is None
    return list(fault.value.reasons)


def stored(area: Area, ref: str = "P-1") -> Plan:
    db.session.rollback()
    rows = select(Plan).where(Plan.partnership_id == area.viewer.partnership_id, Plan.reference == ref)
    return db.session.scalars(rows.execution_options(populate_existing=True)).one()


def test_plans_come_in_and_open_their_cases(area):
    done = bring(area, row(), row("P-2", ended_on="2026-03-31", latest_category="emotional", previous_plans="2"))
    assert (done.created, done.changed, done.unchanged) == (2, 0, 0)
    first, second = stored(area), stored(area, "P-2")
    assert (first.child_id, first.ended_on, first.end_reason, first.previous_plans) == (None, None, None, 0)
    assert (second.ended_on, second.end_reason, second.previous_plans) == (date(2026, 3, 31), PlanEnd.IMPORTED, 2)
    assert (second.first_category, second.latest_category) == ("neglect", "emotional")
    assert db.session.scalar(select(Case.reference).where(Case.id == first.case_id)) == "C-1"
    assert first.case_id == second.case_id
    assert trail("plan.imported", first.id) == 1


def test_the_same_file_again_changes_nothing_and_leaves_nothing_in_the_trail(area):
    bring(area, row(), row("P-2", ended_on="2026-03-31"))
    before = (stored(area).version, area.trail())
    done = bring(area, row(), row("P-2", ended_on="2026-03-31"))
    assert (done.created, done.changed, done.unchanged) == (0, 0, 2)
    assert (stored(area).version, area.trail()) == before


def test_a_changed_row_updates(area):
    bring(area, row())
    done = bring(area, row(ended_on="2026-04-01", latest_category="physical"))
    assert (done.created, done.changed, done.unchanged) == (0, 1, 0)
    assert (stored(area).ended_on, stored(area).latest_category, stored(area).version) == (
        date(2026, 4, 1),
        "physical",
        2,
    )


def test_what_a_conference_decided_stays_and_a_line_says_so(area):
    bring(area, row())
    change(Plan, stored(area).id, decided_on=date(2026, 5, 1), latest_category="emotional")
    done = bring(area, row(ended_on="2026-04-01"))
    assert (done.changed, done.unchanged) == (0, 1)
    assert done.notes == ("plans.csv:2: plan_ref: kept as a conference in the portal decided it",)
    assert (stored(area).ended_on, stored(area).latest_category) == (None, "emotional")


def test_every_fault_is_told_and_nothing_is_imported(area):
    faults = refused(
        area,
        row("GOOD"),
        row("P-2", started=""),
        row("P-3", case=""),
        row("P-4", ended_on="2026-01-04"),
        row("P-5", started="2026-06-11"),
        row("P-6", first_category="worry"),
        row("P-7", latest_category=""),
        row("P-8", previous_plans="-1"),
        row("P-9", previous_plans="99"),
        row("P-10", previous_plans=""),
        row("GOOD", started="2026-01-06"),
        row("P-12", ended_on="soon"),
    )
    assert faults == [
        "plans.csv:3: started_on: is empty",
        "plans.csv:4: case_ref: is empty",
        "plans.csv:5: ended_on: is before the plan started",
        "plans.csv:6: started_on: is still to come",
        "plans.csv:7: first_category: is not one of neglect, physical, sexual, emotional",
        "plans.csv:8: latest_category: is empty",
        "plans.csv:9: previous_plans: is not a whole number from 0 to 50",
        "plans.csv:10: previous_plans: is not a whole number from 0 to 50",
        "plans.csv:11: previous_plans: is empty",
        "plans.csv:12: plan_ref: line 2 says something else of the same",
        "plans.csv:13: ended_on: is not a date like 2026-01-05 or 2026-01-05T10:00",
    ]


def test_only_whoever_runs_the_portal_imports(viewer):
    with pytest.raises(NotPermitted):
        import_plans(viewer("a.coordinator"), sheet(COLUMNS, [row()]), "plans.csv")
