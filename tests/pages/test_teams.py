"""The pages of an agency's teams."""

from __future__ import annotations

from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.models.partnerships import Team
from tests.pages.people_steps import links
from tests.pages.reading import errors, words


class TestTeams:
    """Forming and naming them."""

    def test_a_lead_forms_and_renames_a_team(self, as_person, world):
        lead = as_person("a.social_care.lead")
        assert "/people/teams" in links(lead.get("/people"))
        assert lead.submit("/people/teams", name="North").status_code == 303
        team_id = db.session.scalars(select(Team.id).where(Team.name == "North")).one()
        answer = lead.submit(f"/people/teams/{team_id}", name="Northern team")
        assert answer.status_code == 303
        assert "Northern team" in words(lead.get("/people/teams"))

    def test_a_name_that_is_taken_is_said_at_its_field(self, as_person, world):
        lead = as_person("a.social_care.lead")
        answer = lead.submit("/people/teams", name="zq-a-team-east-qz")
        assert (answer.status_code, errors(answer)) == (400, ["Another team of this agency has this name"])
        assert lead.submit("/people/teams", name="").status_code == 400

    def test_the_later_of_two_gets_a_409(self, as_person, world):
        lead = as_person("a.social_care.lead")
        path = f"/people/teams/{world.teams['a.east']}"
        drawn = lead.get(path)
        with writing() as session:
            session.execute(update(Team).where(Team.id == world.teams["a.east"]).values(name="Theirs", version=7))
        late = lead.send(drawn, name="Mine")
        assert late.status_code == 409
        assert "Theirs" in words(late)
        assert lead.send(late).status_code == 303
        assert db.session.scalars(select(Team.name).where(Team.id == world.teams["a.east"])).one() == "Mine"

    def test_another_agencys_team_is_not_there(self, lead, world):
        for team in ("a.east", "b.east"):
            assert lead.get(f"/people/teams/{world.teams[team]}").status_code == 404

    def test_an_agency_without_teams_is_told_so(self, lead):
        assert "There are no teams" in words(lead.get("/people/teams"))
        assert lead.get("/people/new").page.find("select", id="team_id") is None
