"""Teams: formed and named by the agency's own lead."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.models.activity import Activity
from portal.services import teams


@pytest.fixture
def lead(world, viewer_of):
    """The lead of A's social care, which has two teams."""
    return viewer_of(world.person("a.social_care.lead"))


def verbs() -> list[str]:
    rows = select(Activity.verb).where(Activity.subject == "team").order_by(Activity.chain_id, Activity.sequence)
    return list(db.session.scalars(rows))


def test_a_lead_sees_the_agencys_teams_with_how_many_are_in_each(lead, world, viewer_of):
    assert [(row.name, row.people) for row in teams.list_teams(lead)] == [
        ("ZQ-A-TEAM-EAST-QZ", 1),
        ("ZQ-A-TEAM-WEST-QZ", 1),
    ]
    assert teams.list_teams(viewer_of(world.person("a.gp.lead"))) == []
    assert teams.list_teams(viewer_of(world.person("a.social_care.practitioner"))) == []


def test_a_team_is_formed_and_named(lead):
    made = teams.add_team(lead, "  North   team ")
    team = teams.find_team(lead, made)
    assert team.name == "North team"
    assert teams.rename_team(lead, made, "Northern team", version=team.version)
    assert "Northern team" in {row.name for row in teams.list_teams(lead)}
    assert verbs() == ["team.added", "team.renamed"]


def test_naming_it_what_it_is_called_changes_nothing(lead, world):
    team = teams.find_team(lead, world.teams["a.east"])
    assert not teams.rename_team(lead, team.id, team.name, version=team.version)
    assert verbs() == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "ZQ-A-TEAM-WEST-QZ", "zq-a-team-west-qz", "Ea\x00st"])
def test_a_name_that_will_not_do_or_is_taken_is_refused(lead, world, name):
    with pytest.raises(Invalid):
        teams.add_team(lead, name)
    team = teams.find_team(lead, world.teams["a.east"])
    with pytest.raises(Invalid):
        teams.rename_team(lead, team.id, name, version=team.version)
    assert verbs() == []


def test_another_agency_may_have_a_team_of_that_name(world, viewer_of):
    teams.add_team(viewer_of(world.person("a.police.lead")), "ZQ-A-TEAM-EAST-QZ")
    teams.add_team(viewer_of(world.person("b.social_care.lead")), "ZQ-A-TEAM-EAST-QZ")


def test_the_later_of_two_is_told_the_earlier_name(lead, world):
    team = teams.find_team(lead, world.teams["a.east"])
    version = team.version
    teams.rename_team(lead, team.id, "Theirs", version=version)
    with pytest.raises(Conflict) as lost:
        teams.rename_team(lead, world.teams["a.east"], "Mine", version=version)
    assert (lost.value.mine, lost.value.theirs) == ({"Name": "Mine"}, {"Name": "Theirs"})


def test_nobody_names_another_agencys_team(world, viewer_of):
    for key in ("a.police.lead", "b.social_care.lead", "a.social_care.east", "a.chair"):
        with pytest.raises(NotVisible):
            teams.rename_team(viewer_of(world.person(key)), world.teams["a.east"], "Mine", version=1)
    with pytest.raises(NotPermitted):
        teams.rename_team(viewer_of(world.person("a.administrator")), world.teams["a.east"], "Mine", version=1)
    for key in ("a.administrator", "a.social_care.practitioner", "a.business_manager"):
        with pytest.raises(NotPermitted):
            teams.add_team(viewer_of(world.person(key)), "Mine")


def test_choices_are_an_agencys_own(lead, world, viewer_of):
    administrator = viewer_of(world.person("a.administrator"))
    for viewer in (lead, administrator):
        names = [name for _id, name in teams.team_choices(viewer, world.agencies["a.social_care"])]
        assert names == ["ZQ-A-TEAM-EAST-QZ", "ZQ-A-TEAM-WEST-QZ"]
    assert teams.team_choices(administrator, world.agencies["b.social_care"]) == []
    assert teams.team_choices(administrator, None) == []
