"""A chair before the conference: who of the family has seen which report, all of them as one document, and a talk."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.looking import task
from tests.browser.meeting_steps import fits, heading, opened_by, press, type_day
from tests.services.bundle_steps import SECRET, WORRY, bundles_of, invitation_of, send, words
from tests.services.file_steps import TellingScanner
from tests.world import NOW

pytestmark = pytest.mark.browser

SENT = NOW - timedelta(days=2)
YESTERDAY = date(2026, 6, 9)
POLICE_SAYS = "ZQ-A-WORRIES-INITIAL-POLICE-QZ"
SEEN = "What the family has seen"
BUNDLE = "All reports as one document"
MOTHER, FATHER = "Mother: ZQ-A-FAMILY-MOTHER-QZ", "Father: ZQ-A-FAMILY-FATHER-QZ"


@pytest.fixture
def place(served, use_filing):
    """A's initial conference, which is today; the police have reported, and the school has."""
    use_filing(scanner=TellingScanner())
    place = served.world.meeting("a.initial")
    send(served.world, place, "school", SENT)
    return place


@pytest.fixture
def chair(served, place, new_page, sign_in_in_browser) -> Page:
    """The chair, at the meeting's page."""
    page = opened_by(new_page, sign_in_in_browser, served.world, "a.chair")
    page.goto(f"/meetings/{place.id}")
    return page


def card(page: Page, agency: str) -> Locator:
    """What stands of one agency's report."""
    return page.locator(".app-card").filter(has=page.get_by_role("heading", name=f"Report of {agency}"))


