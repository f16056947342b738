"""Who sees and keeps closures, and who opens audit rounds and chases in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access import audit_rounds, closures
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.audits import AuditRound
from portal.models.closures import ClosurePeriod
from portal.models.partnerships import Agency
from tests.access.conftest import who
from tests.world import NOW, viewer_of


@pytest.fixture
def entries(database) -> list[tuple[ClosurePeriod, str]]:
    """Every closure of every partnership, with its agency's type."""
    query = select(ClosurePeriod, Agency.agency_type).join(Agency, Agency.id == ClosurePeriod.agency_id)
    return [tuple(row) for row in db.session.execute(query)]


def test_a_closure_is_listed_exactly_where_it_may_be_viewed(entries, onlookers, ids):
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {row.id for row, agency_type in entries if closures.may_view(viewer, row, agency_type=agency_type)}
        assert ids(closures.visible_to(viewer)) == may, onlooker.name


def test_each_role_sees_its_part(world, ids):
    gp, school = world.closures["a.gp"], world.closures["a.school"]
    expected = {
        "business_manager": {gp, school},
        "sector_lead": {gp},
        "gp.lead": {gp},
        "school.lead": {school},
        "police.lead": set(),
        "gp.practitioner": set(),
        "school.governor": set(),
        "board": set(),
        "scrutineer": set(),
        "coordinator": set(),
        "administrator": set(),
    }
    for name, seen in expected.items():
        assert ids(closures.visible_to(viewer_of(world.person(f"a.{name}")))) == seen, name


def test_a_closure_is_changed_by_its_agencys_lead_until_it_is_over(entries, onlookers, world):
    (own,) = (row for row, _agency_type in entries if row.id == world.closures["a.gp"])
    assert who(onlookers, lambda viewer: closures.may_change(viewer, own)) == {"gp.lead"}

    def on_the_day_after(viewer: Viewer) -> bool:
        later = replace(viewer, now=NOW + timedelta(days=(own.ends_on - viewer.today).days + 1))
        return closures.may_change(later, own)

    assert who(onlookers, on_the_day_after) == set()


def test_leads_say_when_their_agency_is_closed(onlookers):
    leads = {f"{agency}.lead" for agency in ("social_care", "police", "gp", "other_gp", "school")}
    assert who(onlookers, closures.may_add) == leads | {f"b.{name} (for B)" for name in leads} | {"both (for B)"}


def test_the_business_manager_opens_rounds(onlookers):
    assert who(onlookers, audit_rounds.may_open) == {"business_manager", "b.business_manager (for B)"}


def test_leads_addresses_are_given_to_those_who_chase_in_their_own_partnership(onlookers, world):
    asked = db.session.get_one(AuditRound, world.rounds["a.section_11"])
    chasing = who(onlookers, lambda viewer: audit_rounds.may_chase(viewer, asked))
    assert chasing == {"business_manager", "sector_lead"}


def test_a_system_viewer_sees_one_partnerships_closures(world, ids):
    system = Viewer.of_system("tests", NOW, world.partnerships["b"])
    assert ids(closures.visible_to(system)) == {world.closures["b.gp"], world.closures["b.school"]}
