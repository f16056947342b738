"""Measures: the same counts as everywhere, narrowed to whoever asks, and nothing small for those without cases."""

from __future__ import annotations

from datetime import date
from itertools import combinations_with_replacement

import pytest

from portal.access.viewer import Hat, Viewer
from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.measure_definitions import MEASURES
from portal.domain.measures import Breakdown, Of, Source, Value
from portal.domain.months import Month
from portal.domain.periods import Days
from portal.domain.vocabulary import AgencyType, Role
from portal.services import measures
from portal.services.frozen_months.freezing import freeze_month
from portal.services.indicators import overview
from tests.areas import Area, meeting, part
from tests.domain.differencing import Attack

INITIAL, REVIEW, STRATEGY = "initial_conference", "review_conference", "strategy_meeting"
APRIL, MAY, JUNE = Month(2026, 4), Month(2026, 5), Month(2026, 6)
SPRING = (APRIL, MAY, JUNE)
LIMIT = 5


def viewer_in(area: Area, role: Role, **more) -> Viewer:
    """Somebody of the area, under one hat."""
    hat = Hat(membership_id=1, partnership_id=area.partnership_id, partnership_name=area.name, role=role, **more)
    return Viewer(now=area.viewer.now, user_id=1, name="Somebody", hat=hat, hats=(hat,))


def agency_of(area: Area, ref: str, code: str) -> int:
    return area.invitation(ref, code).agency_id


def fill(area: Area, plan: dict[tuple[str, str, Month], tuple[int, int]]) -> None:
    """Meetings with one agency each: of so many expected, so many came; by kind, agency and month."""
    rows, parts = [], []
    for (kind, agency, month), (expected, attended) in plan.items():
        for number in range(expected):
            ref = f"{kind[:3]}-{agency}-{month}-{number}"
            rows.append(meeting(ref, kind, f"{month}-02"))
            parts.append(part(ref, agency, "in_person" if number < attended else "apologies"))
    area.meetings(*rows)
    area.attendance(*parts)


def test_a_series_counts_each_month(area):
    fill(area, {(INITIAL, "police", APRIL): (8, 7), (REVIEW, "police", MAY): (9, 2), (REVIEW, "gp", MAY): (4, 0)})
    found = measures.series(area.viewer, "attendance", SPRING, Of(agency_type=AgencyType.POLICE))
    assert [point.value for point in found.points] == [Value(7, 8), Value(2, 9), Value(0, 0)]
    assert found.about == "Police, conferences"
    of_reviews = measures.series(area.viewer, "attendance", SPRING, Of(meeting_type=REVIEW))
    assert [point.value for point in of_reviews.points] == [Value(0, 0), Value(2, 13), Value(0, 0)]


def test_values_by_kind_of_agency_end_with_all_of_them(area):
    fill(area, {(INITIAL, "police", APRIL): (8, 7), (REVIEW, "police", MAY): (9, 2), (REVIEW, "gp", MAY): (4, 0)})
    days = Days(date(2026, 4, 10), date(2026, 5, 3))
    found = measures.values(area.viewer, ["attendance", "reports"], days, Breakdown.AGENCY_TYPE)
    assert {row.title: row.values["attendance"] for row in found.values()} == {
        "Police": Value(9, 17),
        "GPs": Value(0, 4),
        "All agencies": Value(9, 21),
    }


def test_one_agency_of_its_kind(area):
    fill(area, {(INITIAL, "police", APRIL): (8, 7), (REVIEW, "police", MAY): (9, 2), (REVIEW, "gp", MAY): (4, 0)})
    police = agency_of(area, f"ini-police-{APRIL}-0", "police")
    found = measures.values(area.viewer, ["attendance"], Days(APRIL.first, MAY.last), Breakdown.AGENCY)
    assert found[Of(agency_id=police)].values["attendance"] == Value(9, 17)


