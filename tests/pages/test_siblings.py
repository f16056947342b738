"""The pages of which children an agency knows, and of what is "not ours": said, compared, and dealt with."""

from __future__ import annotations

import pytest

from portal.domain.family_vocabulary import KnowsChild
from portal.domain.vocabulary import Expectation
from portal.models.meetings import Invitation
from tests.pages.people_steps import links
from tests.pages.reading import errors, rows, words
from tests.services.family_steps import said_of, sibling
from tests.services.rows import stored

MOST_QUERIES = 10


@pytest.fixture
def address(world) -> str:
    """Where the surgery says which of the children of today's conference it knows."""
    return f"/invitations/{world.meeting('a.initial').invitations['gp'].id}/children"


def test_an_agency_says_it_of_each_child(lead, world, address):
    first, sister = world.children["a.1"], sibling(world)
    typed = {f"knows_{first}": "yes", f"covered_{first}": "yes"}
    typed |= {f"knows_{sister}": "no", f"whereabouts_{sister}": "At Hill Surgery."}
    answer = lead.submit(address, **typed)
    assert (answer.status_code, answer.location) == (303, f"/meetings/{world.meeting('a.initial').id}")
    invitation_id = world.meeting("a.initial").invitations["gp"].id
    assert said_of(invitation_id, first).covered_by_report
    assert said_of(invitation_id, sister).whereabouts == "At Hill Surgery."
    page = lead.get(address)
    assert page.page.find("input", attrs={"name": f"whereabouts_{sister}"})["value"] == "At Hill Surgery."


def test_a_page_that_is_out_of_date_shows_both(as_person, world, address):
    child = world.children["a.1"]
    gp, lead = as_person("a.gp.practitioner"), as_person("a.gp.lead")
    drawn = lead.get(address)
    gp.submit(address, **{f"knows_{child}": "yes"})
    late = lead.send(drawn, **{f"knows_{child}": "no", f"whereabouts_{child}": "Moved away."})
    assert late.status_code == 409
    assert "We know this child" in words(late)
    assert "Moved away." in words(late)
    assert lead.send(late).status_code == 303
    said = said_of(world.meeting("a.initial").invitations["gp"].id, child)
    assert (said.knows, said.whereabouts) == (KnowsChild.NO, "Moved away.")


def test_whoever_knows_none_is_told_what_to_do(lead, world, address):
    answer = lead.submit(address, **{f"knows_{world.children['a.1']}": "no"})
    assert "You know none of the children" in lead.get(answer.location).page.main.get_text()


def test_what_is_too_long_is_said_at_its_child(lead, world, address):
    child = world.children["a.1"]
    page = lead.submit(address, **{f"knows_{child}": "no", f"whereabouts_{child}": "x" * 501})
    assert page.status_code == 400
    assert "must be 500 characters or fewer. It has 501" in errors(page)[0]


def test_the_table_of_a_meeting(chair, as_person, world):
    place = world.meeting("a.initial")
    page = chair.get(f"/meetings/{place.id}/children")
    lines = rows(page)
    assert f"{world.agency_names['a.police']} Knows The report is about them" in lines
    assert f"{world.agency_names['a.school']} Not ours ZQ-A-WHEREABOUTS-SCHOOL-QZ" in lines
    assert f"{world.agency_names['a.gp']} Not said" in lines
    own = rows(as_person("a.police.lead").get(f"/meetings/{place.id}/children"))
    assert own == [f"{world.agency_names['a.police']} Knows The report is about them"]


def test_the_coordinator_invites_the_agency_where_one_child_is_now(coordinator, world):
    place = world.meeting("a.initial")
    address = f"/invitations/{place.invitations['school'].id}/children/{world.children['a.1']}/not-ours"
    assert address in links(coordinator.get("/not-ours"))
    page = coordinator.submit(address, outcome="invite")
    assert (page.status_code, errors(page)) == (400, ["Choose which agency to invite"])
    answer = coordinator.send(page, outcome="invite", agency_id=str(world.agencies["a.other_gp"]))
    assert answer.location == "/not-ours"
    assert stored(Invitation, place.invitations["other_gp"].id).expectation is Expectation.EXPECTED
    assert address not in links(coordinator.get("/not-ours"))
    assert coordinator.get(address).status_code == 404


def test_the_coordinator_invites_another_agency_for_all_of_a_meeting(coordinator, world):
    place, home = world.meeting("a.review"), world.agencies
    address = f"/meetings/{place.id}/expectations/{place.invitations['gp'].id}"
    assert address in links(coordinator.get("/not-ours"))
    page = coordinator.submit(address, outcome="invite_instead")
    assert errors(page) == ["Choose which agency to invite"]
    offered = {option["value"] for option in page.page.select("select[name=agency_id] option")}
    assert str(home["a.police"]) not in offered
    assert str(home["b.gp"]) not in offered
    page = coordinator.send(page, outcome="invite_instead", agency_id=str(home["a.gp"]))
    assert (page.status_code, errors(page)) == (400, ["Choose one of the answers shown"])


def test_who_may_not(as_person, world, address):
    for name, status in (("a.chair", 403), ("a.manager", 403), ("a.police.lead", 404), ("b.gp.lead", 404)):
        assert as_person(name).get(address).status_code == status, name
    for name in ("a.chair", "a.manager", "a.gp.lead", "a.board"):
        assert as_person(name).get("/not-ours").status_code == 403, name
    assert "No agency says" not in words(as_person("b.coordinator").get("/not-ours"))


def test_pages_take_few_queries(lead, coordinator, world, address, count_queries):
    place = world.meeting("a.initial")
    settling = f"/invitations/{place.invitations['school'].id}/children/{world.children['a.1']}/not-ours"
    for client, page in (
        (lead, address),
        (coordinator, f"/meetings/{place.id}/children"),
        (coordinator, "/not-ours"),
        (coordinator, settling),
    ):
        with count_queries() as statements:
            assert client.get(page).status_code == 200
        assert len(statements) <= MOST_QUERIES, (page, len(statements))
