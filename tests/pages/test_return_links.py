"""Pages of the coordinator and of an agency's lead: who may be sent links, sending and ending them, and codes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.models.meetings import Meeting
from portal.models.return_links import AgencyContact, ReturnLink
from portal.services.mails.sending import send_mails
from tests.pages.reading import errors, rows, words
from tests.services.mail_steps import forget_all
from tests.services.rows import change, trail
from tests.world import NOW
from tests.world_return_links import TOKENS


@pytest.fixture
def place(world):
    return world.meeting("a.initial")


@pytest.fixture
def links(place):
    """Where the meeting's links stand."""
    return f"/meetings/{place.id}/links"


@pytest.fixture
def people(world):
    """Where the school's people stand who may be sent links."""
    return f"/agencies/{world.agencies['a.school']}/contacts"


@pytest.fixture
def one_link(links, world):
    """The link that is out to the school."""
    return f"{links}/{world.return_links['a.initial/school']}"


def test_a_lead_names_somebody_from_the_agencys_page(head, people, world):
    page = head.get(f"/agencies/{world.agencies['a.school']}")
    assert page.page.find("a", href=people)
    done = head.submit(f"{people}/new", name="Jo Field", email="jo@school.example", telephone="07700 900456")
    assert done.location == people
    listed = head.get(people)
    assert "Jo Field can be sent links now." in words(listed)
    assert any("Jo Field jo@school.example ending 456" in row for row in rows(listed))
    assert "900456" not in listed.text


def test_what_is_wrong_is_said_and_what_was_typed_stays(head, people):
    page = head.submit(f"{people}/new", name="Jo Field", email="jo@gmail.com", telephone="12")
    assert page.status_code == 400
    assert errors(page) == [
        "Enter a work address: this is a private mailbox",
        "Enter a mobile number that takes text messages, like 07700 900123 or +44 7700 900123",
    ]
    assert page.page.find("input", attrs={"name": "telephone"})["value"] == "12"
    assert len(errors(head.submit(f"{people}/new"))) == 2


def test_a_form_that_is_sent_twice_names_somebody_once(head, people):
    drawn = head.get(f"{people}/new")
    given = {"name": "Jo Field", "email": "jo@school.example", "telephone": "07700 900456"}
    for _press in range(2):
        assert head.send(drawn, **given).location == people
    listed = head.get(people)
    assert "it was taken once" in words(listed)
    assert len([row for row in rows(listed) if "Jo Field" in row]) == 1


def test_who_was_removed_by_mistake_is_named_again_on_the_same_day(head, people, world):
    given = {"name": "Jo Field", "email": "jo@school.example", "telephone": ""}
    for _time in range(2):
        assert head.submit(f"{people}/new", **given).location == people
        page = head.get(people)
        [link] = [one for one in page.page.find_all("a") if one.get_text().startswith("Remove Jo Field")]
        assert head.submit(link["href"]).location == people
    assert "Jo Field" not in " ".join(rows(head.get(people)))


def test_a_number_is_changed_and_a_late_change_is_told(head, coordinator, people, world):
    path = f"{people}/{world.contacts['a.school']}"
    drawn = head.get(path)
    assert coordinator.submit(path, telephone="07700 900456").location == people
    late = head.send(drawn, telephone="07700 900999")
    assert late.status_code == 409
    assert late.page.find("input", attrs={"name": "telephone"})["value"] == "07700 900999"
    assert head.send(late).status_code == 303
    assert "ending 999" in words(head.get(people))


def test_somebody_is_removed(head, people, world):
    path = f"{people}/{world.contacts['a.school']}/end"
    assert head.submit(path).location == people
    assert "Nobody is named yet" in words(head.get(people))
    assert head.get(path).status_code == 404


def test_the_lead_alone_switches_links_off_and_on(head, coordinator, people, links):
    assert "Switch links off" not in words(coordinator.get(people))
    assert head.submit(people, action=f"{people}/refuse").location == people
    assert "Links are switched off" in words(head.get(people))
    assert "switched links off" in words(coordinator.get(links))
    assert "Switched off" in " ".join(rows(coordinator.get(links)))
    assert head.submit(people, action=f"{people}/allow").location == people
    assert "Switch links off" in words(head.get(people))


def test_the_coordinator_sends_a_link_by_mail(coordinator, links, place, world, mail_server):
    forget_all()
    path = f"{links}/{place.invitations['school'].id}/new"
    assert coordinator.get(links).page.find("a", href=path)
    done = coordinator.submit(path, contact=str(world.contacts["a.school"]))
    assert done.location == links
    page = coordinator.get(links)
    assert "The link is on its way." in words(page)
    assert [row.split(" End it")[0].count("Out") for row in rows(page)] == [1, 0]
    assert send_mails(NOW + timedelta(minutes=1)) == 1
    assert re.search(r"https://portal\.example/return/[\w-]{43}\s", mail_server.letters[0].text)


