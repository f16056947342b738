"""The pages of days away: planning them, changing them, and handing over what falls into them."""

from __future__ import annotations

import pytest

from tests.pages.people_steps import links, page_of
from tests.pages.reading import errors, rows, words


def days(first: str, last: str) -> dict[str, str]:
    """Both days as a form has them, each "day month year"."""
    names = ("day", "month", "year")
    typed = {"begins_on": first, "ends_on": last}
    return {
        f"{field}__{name}": part for field, day in typed.items() for name, part in zip(names, day.split(), strict=True)
    }


@pytest.fixture
def own(world):
    """The address of planning somebody's days."""
    return lambda key: f"/absences/for/{world.person(key).hat.membership_id}"


@pytest.fixture
def of(world):
    """Somebody's membership, as a form has it."""
    return lambda key: str(world.person(key).hat.membership_id)


def test_somebody_plans_their_days_and_finds_them_listed(as_person, own, of):
    east = as_person("a.social_care.east")
    assert own("a.social_care.east") in links(east.get("/absences"))
    done = east.submit(own("a.social_care.east"), deputy=of("a.social_care.west"), **days("3 8 2026", "7 8 2026"))
    assert (done.status_code, done.location) == (303, "/absences")
    page = east.get("/absences")
    assert "The days away are planned, and the deputy is told." in words(page)
    assert rows(page) == [
        "Monday 3 August to Friday 7 August Practitioner, ZQ-A-AGENCY-SOCIAL_CARE-QZ ZQ-A-SOCIAL-CARE-WEST-QZ "
        "Change the days from Monday 3 August, ZQ-A-SOCIAL-CARE-EAST-QZ"
    ]
    assert "You stand in for" in words(as_person("a.social_care.west").get("/absences"))
    assert "Your people’s days away" in words(as_person("a.social_care.lead").get("/absences"))


def test_what_is_wrong_is_said_and_what_was_typed_stays(as_person, own, of):
    gp = as_person("a.gp.practitioner")
    # In the world they are away from the sixth to the seventeenth of July.
    page = gp.submit(own("a.gp.practitioner"), deputy=of("a.gp.lead"), **days("1 7 2026", "6 7 2026"))
    assert page.status_code == 400
    assert errors(page) == ["Some of these days are planned already: Monday 6 July to Friday 17 July"]
    assert page.page.find("input", attrs={"name": "ends_on-month"})["value"] == "7"
    page = gp.submit(own("a.gp.practitioner"), deputy="")
    assert errors(page) == ["Enter the first day away", "Enter the last day away", "Choose who stands in"]


def test_days_are_changed_and_taken_back(as_person, world, of):
    gp, path = as_person("a.gp.practitioner"), f"/absences/{world.absences['a.gp.practitioner']}"
    assert path in links(gp.get("/absences"))
    assert gp.submit(path, **days("6 7 2026", "10 7 2026")).status_code == 303
    assert "to Friday 10 July" in words(gp.get("/absences"))
    assert "messages to ZQ-A-GP-PRACTITIONER-QZ then come to" in words(gp.get(f"{path}/remove"))
    assert gp.submit(f"{path}/remove").location == "/absences"
    assert "You have no days away planned" in words(gp.get("/absences"))
    assert gp.get(path).status_code == 404


def test_a_save_that_comes_second_shows_what_the_first_saved(as_person, world):
    path = f"/absences/{world.absences['a.gp.practitioner']}"
    gp, administrator = as_person("a.gp.practitioner"), as_person("a.administrator")
    drawn = gp.get(path)
    administrator.submit(path, **days("6 7 2026", "10 7 2026"))
    late = gp.send(drawn, **days("7 7 2026", "17 7 2026"))
    assert late.status_code == 409
    assert "10 July 2026" in words(late)
    assert late.page.find("input", attrs={"name": "begins_on-day"})["value"] == "7"
    assert gp.send(late).status_code == 303


def test_what_falls_into_the_days_is_handed_over_on_one_page(as_person, own, of):
    chair = as_person("a.second_chair")
    planned = chair.submit(own("a.second_chair"), deputy=of("a.chair"), **days("22 6 2026", "26 6 2026"))
    assert planned.location.endswith("/hand-over")
    page = chair.get(planned.location)
    assert "1 meeting to chair" in words(page)
    none = chair.send(page)
    assert (none.status_code, errors(none)) == (400, ["Choose who takes something over"])
    done = chair.send(page, everything=of("a.chair"))
    assert done.location == "/absences"
    assert "2 things were handed over. Everybody concerned is told." in words(chair.get("/absences"))
    assert "Nothing falls into these days" in words(chair.get(planned.location))


def test_somebody_without_a_colleague_is_told_so(as_person, own):
    page = as_person("a.coordinator").get(own("a.coordinator"))
    assert "Nobody else can stand in" in words(page)
    assert not page.page.main.find("form")


def test_a_lead_plans_for_somebody_from_their_page(lead, own, of, world):
    assert own("a.gp.practitioner") in links(lead.get(page_of(world, "a.gp.practitioner")))
    done = lead.submit(own("a.gp.practitioner"), deputy=of("a.gp.lead"), **days("10 6 2026", "12 6 2026"))
    # Nothing of theirs is due in those days.
    assert done.location == "/absences"


def test_a_person_with_two_hats_plans_for_each(as_person, world):
    page = as_person("both").get("/absences")
    for hat in world.person("both").hats:
        assert f"/absences/for/{hat.membership_id}" in links(page)


def test_strangers_get_the_page_for_what_does_not_exist(as_person, world, own):
    path = f"/absences/{world.absences['a.gp.practitioner']}"
    for key in ("a.other_gp.lead", "a.chair", "b.gp.lead", "b.administrator"):
        browser = as_person(key)
        for address in (path, f"{path}/remove", f"{path}/hand-over", own("a.gp.practitioner")):
            assert browser.get(address).status_code == 404, (key, address)


def test_pages_take_few_queries(as_person, world, own, count_queries):
    lead, path = as_person("a.gp.lead"), f"/absences/{world.absences['a.gp.practitioner']}"
    for address, most in (("/absences", 1), (own("a.gp.practitioner"), 3), (path, 6), (f"{path}/hand-over", 8)):
        with count_queries() as statements:
            assert lead.get(address).status_code == 200
        assert len(statements) <= most, (address, len(statements))


def test_the_account_page_leads_there(as_person):
    assert "/absences" in links(as_person("a.board").get("/account"))


def test_a_closure_names_who_works_meanwhile(head, of):
    typed = {"name": "Summer", "cover_name": "Asha Grant", "cover_contact": "020 7946 0018"}
    typed |= days("20 9 2026", "30 9 2026")
    for stranger in ("999", of("a.gp.lead"), of("a.school.governor")):
        page = head.submit("/agencies/closures/new", **typed, cover_membership=stranger)
        assert (page.status_code, errors(page)) == (400, ["Choose one of the answers shown"])
    works = of("a.school.practitioner")
    assert head.submit("/agencies/closures/new", **typed, cover_membership=works).status_code == 303
    pages = [head.get(link) for link in links(head.get("/agencies/closures")) if link[-1].isdigit()]
    options = [page.page.find("select").find("option", selected=True) for page in pages]
    assert {option["value"] if option else "" for option in options} == {works, ""}
