"""Who sees which agencies, teams and partnerships, and who keeps them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import agencies, imports, partnerships, teams
from portal.access.viewer import Hat, Viewer
from portal.database.session import db
from portal.domain.vocabulary import AgencyType, Role
from portal.models.partnerships import Agency, Partnership, PartnershipAgency, Team
from tests.access.conftest import who
from tests.world import AGENCIES, NOW, viewer_of


def listed(viewer) -> set[tuple[int, int]]:
    """The partnership's agencies that the query gives."""
    return {(row.partnership_id, row.agency_id) for row in db.session.scalars(agencies.visible_to(viewer))}


@pytest.fixture
def entries(database) -> list[tuple[PartnershipAgency, Agency]]:
    """Every agency's entry in every partnership."""
    query = select(PartnershipAgency, Agency).join(Agency, Agency.id == PartnershipAgency.agency_id)
    return [tuple(row) for row in db.session.execute(query)]


def test_an_agency_is_listed_exactly_where_it_may_be_viewed(entries, onlookers):
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {(row.partnership_id, row.agency_id) for row, agency in entries if agencies.may_view(viewer, row, agency)}
        assert listed(viewer) == may, onlooker.name


def test_each_role_sees_its_part_of_the_list(onlookers, world):
    everything = {(world.partnerships["a"], world.agencies[f"a.{name}"]) for name in AGENCIES}
    gps = {(world.partnerships["a"], world.agencies[f"a.{name}"]) for name in ("gp", "other_gp")}
    expected = dict.fromkeys(("manager", "coordinator", "board", "business_manager", "scrutineer"), everything)
    expected |= {"administrator": everything, "sector_lead": gps, "chair": set(), "gp.practitioner": set()}
    expected |= {f"{name}.lead": {(world.partnerships["a"], world.agencies[f"a.{name}"])} for name in AGENCIES}
    for name, seen in expected.items():
        assert listed(viewer_of(world.person(f"a.{name}"))) == seen, name


def test_a_sector_lead_without_a_sector_sees_no_agency(entries, world):
    hat = Hat(1, world.partnerships["a"], "A", Role.SECTOR_LEAD)
    viewer = Viewer(now=NOW, user_id=1, hat=hat, hats=(hat,))
    assert listed(viewer) == set()
    assert not any(agencies.may_view(viewer, row, agency) for row, agency in entries)


def test_who_keeps_the_list(onlookers):
    keepers = {"business_manager", "administrator"}
    assert who(onlookers, agencies.may_manage) == keepers | {f"b.{name} (for B)" for name in keepers}


def test_an_agency_is_renamed_only_by_whoever_keeps_the_list_in_each_of_its_partnerships(onlookers, world):
    a, b = world.partnerships["a"], world.partnerships["b"]
    keepers = {"business_manager", "administrator"}
    assert who(onlookers, lambda viewer: agencies.may_describe(viewer, [a])) == keepers
    assert who(onlookers, lambda viewer: agencies.may_describe(viewer, [a, b])) == set()
    both = tuple(Hat(number, home, "", Role.ADMINISTRATOR) for number, home in ((1, a), (2, b)))
    assert agencies.may_describe(Viewer(now=NOW, user_id=1, hat=both[0], hats=both), [a, b])
    lesser = (both[0], Hat(2, b, "", Role.BOARD_MEMBER))
    assert not agencies.may_describe(Viewer(now=NOW, user_id=1, hat=lesser[0], hats=lesser), [a, b])


def test_an_agency_is_brought_in_only_by_whoever_sees_it_elsewhere(entries, onlookers, world):
    a, b = world.partnerships["a"], world.partnerships["b"]
    school, gp = (
        next((row, agency) for row, agency in entries if row.agency_id == world.agencies[f"b.{name}"])
        for name in ("school", "gp")
    )
    own_keepers = {"b.business_manager (for B)", "b.administrator (for B)"}
    assert who(onlookers, lambda viewer: agencies.may_adopt(viewer, school[1], [school[0]])) == own_keepers

    def keeper_in_a(*others: Hat) -> Viewer:
        hats = (Hat(1, a, "", Role.ADMINISTRATOR), *others)
        return Viewer(now=NOW, user_id=1, hat=hats[0], hats=hats)

    assert agencies.may_adopt(keeper_in_a(Hat(2, b, "", Role.BOARD_MEMBER)), school[1], [school[0]])
    # Seeing one sector of B is not seeing all of it.
    of_gps = keeper_in_a(Hat(2, b, "", Role.SECTOR_LEAD, sector=AgencyType.GP))
    assert agencies.may_adopt(of_gps, gp[1], [gp[0]])
    assert not agencies.may_adopt(of_gps, school[1], [school[0]])
    # Whoever only sees agencies of A brings none in; a command for one partnership may bring in any.
    assert not agencies.may_adopt(viewer_of(world.person("a.board")), school[1], [school[0]])
    assert agencies.may_adopt(Viewer.of_system("tests", NOW, a), school[1], [school[0]])
    assert not agencies.may_adopt(Viewer.of_system("tests", NOW), school[1], [school[0]])


def test_a_team_is_listed_exactly_where_it_may_be_viewed(database, onlookers, ids):
    stored = db.session.scalars(select(Team)).all()
    for onlooker in onlookers:
        may = {team.id for team in stored if teams.may_view(onlooker.viewer, team)}
        assert ids(teams.visible_to(onlooker.viewer)) == may, onlooker.name


def test_teams_are_their_agencys_own(onlookers, world):
    team = db.session.get(Team, world.teams["a.east"])
    assert who(onlookers, lambda viewer: teams.may_view(viewer, team)) == {"social_care.lead", "administrator"}
    assert who(onlookers, lambda viewer: teams.may_rename(viewer, team)) == {"social_care.lead"}
    leads = {f"{name}.lead" for name in AGENCIES}
    assert who(onlookers, teams.may_add) == leads | {f"b.{name} (for B)" for name in leads} | {"both (for B)"}


def test_a_partnership_is_listed_exactly_where_it_may_be_viewed(onlookers, ids, world):
    stored = db.session.scalars(select(Partnership)).all()
    viewers = [
        *(onlooker.viewer for onlooker in onlookers),
        Viewer.nobody(NOW),
        Viewer.of_system("tests", NOW),
        Viewer.of_system("tests", NOW, world.partnerships["a"]),
    ]
    for viewer in viewers:
        may = {row.id for row in stored if partnerships.may_view(viewer, row)}
        assert ids(partnerships.visible_to(viewer)) == may
    assert ids(partnerships.visible_to(viewer_of(world.person("both")))) == set(world.partnerships.values())
    assert ids(partnerships.visible_to(viewers[-1])) == {world.partnerships["a"]}


def test_only_the_system_makes_partnerships_and_imports_files(onlookers, world):
    assert who(onlookers, partnerships.may_create) == set()
    assert who(onlookers, imports.may_import) == set()
    assert partnerships.may_create(Viewer.of_system("tests", NOW))
    assert imports.may_import(Viewer.of_system("tests", NOW, world.partnerships["a"]))
    assert not imports.may_import(Viewer.of_system("tests", NOW))
