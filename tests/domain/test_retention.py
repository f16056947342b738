"""How long records are kept, and what holds beat."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.retention import (
    DEFAULTS,
    FamilyDays,
    Held,
    HoldScope,
    RecordClass,
    Rule,
    Unit,
    began_before,
    due_on,
    family_due_on,
    free_together,
    holds_on,
    rule_on,
)

DAY = date(2060, 1, 1)
CONTACT = date(2024, 2, 29)


def family(**facts: object) -> FamilyDays:
    """A family that nobody works with any more."""
    told: dict[str, object] = {
        "last_contact": CONTACT,
        "births": (date(2020, 5, 4),),
        "is_looked_after": False,
        "is_active": False,
    }
    return FamilyDays(**{**told, **facts})  # type: ignore[arg-type]


def test_the_defaults_are_those_of_the_field_with_their_sources():
    years = {rule.record_class: rule.years for rule in DEFAULTS}
    assert years[RecordClass.CONFERENCE] == 35
    assert years[RecordClass.LOOKED_AFTER] == 75
    assert set(years) == set(RecordClass)
    assert all(rule.reason and rule.source for rule in DEFAULTS)


def test_a_conference_record_goes_35_years_after_the_last_contact():
    assert family_due_on(DEFAULTS, family(), DAY) == date(2059, 2, 28)


@pytest.mark.parametrize("is_looked_after", [False, True])
def test_of_a_family_that_somebody_works_with_nothing_is_ever_due(is_looked_after):
    assert family_due_on(DEFAULTS, family(is_active=True, is_looked_after=is_looked_after), date(2300, 1, 1)) is None


def test_the_years_of_a_looked_after_child_hold_for_the_youngest_and_never_end_earlier():
    births = (date(2010, 1, 1), date(2015, 7, 31))
    assert family_due_on(DEFAULTS, family(is_looked_after=True, births=births), DAY) == date(2090, 7, 31)
    long_known = family(is_looked_after=True, births=(date(1960, 1, 1),))
    assert family_due_on(DEFAULTS, long_known, DAY) == date(2059, 2, 28)


@pytest.mark.parametrize(
    "facts",
    [
        {"is_active": True},
        {"is_looked_after": True, "births": ()},
        {"is_looked_after": True, "births": (date(2020, 5, 4), None)},
    ],
)
def test_what_is_open_or_cannot_be_known_is_never_due(facts):
    assert family_due_on(DEFAULTS, family(**facts), DAY) is None


def test_without_a_rule_nothing_is_due():
    assert family_due_on([], family(), DAY) is None


def test_the_newest_rule_in_force_holds():
    older = Rule(RecordClass.AUDIT, 7, "r", "s", date(2000, 1, 1))
    newer = Rule(RecordClass.AUDIT, 9, "r", "s", date(2026, 1, 1))
    assert rule_on([newer, older], RecordClass.AUDIT, date(2025, 12, 31)) == older
    assert rule_on([newer, older], RecordClass.AUDIT, date(2026, 1, 1)) == newer
    assert rule_on([newer, older], RecordClass.FEEDBACK, date(2026, 1, 1)) is None


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(1, 150), st.dates(date(2101, 1, 1), date(2300, 1, 1)))
def test_what_is_due_had_begun_before_the_day_that_is_looked_from(began, years, day):
    rule = Rule(RecordClass.CONFERENCE, years, "r", "s", date(1900, 1, 1))
    if due_on(rule, began) <= day:
        # The 29th of February is due on the 28th, and looked for from the 28th on.
        assert began.replace(day=min(began.day, 28)) <= began_before(rule, day)


UNIT = Unit(RecordClass.CONFERENCE, 7, children=frozenset({1}), agencies=frozenset({4}))


@pytest.mark.parametrize(
    ("hold", "holds"),
    [
        (Held(1, HoldScope.EVERYTHING), True),
        (Held(1, HoldScope.CASE, 7), True),
        (Held(1, HoldScope.CASE, 8), False),
        (Held(1, HoldScope.CHILD, 1), True),
        (Held(1, HoldScope.CHILD, 7), False),
        (Held(1, HoldScope.AGENCY, 4), True),
        (Held(1, HoldScope.AGENCY, 5), False),
        (Held(1, HoldScope.RECORD_CLASS, record_class=RecordClass.CONFERENCE), True),
        (Held(1, HoldScope.RECORD_CLASS, record_class=RecordClass.LOOKED_AFTER), True),
        (Held(1, HoldScope.RECORD_CLASS, record_class=RecordClass.AUDIT), False),
    ],
)
def test_what_a_hold_keeps(hold, holds):
    assert bool(holds_on([hold], UNIT)) is holds


def test_a_hold_on_a_family_keeps_no_audit_of_the_same_number():
    assert holds_on([Held(1, HoldScope.CASE, 7)], Unit(RecordClass.AUDIT, 7)) == []


@given(
    st.sets(st.integers(1, 12)),
    st.sets(st.tuples(st.integers(1, 12), st.integers(1, 12)).filter(lambda p: p[0] != p[1])),
)
def test_families_that_share_a_meeting_go_together_or_not_at_all(free, shared):
    left = free_together(free, shared)
    assert left <= free
    assert all((a in left) == (b in left) for a, b in shared if a in left or b in left)
