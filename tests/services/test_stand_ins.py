"""Who stands in on a day: deputies of absences, then whoever works in a closure; passed on once, never in a circle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from portal.database.session import db, writing
from portal.models.absences import Absence
from portal.models.closures import ClosurePeriod
from portal.models.people import Membership, User
from portal.services.stand_ins import stand_in_for
from tests.services.rows import change
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("database")

# In the world nobody is away and no agency closed on this day.
DAY = date(2026, 9, 9)


@pytest.fixture
def of(world) -> Callable[[str], int]:
    """Somebody's membership."""
    return lambda key: world.person(key).hat.membership_id


@pytest.fixture
def away(world, of) -> Callable[..., None]:
    """Have somebody away, with a deputy."""

    def plan(who: str, deputy: str, first: date = DAY, last: date = DAY) -> None:
        with writing() as session:
            session.add(
                Absence(
                    partnership_id=world.person(who).hat.partnership_id,
                    membership_id=of(who),
                    deputy_membership_id=of(deputy),
                    begins_on=first,
                    ends_on=last,
                    made_at=NOW,
                )
            )

    return plan


@pytest.fixture
def closed(world, of) -> Callable[..., None]:
    """Have an agency closed, with somebody who works meanwhile."""

    def plan(agency: str, cover: str | None, first: date = DAY, last: date = DAY) -> None:
        with writing() as session:
            session.add(
                ClosurePeriod(
                    partnership_id=world.partnerships[agency[0]],
                    agency_id=world.agencies[agency],
                    name="Holidays",
                    begins_on=first,
                    ends_on=last,
                    cover_name="Asha Grant",
                    cover_contact="020 7946 0018",
                    cover_membership_id=of(cover) if cover else None,
                )
            )

    return plan


def found(*memberships: int, day: date = DAY) -> dict[int, int]:
    return stand_in_for(db.session(), memberships, day)


def test_a_deputy_stands_in_on_the_first_and_the_last_day_and_between(of, away):
    gp, lead = of("a.gp.practitioner"), of("a.gp.lead")
    away("a.gp.practitioner", "a.gp.lead", date(2026, 9, 7), date(2026, 9, 9))
    by_day = {number: found(gp, lead, day=date(2026, 9, number)) for number in (6, 7, 8, 9, 10)}
    assert by_day == {6: {}, 7: {gp: lead}, 8: {gp: lead}, 9: {gp: lead}, 10: {}}


def test_a_deputy_who_is_away_passes_it_on_once(of, away):
    west, east, lead = of("a.social_care.west"), of("a.social_care.east"), of("a.social_care.lead")
    practitioner = of("a.social_care.practitioner")
    away("a.social_care.west", "a.social_care.east")
    away("a.social_care.east", "a.social_care.lead")
    assert found(west) == {west: lead}
    away("a.social_care.lead", "a.social_care.practitioner")
    assert found(west, east) == {west: lead, east: practitioner}


def test_it_never_goes_round_in_a_circle(of, away):
    gp, lead = of("a.gp.practitioner"), of("a.gp.lead")
    away("a.gp.practitioner", "a.gp.lead")
    away("a.gp.lead", "a.gp.practitioner")
    assert found(gp, lead) == {gp: lead, lead: gp}


def test_who_works_in_a_closure_stands_in_for_the_agency_but_not_for_themselves(of, closed):
    teacher, head, governor = of("a.school.practitioner"), of("a.school.lead"), of("a.school.governor")
    closed("a.school", "a.school.lead")
    assert found(teacher, head, governor, of("a.gp.lead"), of("b.school.practitioner")) == {
        teacher: head,
        governor: head,
    }


def test_a_closure_without_anybody_who_works_changes_nothing(of, closed):
    closed("a.school", None)
    assert found(of("a.school.practitioner")) == {}


def test_a_deputy_whose_agency_is_closed_passes_on_to_whoever_works(of, away, closed):
    west, lead = of("a.social_care.west"), of("a.social_care.lead")
    away("a.social_care.west", "a.social_care.east")
    closed("a.social_care", "a.social_care.lead")
    assert found(west) == {west: lead}


def test_a_deputy_comes_before_the_closures_cover_and_whoever_works_is_there(of, away, closed):
    west, east, lead = of("a.social_care.west"), of("a.social_care.east"), of("a.social_care.lead")
    away("a.social_care.west", "a.social_care.east")
    closed("a.social_care", "a.social_care.east")
    assert found(west, lead) == {west: east, lead: east}
    closed("a.social_care", "a.social_care.lead", last=date(2026, 9, 30))
    # Both work now; for the others it is whoever works in the closure that ends last.
    practitioner = of("a.social_care.practitioner")
    assert found(west, practitioner, lead, east) == {west: east, practitioner: lead}


@pytest.mark.parametrize("gone", ["ended", "deactivated", "asleep"])
def test_nobody_stands_in_who_cannot_sign_in(world, of, away, closed, gone):
    teacher, head = of("a.school.practitioner"), of("a.school.lead")
    away("a.school.practitioner", "a.school.lead")
    assert found(teacher) == {teacher: head}
    if gone == "ended":
        change(Membership, head, ended_at=NOW)
    elif gone == "deactivated":
        change(User, world.person("a.school.lead").user_id, deactivated_at=NOW)
    else:
        change(User, world.person("a.school.lead").user_id, asleep_at=NOW)
    assert found(teacher) == {}


def test_a_chairs_agency_may_close_without_the_chair(world, of, closed):
    chair = of("a.chair")
    change(Membership, chair, agency_id=world.agencies["a.social_care"])
    closed("a.social_care", "a.social_care.lead")
    assert found(chair) == {}


def test_it_takes_two_statements_however_many_are_asked(world, away, of, count_queries):
    away("a.gp.practitioner", "a.gp.lead")
    everybody = [hat.membership_id for _person, hat in world.wearers()]
    with count_queries() as statements:
        assert found(*everybody) == {of("a.gp.practitioner"): of("a.gp.lead")}
    assert len(statements) == 2
    with count_queries() as statements:
        assert found() == {}
    assert statements == []
