"""Child-level lists in Annex A's columns: ages, days, which conference belongs to which enquiry, who is listed."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.annex_a import (
    LIST_5,
    LIST_7,
    NO,
    UNBORN,
    YES,
    Conference,
    Discussion,
    Listed,
    PlanOf,
    age_on,
    enquiries_of,
    list_5_rows,
    list_7_row,
    written,
)
from portal.domain.plans import PlanSpan
from portal.domain.vocabulary import AbuseCategory

AS_AT = date(2026, 6, 10)
CHILD = Listed(1, 11, "CASE-1-1", date(2015, 11, 3))
DAYS = st.dates(date(2020, 1, 1), date(2026, 12, 31))


def test_an_age_is_in_whole_years_and_an_unborn_childs_is_minus_one():
    assert age_on(date(2015, 6, 10), AS_AT) == 11
    assert age_on(date(2015, 6, 11), AS_AT) == 10
    assert age_on(AS_AT, AS_AT) == 0
    assert age_on(date(2026, 6, 11), AS_AT) == UNBORN == -1
    assert age_on(None, AS_AT) is None
    assert age_on(date(2024, 2, 29), date(2026, 2, 28)) == 1
    assert age_on(date(2024, 2, 29), date(2026, 3, 1)) == 2


@given(DAYS, DAYS)
def test_an_age_never_falls_and_grows_by_one_a_year(born, day):
    age, later = age_on(born, day), age_on(born, day + timedelta(days=366))
    assert age is not None
    assert later is not None
    assert later - age in ((1, 2) if age >= 0 else (0, 1, 2))


def test_days_are_written_as_the_list_asks():
    assert written(date(2026, 3, 4)) == "04/03/2026"
    assert written(None) is None


def test_a_conference_belongs_to_the_discussion_that_it_names():
    first, second = Discussion(date(2026, 1, 5), "East"), Discussion(date(2026, 3, 2), "West")
    named = Conference(date(2026, 3, 20), date(2026, 3, 2), True)
    found = enquiries_of([second, first], [named])
    assert [(one.began_on, one.conference, one.team) for one in found] == [
        (date(2026, 1, 5), None, "East"),
        (date(2026, 3, 2), named, "West"),
    ]


def test_a_conference_that_names_a_day_nearby_means_the_same_discussion():
    found = enquiries_of([Discussion(date(2026, 3, 2))], [Conference(date(2026, 3, 20), date(2026, 3, 4))])
    assert [(one.began_on, one.conference is not None) for one in found] == [(date(2026, 3, 2), True)]


def test_a_conference_without_a_signed_record_shows_that_there_was_an_enquiry():
    conference = Conference(date(2026, 3, 20), date(2026, 3, 2), team="East")
    (found,) = enquiries_of([], [conference])
    assert (found.began_on, found.team) == (date(2026, 3, 2), "East")
    (unknown,) = enquiries_of([], [Conference(date(2026, 3, 20), None)])
    assert (unknown.began_on, unknown.day) == (None, date(2026, 3, 20))


@given(st.lists(DAYS, unique=True, max_size=6), st.lists(st.tuples(DAYS, st.none() | DAYS), max_size=6))
def test_every_discussion_and_every_conference_stands_in_one_enquiry(discussions, conferences):
    held = [Conference(day, asked, team=str(place)) for place, (day, asked) in enumerate(conferences)]
    found = enquiries_of([Discussion(day) for day in discussions], held)
    assert sorted(one.conference.team for one in found if one.conference) == sorted(one.team for one in held)
    began = [one.began_on for one in found]
    assert all(began.count(day) >= 1 for day in discussions)
    assert [one.day for one in found] == sorted(one.day for one in found)


def test_a_row_of_list_5_has_its_columns_and_leaves_blank_what_nobody_knows():
    enquiries = enquiries_of(
        [Discussion(date(2025, 9, 1)), Discussion(date(2026, 4, 1), "East")],
        [Conference(date(2026, 4, 20), date(2026, 4, 1), True, worker="A. Worker")],
    )
    (row,) = list_5_rows(CHILD, enquiries, [date(2025, 10, 1), date(2026, 4, 20)], AS_AT)
    assert dict(zip(LIST_5, row, strict=True)) == {
        "Child Unique ID": "CASE-1-1",
        "Gender": None,
        "Ethnicity": None,
        "Date of Birth": "03/11/2015",
        "Age of Child (Years)": 10,
        "Does the Child have a Disability": None,
        "Strategy discussion initiating Section 47 Enquiry Start Date": "01/04/2026",
        "Was an Initial Child Protection Conference deemed unnecessary?": NO,
        "Date of Initial Child Protection Conference": "20/04/2026",
        "Did the Initial Child Protection Conference Result in a Child Protection Plan": YES,
        "Number of Section 47 Enquiries in the last 12 months (not including the current one)": 1,
        "Number of ICPCs in the last 12 months (not including the current one)": 1,
        "Allocated Team": "East",
        "Allocated Worker": "A. Worker",
    }


def test_list_5_has_the_enquiries_of_six_months_and_no_others():
    days = [date(2025, 12, 9), date(2025, 12, 10), AS_AT, AS_AT + timedelta(days=1)]
    rows = list_5_rows(CHILD, enquiries_of([Discussion(day) for day in days], []), [], AS_AT)
    assert [row[6] for row in rows] == ["10/12/2025", "10/06/2026"]
    assert [row[7] for row in rows] == [None, None]


def _plan(started, ended=None, previous=0):
    return PlanOf(PlanSpan(started, ended, previous), AbuseCategory.NEGLECT, AbuseCategory.EMOTIONAL, date(2026, 5, 1))


def test_a_row_of_list_7_has_its_columns():
    row = list_7_row(CHILD, _plan(date(2025, 1, 7), previous=2), AS_AT)
    assert row is not None
    named = dict(zip(LIST_7, row, strict=True))
    assert named["Child Protection Plan Start Date"] == "07/01/2025"
    assert named["Initial Category of Abuse"] == "a) Neglect"
    assert named["Latest Category of Abuse"] == "d) Emotional abuse"
    assert named["Date of latest review conference"] == "01/05/2026"
    assert named["Child Protection Plan End Date"] is None
    assert named["Number of Previous Child Protection Plans"] == 2
    assert named["Date of the Last Statutory Visit"] is None


def test_list_7_has_open_plans_and_those_that_ended_within_six_months():
    assert list_7_row(CHILD, _plan(date(2024, 1, 7), date(2025, 12, 9)), AS_AT) is None
    ended = list_7_row(CHILD, _plan(date(2024, 1, 7), date(2025, 12, 10)), AS_AT)
    assert ended is not None
    assert ended[12] == "10/12/2025"
    still = list_7_row(CHILD, _plan(date(2024, 1, 7), AS_AT + timedelta(days=1)), AS_AT)
    assert still is not None
    assert still[12] is None
    assert list_7_row(CHILD, _plan(AS_AT + timedelta(days=1)), AS_AT) is None


def test_categories_have_all_their_words():
    for category in AbuseCategory:
        plan = PlanOf(PlanSpan(date(2026, 1, 1), None), category, category)
        row = list_7_row(CHILD, plan, AS_AT)
        assert row is not None
        assert str(row[7])[1] == ")"