def test_the_system_counts_the_same(area):
    fill(area, {(INITIAL, "police", APRIL): (3, 2)})
    found = measures.whole_series(db.session(), area.partnership_id, "attendance", SPRING, at=area.viewer.now)
    assert [point.value for point in found.points] == [Value(2, 3), Value(0, 0), Value(0, 0)]
    rows = measures.whole_values(
        db.session(), area.partnership_id, ["attendance"], Days(APRIL.first, JUNE.last), at=area.viewer.now
    )
    assert [row.values["attendance"] for row in rows.values()] == [Value(2, 3)]


def test_both_clocks_of_an_initial_conference(area):
    area.meetings(
        # 15 working days from Wednesday 1 April 2026, past Easter's two bank holidays, is Friday 24 April.
        meeting("IN", INITIAL, "2026-04-24", trigger_on="2026-04-01"),
        meeting("LATE", INITIAL, "2026-04-27", trigger_on="2026-04-01"),
        meeting("NONE", INITIAL, "2026-04-27", trigger_on="2026-04-01"),
    )
    for ref, began in (("IN", date(2026, 4, 1)), ("LATE", date(2026, 4, 2))):
        area.stored(ref).section_47_on = began
        db.session.commit()
    found = measures.several_series(area.viewer, ["initial_in_time", "initial_in_time_section_47"], [APRIL])
    assert found["initial_in_time"].points[0].value == Value(1, 3)
    # The other's clock began a day later, so it is in time by the statistics' rule.
    assert found["initial_in_time_section_47"].points[0].value == Value(2, 2)


@pytest.mark.parametrize("measure_id", sorted(MEASURES))
def test_every_measure_is_counted_where_there_is_nothing(area, measure_id):
    found = measures.series(area.viewer, measure_id, SPRING)
    assert all(not point.value.is_withheld and not point.value.part for point in found.points)
    assert all((found.measure.numerator, found.measure.rule, found.measure.since))


def test_a_frozen_month_keeps_its_number(area):
    fill(area, {(INITIAL, "police", APRIL): (8, 7)})
    freeze_month(area.viewer, APRIL, "The quarter is over.", seen=0)
    area.meetings(meeting("AFTER", INITIAL, "2026-04-09"))
    area.attendance(part("AFTER", "police", "apologies"))
    found = measures.series(area.viewer, "attendance", SPRING, Of(agency_type=AgencyType.POLICE))
    assert found.points[0].value == Value(7, 8)
    assert (found.points[0].is_frozen, found.points[0].revision) == (True, 1)
    assert not found.points[1].is_frozen


class TestWhoReads:
    """What each role may ask; tests/access/test_indicators.py holds the rule itself."""

    def test_a_lead_reads_the_own_agency(self, area):
        fill(area, {(INITIAL, "police", APRIL): (8, 7), (INITIAL, "gp", APRIL): (2, 1)})
        gp = agency_of(area, f"ini-gp-{APRIL}-0", "gp")
        lead = viewer_in(area, Role.AGENCY_LEAD, agency_id=gp, agency_name="GP", agency_type=AgencyType.GP)
        assert measures.series(lead, "attendance", [APRIL]).points[0].value == Value(1, 2)
        with pytest.raises(NotPermitted):
            measures.series(
                lead, "attendance", [APRIL], Of(agency_id=agency_of(area, f"ini-police-{APRIL}-0", "police"))
            )
        with pytest.raises(NotPermitted):
            measures.series(lead, "quorate", [APRIL])
        with pytest.raises(NotPermitted):
            measures.values(lead, ["attendance"], Days(APRIL.first, APRIL.last), Breakdown.AGENCY)

    def test_a_sector_lead_reads_the_sector(self, area):
        fill(area, {(INITIAL, "police", APRIL): (8, 7), (INITIAL, "gp", APRIL): (7, 6)})
        sector = viewer_in(area, Role.SECTOR_LEAD, sector=AgencyType.GP)
        assert measures.series(sector, "attendance", [APRIL]).points[0].value == Value(6, 7)
        with pytest.raises(NotPermitted):
            measures.series(sector, "attendance", [APRIL], Of(agency_type=AgencyType.POLICE))
        police = agency_of(area, f"ini-police-{APRIL}-0", "police")
        with pytest.raises(NotVisible):
            measures.series(sector, "attendance", [APRIL], Of(agency_id=police))

    def test_the_board_reads_nobody_s_meetings_chair_by_chair(self, area):
        with pytest.raises(NotPermitted):
            measures.series(viewer_in(area, Role.BOARD_MEMBER), "attendance", [APRIL], Of(chair_membership_id=1))

    def test_a_practitioner_reads_none(self, area):
        with pytest.raises(NotPermitted):
            measures.series(viewer_in(area, Role.PRACTITIONER), "attendance", [APRIL])

    def test_what_does_not_exist(self, area):
        with pytest.raises(Invalid):
            measures.series(area.viewer, "no_such_measure", [APRIL])
        with pytest.raises(NotVisible):
            measures.series(area.viewer, "attendance", [APRIL], Of(agency_id=999_999))


