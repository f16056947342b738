"""A GP federation's section 11 return: its lead gives all of it away, invites who signs, and reads the letter."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from portal.database.session import writing
from portal.domain.vocabulary import Role
from portal.models.people import Membership, User
from tests import audits
from tests.browser import audit_journey as journey
from tests.browser.audit_journey import AMBER, GREEN, HOW, People, follow, press
from tests.browser.looking import barriers, task
from tests.sample_files import PNG
from tests.world import BEFORE, PASSWORD, Person, World
from tests.world_people import QUICK_HASHER

pytestmark = pytest.mark.browser

TITLE = "Section 11 of the federation"
SECRET = "SECONDSURGERYSECONDSURGERYSECOND"
NURSE = Person("a.gp.nurse", 0, "Sam Nurse", "sam.nurse@example.org", totp_secret=SECRET)
EXECUTIVE = "Chris Hill"


@pytest.fixture
def asked(served) -> World:
    """The federation is asked, the board is on the panel, and a nurse works there beside the world's practitioner."""
    world = served.world
    edition = audits.published_edition(world.partnerships["a"], number=8)
    panel = [world.person("a.board").hat.membership_id]
    audits.open_round(edition, world.agencies["a.gp"], title=TITLE, panel=panel)
    with writing() as session:
        nurse = User(
            email=NURSE.email,
            name=NURSE.name,
            password_hash=QUICK_HASHER.hash(PASSWORD),
            totp_secret=SECRET,
            totp_confirmed_at=BEFORE,
            created_at=BEFORE,
        )
        session.add(nurse)
        session.flush()
        session.add(
            Membership(
                partnership_id=world.partnerships["a"],
                user_id=nurse.id,
                agency_id=world.agencies["a.gp"],
                role=Role.PRACTITIONER,
                created_at=BEFORE,
            )
        )
    return world


def test_all_of_it_is_given_to_colleagues(served, asked, new_page, sign_in_in_browser, tmp_path):
    people = People(asked, new_page, sign_in_in_browser)
    lead = people.come("gp.lead")
    address = journey.start(lead, TITLE)
    journey.give(lead, address, "Standard 1", asked.person("a.gp.practitioner").name)
    journey.give(lead, address, "Standard 2", NURSE.name)

    doctor = people.come("gp.practitioner")
    task(doctor, "Answer 1 section of the audit", TITLE).get_by_role("button").click()
    expect(doctor.get_by_text("Standard 2")).to_have_count(0)
    follow(doctor, "Answer the first question")
    doctor.get_by_label(AMBER).check()
    doctor.get_by_label(HOW).fill("Two surgeries of five have a lead of their own.")
    expect(doctor.locator("[data-autosave-status]")).to_contain_text("Saved 11:0")
    doctor.goto(address)  # nothing was pressed, and nothing is lost
    expect(doctor.get_by_text("1 of 3 answered")).to_be_visible()
    follow(doctor, "Standard 1")
    for code in ("1.2", "1.3"):
        journey.answer(doctor, f"Is {code} so?", GREEN, f"{code}: agreed by all five surgeries.")

    nurse = people.enter(NURSE)
    task(nurse, "Answer 1 section of the audit", TITLE).get_by_role("button").click()
    follow(nurse, "Answer the first question")
    picture = tmp_path / "Notice board.png"
    picture.write_bytes(PNG)
    journey.add_file(nurse, picture, "The notice in each waiting room", date(2026, 5, 4))
    for code in ("2.1", "2.2", "2.3"):
        journey.answer(nurse, f"Is {code} so?", GREEN, f"{code}: seen in each surgery.")

    journey.send(lead, TITLE)
    journey.sign(lead, "Robin Lane")
    follow(lead, "Invite somebody to sign")
    executive = joined(lead, new_page(), served.address)
    task(executive, "Sign the audit return", TITLE).get_by_role("button").click()
    journey.sign(executive, EXECUTIVE)
    expect(executive.get_by_text("the return is locked")).to_be_visible()

    manager = people.come("business_manager")
    manager.goto(address)
    follow(manager, "Moderation and challenge session")
    journey.rate(manager, "Is 1.1 so?", AMBER, "As the federation says itself.")
    follow(manager, "Release to the agency")
    press(manager, "Release to the agency")

    for reader in (lead, executive):
        assert journey.letter_of(reader, address).startswith(b"%PDF")
    # Whoever answered a section sees their section still, and no letter.
    doctor.goto(address)
    expect(doctor.get_by_role("link", name="Letter from the board (PDF)")).to_have_count(0)


def joined(lead: Page, page: Page, address: str) -> Page:
    """The executive is invited to sign and nothing else, joins by the link, and stands on Home."""
    lead.get_by_label("Executive").check()
    lead.get_by_label("Email address").fill("chris.hill@example.org")
    lead.get_by_label("Full name").fill(EXECUTIVE)
    press(lead, "Invite them")
    link = lead.get_by_label("Joining link").input_value()
    page.goto(re.sub(r"^https?://[^/]+", address, link))
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    press(page, "Save and continue")
    page.goto("/")
    assert barriers(page) == []
    return page
