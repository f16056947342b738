"""Whoever a record is closed to finds it nowhere: no page, list, search, file, calendar, pack or figure; others do."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from portal.database.session import db, writing
from portal.domain.packs import OFFERS, PackKind
from portal.domain.restriction_vocabulary import Reach
from portal.models.activity import Activity
from portal.models.escalations import Escalation
from portal.models.meetings import Invitation, Meeting
from portal.models.reports import Report
from portal.models.return_links import AgencyContact, ReturnLink
from portal.services.return_links.ending import find_link
from tests.closed_records import break_glass, close, hold, worn
from tests.escalation_rows import EscalationRows
from tests.pages.reading import contents
from tests.services.pack_steps import make
from tests.world import NOW, World

SHUT_OUT = (
    *("a.gp.practitioner", "a.gp.lead", "a.police.lead", "a.police.practitioner", "a.school.lead"),
    *("a.social_care.lead", "a.social_care.practitioner", "a.chair", "a.manager", "a.scrutineer", "both"),
)
"""Of every kind of role somebody who would see something of the family."""

_LEFT_OUT = ("/sign-in", "/static", "/health", "/join", "/metrics", "/api")
LISTS = (
    "/meetings?when=all",
    "/meetings?when=all&size=100",
    "/meetings?from_day-day=1&from_day-month=6&from_day-year=2026",
    "/escalations?show=all",
    "/actions?show=all",
    "/inbox",
)


@pytest.fixture
def markers(world: World) -> set[str]:
    """What stands in the rows of the family of p.initial in A, and nowhere else."""
    found = {f"ZQ-A-{what}-1-QZ" for what in ("CASE", "CHILD", "SURNAME")}
    stands = {marker.text for marker in world.markers}
    assert found & stands, "the world has them under another name"
    return {text for text in found if text in stands} | {
        marker.text for marker in world.markers if "-INITIAL-" in marker.text and marker.text.startswith("ZQ-A-")
    }


@pytest.fixture
def escalated(world: World) -> int:
    """An escalation about this family."""
    (number,) = EscalationRows(world).add(1, with_="police", by="school")
    with writing() as session:
        row = session.get(Escalation, number)
        row.meeting_id, row.case_id = world.meeting("a.initial").id, world.cases["a.1"]
    return number


def addresses(app, world: World, escalation_id: int) -> list[str]:
    """Every page there is, each number in it one of this family's."""
    place = world.meeting("a.initial")
    numbers = {
        "meeting_id": place.id,
        "invitation_id": place.invitations["police"].id,
        "case_id": world.cases["a.1"],
        "child_id": world.children["a.1"],
        "escalation_id": escalation_id,
        "restriction_id": world.restrictions["a.standing"],
        "opening_id": world.openings["a.reviewed"],
        "question": "threshold",
        "number": 1,
    }
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.rule.startswith(_LEFT_OUT):
            continue
        if set(rule.arguments) - set(rule.defaults or ()) <= set(numbers):
            found.append(re.sub(r"<(?:\w+:)?(\w+)>", lambda name: str(numbers[name[1]]), rule.rule))
    return sorted(set(found))


@pytest.mark.usefixtures("on_one_database")
@pytest.mark.parametrize("name", SHUT_OUT)
@pytest.mark.parametrize("reach", Reach)
def test_whoever_is_shut_out_finds_it_on_no_page(reach, name, app, as_person, world, markers, escalated):
    people = [name] if reach is Reach.NAMED else ["a.coordinator"]
    if reach is Reach.ALL_OTHERS and name == "a.scrutineer":
        pytest.skip("who sees no case is none of the others")
    close(world, "a.1", people, reach=reach, by="coordinator")
    browser, place = as_person(name), world.meeting("a.initial")
    asked = [*addresses(app, world, escalated), *LISTS, f"/escalations/{escalated}/log.csv"]
    assert len(asked) > 80
    # What nobody but they themselves typed: their own opening, which is theirs to read again.
    own = {"/emergencies", f"/emergencies/{world.openings['a.reviewed']}"} if name == "a.chair" else set()
    found = []
    for address in asked:
        page = browser.get(address)
        said = contents(page)
        if any(marker in said for marker in markers) and address not in own:
            found.append(address)
        about = (f"/meetings/{place.id}", f"/cases/{world.cases['a.1']}", f"/escalations/{escalated}")
        if any(re.match(rf"{one}(/|$)", address) for one in about):
            assert page.status_code in (403, 404), (address, page.status_code)
        assert f'href="/meetings/{place.id}"' not in said, address
    assert found == []


