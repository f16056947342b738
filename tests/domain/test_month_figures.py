"""A month's figures: kept and read back, held against each other, and the small ones of agencies withheld."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from portal.domain.month_figures import (
    Changed,
    MonthFigures,
    NamedAgency,
    Part,
    agencies_withheld,
    agencies_withheld_of,
    changed_figures,
)
from portal.domain.participation import ParticipationTables

LIMIT = 5
COUNT = st.integers(0, 12)
COUNTS = st.fixed_dictionaries({"expected": COUNT, "attended": COUNT})
FIGURES = st.builds(
    MonthFigures,
    types=st.dictionaries(
        st.tuples(st.sampled_from(["gp", "police"]), st.sampled_from(["initial_conference", "core_group"])), COUNTS
    ),
    meetings=st.dictionaries(
        st.sampled_from(["core_group", "strategy_meeting"]),
        st.fixed_dictionaries({"meetings": COUNT, "quorate": st.one_of(st.none(), COUNT)}),
    ),
    expectations=st.fixed_dictionaries({"expected": COUNT, "optional": COUNT, "contested": COUNT}),
)


@given(FIGURES)
def test_what_is_kept_is_read_back_after_it_went_through_a_database(figures: MonthFigures) -> None:
    assert MonthFigures.from_json(json.loads(json.dumps(figures.to_json()))) == figures


def test_agencies_keep_the_names_that_they_had() -> None:
    figures = MonthFigures(agencies={"7": {"expected": 2}}, names={"7": NamedAgency("Marsh Lane Surgery", "gp")})
    assert MonthFigures.from_json(json.loads(json.dumps(figures.to_json()))) == figures


@given(FIGURES, FIGURES)
def test_every_difference_is_told_once_and_nothing_else(before: MonthFigures, now: MonthFigures) -> None:
    found = changed_figures(before, now)
    assert len({(one.part, one.key, one.indicator) for one in found}) == len(found)
    assert all(one.before != one.now and one.indicator != "contested" for one in found)
    back = changed_figures(now, before)
    assert sorted(map(repr, back)) == sorted(
        repr(Changed(one.part, one.key, one.indicator, one.now, one.before)) for one in found
    )
    for key in before.types.keys() | now.types.keys():
        for name in ("expected", "attended"):
            was, is_now = before.types.get(key, {}).get(name, 0), now.types.get(key, {}).get(name, 0)
            assert (Changed(Part.TYPES, key, name, was, is_now) in found) == (was != is_now)


@given(FIGURES)
def test_figures_do_not_differ_from_themselves(figures: MonthFigures) -> None:
    assert changed_figures(figures, figures) == []


@given(st.lists(st.integers(0, 9), min_size=1, max_size=7), st.booleans())
@example([1, 1, 8, 9], False)
@example([1, 1, 1, 1, 1, 1, 0], False)
def test_no_small_count_of_an_agency_follows_from_its_types_sum(counts: list[int], is_closed: bool) -> None:
    """Whoever reads it knows that what is withheld is not 0, as long as what is 0 is shown."""
    table = {str(number): count for number, count in enumerate(counts)}
    # A sum that is small is not shown, and what has none that is shown is closed.
    is_closed = is_closed or 1 <= sum(counts) <= LIMIT
    hidden = agencies_withheld(
        table, dict.fromkeys(table, "gp"), LIMIT, closed=frozenset({"gp"}) if is_closed else frozenset()
    )
    assert {agency for agency, count in table.items() if 1 <= count <= LIMIT} <= hidden
    if is_closed:
        # Something of the type's own row is withheld: the sum of its agencies must not be had.
        assert hidden == {agency for agency, count in table.items() if count}
        return
    least = 0 if any(table[agency] == 0 for agency in hidden) or len(hidden) == len(table) else 1
    unknown = sum(table[agency] for agency in hidden)
    assert not hidden or len(hidden) > 1, "the sum, less the others, would be the one that is withheld"
    assert not hidden or unknown > least * len(hidden), "each of them would be 1"


def test_an_agency_alone_in_its_type_is_withheld_with_the_types_row() -> None:
    types = {
        ("gp", "initial_conference"): {"expected": 3, "attended": 1, "absent": 2},
        ("gp", "core_group"): {"expected": 20},
    }
    tables = ParticipationTables.of(types, LIMIT)
    agencies = {"1": {"expected": 23, "attended": 1}}
    hidden = agencies_withheld_of(agencies, {"1": "gp"}, LIMIT, tables.is_open)
    assert hidden["expected"] == {"1"}, "23 of the agency less 20 at core groups is the 3 that is withheld"
    assert hidden["attended"] == {"1"}


def test_who_stayed_away_is_withheld_where_who_came_is() -> None:
    """Expected less absent is attended: 40 expected and 37 absent would say that 3 came."""
    counts = {"expected": 40, "attended": 3, "absent": 37, "absent_with_report": 20}
    tables = ParticipationTables.of({("gp", "core_group"): counts}, LIMIT)
    assert tables.count("expected", "gp", "core_group") == 40
    assert tables.count("attended", "gp", "core_group") is None
    assert tables.count("absent", "gp", "core_group") is None
    assert tables.count("absent_with_report", "gp", "core_group") is None
    hidden = agencies_withheld_of({"1": counts}, {"1": "gp"}, LIMIT, lambda _name, _row: True)
    assert hidden["expected"] == frozenset()
    assert {"1"} == hidden["attended"] == hidden["absent"] == hidden["absent_with_report"]


def test_what_one_reading_withholds_another_withholds_too() -> None:
    first = ParticipationTables.of({("gp", "core_group"): {"expected": 3}}, LIMIT)
    second = ParticipationTables.of({("gp", "core_group"): {"expected": 30}}, LIMIT)
    assert second.count("expected", "gp", "core_group") == 30
    second.withhold([first])
    assert second.count("expected", "gp", "core_group") is None
