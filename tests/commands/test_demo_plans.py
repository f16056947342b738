"""The demonstration's child protection plans: the published figures by their own queries, and work left for chairs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

import pytest
from sqlalchemy import Select, func, or_, select

from portal.database.session import db
from portal.domain.plans import PlanSpan, figures_of
from portal.domain.vocabulary import AgencyType
from portal.models.cases import Case
from portal.models.partnerships import Partnership
from portal.models.plans import MidwayCheck, Plan
from portal.services.demo.cases import Area, Families
from portal.services.demo.child_plans import NUMBERS, ChildPlans, plans_file
from portal.services.demo.conferences import Conferences
from portal.services.demo.plan import EASTMARSH, completed_quarters
from tests.demonstration import TODAY, Demonstration, published

FIRST, LAST = date(2026, 1, 1), date(2026, 9, 30)
TWO_YEARS_AGO = date(2024, 9, 30)
ASKED = ("indicators", "plans", "--partnership", "Eastmarsh", "--as-of", LAST.isoformat(), "--from", FIRST.isoformat())

COLUMNS = {
    "child protection plans at quarter end": "plans_open",
    "child protection plans open two years or more": "open_two_years",
    "plans for a second or subsequent time": "started_repeat_rate",
    "plans ended in the year that had lasted two years or more": "ended_two_years_rate",
}


def of_eastmarsh(*conditions) -> Select[tuple[int]]:
    eastmarsh = select(Partnership.id).where(Partnership.name == "Eastmarsh").scalar_subquery()
    return select(func.count(Plan.id)).where(Plan.partnership_id == eastmarsh, *conditions)


OPEN = (Plan.started_on <= LAST, or_(Plan.ended_on.is_(None), Plan.ended_on > LAST))
STARTED = (Plan.started_on.between(FIRST, LAST),)
ENDED = (Plan.ended_on.between(FIRST, LAST),)


def lasted_two_years() -> int:
    """Asked row by row, so that it shares nothing with the service but the table."""
    eastmarsh = select(Partnership.id).where(Partnership.name == "Eastmarsh").scalar_subquery()
    rows = select(Plan.started_on, Plan.ended_on).where(Plan.partnership_id == eastmarsh, *ENDED)
    return sum(
        (end.year - start.year, end.month - start.month, end.day - start.day) >= (2, 0, 0)
        for start, end in db.session.execute(rows)
    )


QUERIES: dict[str, Callable[[], Decimal]] = {
    "child protection plans at quarter end": lambda: Decimal(db.session.scalar(of_eastmarsh(*OPEN))),
    "child protection plans open two years or more": lambda: Decimal(
        db.session.scalar(of_eastmarsh(*OPEN, Plan.started_on <= TWO_YEARS_AGO))
    ),
    "plans for a second or subsequent time": lambda: (
        Decimal(100 * db.session.scalar(of_eastmarsh(*STARTED, Plan.previous_plans > 0)))
        / db.session.scalar(of_eastmarsh(*STARTED))
    ),
    "plans ended in the year that had lasted two years or more": lambda: (
        Decimal(100 * lasted_two_years()) / db.session.scalar(of_eastmarsh(*ENDED))
    ),
}


def whole(figure: Decimal) -> Decimal:
    return figure.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def test_every_published_row_has_its_query_and_its_column() -> None:
    assert {row["figure"] for row in published(step=4)} == set(QUERIES) == set(COLUMNS)


@pytest.mark.parametrize("row", published(step=4), ids=lambda row: row["figure"])
def test_published_figures_are_reproduced(demo: Demonstration, row: dict[str, str]) -> None:
    with demo.app.app_context():
        assert whole(QUERIES[row["figure"]]()) == Decimal(row["value"])


@pytest.mark.parametrize("row", published(step=4), ids=lambda row: row["figure"])
def test_the_command_prints_them(demo: Demonstration, row: dict[str, str]) -> None:
    answer = demo.command(*ASKED)
    assert answer.exit_code == 0, answer.stderr
    (figures,) = csv.DictReader(io.StringIO(answer.stdout))
    assert whole(Decimal(figures[COLUMNS[row["figure"]]])) == Decimal(row["value"])


def test_the_same_as_json_and_over_twelve_months(demo: Demonstration) -> None:
    figures = json.loads(demo.command(*ASKED, "--format", "json").stdout)
    assert (figures["ended"], figures["ended_two_years"]) == (233, 28)
    assert (figures["started"], figures["started_repeat"]) == (286, 34)
    assert figures["open_repeat_rate"] == 12.1
    a_year = json.loads(demo.command(*ASKED[:6], "--format", "json").stdout)
    assert (a_year["from"], a_year["as_of"], a_year["ended"]) == ("2025-10-01", "2026-09-30", 233)


def test_bad_days_are_refused(demo: Demonstration) -> None:
    assert demo.command(*ASKED[:4], "--as-of", "30.9.2026").exit_code == 2
    refused = demo.command(*ASKED[:6], "--from", "2026-10-01")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert demo.command("indicators", "plans", "--partnership", "Nowhere", "--as-of", "2026-09-30").exit_code == 2


def test_plans_came_with_a_file_and_name_a_child_only_where_a_conference_has_decided(demo: Demonstration) -> None:
    with demo.app.app_context():
        assert db.session.scalar(select(func.count(Plan.id))) > 600
        named = db.session.execute(select(Plan.decided_on, Plan.started_by_meeting_id, Plan.started_on).where(
            Plan.child_id.is_not(None)
        )).all()  # fmt: skip
        assert named
        assert all(row.decided_on > LAST for row in named)
        assert all(row.started_on > LAST for row in named if row.started_by_meeting_id)
        reference = select(Case.reference).join(Plan, Plan.case_id == Case.id).where(Plan.reference == "EM-CPP-0001")
        assert db.session.scalar(reference).startswith("EM-")


def test_chairs_have_made_checks_and_have_some_before_them(demo: Demonstration) -> None:
    with demo.app.app_context():
        made = db.session.execute(select(MidwayCheck.done_on, MidwayCheck.due_on)).all()
    assert len(made) > 20
    assert any(done > due for done, due in made)
    assert any(done <= due for done, due in made)
    assert all(done < TODAY for done, _due in made)


@pytest.mark.parametrize("seed", range(1, 13))
@pytest.mark.parametrize("scale", [1, 3])
def test_the_numbers_come_out_whatever_the_seed(seed: int, scale: int) -> None:
    chance = Random(seed)
    agencies = {kind: [f"{kind}-1", f"{kind}-2"] for kind in AgencyType}
    families = Families(Area("EM", agencies, ["chair@demo.example"]), chance)
    period, numbers = completed_quarters(TODAY), NUMBERS["Eastmarsh"].times(scale)
    meetings = Conferences("EM", families, chance).completed(period, EASTMARSH.times(scale))
    plans = ChildPlans("EM", period, numbers, Random(seed)).plan(families, meetings, TODAY)
    found = figures_of(
        (PlanSpan(plan.started_on, plan.ended_on, plan.previous) for plan in plans), period.start, period.end
    )
    assert (found.open, found.open_two_years, found.open_repeat) == (347 * scale, 5 * scale, 42 * scale)
    assert (found.started, found.started_repeat) == (286 * scale, 34 * scale)
    assert (found.ended, found.ended_two_years) == (233 * scale, 28 * scale)
    assert plans_file("EM", plans, TODAY - timedelta(days=21)) != plans_file("EM", plans, TODAY - timedelta(days=300))