def test_their_colleagues_find_it_as_before(as_person, world):
    close(world, "a.1", ["a.gp.practitioner"])
    page = as_person("a.gp.lead").get(f"/meetings/{world.meeting('a.initial').id}").get_data(as_text=True)
    assert "ZQ-A-CHILD-1-QZ" in page


@pytest.mark.parametrize("name", ["a.gp.practitioner", "a.chair", "a.manager", "a.police.lead"])
def test_whoever_is_shut_out_does_not_find_it_by_searching(name, as_person, world):
    close(world, "a.1", [name], by="coordinator")
    place, browser = world.meeting("a.initial"), as_person(name)
    for words in ("ZQ-A-SURNAME-1-QZ", "ZQ-A-CASE-1-QZ", place.reference):
        answer = browser.submit("/meetings", action="/meetings/search", q=words)
        assert answer.status_code == 200, words
        said = answer.get_data(as_text=True).replace(words, "")
        assert f"/meetings/{place.id}" not in said, words
        assert "ZQ-A-CHILD-1-QZ" not in said, words


def test_the_page_of_a_closed_record_is_that_of_none(as_person, world):
    close(world, "a.1", ["a.gp.lead"])
    browser = as_person("a.gp.lead")
    closed = browser.get(f"/meetings/{world.meeting('a.initial').id}")
    nothing = browser.get("/meetings/999999")
    assert closed.status_code == nothing.status_code == 404
    number = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}|[0-9A-F]{6,}|\b\d+\b")
    assert number.sub("", closed.get_data(as_text=True)) == number.sub("", nothing.get_data(as_text=True))


@pytest.mark.parametrize("kind", PackKind)
def test_no_pack_of_theirs_tells_of_it(kind, as_person, world, markers):
    close(world, "a.1", ["a.manager"], by="coordinator")
    pack_id = make(worn(world.person("a.manager")), kind)
    browser = as_person("a.manager")
    for one in OFFERS[kind].formats:
        said = contents(browser.get(f"/packs/{pack_id}/pack.{one}"))
        assert not any(marker in said for marker in markers), one


def test_a_link_of_the_two_minute_return_opens_nothing_that_is_closed_to_its_holder(world):
    """The holder of the world's link to p.initial, for the school, is somebody of the family."""
    link = db.session.get_one(ReturnLink, world.return_links["a.initial/school"])
    before = find_link(db.session(), ReturnLink.id == link.id, NOW)
    close(world, "a.1", ["a.coordinator"], reach=Reach.ALL_OTHERS, by="coordinator")
    after = find_link(db.session(), ReturnLink.id == link.id, NOW)
    assert before is not None
    assert after is not None
    assert before.end is None
    assert after.end is not None
    assert db.session.get(AgencyContact, link.contact_id) is not None


def test_an_agency_from_which_a_report_is_held_back_finds_it_on_no_page(app, as_person, world, escalated):
    hold(world, "a.initial", "police", "school")
    texts = {
        marker.text for marker in world.markers if marker.text.startswith("ZQ-A-") and "-INITIAL-POLICE-" in marker.text
    }
    assert texts
    assert db.session.scalars(select(Report.id)).all()
    assert db.session.scalars(select(Invitation.id)).all()
    browser = as_person("a.school.lead")
    for address in [*addresses(app, world, escalated), *LISTS]:
        said = contents(browser.get(address))
        assert not any(text in said for text in texts), address


def test_a_banner_stands_on_every_page_while_a_record_is_open_and_each_is_noted(as_person, world):
    close(world, "a.1", ["a.chair"])
    break_glass(world, "a.1", "a.chair", NOW)
    chair = as_person("a.chair")
    place = world.meeting("a.initial")
    for address in ("/", "/meetings?when=all", f"/meetings/{place.id}"):
        page = chair.get(address)
        assert page.status_code == 200
        assert "You have opened a closed record in an emergency" in page.get_data(as_text=True)
    assert chair.submit("/emergency", reference="", reason="Typed.").status_code == 400
    read = select(Activity.subject, Activity.subject_id).where(
        Activity.user_id == world.person("a.chair").user_id, Activity.verb == "emergency.page_read"
    )
    db.session.rollback()
    noted = [tuple(row) for row in db.session.execute(read)]
    assert ("meetings.show", place.id) in noted
    assert ("meetings.index", None) in noted
    assert noted.count(("emergencies.open_record", None)) == 2, "a form that comes back is a page, too"
    assert db.session.get(Meeting, place.id) is not None
    others = as_person("a.manager").get("/").get_data(as_text=True)
    assert "You have opened a closed record" not in others
