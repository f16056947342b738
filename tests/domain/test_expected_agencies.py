"""Whom a meeting asks, and which expected types nobody is known for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.expected_agencies import INVOLVED_BECAUSE, Candidate, Proposed, missing_types, proposed
from portal.domain.vocabulary import AgencyType, Expectation, ExpectationReason

SCHOOL, GP, POLICE, HOUSING = AgencyType.SCHOOL, AgencyType.GP, AgencyType.POLICE, AgencyType.HOUSING
ON_ROLL, REGISTERED = ExpectationReason.ON_ROLL, ExpectationReason.REGISTERED
HERE = [(1, POLICE), (2, SCHOOL), (3, SCHOOL), (4, GP), (5, HOUSING)]


def test_whoever_knows_a_child_is_asked_and_expected_where_the_rules_expect_the_type():
    found = proposed({SCHOOL, GP}, [Candidate(2, SCHOOL, ON_ROLL), Candidate(5, HOUSING, None)], HERE)
    assert found == [
        Proposed(2, Expectation.EXPECTED, ON_ROLL),
        Proposed(5, Expectation.OPTIONAL, ExpectationReason.KNOWS_CHILD),
        # The only GP of the partnership: guidance asks for one.
        Proposed(4, Expectation.EXPECTED, ExpectationReason.STATUTORY),
    ]


def test_of_several_schools_none_is_guessed():
    assert [one.agency_id for one in proposed({SCHOOL, POLICE}, [], HERE)] == [1]
    assert missing_types({SCHOOL, POLICE}, {POLICE}) == [SCHOOL]


def test_what_the_meeting_before_asked_holds_with_today_s_reason():
    before = Candidate(2, SCHOOL, ExpectationReason.IMPORTED, Expectation.REPORT_ONLY)
    assert proposed({SCHOOL}, [Candidate(2, SCHOOL, ON_ROLL), before], [(2, SCHOOL)]) == [
        Proposed(2, Expectation.REPORT_ONLY, ON_ROLL)
    ]
    assert proposed({SCHOOL}, [before], [(2, SCHOOL)]) == [
        Proposed(2, Expectation.REPORT_ONLY, ExpectationReason.KNOWS_CHILD)
    ]


@pytest.mark.parametrize(
    ("reasons", "given_one"), [((ExpectationReason.REFERRED, ON_ROLL), ON_ROLL), ((REGISTERED,), REGISTERED)]
)
def test_of_several_reasons_for_siblings_the_closest_is_given(reasons, given_one):
    found = proposed({SCHOOL}, [Candidate(2, SCHOOL, reason) for reason in reasons], [])
    assert found == [Proposed(2, Expectation.EXPECTED, given_one)]


_AGENCIES = st.lists(st.sampled_from(AgencyType), max_size=12).map(lambda types: list(enumerate(types, start=1)))


@given(_AGENCIES, st.frozensets(st.sampled_from(AgencyType)), st.data())
def test_each_is_asked_once_and_every_expected_type_is_asked_or_said_to_be_missing(agencies, expected, data):
    known = data.draw(st.lists(st.sampled_from(agencies), max_size=6)) if agencies else []
    candidates = [
        Candidate(number, agency_type, data.draw(st.sampled_from(INVOLVED_BECAUSE))) for number, agency_type in known
    ]
    found = proposed(expected, candidates, agencies)
    numbers = [one.agency_id for one in found]
    assert len(set(numbers)) == len(numbers)
    assert {number for number, _ in known} <= set(numbers)
    types = dict(agencies)
    covered = {types[number] for number in numbers}
    assert set(missing_types(expected, covered)) == set(expected) - covered
    for one in found:
        assert one.expectation is (Expectation.EXPECTED if types[one.agency_id] in expected else Expectation.OPTIONAL)
