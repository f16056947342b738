"""Days away: planned by each person and by whoever looks after them, never twice for a day, and the deputy is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.models.absences import Absence
from portal.models.messages import Notice
from portal.models.people import Membership, User
from portal.services.absences import listing, planning
from portal.services.absences.listing import AbsenceDetails
from tests.services.racing import at_once
from tests.services.rows import change, stored, trail
from tests.world import NOW, TODAY, viewer_of

pytestmark = pytest.mark.usefixtures("database")

FIRST, LAST = date(2026, 8, 3), date(2026, 8, 7)


@pytest.fixture
def of(world):
    """Somebody's membership."""
    return lambda key: world.person(key).hat.membership_id


@pytest.fixture
def week(of) -> AbsenceDetails:
    """A week of the GP, in which the lead stands in."""
    return AbsenceDetails(FIRST, LAST, of("a.gp.lead"))


def deputies(viewer, membership_id) -> set[str]:
    return {one.name for one in planning.planning_for(viewer, membership_id).deputies}


class TestPlanning:
    """Planning, changing and taking back."""

    def test_somebody_plans_their_own_days_and_the_deputy_is_told_once(self, viewer, of, week):
        gp = viewer("a.gp.practitioner")
        number = planning.plan_absence(gp, of("a.gp.practitioner"), week)
        row = listing.find_absence(gp, number)
        assert (row.details, row.may_change, row.deputy) == (week, True, "ZQ-A-GP-LEAD-QZ")
        assert trail("absence.planned", number) == 1
        told = db.session.scalars(select(Notice).where(Notice.subject == "absence")).one()
        assert told.membership_id == of("a.gp.lead")
        assert told.kind is NoticeKind.WORK_HANDED_OVER
        assert told.what == "You stand in for ZQ-A-GP-PRACTITIONER-QZ: Monday 3 August to Friday 7 August"

    def test_a_changed_deputy_is_told_and_a_save_without_a_change_is_none(self, viewer, of):
        east = viewer("a.social_care.east")
        first = AbsenceDetails(FIRST, LAST, of("a.social_care.west"))
        number = planning.plan_absence(east, of("a.social_care.east"), first)
        assert not planning.change_absence(east, number, first, version=1)
        second = replace(first, deputy_membership_id=of("a.social_care.lead"))
        assert planning.change_absence(east, number, second, version=1)
        told = db.session.scalars(select(Notice.membership_id).where(Notice.subject == "absence").order_by(Notice.id))
        assert list(told) == [of("a.social_care.west"), of("a.social_care.lead")]
        assert trail("absence.changed", number) == 1

    def test_what_somebody_else_changed_meanwhile_is_not_overwritten(self, viewer, of, week):
        gp, lead = viewer("a.gp.practitioner"), viewer("a.gp.lead")
        number = planning.plan_absence(gp, of("a.gp.practitioner"), week)
        planning.change_absence(lead, number, replace(week, ends_on=date(2026, 8, 14)), version=1)
        with pytest.raises(Conflict) as lost:
            planning.change_absence(gp, number, replace(week, begins_on=date(2026, 8, 4)), version=1)
        assert lost.value.theirs["Last day"] == "14 August 2026"
        assert lost.value.mine["Deputy"] == "ZQ-A-GP-LEAD-QZ"
        assert stored(Absence, number).begins_on == FIRST

    def test_days_away_are_taken_back(self, viewer, of, week):
        gp = viewer("a.gp.practitioner")
        number = planning.plan_absence(gp, of("a.gp.practitioner"), week)
        planning.remove_absence(gp, number)
        with pytest.raises(NotVisible):
            listing.find_absence(gp, number)
        assert trail("absence.removed", number) == 1

    @pytest.mark.parametrize(
        ("first", "last", "field", "said"),
        [
            (LAST, FIRST, "ends_on", "The last day must be the first day or later"),
            (date(2026, 6, 1), date(2026, 6, 9), "ends_on", "The last day must be today or later"),
            (FIRST, date(2027, 8, 4), "ends_on", "Days away are a year at most: after that, end the role"),
        ],
    )
    def test_days_that_make_no_sense_are_refused(self, viewer, of, week, first, last, field, said):
        with pytest.raises(Invalid) as refused:
            planning.plan_absence(
                viewer("a.gp.practitioner"), of("a.gp.practitioner"), replace(week, begins_on=first, ends_on=last)
            )
        assert refused.value.errors == {field: [said]}

    def test_somebody_who_fell_ill_last_week_is_away_from_then(self, viewer, of, week):
        details = replace(week, begins_on=date(2026, 6, 4), ends_on=TODAY)
        assert planning.plan_absence(viewer("a.gp.lead"), of("a.gp.practitioner"), details)

    @pytest.mark.parametrize(
        ("first", "last", "overlaps"),
        [
            (date(2026, 7, 20), FIRST, True),
            (LAST, date(2026, 8, 20), True),
            (date(2026, 8, 4), date(2026, 8, 5), True),
            (date(2026, 8, 1), date(2026, 8, 30), True),
            (date(2026, 7, 20), date(2026, 8, 2), False),
            (date(2026, 8, 8), date(2026, 8, 20), False),
        ],
    )
    def test_no_day_is_planned_twice(self, viewer, of, week, first, last, overlaps):
        gp = viewer("a.gp.practitioner")
        number = planning.plan_absence(gp, of("a.gp.practitioner"), week)
        other = replace(week, begins_on=first, ends_on=last)
        if not overlaps:
            assert planning.plan_absence(gp, of("a.gp.practitioner"), other)
            return
        with pytest.raises(Invalid) as refused:
            planning.plan_absence(gp, of("a.gp.practitioner"), other)
        said = "Some of these days are planned already: Monday 3 August to Friday 7 August"
        assert refused.value.errors == {"begins_on": [said]}
        # It does not stand in its own way.
        assert planning.change_absence(gp, number, other, version=1)

    def test_two_who_plan_the_same_days_at_once_plan_them_once(self, app, viewer, of, week):
        gp, lead, number = viewer("a.gp.practitioner"), viewer("a.gp.lead"), of("a.gp.practitioner")
        db.session.rollback()
        results = at_once(
            app,
            lambda: planning.plan_absence(gp, number, week),
            lambda: planning.plan_absence(lead, number, week),
        )
        assert sorted(type(result).__name__ for result in results) == ["Invalid", "int"]