def taken(page: Page, button: str) -> bytes:
    """The document that a button gives to be saved."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    return Path(waiting.value.path()).read_bytes()


def record(page: Page, reader: str, *, withheld: str = "") -> None:
    """Record of one person that they know the report, or why they do not."""
    heading_words = page.get_by_role("heading", level=1)
    expect(heading_words).to_contain_text("Record who of the family has seen the report")
    page.get_by_label(reader).check()
    if withheld:
        page.get_by_label("No, it was withheld from them").check()
        page.get_by_label(withheld).check()
    else:
        page.get_by_label("Yes, they know what it says").check()
        type_day(page, "On which day?", YESTERDAY)
        page.get_by_label("Gone through with an interpreter").check()
        page.get_by_label("In which language?").fill("Polish")
        page.get_by_label("Who gave it to them").fill("The social worker")
    press(page, "Record it")
    heading(page, SEEN)


def test_the_gaps_are_seen_and_closed_before_the_meeting(chair, served, place):
    school, police = (served.world.agency_names[f"a.{key}"] for key in ("school", "police"))
    expect(chair.locator(".app-record")).to_contain_text("2 reports not shared")
    chair.get_by_role("link", name=SEEN).click()
    heading(chair, SEEN)
    expect(chair.locator(".govuk-inset-text")).to_contain_text("2 reports have not been seen")
    expect(card(chair, school)).to_contain_text(f"Nothing is recorded of: {MOTHER}; {FATHER}.")
    fits(chair)

    # The version to hand over says nothing that is not theirs, on the page and as a document.
    card(chair, school).get_by_role("link", name="The family’s version").click()
    heading(chair, f"Report of {school}")
    expect(chair.locator("main")).to_contain_text(WORRY)
    expect(chair.locator("main")).not_to_contain_text(SECRET)
    fits(chair)
    document = words(taken(chair, "Take it along (PDF)"))
    assert (WORRY in document, SECRET in document) == (True, False)

    chair.get_by_role("link", name="Record who has seen it").click()
    fits(chair)
    record(chair, MOTHER)
    expect(card(chair, school)).to_contain_text("in Polish, by The social worker")
    expect(card(chair, school)).to_contain_text(f"Nothing is recorded of: {FATHER}.")
    for agency, reader in ((school, FATHER), (police, MOTHER), (police, FATHER)):
        card(chair, agency).get_by_role("link", name="Record who has seen it").click()
        record(chair, reader, withheld="It would put somebody at risk")
    expect(chair.locator("main")).to_contain_text("The family has seen every report that has come, or it is written")
    fits(chair)
    assert invitation_of(place, "school").report_shared_on == YESTERDAY

    # What was a mistake is taken back, and the gap is there again.
    card(chair, school).get_by_role("button", name=f"Take back what is recorded of {MOTHER}").click()
    expect(chair.locator(".govuk-inset-text")).to_contain_text("1 report has not been seen")
    expect(card(chair, school)).to_contain_text(f"Nothing is recorded of: {MOTHER}.")
    assert invitation_of(place, "school").report_shared_on is None


def test_all_reports_as_one_document(chair, served, place, new_page, sign_in_in_browser):
    world = served.world
    social_care = world.agency_names["a.social_care"]
    chair.get_by_role("link", name=BUNDLE).click()
    heading(chair, BUNDLE)
    fits(chair)
    press(chair, "Put them together now")
    expect(chair.get_by_text("Bundle 1 is ready")).to_be_visible()
    # The family's version leaves some of it out; the agencies' does not.
    document = words(taken(chair, "Open bundle 1 (PDF)"))
    assert all(text in document for text in (POLICE_SAYS, WORRY, SECRET, "OFFICIAL-SENSITIVE"))

    teacher = opened_by(new_page, sign_in_in_browser, world, "a.school.practitioner")
    teacher.goto(f"/meetings/{place.id}")
    teacher.get_by_role("link", name=BUNDLE).click()
    assert POLICE_SAYS in words(taken(teacher, "Open bundle 1 (PDF)"))
    expect(teacher.get_by_text("Who has opened")).to_have_count(0)
    fits(teacher)

    # What comes later is an addendum; what may only be read out is named in the next one, and not printed.
    send(world, place, "social_care", NOW, who="read_out", worry="ZQ-ONLY-READ-OUT-QZ")
    chair.reload()
    expect(chair.locator("tr", has_text=social_care)).to_contain_text("Not yet")
    readers = chair.get_by_role("table", name="Who has opened bundle 1").locator("tbody tr")
    expect(readers).to_contain_text([world.person("a.chair").name, world.person("a.school.practitioner").name])
    press(chair, "Put them together again")
    expect(chair.get_by_text("Bundle 2 is ready")).to_be_visible()
    expect(chair.locator("tr", has_text=social_care)).to_contain_text("Only read out")
    expect(chair.locator("tr", has_text="Bundle 1")).to_contain_text("Replaced")
    fits(chair)
    second = words(taken(chair, "Open bundle 2 (PDF)"))
    assert (social_care in second, "ZQ-ONLY-READ-OUT-QZ" in second, WORRY in second) == (True, False, True)
    assert [bundle.number for bundle in bundles_of(place) if bundle.closed_at is None] == [2]


def test_a_talk_by_telephone_is_written_down_and_put_right_by_the_practice(
    chair, served, place, new_page, sign_in_in_browser
):
    surgery = served.world.agency_names["a.gp"]
    chair.get_by_role("link", name=SEEN).click()
    card(chair, surgery).get_by_role("link", name="Write down a talk by telephone").click()
    heading(chair, f"What {surgery} told you by telephone")
    type_day(chair, "When did you talk?", YESTERDAY)
    chair.get_by_label("With whom?").fill("Dr Field, named GP")
    chair.get_by_label("What was said?").fill("Seen twice for burns since April.")
    fits(chair)
    press(chair, "Keep it and ask the agency")
    heading(chair, SEEN)
    expect(card(chair, surgery)).to_contain_text("Not confirmed")
    assert invitation_of(place, "gp").consulted_on is None

    doctor = opened_by(new_page, sign_in_in_browser, served.world, "a.gp.lead")
    task(doctor, "Confirm what was said to the chair").get_by_role("button").click()
    heading(doctor, "Confirm what was said to the chair")
    expect(doctor.locator("main")).to_contain_text("Seen twice for burns since April.")
    expect(doctor.get_by_label("What should stand there?")).to_be_hidden()
    doctor.get_by_label("No, or something is missing").check()
    press(doctor, "Send")
    expect(doctor.get_by_role("alert")).to_contain_text("Write what should stand there")
    fits(doctor)
    doctor.get_by_label("What should stand there?").fill("Seen twice, since May.")
    press(doctor, "Send")
    expect(doctor.get_by_text("Your correction stands beside it.")).to_be_visible()
    fits(doctor)

    chair.reload()
    card(chair, surgery).get_by_role("link", name="Talk by telephone on").click()
    for text in ("Seen twice for burns since April.", "Seen twice, since May."):
        expect(chair.get_by_text(text)).to_be_visible()
    fits(chair)
    assert invitation_of(place, "gp").consulted_on == YESTERDAY


def test_a_report_is_not_needed_and_asked_for_after_all(served, place, new_page, sign_in_in_browser):
    world = served.world
    surgery = world.agency_names["a.gp"]
    coordinator = opened_by(new_page, sign_in_in_browser, world, "a.coordinator")
    coordinator.goto(f"/meetings/{place.id}/family-reports")
    card(coordinator, surgery).get_by_role("link", name="It is not needed").click()
    heading(coordinator, f"The report of {surgery}: is it needed?")
    press(coordinator, "It is not needed")
    expect(coordinator.get_by_role("alert")).to_contain_text("Choose why it is not needed")
    fits(coordinator)
    coordinator.get_by_label("The agency holds nothing about the family").check()
    press(coordinator, "It is not needed")
    heading(coordinator, SEEN)
    expect(card(coordinator, surgery)).to_contain_text("Not needed")
    doctor = opened_by(new_page, sign_in_in_browser, world, "a.gp.lead")
    expect(task(doctor, "Send your report").filter(has_text="14:00")).to_have_count(0)

    card(coordinator, surgery).get_by_role("link", name="Why it is not needed").click()
    fits(coordinator)
    press(coordinator, "Ask for it after all")
    expect(coordinator.get_by_text("The report is asked for again.")).to_be_visible()
    expect(card(coordinator, surgery)).not_to_contain_text("Not needed")
    doctor.goto("/")
    expect(task(doctor, "Send your report").filter(has_text="14:00")).to_have_count(1)
