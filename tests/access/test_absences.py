"""Who sees which days away, who plans them, and who looks after the people of an agency."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.access import absences, people
from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.models.absences import Absence
from portal.models.people import Membership
from tests.access.conftest import who
from tests.world import NOW, TODAY, viewer_of

PLANNED = (
    ("gp.practitioner", "gp.lead"),
    ("chair", "second_chair"),
    ("school.governor", "school.lead"),
    ("police.practitioner", "police.lead"),
    ("administrator", "business_manager"),
)


@pytest.fixture
def memberships(database) -> dict[int, Membership]:
    """Every membership there is, ended ones too."""
    return {row.id: row for row in db.session.scalars(select(Membership))}


@pytest.fixture
def of(memberships, world):
    """Somebody's first membership."""
    return lambda key: memberships[world.person(key).hat.membership_id]


@pytest.fixture
def planned(of, world) -> dict[int, Absence]:
    """Days away of some roles in both partnerships, and of somebody who works in both."""
    pairs = [(f"{letter}.{away}", f"{letter}.{deputy}") for letter in "ab" for away, deputy in PLANNED]
    with writing() as session:
        for away, deputy in [*pairs, ("both", "a.police.lead")]:
            session.add(
                Absence(
                    partnership_id=of(away).partnership_id,
                    membership_id=of(away).id,
                    deputy_membership_id=of(deputy).id,
                    begins_on=TODAY,
                    ends_on=date(2026, 6, 19),
                    made_at=NOW,
                )
            )
    return {row.id: row for row in db.session.scalars(select(Absence))}


def absence_of(planned: dict[int, Absence], membership: Membership) -> Absence:
    """The one of this week."""
    return next(row for row in planned.values() if row.membership_id == membership.id and row.begins_on == TODAY)


def test_days_away_are_listed_exactly_where_they_may_be_viewed(planned, memberships, onlookers, ids):
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {row.id for row in planned.values() if absences.may_view(viewer, row, memberships[row.membership_id])}
        assert ids(absences.visible_to(viewer)) == may, onlooker.name


def test_whoever_is_away_stands_in_or_looks_after_them_sees_it(planned, of, onlookers):
    table = {
        "a.gp.practitioner": {"gp.practitioner", "gp.lead", "administrator"},
        "a.chair": {"chair", "second_chair", "administrator"},
        "a.school.governor": {"school.governor", "school.lead", "administrator"},
        "a.administrator": {"administrator", "business_manager"},
        # Their own days away are theirs under the hat that they wear in B too.
        "both": {"both", "both (for B)", "police.lead", "administrator"},
    }
    for key, allowed in table.items():
        row, membership = absence_of(planned, of(key)), of(key)
        assert who(onlookers, lambda viewer, a=row, m=membership: absences.may_view(viewer, a, m)) == allowed, key


def test_who_plans_and_changes_whose(planned, of, onlookers):
    table = {
        "a.gp.practitioner": {"gp.practitioner", "gp.lead", "administrator"},
        "a.gp.lead": {"gp.lead", "administrator"},
        "a.gp.former": set(),
        "a.chair": {"chair", "administrator"},
        "a.administrator": {"administrator"},
        "b.gp.practitioner": {"b.gp.practitioner (for B)", "b.gp.lead (for B)", "b.administrator (for B)"},
    }
    for key, allowed in table.items():
        membership = of(key)
        assert who(onlookers, lambda viewer, m=membership: absences.may_plan(viewer, m)) == allowed, key
    row, membership = absence_of(planned, of("a.gp.practitioner")), of("a.gp.practitioner")
    may = who(onlookers, lambda viewer: absences.may_change(viewer, row, membership))
    assert may == table["a.gp.practitioner"]
    # An absence is not changed as if it were somebody else's.
    assert who(onlookers, lambda viewer: absences.may_change(viewer, row, of("a.chair"))) == set()


def test_what_is_over_is_not_changed(planned, of, world):
    row, membership = absence_of(planned, of("a.chair")), of("a.chair")
    last = viewer_of(world.person("a.chair"), now=NOW + timedelta(days=9))
    assert absences.may_change(last, row, membership)
    assert not absences.may_change(viewer_of(world.person("a.chair"), now=NOW + timedelta(days=10)), row, membership)


def test_nobody_and_a_system_viewer(planned, memberships, world, ids):
    assert ids(absences.visible_to(Viewer.nobody(NOW))) == set()
    assert not any(
        absences.may_view(Viewer.nobody(NOW), row, memberships[row.membership_id]) for row in planned.values()
    )
    system = Viewer.of_system("tests", NOW, world.partnerships["b"])
    assert ids(absences.visible_to(system)) == {
        row.id for row in planned.values() if row.partnership_id == world.partnerships["b"]
    }


def test_open_work_is_handed_over_by_whoever_looks_after_the_person_also_after_they_left(of, onlookers):
    table = {
        "a.gp.practitioner": {"gp.lead", "administrator"},
        "a.gp.lead": {"administrator"},
        "a.gp.former": {"gp.lead", "administrator"},
        "a.chair": {"administrator"},
        "a.administrator": set(),
        "b.chair": {"b.administrator (for B)"},
    }
    for key, allowed in table.items():
        membership = of(key)
        assert who(onlookers, lambda viewer, m=membership: people.may_hand_over(viewer, m)) == allowed, key


def test_leads_say_who_still_works_in_their_agency(onlookers):
    leads = {f"{agency}.lead" for agency in ("social_care", "police", "gp", "other_gp", "school")}
    assert who(onlookers, people.may_confirm) == leads | {f"b.{name} (for B)" for name in leads} | {"both (for B)"}