class TestWho:
    """Who plans for whom, and who can stand in."""

    def test_a_lead_plans_for_their_people_and_for_nobody_elses(self, viewer, of, week):
        lead = viewer("a.gp.lead")
        assert not planning.planning_for(lead, of("a.gp.practitioner")).is_own
        assert planning.planning_for(lead, of("a.gp.lead")).is_own
        for key in ("a.other_gp.practitioner", "a.chair", "b.gp.practitioner"):
            with pytest.raises(NotVisible):
                planning.planning_for(lead, of(key))
            with pytest.raises(NotVisible):
                planning.plan_absence(lead, of(key), week)
        with pytest.raises(NotPermitted):
            planning.planning_for(lead, of("a.gp.former"))

    def test_a_practitioner_does_not_plan_for_a_colleague(self, viewer, of, week):
        with pytest.raises(NotVisible):
            planning.plan_absence(viewer("a.gp.practitioner"), of("a.gp.lead"), week)

    def test_the_deputy_sees_it_and_does_not_change_it(self, viewer, of):
        details = AbsenceDetails(FIRST, LAST, of("a.social_care.west"))
        number = planning.plan_absence(viewer("a.social_care.east"), of("a.social_care.east"), details)
        west = viewer("a.social_care.west")
        assert not listing.find_absence(west, number).may_change
        with pytest.raises(NotPermitted):
            planning.remove_absence(west, number)
        with pytest.raises(NotPermitted):
            planning.change_absence(west, number, replace(details, ends_on=FIRST), version=1)

    def test_what_is_over_stays(self, viewer, of, week):
        number = planning.plan_absence(viewer("a.gp.practitioner"), of("a.gp.practitioner"), week)
        later = viewer("a.gp.practitioner", now=NOW.replace(month=8, day=8))
        with pytest.raises(NotPermitted):
            planning.remove_absence(later, number)
        assert number not in {row.id for row in listing.list_absences(later).own}

    def test_a_person_of_two_partnerships_plans_for_both_under_either(self, world, of):
        person = world.person("both")
        in_a, in_b = person.hats
        viewer = viewer_of(person, hat=in_a)
        details = AbsenceDetails(FIRST, LAST, of("b.police.practitioner"))
        number = planning.plan_absence(viewer, in_b.membership_id, details)
        assert stored(Absence, number).partnership_id == in_b.partnership_id
        assert [row.id for row in listing.list_absences(viewer).own] == [number]

    def test_in_an_agency_whoever_answers_for_it_stands_in(self, viewer, of):
        assert deputies(viewer("a.gp.practitioner"), of("a.gp.practitioner")) == {"ZQ-A-GP-LEAD-QZ"}
        assert deputies(viewer("a.school.governor"), of("a.school.governor")) == {
            "ZQ-A-SCHOOL-LEAD-QZ",
            "ZQ-A-SCHOOL-PRACTITIONER-QZ",
        }

    def test_for_a_chair_another_chair_or_the_safeguarding_manager_stands_in(self, viewer, of):
        assert deputies(viewer("a.chair"), of("a.chair")) == {"ZQ-A-SECOND-CHAIR-QZ", "ZQ-A-MANAGER-QZ"}
        assert deputies(viewer("a.coordinator"), of("a.coordinator")) == set()

    @pytest.mark.parametrize("key", ["a.other_gp.lead", "b.gp.lead", "a.gp.practitioner", "a.gp.former"])
    def test_nobody_else_is_a_deputy(self, viewer, of, week, key):
        with pytest.raises(Invalid) as refused:
            planning.plan_absence(
                viewer("a.gp.practitioner"), of("a.gp.practitioner"), replace(week, deputy_membership_id=of(key))
            )
        assert refused.value.errors == {"deputy": ["Choose one of the people shown"]}

    @pytest.mark.parametrize("values", [{"asleep_at": NOW}, {"deactivated_at": NOW}, {"password_hash": None}])
    def test_a_colleague_who_cannot_sign_in_is_no_deputy(self, world, viewer, of, values):
        change(User, world.person("a.gp.lead").user_id, **values)
        assert deputies(viewer("a.gp.practitioner"), of("a.gp.practitioner")) == set()

    def test_a_role_that_has_ended_has_no_days_away(self, viewer, of, week):
        gp = viewer("a.gp.practitioner")
        change(Membership, of("a.gp.practitioner"), ended_at=NOW)
        with pytest.raises(NotPermitted):
            planning.plan_absence(gp, of("a.gp.practitioner"), week)


def test_the_list_takes_one_query_however_much_is_planned(viewer, of, week, count_queries):
    lead = viewer("a.gp.lead")
    for month in (8, 9, 10):
        days = replace(week, begins_on=date(2026, month, 3), ends_on=date(2026, month, 7))
        planning.plan_absence(lead, of("a.gp.practitioner"), days)
    with count_queries() as statements:
        planned = listing.list_absences(lead)
    # The world's own absence of July is the fourth.
    assert (len(planned.own), len(planned.standing_in), len(planned.of_people)) == (0, 4, 0)
    assert len(statements) == 1
