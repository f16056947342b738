"""How escalations go, counted: bands, medians, and no small count that can be read off or worked out."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.count_tables import Part
from portal.domain.escalation_figures import (
    BANDS,
    NOT_SAID,
    By,
    Kept,
    Matter,
    Pair,
    Party,
    Took,
    band_of,
    populate,
    repeated_pairs,
    share,
    shown,
)
from portal.domain.escalation_vocabulary import Category, ChildSafe, EscalationStatus, LadderKind, Learning, Resolution
from portal.domain.indicators import hide_small
from portal.domain.vocabulary import AgencyType
from portal.domain.working_days import add_working_days

TODAY = date(2026, 6, 10)
ALL = (By.STAGE, By.CATEGORY, By.AGENCY_TYPE, By.AGENCY, By.RESOLUTION, By.CHILD_SAFE, By.LEARNING, By.EXPECTED)
SURGERY, SCHOOL, POLICE, CHAIRS = Party(1, "Surgery"), Party(2, "School"), Party(3, "Police"), Party(None, "Chairs")


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 8, tzinfo=UTC)


def matter(days: int = 1, *, closed: bool = False, **facts) -> Matter:
    """Raised so many working days before today; closed today where it is."""
    known = {
        "kind": LadderKind.DISAGREEMENT,
        "category": Category.THRESHOLD,
        "is_positive": False,
        "stage": 1,
        "status": EscalationStatus.RESOLVED if closed else EscalationStatus.OPEN,
        "opened_at": at(add_working_days(TODAY, -days)),
        "due_at": None,
        "formal_at": None,
        "expected_on": None,
        "closed_at": at(TODAY) if closed else None,
        "resolution": None,
        "child_safe": None,
        "learning": None,
        "raised_by": CHAIRS,
        "raised_with": SURGERY,
        "agency_type": AgencyType.GP,
    }
    return Matter(**{**known, **facts})


@pytest.mark.parametrize(
    ("days", "band"),
    [
        *((0, "0 to 2"), (2, "0 to 2"), (3, "3 to 5"), (5, "3 to 5"), (6, "6 to 10"), (10, "6 to 10")),
        *((11, "11 to 20"), (20, "11 to 20"), (21, "Over 20"), (400, "Over 20")),
    ],
)
def test_bands_of_working_days(days, band):
    assert band_of(days) == band


def test_days_are_working_days_up_to_the_close_or_today():
    # Friday the 22nd of May; the Monday after it is a bank holiday.
    one = matter(opened_at=at(date(2026, 5, 22)))
    assert one.working_days(date(2026, 5, 26)) == 1
    assert replace(one, closed_at=at(date(2026, 5, 29))).working_days(TODAY) == 4


def test_a_population_is_counted_by_stage_and_band_and_by_one_thing_each():
    found = populate(
        [matter(1), matter(4), matter(4, stage=2, category=Category.ROLE), matter(30, stage=2)], TODAY, None, ALL
    )
    assert found.total == 4
    assert [found.count(By.STAGE, "1", band) for band in BANDS] == [1, 1, 0, 0, 0]
    assert [found.count(By.STAGE, "2", band) for band in BANDS] == [0, 1, 0, 0, 1]
    assert found.count(By.STAGE, None, "3 to 5") == 2
    assert (found.count(By.CATEGORY, "threshold"), found.count(By.CATEGORY, "role")) == (3, 1)
    assert found.part(By.CATEGORY, "role") == Part(1, 4)
    assert found.rows(By.STAGE) == ["1", "2"]
    assert found.took(By.STAGE, "1") == Took(2.5, 4)
    assert found.took(By.STAGE, None) == Took(4.0, 30)
    assert found.took(By.STAGE, "3") is None


def test_nothing_counted_is_nothing():
    found = populate([], TODAY, 5, ALL)
    assert (found.total, found.rows(By.STAGE), found.took(By.STAGE, None)) == (0, [], None)


def test_what_nobody_said_has_a_row_of_its_own():
    found = populate([matter(closed=True), matter(closed=True, child_safe=ChildSafe.SAFE)], TODAY, None, ALL)
    assert found.count(By.CHILD_SAFE, NOT_SAID) == 1
    assert found.count(By.CHILD_SAFE, ChildSafe.SAFE) == 1


def test_an_alert_is_in_time_on_its_day_and_late_the_day_after():
    found = populate(
        [matter(closed=True, expected_on=day) for day in (TODAY, date(2026, 6, 9), None)], TODAY, None, (By.EXPECTED,)
    )
    assert [found.tables[By.EXPECTED].count(row, None) for row in (Kept.IN_TIME, Kept.LATE, NOT_SAID)] == [1, 1, 1]


def test_a_small_stage_takes_another_with_it_and_no_time_of_either_is_told():
    stages = [matter(4, stage=1)] * 7 + [matter(9, stage=2)] * 3 + [matter(2, stage=3)] * 8
    found = populate(stages, TODAY, 5, (By.STAGE, By.CATEGORY))
    assert found.total == 18
    assert [found.count(By.STAGE, row) for row in "123"] == [None, None, 8]
    assert [found.took(By.STAGE, row) for row in "123"] == [None, None, Took(2.0, 2)]


def test_a_total_that_one_table_withholds_is_withheld_in_all():
    found = populate([matter()] * 3, TODAY, 5, ALL)
    assert found.total is None
    assert {by: found.count(by, None) for by in ALL} == dict.fromkeys(ALL)
    assert found.took(By.STAGE, None) is None


matters = st.lists(
    st.builds(
        matter,
        st.integers(0, 30),
        closed=st.just(True),
        stage=st.integers(1, 4),
        category=st.sampled_from([Category.THRESHOLD, Category.ROLE, Category.NON_ATTENDANCE]),
        raised_with=st.sampled_from([SURGERY, SCHOOL]),
        resolution=st.sampled_from([Resolution.DONE, Resolution.EXPLAINED]),
        learning=st.sampled_from([None, Learning.CAPACITY]),
    ),
    max_size=60,
)


def _has_small(plain, by, limit):
    return any(hide_small(count, limit) for count in plain.tables[by].counts.values())


@given(matters, st.integers(1, 9))
def test_no_table_tells_a_small_count_nor_one_that_follows_from_the_others(listed, limit):
    found, plain = populate(listed, TODAY, limit, ALL), populate(listed, TODAY, None, ALL)
    assert {found.count(by, None) for by in ALL} == {found.total}
    if hide_small(plain.total, limit):
        assert found.total is None
    elif found.total is None:
        assert any(_has_small(plain, by, limit) for by in ALL), "a total is withheld where nothing is small"
    for by in ALL:
        rows = plain.rows(by)
        hidden = [row for row in rows if found.count(by, row) is None]
        assert not [row for row in rows if row not in hidden and hide_small(plain.count(by, row), limit)]
        assert [found.count(by, row) for row in rows if row not in hidden] == [
            plain.count(by, row) for row in rows if row not in hidden
        ]
        if found.total is not None:
            assert len(hidden) != 1, "the one that is hidden is what is left of the total"
        assert all(found.took(by, row) is None for row in hidden)


@given(matters)
def test_without_a_limit_all_is_told(listed):
    found = populate(listed, TODAY, None, ALL)
    days = sorted(one.working_days(TODAY) for one in listed)
    assert found.took(By.STAGE, None) == (Took(median(days), days[-1]) if days else None)
    for by in ALL:
        assert sum(found.count(by, row) for row in found.rows(by)) == found.total == len(listed)


def test_a_part_that_stands_alone_is_hidden_with_its_rest():
    assert share(3, 20, 5) == Part(None, 20)
    assert share(17, 20, 5) == Part(None, 20)
    assert share(10, 20, 5) == Part(10, 20)
    assert share(20, 20, 5) == Part(20, 20)
    assert share(3, 20, None) == Part(3, 20)
    assert share(3, None, 5) == Part(None, None)
    assert (shown(5, 5), shown(6, 5), shown(0, 5), shown(1, None)) == (None, 6, 0, 1)


def test_pairs_come_back_from_the_second_time_on_and_most_first():
    listed = [matter(raised_by=POLICE, raised_with=SCHOOL)] * 2 + [matter()] * 3 + [matter(raised_by=SCHOOL)]
    assert repeated_pairs(listed, None) == [Pair("Chairs", "Surgery", 3), Pair("Police", "School", 2)]


@given(st.lists(st.sampled_from([SURGERY, SCHOOL, POLICE]), max_size=30), st.integers(0, 8))
def test_no_pair_of_a_small_count_is_named(asked, limit):
    found = repeated_pairs([matter(raised_with=one) for one in asked], limit)
    counted = Counter(one.name for one in asked)
    assert {pair.raised_with: pair.count for pair in found} == {
        name: count for name, count in counted.items() if count >= max(2, limit + 1)
    }
