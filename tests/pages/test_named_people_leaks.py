"""Whoever is not named on a meeting for named people only finds it nowhere: no page, list, search, file or figure."""

from __future__ import annotations

import re
from datetime import date

import pytest

from portal.database.session import writing
from portal.domain.packs import OFFERS, PackKind
from portal.models.escalations import Escalation
from tests.closed_meetings import NAMED, ClosedMeeting
from tests.escalation_rows import EscalationRows
from tests.pages.reading import contents
from tests.services.pack_steps import make
from tests.world import World

ONLOOKERS = (
    *("a.second_chair", "a.manager", "a.police.lead", "a.police.practitioner", "a.gp.practitioner"),
    *("a.social_care.lead", "a.social_care.west", "a.other_gp.lead", "a.school.lead", "a.business_manager"),
    *("a.scrutineer", "a.board", "a.sector_lead", "a.administrator", "b.manager", "b.gp.practitioner", "both"),
)
_LEFT_OUT = ("/sign-in", "/static", "/health", "/join", "/metrics")
# The safeguarding manager is told that it is there, by its reference and day, and of nothing else.
KNOWN = "/meetings/for-named-people"


def addresses(app, meeting: ClosedMeeting) -> list[str]:
    """Every page there is, each number in it one of this meeting's."""
    numbers = {
        "meeting_id": meeting.id,
        "invitation_id": meeting.invitations["police"],
        "case_id": meeting.case_ids[1],
        "child_id": meeting.child_ids[0],
        "question": "threshold",
        "number": 1,
    }
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.rule.startswith(_LEFT_OUT):
            continue
        if set(rule.arguments) - (set(rule.defaults or ())) <= set(numbers):
            found.append(re.sub(r"<(?:\w+:)?(\w+)>", lambda name: str(numbers[name[1]]), rule.rule))
    return sorted(set(found))


LISTS = (
    "/meetings?when=all",
    "/meetings?when=all&size=100",
    "/meetings?from_day-day=1&from_day-month=6&from_day-year=2026",
    "/escalations?show=all",
    "/figures?from=2026-04&to=2026-06",
)


@pytest.fixture
def closed(world: World) -> dict[str, ClosedMeeting]:
    """One to come and, with an escalation about it, in each partnership."""
    return {letter: ClosedMeeting.write(world, letter) for letter in "ab"}


@pytest.fixture
def escalated(world: World, closed: dict[str, ClosedMeeting]) -> int:
    """An escalation with the police that names the meeting and its family."""
    (number,) = EscalationRows(world).add(1, with_="police", by="school")
    with writing() as session:
        row = session.get(Escalation, number)
        row.meeting_id, row.case_id = closed["a"].id, closed["a"].case_ids[0]
    return number


@pytest.mark.usefixtures("on_one_database")
@pytest.mark.parametrize("name", ONLOOKERS)
def test_nobody_else_finds_it_on_any_page(name, app, as_person, world, closed, escalated):
    browser, meeting = as_person(name), closed["a"]
    asked = [*addresses(app, meeting), *LISTS, f"/escalations/{escalated}", f"/escalations/{escalated}/log.csv"]
    assert len(asked) > 60
    found = []
    for address in asked:
        page = browser.get(address)
        if address.startswith(KNOWN) and name.endswith(".manager"):
            continue
        said = contents(page)
        if any(words in said for one in closed.values() for words in (one.marker, one.link)):
            found.append(address)
        if f"/meetings/{meeting.id}" in address or f"/cases/{meeting.case_ids[1]}" in address:
            assert page.status_code in (403, 404), (address, page.status_code)
    assert found == []


@pytest.mark.parametrize("kind", PackKind)
def test_no_pack_tells_of_it_in_any_format(kind, as_person, viewer_of, world):
    """Also not the child-level lists of a manager who is not named on it."""
    held = [ClosedMeeting.write(world, letter, held=True, on=date(2026, 2, 12)) for letter in "ab"]
    pack_id = make(viewer_of(world.person("a.manager")), kind)
    for name in ("a.manager", "a.board", "a.business_manager", "a.scrutineer"):
        browser = as_person(name)
        for one in OFFERS[kind].formats:
            answer = browser.get(f"/packs/{pack_id}/pack.{one}")
            if name != "a.manager" and kind in (PackKind.DATASET, PackKind.CHILD_LISTS):
                assert answer.status_code == 404
                continue
            said = contents(answer)
            assert OFFERS[kind].title in said or "Annex A" in said, (name, one)
            assert not any(meeting.marker in said for meeting in held), (name, one)
            shown = [marker for marker in world.hidden_from(name) if marker.is_in(said)]
            assert shown == [], (name, one)


@pytest.mark.parametrize("name", ["a.second_chair", "a.manager", "a.police.lead", "a.gp.practitioner", "b.coordinator"])
def test_nobody_else_finds_it_by_searching(name, as_person, closed):
    browser, meeting = as_person(name), closed["a"]
    for words in ("SURNAME-1", "SURNAME-2", "CASE-1", "CASE-2", "MEETING"):
        answer = browser.submit("/meetings", action="/meetings/search", q=meeting.text(words))
        assert answer.status_code == 200, words
        without = answer.get_data(as_text=True).replace(meeting.text(words), "")
        assert meeting.marker not in without