PLAN = {
    (INITIAL, "police", APRIL): (8, 7),
    (INITIAL, "police", MAY): (9, 6),
    (INITIAL, "police", JUNE): (3, 2),
    (REVIEW, "police", APRIL): (6, 0),
    (REVIEW, "police", MAY): (2, 1),
    (REVIEW, "police", JUNE): (7, 6),
    (INITIAL, "gp", APRIL): (7, 1),
    (INITIAL, "gp", MAY): (6, 0),
    (REVIEW, "gp", APRIL): (1, 1),
    (REVIEW, "gp", MAY): (6, 2),
    (INITIAL, "school", APRIL): (9, 9),
    (INITIAL, "school", MAY): (2, 2),
    (REVIEW, "school", JUNE): (8, 7),
    (INITIAL, "youth_justice", MAY): (2, 1),
    (REVIEW, "housing", JUNE): (3, 0),
}
"""By kind, agency and month: many of them small, some of them alone of their month."""


KINDS: dict[str | None, tuple[str, ...]] = {INITIAL: (INITIAL,), REVIEW: (REVIEW,), None: (INITIAL, REVIEW)}
TYPES = sorted({agency for _kind, agency, _month in PLAN})
PERIODS = [
    tuple(month for month in SPRING if first <= month <= last)
    for first, last in combinations_with_replacement(SPRING, 2)
]


def cells_of(agency_type: AgencyType | None, kind: str | None, months: tuple[Month, ...]) -> frozenset:
    """The cells of the plan that a number is about."""
    who = TYPES if agency_type is None else (agency_type.value,)
    cells = {(one, agency, month) for one in KINDS[kind] for agency in who for month in months}
    return frozenset(cells & PLAN.keys())


def told_by_values(board: Viewer, count: str) -> dict[frozenset, int | None]:
    """What `values` answers to every question, one after the other."""
    found = {}
    for months in PERIODS:
        days = Days(months[0].first, months[-1].last)
        for kind in KINDS:
            rows = measures.values(board, ["attendance"], days, Breakdown.AGENCY_TYPE, Of(meeting_type=kind))
            for row in rows.values():
                found[cells_of(row.of.agency_type, kind, months)] = getattr(row.values["attendance"], count)
    return found


def told_by_series(board: Viewer, count: str) -> dict[frozenset, int | None]:
    """What `series` answers, blocks of months as they are."""
    found = {}
    for agency_type in (None, *(AgencyType(one) for one in TYPES)):
        for kind in KINDS:
            made = measures.series(board, "attendance", SPRING, Of(agency_type=agency_type, meeting_type=kind))
            for point in made.points:
                months = tuple(month for month in SPRING if (point.since or point.month) <= month <= point.month)
                if not point.value.is_withheld:
                    found[cells_of(agency_type, kind, months)] = getattr(point.value, count)
    return found