def test_two_presses_send_one_link_and_one_that_is_asked_for_anew_ends_it(
    coordinator, links, place, world, mail_server
):
    forget_all()
    path, contact = f"{links}/{place.invitations['school'].id}/new", str(world.contacts["a.school"])
    drawn = coordinator.get(path)
    for _press in range(2):
        assert coordinator.send(drawn, contact=contact).location == links
    assert "A link to this agency was made a moment ago" in words(coordinator.get(links))
    assert send_mails(NOW + timedelta(minutes=1)) == 1
    assert coordinator.submit(path, contact=contact).location == links
    assert send_mails(NOW + timedelta(minutes=2)) == 1
    first, second = (re.findall(r"/return/[\w-]{43}", letter.text)[0] for letter in mail_server.letters)
    assert [coordinator.get(address).status_code for address in (first, second)] == [410, 200]


def test_a_mail_that_came_back_is_told(coordinator, links, place, world, mail_server):
    forget_all()
    mail_server.refused_for_good.add("*")
    coordinator.submit(f"{links}/{place.invitations['school'].id}/new", contact=str(world.contacts["a.school"]))
    send_mails(NOW + timedelta(minutes=1))
    assert "Not delivered" in " ".join(rows(coordinator.get(links)))


def test_without_a_mail_server_it_is_shown_once(head, links, place, world):
    path = f"{links}/{place.invitations['school'].id}/new"
    page = head.submit(path, contact=str(world.contacts["a.school"]))
    assert page.status_code == 200
    [address] = re.findall(r"/return/[\w-]+", page.text)
    assert head.get(address).status_code == 200
    assert address.removeprefix("/return/") not in head.get(links).text


def test_whom_to_send_it_to_must_be_chosen_and_somebody_must_be_named(coordinator, links, place):
    assert errors(coordinator.submit(f"{links}/{place.invitations['school'].id}/new")) == ["Choose who gets the link"]
    nobody = coordinator.get(f"{links}/{place.invitations['police'].id}/new")
    assert "Nobody of this agency is named yet" in words(nobody)
    change(Meeting, place.id, register_closed_at=NOW)
    closed = coordinator.get(f"{links}/{place.invitations['school'].id}/new")
    assert "No link can be sent now" in words(closed)


def test_a_link_is_ended(head, links, one_link):
    assert head.submit(links, action=f"{one_link}/end").location == links
    page = head.get(links)
    assert "The link has ended." in words(page)
    assert "Ended" in " ".join(rows(page))
    token = head.get("/return/" + TOKENS["a"])
    assert token.status_code == 410


def test_a_code_is_read_out_for_ten_minutes(coordinator, links, one_link, place, world):
    done = coordinator.submit(links, action=f"{one_link}/code")
    assert done.location == f"{one_link}/code"
    page = coordinator.get(done.location)
    [digits] = re.findall(r"\b(\d{3} \d{3})\b", words(page))
    assert "It works until 11:10" in words(page)
    assert coordinator.get(done.location).text.count(digits) == page.text.count(digits)
    assert trail("return_link.code_read_out", place.invitations["school"].id) == 1
    opened = coordinator.submit(f"/return/{TOKENS['a']}", action=f"/return/{TOKENS['a']}/code", code=digits)
    assert opened.status_code == 303
    after = coordinator.get(done.location)
    assert "The code was used, or is too old" in words(after)


def test_a_lead_ends_links_and_reads_no_code_out(head, links, one_link):
    page = head.get(links)
    assert "Read out a code" not in words(page)
    token = page.page.find("input", attrs={"name": "csrf_token"})["value"]
    assert head.post(f"{one_link}/code", data={"csrf_token": token}).status_code == 403


def test_a_code_for_a_link_that_ended_meanwhile_is_told(coordinator, links, one_link, world):
    drawn = coordinator.get(links)
    change(ReturnLink, world.return_links["a.initial/school"], expires_at=NOW)
    told = coordinator.send(drawn, action=f"{one_link}/code")
    assert told.location == links
    assert "has ended meanwhile" in words(coordinator.get(links))


def test_strangers_get_the_page_for_what_does_not_exist(as_person, links, one_link, people, world):
    for key in ("a.gp.lead", "b.school.lead", "b.coordinator"):
        browser = as_person(key)
        for path in (people, f"{people}/new", f"{people}/{world.contacts['a.school']}", f"{one_link}/code"):
            assert browser.get(path).status_code == 404, (key, path)
    assert as_person("b.coordinator").get(links).status_code == 404
    # Of a meeting that they see, another agency's links are not among theirs.
    assert "ZQ-A-SCHOOL-CONTACT-QZ" not in as_person("a.gp.lead").get(links).text
    for key in ("a.school.practitioner", "a.chair", "a.manager", "a.administrator"):
        assert as_person(key).get(links).status_code == 403, key


def test_nothing_is_kept_of_a_number_but_its_end_on_any_page(coordinator, people, links, place, world):
    number = db.session.scalars(select(AgencyContact.telephone).where(AgencyContact.telephone.is_not(None))).first()
    for path in (
        people,
        links,
        f"{links}/{place.invitations['school'].id}/new",
        f"{people}/{world.contacts['a.school']}",
    ):
        assert number[-6:] not in coordinator.get(path).text.replace(" ", ""), path