@pytest.mark.parametrize("name", NAMED)
def test_those_who_are_named_find_it_everywhere(name, as_person, closed):
    browser, meeting = as_person(f"a.{name}"), closed["a"]
    page = browser.get(f"/meetings/{meeting.id}").get_data(as_text=True)
    for words in ("CHILD-1", "CHILD-2", "PLACE"):
        assert meeting.text(words) in page, words
    assert meeting.link in browser.get("/meetings?when=all").get_data(as_text=True)
    for case_id in meeting.case_ids:
        assert meeting.link in browser.get(f"/cases/{case_id}/timeline").get_data(as_text=True)
        assert meeting.link in browser.get(f"/meetings?family={case_id}").get_data(as_text=True)
    for words in ("SURNAME-1", "SURNAME-2", "CASE-1", "MEETING"):
        answer = browser.submit("/meetings", action="/meetings/search", q=meeting.text(words))
        assert answer.status_code == 303, words


def test_its_home_page_names_it_to_those_who_are_named(as_person, closed):
    for name, is_named in (("gp.lead", True), ("gp.practitioner", False), ("chair", True), ("police.lead", False)):
        page = as_person(f"a.{name}").get("/").get_data(as_text=True)
        assert (f"/meetings/{closed['a'].id}" in page) is is_named, name


def test_whoever_reads_the_escalation_learns_neither_kind_nor_family(as_person, closed, escalated):
    for name in ("manager", "police.lead", "school.lead"):
        browser = as_person(f"a.{name}")
        page = browser.get(f"/escalations/{escalated}").get_data(as_text=True)
        assert "Meeting for named people" in page, name
        assert f"/meetings/{closed['a'].id}" not in page
        assert f"/cases/{closed['a'].case_ids[0]}" not in page
    chair = as_person("a.chair").get(f"/escalations/{escalated}").get_data(as_text=True)
    assert closed["a"].text("CASE-1") in chair


def test_a_manager_is_told_that_it_is_there_and_nothing_more(as_person, closed):
    manager, meeting = as_person("a.manager"), closed["a"]
    for address in (KNOWN, f"{KNOWN}/{meeting.id}"):
        page = manager.get(address).get_data(as_text=True)
        assert meeting.text("MEETING") in page
        assert meeting.marker not in page.replace(meeting.text("MEETING"), "")
        assert closed["b"].marker not in page
    assert manager.get(f"{KNOWN}/{closed['b'].id}").status_code == 404


def test_a_manager_names_themselves_with_a_reason(as_person, closed):
    manager, meeting = as_person("a.manager"), closed["a"]
    address = f"{KNOWN}/{meeting.id}"
    assert manager.submit(address, reason=" ").status_code == 400
    assert manager.get(f"/meetings/{meeting.id}").status_code == 404
    assert manager.submit(address, reason="A complaint about it").location == f"/meetings/{meeting.id}"
    assert meeting.text("CHILD-2") in manager.get(f"/meetings/{meeting.id}").get_data(as_text=True)
    chair = as_person("a.chair").get(f"/meetings/{meeting.id}/people").get_data(as_text=True)
    assert "A complaint about it" in chair


def test_its_keepers_name_somebody_and_take_them_off_again(as_person, world, closed):
    coordinator, police, meeting = as_person("a.coordinator"), as_person("a.police.practitioner"), closed["a"]
    people = f"/meetings/{meeting.id}/people"
    wanted = world.person("a.police.practitioner").hat.membership_id
    assert police.get(f"/meetings/{meeting.id}").status_code == 404
    assert coordinator.submit(people, action=people, membership=str(wanted)).status_code == 303
    assert meeting.text("CHILD-1") in police.get(f"/meetings/{meeting.id}").get_data(as_text=True)
    assert police.get(people).status_code == 403
    page = coordinator.get(people)
    row = next(row for row in page.page.find_all("tr") if world.person("a.police.practitioner").name in row.text)
    named = row.find("input", attrs={"name": "named"})["value"]
    token = page.page.find("input", attrs={"name": "csrf_token"})["value"]
    done = coordinator.post(f"{people}/remove", data={"csrf_token": token, "named": named})
    assert done.status_code == 303
    assert police.get(f"/meetings/{meeting.id}").status_code == 404
    assert world.person("a.police.practitioner").name in coordinator.get(people).get_data(as_text=True)


def test_somebody_who_could_not_see_it_cannot_be_named(as_person, world, closed):
    coordinator, people = as_person("a.coordinator"), f"/meetings/{closed['a'].id}/people"
    for name in ("a.school.lead", "a.second_chair", "a.board", "b.police.lead"):
        number = str(world.person(name).hat.membership_id)
        answer = coordinator.submit(people, action=people, membership=number)
        assert answer.status_code == 400, name


def test_a_further_family_is_added_and_taken_away(as_person, world, closed):
    coordinator, meeting = as_person("a.coordinator"), closed["a"]
    families = f"/meetings/{meeting.id}/families"
    assert meeting.text("CASE-2") in coordinator.get(families).get_data(as_text=True)
    assert coordinator.submit(families, action=families, reference=meeting.text("CASE-2")).status_code == 400
    assert coordinator.submit(families, action=families, reference="NEWLY-KNOWN").status_code == 303
    assert "NEWLY-KNOWN" in coordinator.get(families).get_data(as_text=True)
    token = coordinator.get(families).page.find("input", attrs={"name": "csrf_token"})["value"]
    data = {"csrf_token": token, "family": str(meeting.case_ids[1])}
    assert coordinator.post(f"{families}/remove", data=data).status_code == 303
    page = as_person("a.gp.lead").get(f"/meetings/{meeting.id}").get_data(as_text=True)
    assert meeting.text("CHILD-1") in page
    assert meeting.text("CHILD-2") not in page


def test_pages_take_few_queries(as_person, closed, count_queries):
    coordinator, meeting = as_person("a.coordinator"), closed["a"]
    for address in (f"/meetings/{meeting.id}/people", f"/meetings/{meeting.id}/families"):
        with count_queries() as statements:
            assert coordinator.get(address).status_code == 200
        assert len(statements) <= 5, (address, len(statements))