def told_by_overview(board: Viewer, count: str) -> dict[frozenset, int | None]:
    """What the overview shows of every period."""
    found = {}
    for months in PERIODS:
        for group in overview(board, Days(months[0].first, months[-1].last)).groups:
            for line in group.lines:
                shown = getattr(line.shares["attendance_rate"], count)
                if shown is not None:
                    found[cells_of(group.agency_type, line.meeting_type, months)] = shown
    return found


@pytest.mark.parametrize(("count", "place"), [("whole", 0), ("part", 1)])
def test_nobody_without_cases_finds_a_small_count_by_asking_everything(area, count, place):
    """Over months and ranges, kinds, agencies, totals and the overview: what all of it says together."""
    fill(area, PLAN)
    board = viewer_in(area, Role.BOARD_MEMBER)
    truth = {key: numbers[place] for key, numbers in PLAN.items()}
    answers = told_by_values(board, count)
    known = Attack(
        {
            cells: value
            for told in (answers, told_by_series(board, count), told_by_overview(board, count))
            for cells, value in told.items()
            if value is not None
        }
    )
    assert len(known.answers) > len(SPRING), "something is shown"
    for cells, value in known.answers.items():
        assert value == sum(truth[cell] for cell in cells)
        assert not 1 <= value <= LIMIT
    for cells in answers:
        assert not (1 <= sum(truth[cell] for cell in cells) <= LIMIT and known.follows(cells)), sorted(cells)
    for cell, (low, high) in known.bounds(truth, most=100).items():
        assert not (low == high and 1 <= truth[cell] <= LIMIT), cell
    # "Too few" of all three months is never nothing: that would be shown.
    floors = {
        cells: 1
        for cells, value in answers.items()
        if value is None
        and {month for _kind, _agency, month in cells} == set(SPRING)
        and sum(truth[one] for one in cells)
    }
    for cells in answers:
        if 1 <= sum(truth[cell] for cell in cells) <= LIMIT:
            assert not known.tells(cells, truth, most=100, floors=floors), sorted(cells)


def test_a_period_is_its_whole_months_for_those_without_cases(area):
    """Two periods that differ by a day would tell what happened on it."""
    fill(area, {(INITIAL, "police", APRIL): (8, 7), (INITIAL, "police", MAY): (8, 7)})
    board = viewer_in(area, Role.BOARD_MEMBER)
    found = [overview(board, Days(date(2026, 4, first), date(2026, 5, 20))) for first in (1, 2, 3)]
    assert {(one.days.first, one.days.last) for one in found} == {(APRIL.first, MAY.last)}
    assert found[0].groups == found[1].groups == found[2].groups
    manager = viewer_in(area, Role.SAFEGUARDING_MANAGER)
    assert overview(manager, Days(date(2026, 4, 3), date(2026, 5, 1))).groups == ()


def test_the_manager_sees_small_counts(area):
    fill(area, {(INITIAL, "police", APRIL): (3, 2)})
    manager = viewer_in(area, Role.SAFEGUARDING_MANAGER)
    assert measures.series(manager, "attendance", [APRIL]).points[0].value == Value(2, 3)
    board = viewer_in(area, Role.BOARD_MEMBER)
    assert measures.series(board, "attendance", [APRIL]).points[0].value == Value(None, None)


def test_months_that_are_too_small_are_put_together(area):
    fill(area, {(INITIAL, "police", APRIL): (4, 4), (INITIAL, "police", MAY): (5, 4)})
    board = viewer_in(area, Role.BOARD_MEMBER)
    points = measures.series(
        board, "attendance", SPRING, Of(agency_type=AgencyType.POLICE, meeting_type=INITIAL)
    ).points
    assert [point.value for point in points[:2]] == [Value(None, None), Value(8, 9)]
    assert points[1].since == APRIL


def test_sources_name_every_measure():
    assert {measure.source for measure in MEASURES.values()} == set(Source)
